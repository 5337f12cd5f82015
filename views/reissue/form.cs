<?cs # Reissue: four steps in one page. Hooks: #steps li[data-step="1".."4"] (aria-current="step" moves, data-done="1" on finished ones);
   section[data-step] hidden until the script opens it. Step 1: #reissue-form (email, locality, store; csr_auth, csr_sign filled by the script
   in step 2), #to-keys goes on; radios [data-store] choose the [data-store-panel] "PKCS12" or "program". Step 2: #pending-password,
   #pending-repeat with [data-rules], #make-keys, #making [data-task="auth|sign|save|check|send"], #pending-file-name, #pending-again (#check-pending
   chooser for the saved file), #pending-check. Step 3: [data-from="name"] are filled from the application's page, #statement, #agree, keyfields,
   then #confirm-form's signed. Step 4: #waiting, #statuses (from template #status-row), #final-files (from template #final-file), #done with
   #application-number. Without a script: #reissue-form alone, with the two requests in #own-requests.
   data-iin, data-name, data-common-name, data-surname, data-given, data-patronymic on #reissue: the subject of the requests. ?><?cs include:"macros.cs" ?><?cs include:"filing-parts.cs" ?><?cs
set:page.title = L.menu.reissue ?><?cs set:page.section = "reissue" ?><?cs set:page.script = "reissue" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.reissue ?><?cs include:"head.cs" ?>
<h1><?cs var:L.reissue.title ?></h1>
<?cs call:summary() ?>
<?cs if:filed.number ?><p class="lead" id="already-filed" data-number="<?cs var:filed.number ?>"><?cs var:L.reissue.already_filed ?> <a class="mono" href="/applications/<?cs var:filed.number ?>"><?cs var:filed.number ?></a></p><?cs /if ?>
<?cs if:attempts.left == "0" ?>
<?cs call:notice("warning", attempts.text) ?>
<p class="lead"><?cs var:L.attempts.next ?> <strong><?cs var:attempts.next ?></strong></p>
<div class="actions"><a class="button primary" href="/applications"><?cs var:L.reissue.to_applications ?></a></div>
<?cs elif:!can_reissue ?>
<?cs call:notice("warning", L.reissue.no_key) ?>
<p><?cs var:L.reissue.no_key_way ?></p>
<div class="actions"><a class="button primary" href="/keys"><?cs var:L.reissue.to_keys ?></a><a class="button quiet" href="/help#first"><?cs var:L.reissue.first ?></a></div>
<?cs else ?>
<ol class="steps" id="steps">
  <li data-step="1" aria-current="step"><span><?cs var:L.reissue.step1 ?></span></li>
  <li data-step="2"><span><?cs var:L.reissue.step2 ?></span></li>
  <li data-step="3"><span><?cs var:L.reissue.step3 ?></span></li>
  <li data-step="4"><span><?cs var:L.reissue.step4 ?></span></li>
</ol>
<div id="reissue" data-iin="<?cs var:citizen.iin ?>" data-surname="<?cs var:citizen.surname ?>" data-given="<?cs var:citizen.name ?>" data-patronymic="<?cs var:citizen.patronymic ?>" data-common-name="<?cs var:citizen.common_name ?>">
<section data-step="1" aria-labelledby="step1-title">
  <p class="lead"><?cs var:L.reissue.lead ?></p>
  <h2 id="step1-title" tabindex="-1"><?cs var:L.reissue.data ?></h2>
  <p class="attempts"><?cs call:icon("info") ?><span><?cs var:attempts.text ?></span></p>
  <dl class="data">
    <?cs call:row_mono(L.cert.iin, citizen.iin) ?>
    <?cs call:row(L.reissue.surname, citizen.surname) ?>
    <?cs call:row(L.reissue.name, citizen.name) ?>
    <?cs call:row(L.reissue.patronymic, citizen.patronymic) ?>
  </dl>
  <p class="hint"><?cs var:L.reissue.from_certificate ?></p>
  <form class="form" id="reissue-form" method="post" action="/reissue" accept-charset="utf-8" novalidate>
    <?cs call:csrf() ?>
    <p class="hint"><?cs var:L.frame.required ?></p>
    <?cs call:field("email", "email", L.reissue.email, L.reissue.email_hint, value.email, error.email, 0, "email", "medium", "email") ?>
    <div class="field<?cs if:error.locality ?> invalid<?cs /if ?>">
      <?cs call:label("locality", L.reissue.locality, L.reissue.locality_hint, 1) ?>
      <?cs call:field_error("locality", error.locality) ?>
      <div class="select-search" data-select-search-zone="locality">
        <label class="hint" for="locality-search"><?cs var:L.reissue.locality_search ?></label>
        <input class="medium" type="search" id="locality-search" data-select-search="locality" aria-controls="locality" autocomplete="off" hidden>
        <select class="medium" id="locality" name="locality" required<?cs call:described("locality", L.reissue.locality_hint, error.locality) ?>>
          <option value=""><?cs var:L.reissue.locality_choose ?></option><?cs # some three hundred: without blanks and end tags
          set:page.group = "" ?><?cs each:l = localities ?><?cs if:l.region != page.group ?><?cs if:page.group != "" ?></optgroup><?cs /if ?><?cs
          set:page.group = l.region ?><?cs if:page.group != "" ?><optgroup<?cs if:lang == "en" ?> lang="ru"<?cs /if ?> label="<?cs var:l.region ?>"><?cs /if ?><?cs /if
          ?><option value="<?cs var:l.code ?>"<?cs if:lang == "en" && page.group == "" ?> lang="ru"<?cs /if ?><?cs if:l.code == value.locality ?> selected<?cs /if ?>><?cs var:l.name ?><?cs /each ?><?cs if:page.group != "" ?></optgroup><?cs /if ?>
        </select>
        <button class="quiet small" type="button" data-select-clear="locality" hidden><?cs call:icon("cross") ?><span><?cs var:L.list.clear ?></span></button>
      </div>
      <p class="hint" data-select-count="locality" aria-live="polite"></p>
    </div>
    <h3><?cs var:L.reissue.store_data ?></h3>
    <?cs call:stores(L.reissue.store_hint, value.store, error.store) ?>
    <div data-store-panel="PKCS12"><?cs call:notice("warning", L.reissue.unsafe) ?></div>
    <div data-store-panel="program" hidden><?cs call:notice("info", L.reissue.program) ?></div>
    <div class="actions needs-script" data-store-panel="PKCS12"><button class="primary" type="button" id="to-keys"><?cs var:L.reissue.go_on ?></button></div>
    <?cs call:own_requests(L.reissue.own_text) ?>
  </form>
  <noscript><?cs call:notice("info", L.reissue.no_script) ?></noscript>
