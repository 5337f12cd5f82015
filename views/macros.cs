<?cs # Components. Every value goes out through var (escaped); attributes are quoted; texts come as arguments from L.
   Hooks shared by all pages (scripts find them by these attributes, never by class):
   data-copy="ID"          button: copies the text of element ID, tells [data-copied] beside it
   data-password-toggle="ID"  button, hidden until the script shows it: shows or hides the password of input ID
   data-file="ID"          output: name and size of the file chosen in input ID; its zone is [data-drop]
   data-select-search="ID" search box, hidden until the script shows it: narrows the options of select ID; data-select-clear="ID" empties both
   #texts[data-text-CODE]  sentences for scripts, with places {name} ?>
<?cs def:icon(id) ?><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#<?cs var:id ?>"></use></svg><?cs /def ?>

<?cs def:csrf() ?><input type="hidden" name="csrf" value="<?cs var:csrf ?>"><?cs /def ?>

<?cs # kind: success | info | warning | error ?>
<?cs def:notice(kind, text) ?><div class="notice <?cs var:kind ?>"<?cs if:kind == "error" ?> role="alert"<?cs elif:kind == "success" ?> role="status"<?cs /if ?>><?cs
  if:kind == "success" ?><?cs call:icon("check") ?><?cs elif:kind == "info" ?><?cs call:icon("info") ?><?cs else ?><?cs call:icon("warning") ?><?cs /if
  ?><p><?cs var:text ?></p></div><?cs /def ?>

<?cs # The name of a field that may be left empty by mistake, so that the summary says which one. ?>
<?cs def:field_name(id) ?><?cs if:id == "iin" ?><?cs var:L.cert.iin ?><?cs elif:id == "surname" ?><?cs var:L.reissue.surname ?><?cs elif:id == "name" ?><?cs var:L.reissue.name ?><?cs
  elif:id == "email" ?><?cs var:L.reissue.email ?><?cs elif:id == "locality" ?><?cs var:L.reissue.locality ?><?cs elif:id == "store" ?><?cs var:L.store.legend ?><?cs elif:id == "number" ?><?cs var:L.application.number ?><?cs
  elif:id == "csr_auth" ?><?cs var:L.reissue.csr_auth ?><?cs elif:id == "csr_sign" ?><?cs var:L.reissue.csr_sign ?><?cs elif:id == "code" ?><?cs var:L.profile.code ?><?cs elif:id == "reason" ?><?cs var:L.revoke.reason ?><?cs /if ?><?cs /def ?>
<?cs # What was refused, with links to the fields. Stands first in the content of every page with a form. ?>
<?cs def:summary() ?><?cs if:errors.0.text ?>
<div class="notice error summary" id="summary" role="alert" tabindex="-1" aria-labelledby="summary-title">
  <?cs call:icon("warning") ?>
  <div><h2 id="summary-title"><?cs var:L.frame.summary ?></h2>
  <ul><?cs each:e = errors ?><li><?cs if:e.field ?><a href="#<?cs var:e.field ?>"><?cs if:e.text == L.error.required ?><?cs call:field_name(e.field) ?>: <?cs /if ?><?cs var:e.text ?></a><?cs else ?><?cs var:e.text ?><?cs /if ?></li><?cs /each ?></ul></div>
</div><?cs /if ?><?cs if:notice.text ?><?cs call:notice(notice.kind, notice.text) ?><?cs /if ?><?cs /def ?>

<?cs def:field_error(id, text) ?><?cs if:text ?><p class="error-text" id="<?cs var:id ?>-error"><?cs call:icon("warning") ?><span><?cs var:text ?></span></p><?cs /if ?><?cs /def ?>

<?cs # aria-describedby and aria-invalid of a field ?>
<?cs def:described(id, hint, error) ?><?cs
  if:hint ?><?cs if:error ?> aria-describedby="<?cs var:id ?>-hint <?cs var:id ?>-error" aria-invalid="true"<?cs else ?> aria-describedby="<?cs var:id ?>-hint"<?cs /if
  ?><?cs elif:error ?> aria-describedby="<?cs var:id ?>-error" aria-invalid="true"<?cs /if ?><?cs /def ?>

