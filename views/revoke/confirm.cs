<?cs # Revocation, second page: the sentence, the tick, the signature. Hooks: #signed-form (agree, signed), keyfields of macros.cs with
   data-purpose="sign", #statement, #agree, #agree-error. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs
set:page.title = L.revoke.confirm_title ?><?cs set:page.section = "revoke" ?><?cs set:page.script = "sign" ?><?cs set:page.path = "/keys/" + key.serial + "/revoke" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.revoke ?><?cs set:crumbs.1.href = "/keys?for=revoke" ?><?cs
set:crumbs.2.text = L.revoke.title ?><?cs set:crumbs.2.href = page.path ?><?cs set:crumbs.3.text = L.revoke.confirm_title ?><?cs include:"head.cs" ?>
<h1><?cs var:L.revoke.confirm_title ?></h1>
<?cs call:summary() ?>
<?cs if:key.revoked ?><?cs call:notice("info", L.revoke.raise_text) ?><?cs /if ?>
<?cs if:warn_session ?><?cs call:notice("warning", L.revoke.warn_session) ?><?cs /if ?>
<?cs if:warn_last_sign ?><?cs call:notice("warning", L.revoke.warn_last_sign) ?><?cs /if ?>
<h2><?cs var:L.keys.user_data ?></h2>
<dl class="data">
  <?cs call:row(L.cert.user_type, L.user_type.person) ?>
  <?cs call:row_mono(L.cert.iin, user.iin) ?>
  <?cs call:row(L.cert.full_name, key.full_name) ?>
</dl>
<h2><?cs var:L.keys.certificate_data ?></h2>
<dl class="data">
  <?cs call:row_mono(L.cert.serial, key.serial) ?>
  <?cs call:key_template(key.purpose) ?>
  <?cs call:row_mono(L.cert.key_id, key.key_id) ?>
  <?cs call:key_validity(key) ?>
  <?cs call:row(L.cert.subject, key.subject) ?>
  <?cs call:row(L.cert.issuer, key.issuer) ?>
  <?cs call:key_revocation(key) ?>
</dl>
<?cs if:also.serial ?><h2><?cs var:L.revoke.also ?></h2>
<dl class="data"><?cs call:row_mono(L.cert.serial, also.serial) ?><?cs call:key_template(also.purpose) ?></dl><?cs /if ?>
<section class="decide" aria-labelledby="decide"><h2 id="decide"><?cs var:L.revoke.section ?></h2>
<dl class="data"><dt><?cs var:L.revoke.reason ?></dt><dd><?cs var:reason.text ?> <?cs if:!key.revoked ?><a href="/keys/<?cs var:key.serial ?>/revoke"><?cs var:L.revoke.other_reason ?></a><?cs /if ?></dd><?cs if:reason.since ?><?cs call:row(L.revoke.since, reason.since) ?><?cs /if ?></dl>
<form class="form" id="signed-form" method="post" action="/keys/<?cs var:key.serial ?>/revoke/confirm" enctype="multipart/form-data" accept-charset="utf-8" novalidate>
  <?cs call:csrf() ?><input type="hidden" name="reason" value="<?cs var:reason.code ?>"><?cs if:reason.since ?><input type="hidden" name="since" value="<?cs var:reason.since ?>"><?cs /if ?><?cs if:also.serial ?><input type="hidden" name="also" value="<?cs var:also.serial ?>"><?cs /if ?>
  <div class="consent<?cs if:error.agree ?> invalid<?cs /if ?>">
    <p id="statement"><?cs var:statement ?></p>
    <label class="check"><input type="checkbox" id="agree" name="agree" value="1" required<?cs if:value.agree == "1" ?> checked<?cs /if ?> aria-describedby="statement agree-error"> <span><?cs var:L.frame.agree ?>&nbsp;<span class="required" aria-hidden="true">*</span></span></label>
    <p class="error-text" id="agree-error"<?cs if:!error.agree ?> hidden<?cs /if ?>><?cs if:error.agree ?><?cs var:error.agree ?><?cs /if ?></p>
  </div>
  <?cs call:keyfields("sign", L.key.sign_hint, L.revoke.do) ?>
  <?cs call:elsewhere(L.elsewhere.sign_intro, 0) ?>
</form></section>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_sign() ?>></div>
<?cs include:"foot.cs" ?>
