<?cs # One application. While it waits for the citizen: «Смена статуса заявки», consent, signature. application.template, origin, store and
   history.N.actor are words; application.status and history.N.status are codes.
   Hooks: #signed-form (status, agree, signed), keyfields of macros.cs with data-purpose="sign", #statement, #agree, #agree-error,
   #application-number, [data-application="template|origin|created|status"] for the reissue page that reads this one. ?><?cs include:"macros.cs" ?><?cs include:"application-parts.cs" ?><?cs
set:page.title = L.application.title + " " + application.number ?><?cs set:page.section = "applications" ?><?cs set:page.path = "/applications/" + application.number ?><?cs
if:can_confirm ?><?cs set:page.script = "sign" ?><?cs /if ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.applications ?><?cs set:crumbs.1.href = "/applications" ?><?cs
set:crumbs.2.text = L.application.edit ?><?cs include:"head.cs" ?>
<h1><?cs var:L.application.edit ?></h1>
<?cs call:summary() ?>
<div class="above">
<?cs call:number("application-number", L.application.number, application.number) ?>
<p><?cs call:status(application.status, application.status_text) ?></p>
</div>
<div hidden data-application="created"><?cs var:application.created ?></div><div hidden data-application="template"><?cs var:application.template ?></div>
<div hidden data-application="origin"><?cs var:application.origin ?></div><div hidden data-application="status"><?cs var:application.status_text ?></div>
<?cs if:can_confirm && public ?><p class="lead"><?cs var:L.filed.waits ?></p><?cs elif:can_confirm ?><p class="lead"><?cs var:L.application.waits ?></p><?cs /if ?>
<?cs if:application.status == "signed" || application.status == "signing" ?><p class="lead"><?cs var:L.application.wait_ca ?></p><div class="actions"><a class="button primary" href="/status/<?cs var:application.number ?>"><?cs var:L.application.to_status ?></a></div><?cs /if ?>
<?cs if:application.status == "issued" ?><p class="lead"><?cs var:L.application.wait_install ?></p><div class="actions"><a class="button primary" href="/status/<?cs var:application.number ?>"><?cs var:L.application.to_install ?></a></div><?cs /if ?>
<?cs if:application.status == "refused" || application.status == "failed" || application.status == "expired" || application.status == "withdrawn" ?><p class="lead"><?cs var:L.application.again ?></p><div class="actions"><a class="button primary" href="/reissue"><?cs var:L.application.new ?></a></div><?cs /if ?>
<?cs call:application_data() ?>
<div class="actions" id="statement-files"><a class="button quiet small" href="/applications/<?cs var:application.number ?>/statement.pdf" id="statement-pdf"><?cs call:icon("download") ?><span><?cs var:L.document.pdf ?></span></a><a class="button quiet small" href="/applications/<?cs var:application.number ?>/statement.docx" id="statement-docx"><?cs call:icon("download") ?><span><?cs var:L.document.docx ?></span></a></div>
<?cs if:can_confirm ?>
<section class="decide" aria-labelledby="change">
<h2 id="change"><?cs var:L.application.change ?></h2>
<?cs if:can_replace ?><form class="form" id="replace-form" method="get" action="/applications/<?cs var:application.number ?>">
  <label class="check"><input type="checkbox" id="replace" name="replace" value="1"<?cs if:replace ?> checked<?cs /if ?>> <span><?cs var:L.replace.tick ?></span></label>
  <p class="hint"><?cs var:L.replace.text ?></p>
  <div class="actions" id="replace-apply"><button class="quiet small" type="submit"><?cs var:L.replace.apply ?></button></div>
</form><?cs /if ?>
<form class="form" id="signed-form" method="post" action="/applications/<?cs var:application.number ?>/confirm" enctype="multipart/form-data" accept-charset="utf-8" novalidate>
  <?cs call:csrf() ?>
  <?cs if:replace ?><input type="hidden" name="replace" value="1"><?cs /if ?>
  <?cs if:need_code ?><?cs call:field("code", "text", L.apply.code, L.filed.code_hint, value.code, error.code, 1, "", "short", "off") ?>
  <p class="hint"><?cs var:L.filed.no_code ?> <a href="/status/<?cs var:application.number ?>/proof"><?cs var:L.filed.prove ?></a></p><?cs /if ?>
  <div class="field<?cs if:error.status ?> invalid<?cs /if ?>">
    <?cs call:label("status", L.application.choose_status, "", 1) ?><?cs call:field_error("status", error.status) ?>
    <select class="long" id="status" name="status"<?cs call:described("status", "", error.status) ?>><option value="signed" selected><?cs var:status_to ?></option></select>
  </div>
  <div class="consent<?cs if:error.agree ?> invalid<?cs /if ?>">
    <p id="statement"><?cs var:statement ?></p>
    <label class="check"><input type="checkbox" id="agree" name="agree" value="1" required<?cs if:value.agree == "1" ?> checked<?cs /if ?> aria-describedby="statement agree-error"> <span><?cs var:L.frame.agree ?>&nbsp;<span class="required" aria-hidden="true">*</span></span></label>
    <p class="error-text" id="agree-error"<?cs if:!error.agree ?> hidden<?cs /if ?>><?cs if:error.agree ?><?cs var:error.agree ?><?cs /if ?></p>
  </div>
  <?cs call:keyfields("sign", L.key.sign_hint, L.application.confirm_sign) ?>
  <?cs call:elsewhere(L.elsewhere.sign_intro, 0) ?>
</form>
</section>
<?cs /if ?>
<?cs call:application_history() ?>
<?cs if:can_withdraw ?>
<?cs if:public ?><details class="withdraw" id="disown"><summary><?cs var:L.filed.disown ?></summary>
  <p><?cs var:L.filed.disown_text ?></p>
  <form method="post" action="/applications/<?cs var:application.number ?>/refuse"><?cs call:csrf() ?><button class="destructive" type="submit"><?cs var:L.filed.disown ?></button></form>
</details><?cs else ?><details class="withdraw" id="withdraw"><summary><?cs var:L.application.withdraw ?></summary>
  <p><?cs var:L.application.withdraw_text ?></p>
  <form method="post" action="/applications/<?cs var:application.number ?>/refuse"><?cs call:csrf() ?><button class="destructive" type="submit"><?cs var:L.application.withdraw ?></button></form>
</details><?cs /if ?><?cs /if ?>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_sign() ?>></div>
<?cs include:"foot.cs" ?>