<?cs def:label(id, text, hint, required) ?><label for="<?cs var:id ?>"><?cs var:text ?><?cs if:required ?>&nbsp;<span class="required" aria-hidden="true">*</span><?cs /if ?></label><?cs
  if:hint ?><p class="hint" id="<?cs var:id ?>-hint"><?cs var:hint ?></p><?cs /if ?><?cs /def ?>

<?cs # A text field that is posted. type: text | email | search; mode: inputmode; width: short | medium | long ?>
<?cs def:field(id, type, text, hint, val, error, required, mode, width, complete) ?>
<div class="field<?cs if:error ?> invalid<?cs /if ?>">
  <?cs call:label(id, text, hint, required) ?>
  <?cs call:field_error(id, error) ?>
  <input class="<?cs var:width ?>" type="<?cs var:type ?>" id="<?cs var:id ?>" name="<?cs var:id ?>" value="<?cs var:val ?>"<?cs if:mode ?> inputmode="<?cs var:mode ?>"<?cs /if
    ?> autocomplete="<?cs var:complete ?>" spellcheck="false"<?cs if:required ?> required<?cs /if ?><?cs call:described(id, hint, error) ?>>
</div><?cs /def ?>

<?cs # A day. A date field drops one that does not exist and shows nothing to mend: with an error it is a text field. ?>
<?cs def:day(id, text, hint, val, error) ?><?cs if:error ?><?cs call:field(id, "text", text, hint, val, error, 0, "", "medium", "off") ?><?cs
  else ?><?cs call:field(id, "date", text, hint, val, error, 0, "", "medium", "off") ?><?cs /if ?><?cs /def ?>

<?cs # Key file: no name, never sent. The script writes name and size into the output and errors into #ID-error. multiple: 1 | 0 ?>
<?cs def:file(id, text, hint, multiple) ?>
<div class="field">
  <?cs call:label(id, text, hint, 1) ?>
  <p class="error-text" id="<?cs var:id ?>-error" hidden></p>
  <div class="file" data-drop="<?cs var:id ?>">
    <input class="visually-hidden" type="file" id="<?cs var:id ?>" accept=".p12,.pfx"<?cs if:multiple ?> multiple<?cs /if ?> aria-describedby="<?cs if:hint ?><?cs var:id ?>-hint <?cs /if ?><?cs var:id ?>-name <?cs var:id ?>-error">
    <label class="button quiet" for="<?cs var:id ?>"><?cs call:icon("file") ?><span><?cs var:L.frame.choose_file ?></span></label>
    <output id="<?cs var:id ?>-name" data-file="<?cs var:id ?>" for="<?cs var:id ?>"><?cs var:L.frame.no_file ?></output>
  </div>
</div><?cs /def ?>

<?cs # Password: no name, never sent. complete: off | new-password | current-password ?>
<?cs def:password(id, text, hint, complete) ?>
<div class="field">
  <?cs call:label(id, text, hint, 1) ?>
  <p class="error-text" id="<?cs var:id ?>-error" hidden></p>
  <div class="password">
    <input class="medium" type="password" id="<?cs var:id ?>" autocomplete="<?cs var:complete ?>" autocapitalize="none" spellcheck="false" aria-describedby="<?cs if:hint ?><?cs var:id ?>-hint <?cs /if ?><?cs var:id ?>-error">
    <button class="quiet" type="button" data-password-toggle="<?cs var:id ?>" aria-pressed="false" aria-controls="<?cs var:id ?>" hidden><?cs call:icon("eye") ?><span><?cs var:L.frame.show_password ?></span></button>
  </div>
</div><?cs /def ?>

<?cs def:rule(code, text) ?><li data-rule="<?cs var:code ?>"><?cs call:icon("dot") ?><?cs call:icon("check") ?><span><?cs var:text ?></span> <span class="visually-hidden" data-state></span></li><?cs /def ?>
<?cs # The rule of new passwords; the script sets data-ok="1" on a line that holds and its [data-state] to L.js.rule_ok or rule_missing, and tells in
   [data-strength] how long the password would stand. ?>
