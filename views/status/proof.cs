<?cs # Status without a session: the pending key signs a proof. The same page for every number. Hooks: #proof-page[data-number];
   #proof-form (document, signed; signed by the script in fields of its own): #pending-file, #pending-password, #prove, #proof-progress;
   #final-files from template #final-file, #done. ?><?cs include:"macros.cs" ?><?cs include:"application-parts.cs" ?><?cs
set:page.title = L.menu.status + " " + number ?><?cs set:page.path = "/status/" + number ?><?cs set:page.script = "proof" ?><?cs
set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs set:crumbs.1.text = L.menu.status ?><?cs include:"head.cs" ?>
<h1><?cs var:L.menu.status ?></h1>
<?cs call:summary() ?>
<div id="proof-page" data-number="<?cs var:number ?>">
<?cs call:number("application-number", L.application.number, number) ?>
<?cs call:filing_code() ?>
<section class="decide" aria-labelledby="proof-title">
<h2 id="proof-title"><?cs var:L.proof.title ?></h2>
<p><?cs var:L.proof.text ?></p>
<form class="form" id="proof-form" method="post" action="/status/<?cs var:number ?>/proof" enctype="multipart/form-data" accept-charset="utf-8" novalidate>
  <?cs call:csrf() ?>
  <div class="needs-script">
  <?cs call:file("pending-file", L.install.folder, L.proof.file_hint, 1) ?>
  <?cs call:password("pending-password", L.install.pending_password, L.proof.password_hint, "off") ?>
  <div class="actions"><button class="primary" type="submit" id="prove"><?cs var:L.proof.open ?></button></div>
  <p class="progress" id="proof-progress" role="status" aria-live="polite"></p>
  </div>
  <?cs call:elsewhere(L.proof.elsewhere, 0) ?>
</form>
<div id="done" tabindex="-1" hidden>
  <?cs call:notice("success", L.install.files_ready) ?>
  <p><?cs var:L.install.two_files ?></p>
  <ul class="files" id="final-files"></ul>
  <?cs call:notice("warning", L.install.remember) ?>
</div>
<noscript><?cs call:notice("info", L.frame.no_script_sign) ?></noscript>
</section>
<section><h2><?cs var:L.proof.login_title ?></h2><p><?cs var:L.proof.login_text ?></p>
<div class="actions"><a class="button quiet" href="/login?back=<?cs var:url_escape("/status/" + number) ?>"><?cs var:L.home.enter ?></a></div></section>
</div>
<template id="final-file"><li><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#key"></use></svg><span><strong data-field="purpose"></strong><br><span class="mono" data-field="name"></span></span>
  <button class="quiet small" type="button" data-field="save"><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#download"></use></svg><span><?cs var:L.frame.save ?></span></button></li></template>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_sign() ?><?cs call:texts_install() ?>></div>
<?cs include:"foot.cs" ?>
