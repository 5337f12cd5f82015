<?cs # A first application: two steps in one page, then the status page. Hooks as on the reissue page: #steps, section[data-step], #to-keys, #keys-form,
   #making, #pending-check; #apply-form (iin, surname, name, patronymic, email, locality, store; csr_auth, csr_sign filled by the script);
   #apply[data-check-iin]. Without a script: #apply-form alone, with the two requests in #own-requests. ?><?cs include:"macros.cs" ?><?cs include:"filing-parts.cs" ?><?cs
set:page.title = L.apply.title ?><?cs set:page.script = "apply" ?><?cs
set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs set:crumbs.1.text = L.apply.crumb ?><?cs include:"head.cs" ?>
<h1><?cs var:L.apply.title ?></h1>
<?cs call:summary() ?>
<ol class="steps" id="steps">
  <li data-step="1" aria-current="step"><span><?cs var:L.reissue.step1 ?></span></li>
  <li data-step="2"><span><?cs var:L.reissue.step2 ?></span></li>
  <li data-step="3"><span><?cs var:L.apply.step3 ?></span></li>
</ol>
<div id="apply" data-check-iin="<?cs var:check_iin ?>">
<section data-step="1" aria-labelledby="step1-title">
  <p class="lead"><?cs var:L.apply.lead ?></p>
  <h2 id="step1-title" tabindex="-1"><?cs var:L.reissue.data ?></h2>
  <form class="form" id="apply-form" method="post" action="/apply" accept-charset="utf-8" novalidate>
    <?cs call:csrf() ?>
    <p class="hint"><?cs var:L.frame.required ?></p>
    <?cs call:field("iin", "text", L.cert.iin, L.apply.iin_hint, value.iin, error.iin, 1, "numeric", "short", "off") ?>
    <?cs call:field("surname", "text", L.reissue.surname, L.apply.name_hint, value.surname, error.surname, 1, "", "medium", "family-name") ?>
    <?cs call:field("name", "text", L.reissue.name, "", value.name, error.name, 1, "", "medium", "given-name") ?>
    <?cs call:field("patronymic", "text", L.reissue.patronymic, L.apply.patronymic_hint, value.patronymic, error.patronymic, 0, "", "medium", "additional-name") ?>
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
    <div class="code"><?cs call:number("filing-code", L.apply.code, code) ?><p><?cs var:L.apply.code_before ?></p></div>
    <div class="actions needs-script" data-store-panel="PKCS12"><button class="primary" type="button" id="to-keys"><?cs var:L.reissue.go_on ?></button></div>
    <?cs call:own_requests(L.apply.own_text) ?>
  </form>
  <noscript><?cs call:notice("info", L.reissue.no_script) ?></noscript>
</section>
<?cs call:keys_step() ?>
</div>
<section><h2><?cs var:L.apply.next_title ?></h2>
<ol><li><?cs var:L.apply.next_file ?></li><li><?cs var:L.apply.next_confirm ?></li><li><?cs var:L.apply.next_install ?></li></ol></section>
<section><h2><?cs var:L.apply.known ?></h2>
<form class="form search-one" method="get" action="/status" accept-charset="utf-8">
  <?cs call:field("number", "text", L.application.number, L.check.number_hint, "", "", 1, "numeric", "medium", "off") ?>
  <div class="actions"><button class="quiet" type="submit"><?cs var:L.proof.open ?></button></div>
</form></section>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_rules() ?><?cs call:texts_making() ?> data-text-sending="<?cs var:L.js.sending ?>" data-text-locality-count="<?cs var:L.js.locality_count ?>" data-text-locality-required="<?cs var:L.error.locality ?>" data-text-email-wrong="<?cs var:L.error.email ?>" data-text-iin-wrong="<?cs var:L.error.iin ?>" data-text-required="<?cs var:L.error.required ?>"></div>
<?cs include:"foot.cs" ?>