<?cs def:password_rules(id, with_repeat) ?>
<ul class="rules" id="<?cs var:id ?>-rules" data-rules="<?cs var:id ?>">
  <?cs call:rule("length", L.js.rule_length) ?>
  <?cs call:rule("lower", L.js.rule_lower) ?>
  <?cs call:rule("upper", L.js.rule_upper) ?>
  <?cs call:rule("digit", L.js.rule_digit) ?>
  <?cs call:rule("latin", L.js.rule_latin) ?>
  <?cs if:with_repeat ?><?cs call:rule("repeat", L.js.rule_repeat) ?><?cs /if ?>
</ul>
<p class="hint strength" data-strength="<?cs var:id ?>" role="status" data-weak="<?cs var:L.password.weak ?>" data-fair="<?cs var:L.password.fair ?>" data-strong="<?cs var:L.password.strong ?>"></p><?cs /def ?>
<?cs # A state in words with a sign. kind: good | bad | wait | warn | program | plain ?>
<?cs def:state(kind, text) ?><span class="state <?cs var:kind ?>"><?cs
  if:kind == "good" ?><?cs call:icon("check") ?><?cs elif:kind == "bad" ?><?cs call:icon("cross") ?><?cs elif:kind == "wait" ?><?cs call:icon("clock") ?><?cs
  elif:kind == "warn" ?><?cs call:icon("warning") ?><?cs elif:kind == "program" ?><?cs call:icon("token") ?><?cs else ?><?cs call:icon("dot") ?><?cs /if ?><span><?cs var:text ?></span></span><?cs /def ?>
<?cs def:status(code, text) ?><?cs
  if:code == "issued" || code == "installed" ?><?cs call:state("good", text) ?><?cs
  elif:code == "refused" || code == "failed" ?><?cs call:state("bad", text) ?><?cs
  elif:code == "expired" || code == "withdrawn" ?><?cs call:state("plain", text) ?><?cs
  else ?><?cs call:state("wait", text) ?><?cs /if ?><?cs /def ?>

<?cs def:row(term, text) ?><?cs if:text ?><dt><?cs var:term ?></dt><dd><?cs var:text ?></dd><?cs /if ?><?cs /def ?>
<?cs def:row_mono(term, text) ?><?cs if:text ?><dt><?cs var:term ?></dt><dd><span class="mono"><?cs var:text ?></span></dd><?cs /if ?><?cs /def ?>

<?cs # A number to keep: large, copyable. ?>
<?cs def:number(id, text, val) ?>
<p class="number"><span class="number-label"><?cs var:text ?></span>
  <span class="number-value mono" id="<?cs var:id ?>"><?cs var:val ?></span>
  <button class="quiet small" type="button" data-copy="<?cs var:id ?>" hidden><?cs call:icon("copy") ?><span><?cs var:L.frame.copy ?></span></button>
  <span class="copied" data-copied="<?cs var:id ?>" aria-live="polite"></span></p><?cs /def ?>

<?cs # One line of making or waiting; the script sets data-state="busy" | "done" | "failed" and the text of [data-note]. ?>
<?cs def:task(code, text) ?><li data-task="<?cs var:code ?>"><span class="task-sign"><?cs call:icon("dot") ?><?cs call:icon("clock") ?><?cs call:icon("check") ?><?cs call:icon("cross") ?></span><span><?cs var:text ?> <span data-note></span></span></li><?cs /def ?>

<?cs def:store(code, id, text, hint, sign, chosen) ?><label class="choice<?cs if:code == "PKCS12" ?> wide<?cs /if ?>"><input type="radio" name="store" id="<?cs var:id ?>" value="<?cs var:code ?>" data-store<?cs
  if:chosen == code || (code == "PKCS12" && !chosen) ?> checked<?cs /if ?>><?cs call:icon(sign) ?><span><strong><?cs var:text ?></strong><small><?cs var:hint ?></small></span></label><?cs /def ?>