</section>
<?cs call:keys_step() ?>
<section data-step="3" aria-labelledby="step3-title" hidden>
  <h2 id="step3-title" tabindex="-1"><?cs var:L.application.edit ?></h2>
  <?cs call:number("filed-number", L.application.number, "") ?>
  <p><?cs var:L.application.remember ?></p>
  <div class="actions"><button class="quiet small" type="button" id="save-numbered" hidden><?cs call:icon("download") ?><span><?cs var:L.reissue.save_numbered ?></span></button></div>
  <h3><?cs var:L.application.data ?></h3>
  <dl class="data">
    <dt><?cs var:L.application.created ?></dt><dd data-from="created"></dd>
    <dt><?cs var:L.application.template ?></dt><dd data-from="template"></dd>
    <dt><?cs var:L.application.origin ?></dt><dd data-from="origin"></dd>
    <dt><?cs var:L.application.status ?></dt><dd data-from="status"></dd>
  </dl>
  <form class="form" id="confirm-form" method="post" enctype="multipart/form-data" accept-charset="utf-8" novalidate>
    <h3><?cs var:L.application.change ?></h3>
    <p class="hint"><?cs var:L.frame.required ?></p>
    <div class="field"><?cs call:label("status", L.application.choose_status, "", 1) ?><select class="long" id="status"><option value="signed" selected><?cs var:L.status.signed ?></option></select></div>
    <label class="check" id="replace-choice"><input type="checkbox" id="replace"> <span><?cs var:L.replace.tick ?></span></label>
    <p class="hint"><?cs var:L.replace.text ?></p>
    <div class="consent"><p id="statement"></p>
      <label class="check"><input type="checkbox" id="agree" name="agree" value="1" required aria-describedby="statement agree-error"> <span><?cs var:L.frame.agree ?>&nbsp;<span class="required" aria-hidden="true">*</span></span></label>
      <p class="error-text" id="agree-error" hidden></p></div>
    <?cs call:keyfields("sign", L.key.sign_hint, L.application.confirm_sign) ?>
  </form>
</section>
<section data-step="4" aria-labelledby="step4-title" hidden>
  <h2 id="step4-title" tabindex="-1"><?cs var:L.reissue.install ?></h2>
  <div id="waiting"><p class="progress" id="wait-progress" role="status" aria-live="polite"></p>
    <table class="history"><caption class="visually-hidden"><?cs var:L.application.history ?></caption>
      <thead><tr><th scope="col"><?cs var:L.application.at ?></th><th scope="col"><?cs var:L.application.status_name ?></th></tr></thead>
      <tbody id="statuses"></tbody></table></div>
  <div id="done" hidden>
    <div id="files-ready"><?cs call:notice("info", L.install.files_ready) ?></div>
    <div id="installed" role="status" hidden><?cs call:notice("success", L.install.done) ?></div>
    <?cs call:number("application-number", L.application.number, "") ?>
    <p><?cs var:L.application.remember ?></p>
    <p><?cs var:L.install.two_files ?></p>
    <ul class="files" id="final-files"></ul>
    <?cs call:notice("warning", L.install.remember) ?>
    <div class="actions"><a class="button primary" href="/keys"><?cs var:L.install.to_keys ?></a><a class="button quiet" href="/keys?for=revoke"><?cs var:L.install.revoke_old ?></a></div>
  </div>
  <div id="failed" hidden><p><?cs var:L.reissue.failed ?></p><div class="actions"><a class="button primary" id="failed-link" href="/applications"><?cs var:L.reissue.open_application ?></a></div></div>
</section>
</div>
<template id="status-row"><tr><td class="mono" data-field="at"></td><td data-field="status"></td></tr></template>
<template id="final-file"><li><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#key"></use></svg><span><strong data-field="purpose"></strong><br><span class="mono" data-field="name"></span></span>
  <button class="quiet small" type="button" data-field="save"><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#download"></use></svg><span><?cs var:L.frame.save ?></span></button></li></template>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_sign() ?><?cs call:texts_rules() ?><?cs call:texts_making() ?><?cs call:texts_install() ?> data-text-locality-count="<?cs var:L.js.locality_count ?>" data-text-locality-required="<?cs var:L.error.locality ?>" data-text-email-wrong="<?cs var:L.error.email ?>"></div>
<?cs /if ?>
<?cs include:"foot.cs" ?>
