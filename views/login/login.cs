<?cs # Login. Hooks: #signed-form (posts signed; data-document="/login" is where a fresh document is fetched at signing), keyfields of macros.cs
   (#key-file #key-password #list-keys #keys-found #keys-found-list #key-card #key-progress #sign), radios [data-store] choose which
   [data-store-panel] shows: "PKCS12" has the key fields, "program" the way through another program, and in it [data-store-note="CODE"].
   #document, #signed, #elsewhere as on every page that signs. #session-over: shown when a session ended on the page that is asked for. Enter in #key-password submits #signed-form: the script lists the keys,
   signs with the only fitting one, and stops only where there is a choice. ?><?cs include:"macros.cs" ?><?cs
set:page.title = L.login.title ?><?cs set:page.script = "login" ?><?cs include:"head.cs" ?>
<h1><?cs var:L.login.title ?></h1>
<?cs call:summary() ?>
<div id="session-over" hidden><?cs call:notice("info", L.session.over) ?></div>
<div class="two">
<form class="form" id="signed-form" method="post" action="/login" enctype="multipart/form-data" accept-charset="utf-8" novalidate data-document="/login">
  <?cs call:csrf() ?><input type="hidden" name="back" value="<?cs var:value.back ?>">
  <div class="needs-script">
  <?cs call:stores("", value.store, "") ?>
  <div data-store-panel="PKCS12">
    <?cs call:keyfields("auth", L.login.file_hint, L.login.sign) ?>
  </div>
  <div data-store-panel="program" hidden>
    <?cs call:notice("info", L.store.needs_program) ?>
    <p data-store-note="AKKZIDCardStore" hidden><?cs var:L.store.note_id ?></p>
    <p data-store-note="AKEToken72KStore" hidden><?cs var:L.store.note_etoken ?></p>
    <p data-store-note="AKJaCartaStore" hidden><?cs var:L.store.note_jacarta ?></p>
    <p data-store-note="AKKaztokenStore" hidden><?cs var:L.store.note_kaztoken ?></p>
    <p><a href="#elsewhere"><?cs var:L.elsewhere.title ?></a></p>
  </div>
  </div>
  <noscript><?cs call:notice("info", L.frame.no_script_sign) ?></noscript>
  <?cs call:elsewhere(L.login.elsewhere, elsewhere) ?>
</form>
<aside class="answers" aria-labelledby="answers">
  <h2 id="answers"><?cs var:L.login.answers ?></h2>
  <h3><?cs var:L.login.which ?></h3><p><?cs var:L.login.which_text ?> <span class="mono">AUTH_RSA256_….p12</span></p>
  <h3><?cs var:L.login.forgot ?></h3><p><?cs var:L.login.forgot_text ?></p>
  <h3><?cs var:L.login.none ?></h3><p><?cs var:L.login.none_text ?> <a href="/apply"><?cs var:L.home.apply ?></a></p>
  <p class="safe"><?cs call:icon("lock") ?><span><?cs var:L.login.safe ?></span></p>
</aside>
</div>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_sign() ?>></div>
<?cs include:"foot.cs" ?>
