<?cs # One certificate: state, data, what can be done; after a revocation its effect in register and CRLs. Hooks: #serial, #effect, #application (рис. 20). ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs
set:page.title = L.keys.certificate + " " + key.serial ?><?cs set:page.section = "keys" ?><?cs set:page.path = "/keys/" + key.serial ?><?cs if:effect.waits && !last_page ?><?cs set:page.script = "keys" ?><?cs /if ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.keys ?><?cs set:crumbs.1.href = "/keys" ?><?cs
set:crumbs.2.text = L.keys.edit_title ?><?cs include:"head.cs" ?>
<h1><?cs call:key_name(key.purpose) ?></h1>
<?cs call:summary() ?>
<?cs if:last_page ?><?cs call:notice("warning", L.keys.last_page) ?><div class="actions"><a class="button primary" href="/login"><?cs var:L.keys.login_other ?></a></div><?cs /if ?>
<div class="above"><p class="lead"><?cs call:key_state(key) ?></p></div>
<?cs if:effect.registered ?><section aria-labelledby="effect-title"><h2 id="effect-title"><?cs var:L.effect.title ?></h2>
<?cs def:effect_item(done, at, due, title) ?>  <li<?cs if:done ?> class="done"<?cs /if ?>><?cs if:done ?><?cs call:icon("check") ?><span><strong><?cs var:title ?></strong> <?cs var:L.effect.published ?> <?cs var:done ?><br><?cs var:at ?></span><?cs
    else ?><?cs call:icon("clock") ?><span><strong><?cs var:title ?></strong> <?cs var:L.effect.will ?><?cs if:due ?>, <?cs var:L.effect.due ?> <?cs var:due ?><?cs /if ?></span><?cs /if ?></li>
<?cs /def ?><ol class="timeline" id="effect" aria-live="polite" data-waits="<?cs if:effect.waits ?><?cs if:!effect.delta || (effect.reported && !effect.raised_delta) ?>soon<?cs else ?>later<?cs /if ?><?cs /if ?>">
  <li class="done"><?cs call:icon("check") ?><span><strong><?cs var:L.effect.register ?></strong> <?cs var:L.effect.since ?> <?cs var:effect.registered ?><br><?cs var:L.effect.register_text ?></span></li>
<?cs if:effect.refused ?>  <li><?cs call:icon("cross") ?><span><strong><?cs var:L.effect.refused ?></strong><br><?cs var:L.effect.refused_text ?> <?cs var:support.phone ?></span></li>
<?cs else ?><?cs call:effect_item(effect.delta, effect.delta_at, effect.delta_due, L.effect.delta) ?><?cs call:effect_item(effect.base, effect.base_at, effect.base_due, L.effect.base) ?><?cs
  if:effect.reported ?>  <li class="done"><?cs call:icon("check") ?><span><strong><?cs var:L.effect.reported ?></strong> <?cs var:effect.reported ?><?cs if:!effect.raised ?><br><?cs var:L.effect.raise_waits ?><?cs /if ?></span></li>
<?cs if:effect.raised ?><?cs call:effect_item(effect.raised_delta, effect.raised_delta_at, effect.raised_delta_due, L.effect.raised_delta) ?><?cs call:effect_item(effect.raised_base, effect.raised_base_at, effect.raised_base_due, L.effect.raised_base) ?><?cs /if ?><?cs /if ?><?cs
  if:effect.last ?>  <li class="done"><?cs call:icon("check") ?><span><?cs var:L.effect.left ?> <?cs var:effect.last ?></span></li>
<?cs /if ?><?cs /if ?></ol><?cs if:effect.waits && !last_page ?>
<noscript><p><a href="/keys/<?cs var:key.serial ?>"><?cs var:L.effect.again ?></a></p></noscript><?cs /if ?></section><?cs /if ?>
<?cs if:!last_page ?><div class="actions">
  <?cs if:key.state == "valid" ?><a class="button primary" href="/reissue"><?cs var:L.keys.reissue ?></a><?cs /if ?>
  <?cs if:key.can_raise ?><a class="button quiet" href="/keys/<?cs var:key.serial ?>/revoke?reason=1"><?cs var:L.revoke.raise ?></a><?cs /if ?>
  <?cs if:key.can_revoke ?><a class="button destructive" href="/keys/<?cs var:key.serial ?>/revoke"><?cs var:L.keys.revoke ?></a><?cs /if ?>
</div><?cs /if ?>
<h2><?cs var:L.keys.user_data ?></h2>
<dl class="data">
  <?cs call:row(L.cert.user_type, L.user_type.person) ?>
  <?cs call:row_mono(L.cert.iin, user.iin) ?>
  <?cs call:row(L.cert.full_name, key.full_name) ?>
</dl>
<h2><?cs var:L.keys.certificate_data ?></h2>
<dl class="data">
  <dt><?cs var:L.cert.serial ?></dt><dd><span class="mono" id="serial"><?cs var:key.serial ?></span> <button class="quiet small" type="button" data-copy="serial" hidden><?cs call:icon("copy") ?><span><?cs var:L.frame.copy ?></span></button><span class="copied" data-copied="serial" aria-live="polite"></span></dd>
  <?cs call:row_mono(L.cert.key_id, key.key_id) ?>
  <?cs call:key_template(key.purpose) ?>
  <?cs call:row(L.cert.algorithm, key.algorithm) ?>
  <?cs call:key_validity(key) ?>
  <?cs call:row(L.cert.subject, key.subject) ?>
  <?cs call:row(L.cert.issuer, key.issuer) ?>
  <?cs call:row(L.cert.ca, key.ca) ?>
  <?cs call:key_revocation(key) ?>
  <?cs call:row(L.revoke.reason, key.reason_text) ?>
</dl>
<?cs if:key.revoked && application.created ?><h2><?cs var:L.application.data ?></h2><?cs else ?><h2><?cs var:L.keys.origin ?></h2><?cs /if ?>
<dl class="data" id="application">
  <?cs if:key.number ?><dt><?cs var:L.application.number ?></dt><dd><?cs if:last_page ?><span class="mono"><?cs var:key.number ?></span><?cs else ?><a class="mono" href="/applications/<?cs var:key.number ?>"><?cs var:key.number ?></a><?cs /if ?></dd><?cs /if ?>
  <?cs call:row(L.application.created, application.created) ?>
  <?cs if:key.revoked ?><?cs call:key_template(key.purpose) ?><?cs /if ?>
  <?cs call:row(L.application.origin, key.origin) ?>
  <?cs call:row(L.keys.issued_at, key.issued_at) ?>
  <?cs if:application.status ?><dt><?cs var:L.application.status ?></dt><dd><?cs call:status(application.status, application.status_text) ?></dd><?cs /if ?>
</dl>
<?cs if:!last_page ?><h2><?cs var:L.keys.download ?></h2>
<div class="actions"><a class="button quiet" href="/keys/<?cs var:key.serial ?>.cer"><?cs call:icon("download") ?><span><?cs var:L.keys.der ?></span></a><a class="button quiet" href="/keys/<?cs var:key.serial ?>.pem"><?cs call:icon("download") ?><span><?cs var:L.keys.pem ?></span></a></div>
<p class="hint"><?cs var:L.keys.download_hint ?></p><?cs /if ?>
<div id="texts" hidden <?cs call:texts_frame() ?>></div>
<?cs include:"foot.cs" ?>