<?cs # Where keys live. id: id of the first radio, chosen: value.store. A radio has data-store. ?>
<?cs def:stores(hint, chosen, error) ?>
<fieldset class="field stores<?cs if:error ?> invalid<?cs /if ?>"<?cs if:error ?> aria-describedby="store-error"<?cs /if ?>>
  <legend><?cs var:L.store.legend ?>&nbsp;<span class="required" aria-hidden="true">*</span></legend>
  <?cs if:hint ?><p class="hint"><?cs var:hint ?></p><?cs /if ?>
  <?cs call:field_error("store", error) ?>
  <div class="choices">
    <?cs call:store("PKCS12", "store", L.store.PKCS12, L.store.file_hint, "computer", chosen) ?>
    <?cs call:store("AKKZIDCardStore", "store-id", L.store.AKKZIDCardStore, L.store.program_hint, "card", chosen) ?>
    <?cs call:store("AKEToken72KStore", "store-etoken", L.store.AKEToken72KStore, L.store.program_hint, "token", chosen) ?>
    <?cs call:store("AKJaCartaStore", "store-jacarta", L.store.AKJaCartaStore, L.store.program_hint, "token", chosen) ?>
    <?cs call:store("AKKaztokenStore", "store-kaztoken", L.store.AKKaztokenStore, L.store.program_hint, "token", chosen) ?>
  </div>
</fieldset><?cs /def ?>
<?cs # Fields for signing with a key file in this page. Nothing here has a name except the radios of found keys (ignored by the server).
   purpose: auth | sign. The script: lists keys into #keys-found, enables #sign, writes progress into #key-progress, posts the form. ?>
<?cs def:keyfields(purpose, hint, button) ?>
<div class="keyfields needs-script" id="keyfields" data-purpose="<?cs var:purpose ?>" role="group" aria-labelledby="keyfields-title">
  <p class="keyfields-title" id="keyfields-title"><strong><?cs var:L.key.forming ?></strong></p>
  <?cs if:purpose == "sign" ?><p class="hint"><?cs var:L.key.store_type ?> <?cs var:L.store.PKCS12 ?></p><?cs /if ?>
  <?cs call:file("key-file", L.key.path, hint, 0) ?>
  <?cs call:password("key-password", L.key.password, "", "off") ?>
  <div class="actions"><button class="quiet" type="button" id="list-keys"><?cs call:icon("refresh") ?><span><?cs var:L.key.list ?></span></button></div>
  <fieldset class="field found" id="keys-found" hidden>
    <legend><?cs var:L.key.choose ?></legend>
    <div class="choices" id="keys-found-list"></div>
  </fieldset>
  <p class="progress" id="key-progress" role="status" aria-live="polite"></p>
  <div class="actions"><button class="<?cs if:page.section == "revoke" ?>destructive solid<?cs else ?>primary<?cs /if ?>" type="submit" id="sign"><?cs var:button ?></button></div>
  <template id="key-card">
    <label class="choice wide key-choice"><input type="radio" name="key"><svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#key"></use></svg>
      <span><strong data-field="purpose"></strong><small class="misfit" data-field="misfit" hidden></small>
      <span class="chosen-title"><?cs var:L.key.chosen ?></span>
      <span class="pairs">
        <span><span class="term"><?cs var:L.key.owner ?></span><span data-field="owner"></span></span>
        <span><span class="term"><?cs var:L.cert.serial ?></span><span class="mono" data-field="serial"></span></span>
        <span><span class="term"><?cs var:L.key.issuer ?></span><span data-field="issuer"></span></span>
        <span><span class="term"><?cs var:L.cert.algorithm ?></span><span data-field="algorithm"></span></span>
        <span><span class="term"><?cs var:L.cert.validity ?></span><span data-field="validity"></span></span>
      </span></span></label>
  </template>
</div>
<noscript><?cs call:notice("info", L.frame.no_script_sign) ?></noscript><?cs /def ?>

