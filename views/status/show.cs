<?cs # State of one application, and the installation of its certificates. Hooks: #status-page[data-number][data-status][data-certificates]
   (address of the PEM); waiting: #wait-progress, the script asks the page again and replaces #history and #application-status;
   installation: #install-form (never posted): #pending-file (may hold several), #pending-password, #same-password, #new-password, #new-repeat
   with [data-rules], #install, #install-progress; then #final-files from template #final-file, #done;
   #installed-form is posted when both files are saved. ?><?cs include:"macros.cs" ?><?cs include:"application-parts.cs" ?><?cs
set:page.title = L.menu.status + " " + application.number ?><?cs set:page.section = "status" ?><?cs set:page.path = "/status/" + application.number ?><?cs
set:page.script = "status" ?><?cs
if:signed_in ?><?cs set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.href = "/status" ?><?cs
else ?><?cs set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs /if ?><?cs set:crumbs.1.text = L.menu.status ?><?cs
set:crumbs.2.text = application.number ?><?cs include:"head.cs" ?>
<h1><?cs var:L.menu.status ?></h1>
<?cs call:summary() ?>
<div id="status-page" data-number="<?cs var:application.number ?>" data-status="<?cs var:application.status ?>" data-certificates="/status/<?cs var:application.number ?>/certificates">
<div class="above">
<?cs call:number("application-number", L.application.number, application.number) ?>
<p><?cs call:status(application.status, application.status_text) ?></p>
</div>
<?cs if:waiting ?>
<p class="lead"><?cs var:L.check.waiting ?></p>
<p class="progress" id="wait-progress" role="status" aria-live="polite" data-waiting="1"></p>
<div class="actions"><a class="button quiet" href="/status/<?cs var:application.number ?>" id="refresh"><?cs call:icon("refresh") ?><span><?cs var:L.check.refresh ?></span></a></div>
<?cs elif:application.status == "new" && application.origin_code == "public" ?>
<p class="lead"><?cs var:L.proof.waits ?></p>
<?cs call:filing_code() ?>
<div class="actions"><a class="button quiet" href="/applications/<?cs var:application.number ?>"><?cs var:L.proof.to_confirm ?></a></div>
<?cs elif:application.status == "new" ?>
<p class="lead"><?cs var:L.application.waits ?></p>
<div class="actions"><a class="button primary" href="/applications/<?cs var:application.number ?>"><?cs var:L.check.to_confirm ?></a></div>
<?cs elif:installed ?>
<?cs call:notice("success", L.install.done) ?>
<?cs if:signed_in ?><div class="actions"><a class="button primary" href="/keys"><?cs var:L.install.to_keys ?></a><a class="button quiet" href="/keys?for=revoke"><?cs var:L.install.revoke_old ?></a></div><?cs
else ?><div class="actions"><a class="button primary" href="/login"><?cs var:L.proof.login_new ?></a></div><?cs /if ?>
<?cs elif:!issued ?>
<p class="lead"><?cs var:L.application.again ?></p>
<div class="actions"><a class="button primary" href="<?cs if:signed_in ?>/reissue<?cs else ?>/apply<?cs /if ?>"><?cs var:L.application.new ?></a></div>
<?cs /if ?>
<?cs if:issued ?>
<section class="decide" aria-label="<?cs var:L.install.title ?>" id="installation">
<?cs if:installed ?><details class="elsewhere"><summary><?cs var:L.install.again ?></summary><?cs else ?><h2><?cs var:L.install.title ?></h2><?cs /if ?>
<p><?cs var:L.install.text ?></p>
<?cs if:application.store != L.store.PKCS12 ?><?cs call:notice("info", L.install.token) ?><?cs /if ?>
<form class="form needs-script" id="install-form" novalidate>
  <?cs call:file("pending-file", L.install.folder, L.install.folder_hint, 1) ?>
  <?cs call:password("pending-password", L.install.pending_password, "", "off") ?>
  <label class="check"><input type="checkbox" id="same-password" checked> <span><?cs var:L.install.same ?></span></label>
  <div class="password-pair" id="new-passwords" hidden>
    <?cs call:password("new-password", L.install.new_password, L.password.rule, "new-password") ?>
    <?cs call:password_rules("new-password", 1) ?>
    <?cs call:password("new-repeat", L.install.repeat, "", "new-password") ?>
  </div>
  <?cs call:notice("warning", L.install.remember) ?>
  <div class="actions"><button class="primary" type="submit" id="install"><?cs var:L.install.load ?></button></div>
  <p class="progress" id="install-progress" role="status" aria-live="polite"></p>
</form>
<div id="done" tabindex="-1" hidden>
  <?cs call:notice("success", L.install.files_ready) ?>
  <p><?cs var:L.install.two_files ?></p>
  <ul class="files" id="final-files"></ul>
</div>
<noscript><?cs call:notice("info", L.install.no_script) ?></noscript>
<details class="elsewhere"><summary><?cs var:L.install.elsewhere ?></summary>
  <p><?cs var:L.install.elsewhere_text ?></p>
  <div class="actions"><a class="button quiet" href="/status/<?cs var:application.number ?>/certificates"><?cs call:icon("download") ?><span><?cs var:L.install.pem ?></span></a></div>
  <?cs if:!installed ?><form id="installed-form" method="post" action="/status/<?cs var:application.number ?>/installed"><?cs call:csrf() ?><div class="actions"><button class="quiet" type="submit"><?cs var:L.install.mark ?></button></div></form><?cs /if ?>
</details>
<?cs if:installed ?></details><?cs /if ?>
</section>
<?cs if:certificates.0.serial ?>
<h2><?cs var:L.check.certificates ?></h2>
<div class="cards"><?cs each:c = certificates ?><article class="key"><h3><?cs call:icon("key") ?><span><?cs var:c.purpose_text ?></span></h3>
  <dl class="data"><?cs call:row_mono(L.cert.serial, c.serial) ?><dt><?cs var:L.cert.validity ?></dt><dd><?cs var:c.not_before ?> – <?cs var:c.not_after ?></dd></dl></article><?cs /each ?></div><?cs /if ?>
<?cs /if ?>
<?cs call:application_data() ?>
<?cs call:application_history() ?>
<?cs if:signed_in ?><div class="actions"><a class="button quiet" href="/status"><?cs var:L.check.new ?></a></div><?cs /if ?>
</div>
<template id="final-file"><li><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#key"></use></svg><span><strong data-field="purpose"></strong><br><span class="mono" data-field="name"></span></span>
  <button class="quiet small" type="button" data-field="save"><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#download"></use></svg><span><?cs var:L.frame.save ?></span></button></li></template>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_rules() ?><?cs call:texts_making() ?><?cs call:texts_install() ?> data-text-purpose-auth="<?cs var:L.js.purpose_auth ?>" data-text-purpose-sign="<?cs var:L.js.purpose_sign ?>"></div>
<?cs include:"foot.cs" ?>
