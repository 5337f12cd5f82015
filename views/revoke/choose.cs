<?cs # Revocation, first page: what it means, the reason, the pair. GET form to the same address. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs
set:page.title = L.revoke.title ?><?cs set:page.section = "revoke" ?><?cs set:page.path = "/keys/" + key.serial + "/revoke" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.revoke ?><?cs set:crumbs.1.href = "/keys?for=revoke" ?><?cs
set:crumbs.2.text = L.revoke.title ?><?cs include:"head.cs" ?>
<h1><?cs var:L.revoke.title ?></h1>
<?cs call:summary() ?>
<p class="lead"><?cs call:key_name(key.purpose) ?>, <?cs var:L.revoke.valid_until ?> <?cs var:key.not_after ?></p>
<ul class="means">
  <li><?cs var:L.revoke.means1 ?></li>
  <li><?cs var:L.revoke.means2 ?></li>
  <li><?cs var:L.revoke.means3 ?></li>
</ul>
<?cs if:warn_session ?><?cs call:notice("warning", L.revoke.warn_session) ?><?cs /if ?>
<?cs if:warn_last_sign ?><?cs call:notice("warning", L.revoke.warn_last_sign) ?><?cs /if ?>
<dl class="data">
  <?cs call:row_mono(L.cert.serial, key.serial) ?>
  <?cs call:key_template(key.purpose) ?>
  <?cs call:row(L.cert.full_name, key.full_name) ?>
  <?cs call:row_mono(L.cert.iin, user.iin) ?>
  <?cs call:key_validity(key) ?>
  <?cs call:key_revocation(key) ?>
</dl>
<form class="form" id="reason-form" method="get" action="/keys/<?cs var:key.serial ?>/revoke" accept-charset="utf-8" novalidate>
  <input type="hidden" name="chosen" value="1">
  <p class="hint"><strong><?cs var:L.revoke.note ?></strong> <?cs var:L.revoke.note_text ?></p>
  <fieldset class="field<?cs if:error.reason ?> invalid<?cs /if ?>"<?cs if:error.reason ?> aria-describedby="reason-error"<?cs /if ?>>
    <legend><?cs var:L.revoke.reason ?>&nbsp;<span class="required" aria-hidden="true">*</span></legend>
    <?cs call:field_error("reason", error.reason) ?>
    <div class="choices one"><?cs each:x = reasons ?><label class="choice wide"><input type="radio" name="reason" id="reason<?cs if:x.code != reasons.0.code ?>-<?cs var:x.code ?><?cs /if ?>" value="<?cs var:x.code ?>" required<?cs if:x.code == value.reason ?> checked<?cs /if ?>><span><strong><?cs var:x.text ?></strong><small><?cs var:x.hint ?></small></span></label><?cs /each ?></div>
  </fieldset>
  <?cs call:day("since", L.revoke.since, L.revoke.since_hint, value.since, error.since) ?>
  <?cs if:pair.serial ?><fieldset class="field"><legend><?cs var:L.revoke.pair ?></legend>
    <p class="hint"><?cs var:L.revoke.pair_hint ?></p><?cs call:field_error("also", error.also) ?>
    <label class="choice wide"><input type="checkbox" name="also" id="also" value="<?cs var:pair.serial ?>"<?cs if:value.also == pair.serial ?> checked<?cs /if ?>><span><strong><?cs var:L.revoke.pair_also ?></strong><small><?cs if:pair.purpose == "auth" ?><?cs var:L.purpose.auth ?><?cs else ?><?cs var:L.purpose.sign ?><?cs /if ?><br><span class="mono"><?cs var:pair.serial ?></span></small></span></label>
  </fieldset><?cs /if ?>
  <div class="actions"><button class="primary" type="submit"><?cs var:L.revoke.go_on ?></button><a class="button quiet" href="/keys/<?cs var:key.serial ?>"><?cs var:L.frame.cancel ?></a></div>
</form>
<?cs include:"foot.cs" ?>