<?cs # The same decision signed by another program. Stands inside the page's form; needs no script. open: 1 shows it at once. ?>
<?cs def:elsewhere(intro, open) ?>
<details class="elsewhere" id="elsewhere"<?cs if:open || error.signed ?> open<?cs /if ?>>
  <summary><?cs var:L.elsewhere.title ?></summary>
  <p><?cs var:intro ?></p>
  <?cs if:document_until ?><p class="hint"><?cs var:L.login.until ?> <span class="mono" id="document-until"><?cs var:document_until ?></span>.<?cs if:!elsewhere ?> <a href="/login?elsewhere=1&amp;back=<?cs var:url_escape(value.back) ?>#elsewhere"><?cs var:L.login.longer ?></a><?cs /if ?></p><?cs /if ?>
  <ol><li><?cs var:L.elsewhere.step_copy ?> <a href="/help#xmlsec1"><?cs var:L.elsewhere.how ?></a></li><li><?cs var:L.elsewhere.step_sign ?></li><li><?cs var:L.elsewhere.step_send ?></li></ol>
  <div class="field">
    <label for="document"><?cs var:L.elsewhere.document ?></label>
    <textarea id="document" name="document" class="mono" rows="6" readonly spellcheck="false"><?cs var:document ?></textarea>
    <div class="actions"><a class="button quiet small" id="document-file" href="<?cs var:document_href ?>" download="<?cs var:document_name ?>"><?cs call:icon("download") ?><span><?cs var:L.elsewhere.download ?></span></a><a class="button quiet small" id="document-prepared" href="<?cs var:prepared_href ?>" download="<?cs var:document_name ?>"><?cs call:icon("download") ?><span><?cs var:L.elsewhere.prepared ?></span></a><button class="quiet small" type="button" data-copy="document" hidden><?cs call:icon("copy") ?><span><?cs var:L.frame.copy ?></span></button><span class="copied" data-copied="document" aria-live="polite"></span></div>
  </div>
  <div class="field<?cs if:error.signed ?> invalid<?cs /if ?>">
    <?cs call:label("signed", L.elsewhere.signed, L.elsewhere.signed_hint, 0) ?>
    <?cs call:field_error("signed", error.signed) ?>
    <textarea id="signed" name="signed" class="mono" rows="6" spellcheck="false" autocomplete="off"<?cs call:described("signed", L.elsewhere.signed_hint, error.signed) ?>></textarea>
  </div>
  <div class="field">
    <?cs call:label("signed-file", L.elsewhere.file, "", 0) ?>
    <div class="file" data-drop="signed-file">
      <input class="visually-hidden" type="file" id="signed-file" name="signed" accept=".xml,text/xml,application/xml" aria-describedby="signed-file-name">
      <label class="button quiet small" for="signed-file"><?cs call:icon("file") ?><span><?cs var:L.frame.choose_file ?></span></label>
      <output id="signed-file-name" data-file="signed-file" for="signed-file"><?cs var:L.frame.no_file ?></output>
    </div>
  </div>
  <div class="actions"><button class="quiet" type="submit" id="send-signed"><?cs var:L.elsewhere.send ?></button></div>
</details><?cs /def ?>

<?cs # Sentences for scripts. Pages call the groups they need inside #texts. ?>
<?cs def:texts_frame() ?>data-text-copied="<?cs var:L.js.copied ?>" data-text-copy-failed="<?cs var:L.js.copy_failed ?>" data-text-show="<?cs var:L.frame.show_password ?>" data-text-hide="<?cs var:L.js.hide_password ?>"
 data-text-file="<?cs var:L.js.file ?>" data-text-files="<?cs var:L.js.files ?>" data-text-file-too-large="<?cs var:L.js.file_too_large ?>" data-text-no-file="<?cs var:L.frame.no_file ?>" data-text-choose-other="<?cs var:L.js.choose_other ?>" data-text-network="<?cs var:L.js.network ?>" data-text-server="<?cs var:L.js.server ?>"
 data-text-unexpected="<?cs var:L.js.unexpected ?>" data-text-session-ended="<?cs var:L.js.session_ended ?>"<?cs /def ?>
