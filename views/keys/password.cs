<?cs # «Смена пароля на ключ ЭЦП»: all in the browser, nothing is sent. Hooks: radios [data-store] choose [data-store-panel]; #password-form
   (never posted): #key-files (multiple), #folder (button, hidden unless the browser can open folders), #old-password, #new-password, #new-repeat
   with [data-rules], #change, #change-progress; results into #changed (template #changed-file), #done. ?><?cs include:"macros.cs" ?><?cs
set:page.title = L.menu.password ?><?cs set:page.section = "password" ?><?cs set:page.script = "password" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.password ?><?cs include:"head.cs" ?>
<h1><?cs var:L.menu.password ?></h1>
<p class="lead"><?cs var:L.password.lead ?></p>
<noscript><?cs call:notice("info", L.password.no_script) ?></noscript>
<form class="form needs-script" id="password-form" novalidate>
  <p class="hint"><?cs var:L.frame.required ?></p>
  <?cs call:stores(L.password.store_hint, "PKCS12", "") ?>
  <div data-store-panel="program" hidden><?cs call:notice("info", L.password.token) ?></div>
  <div data-store-panel="PKCS12">
    <?cs call:file("key-files", L.key.path, L.password.files_hint, 1) ?>
    <div class="actions"><button class="quiet" type="button" id="folder" hidden><?cs call:icon("folder") ?><span><?cs var:L.password.folder ?></span></button></div>
    <?cs call:password("old-password", L.password.old, "", "current-password") ?>
    <div class="password-pair">
    <?cs call:password("new-password", L.password.new, L.password.rule, "new-password") ?>
    <?cs call:password_rules("new-password", 1) ?>
    <?cs call:password("new-repeat", L.password.repeat, "", "new-password") ?>
    </div>
    <?cs call:notice("warning", L.password.warning) ?>
    <div class="actions"><button class="primary" type="submit" id="change"><?cs var:L.password.change ?></button></div>
    <p class="progress" id="change-progress" role="status" aria-live="polite"></p>
  </div>
</form>
<div id="done" tabindex="-1" hidden>
  <?cs call:notice("success", L.password.done) ?>
  <p><?cs var:L.password.keep_old ?></p>
  <ul class="files" id="changed"></ul>
</div>
<template id="changed-file"><li><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#key"></use></svg><span><strong class="mono" data-field="name"></strong><br><span data-field="note"></span></span>
  <button class="quiet small" type="button" data-field="save"><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#download"></use></svg><span><?cs var:L.frame.save ?></span></button></li></template>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_rules() ?> data-text-changing="<?cs var:L.js.changing ?>" data-text-changed="<?cs var:L.js.changed ?>" data-text-same-password="<?cs var:L.js.same_password ?>" data-text-folder-refused="<?cs var:L.js.folder_refused ?>"></div>
<?cs include:"foot.cs" ?>