<?cs def:texts_keyfile() ?> data-text-not-p12="<?cs var:L.js.not_p12 ?>" data-text-wrong-password="<?cs var:L.js.wrong_password ?>" data-text-damaged="<?cs var:L.js.damaged ?>" data-text-no-mac="<?cs var:L.js.no_mac ?>"
 data-text-too-many-iterations="<?cs var:L.js.too_many_iterations ?>" data-text-unsupported-cipher="<?cs var:L.js.unsupported_cipher ?>" data-text-no-key="<?cs var:L.js.no_key ?>" data-text-no-certificate="<?cs var:L.js.no_certificate ?>" data-text-gost="<?cs var:L.js.gost ?>"
 data-text-file-required="<?cs var:L.js.file_required ?>" data-text-password-required="<?cs var:L.js.password_required ?>" data-text-opening="<?cs var:L.js.opening ?>" data-text-no-crypto="<?cs var:L.js.no_crypto ?>"<?cs /def ?>
<?cs def:texts_sign() ?> data-text-is-sign-not-auth="<?cs var:L.js.is_sign_not_auth ?>" data-text-is-auth-not-sign="<?cs var:L.js.is_auth_not_sign ?>" data-text-expired="<?cs var:L.js.expired ?>" data-text-not-yet-valid="<?cs var:L.js.not_yet_valid ?>"
 data-text-pending="<?cs var:L.js.pending ?>" data-text-other-person="<?cs var:L.js.other_person ?>" data-text-unsupported-key="<?cs var:L.js.unsupported_key ?>" data-text-organisation="<?cs var:L.js.organisation ?>" data-text-other-purpose="<?cs var:L.js.other_purpose ?>" data-text-none-fits="<?cs var:L.js.none_fits ?>" data-text-several-fit="<?cs var:L.js.several_fit ?>" data-text-one-fits="<?cs var:L.js.one_fits ?>"
 data-text-purpose-auth="<?cs var:L.js.purpose_auth ?>" data-text-purpose-sign="<?cs var:L.js.purpose_sign ?>" data-text-purpose-pending="<?cs var:L.js.purpose_pending ?>" data-text-purpose-other="<?cs var:L.js.purpose_other ?>"
 data-text-signing="<?cs var:L.js.signing ?>" data-text-sending="<?cs var:L.js.sending ?>" data-text-wrong-site="<?cs var:L.js.wrong_site ?>" data-text-agree-required="<?cs var:L.error.agree ?>"<?cs /def ?>
<?cs def:texts_rules() ?> data-text-rule-ok="<?cs var:L.js.rule_ok ?>" data-text-rule-missing="<?cs var:L.js.rule_missing ?>" data-text-password-weak="<?cs var:L.js.password_weak ?>" data-text-password-differs="<?cs var:L.js.password_differs ?>"<?cs /def ?>
<?cs def:texts_making() ?> data-text-making="<?cs var:L.js.making ?>" data-text-saving="<?cs var:L.js.saving ?>" data-text-saved="<?cs var:L.js.saved ?>" data-text-checking="<?cs var:L.js.checking ?>" data-text-checked="<?cs var:L.js.checked ?>"
 data-text-wrong-pending="<?cs var:L.js.wrong_pending ?>"<?cs /def ?>
<?cs def:texts_install() ?> data-text-waiting="<?cs var:L.js.waiting ?>" data-text-still-waiting="<?cs var:L.js.still_waiting ?>" data-text-installing="<?cs var:L.js.installing ?>" data-text-installed="<?cs var:L.js.installed ?>" data-text-not-matching="<?cs var:L.js.not_matching ?>"
 data-text-not-recorded="<?cs var:L.js.not_recorded ?>" data-text-save-auth="<?cs var:L.js.save_auth ?>" data-text-save-sign="<?cs var:L.js.save_sign ?>"<?cs /def ?>
