<?cs # Parts of the pages that file an application (reissue, apply): requests made elsewhere, and the step that makes the keys. Hooks as on the reissue
   page: #own-requests, #file-application; #keys-form, #making, #pending-check. text: what to do with requests of one's own. ?>
<?cs def:own_requests(text) ?><details class="elsewhere" id="own-requests"<?cs if:error.csr_auth || error.csr_sign ?> open<?cs /if ?>>
  <summary><?cs var:L.reissue.own ?></summary>
  <p><?cs var:text ?></p>
  <div class="field<?cs if:error.csr_auth ?> invalid<?cs /if ?>">
    <?cs call:label("csr_auth", L.reissue.csr_auth, L.reissue.csr_hint, 0) ?><?cs call:field_error("csr_auth", error.csr_auth) ?>
    <textarea class="mono" id="csr_auth" name="csr_auth" rows="5" spellcheck="false" autocomplete="off"<?cs call:described("csr_auth", L.reissue.csr_hint, error.csr_auth) ?>><?cs var:value.csr_auth ?></textarea>
  </div>
  <div class="field<?cs if:error.csr_sign ?> invalid<?cs /if ?>">
    <?cs call:label("csr_sign", L.reissue.csr_sign, L.reissue.csr_hint, 0) ?><?cs call:field_error("csr_sign", error.csr_sign) ?>
    <textarea class="mono" id="csr_sign" name="csr_sign" rows="5" spellcheck="false" autocomplete="off"<?cs call:described("csr_sign", L.reissue.csr_hint, error.csr_sign) ?>><?cs var:value.csr_sign ?></textarea>
  </div>
  <div class="actions"><button class="quiet" type="submit" id="file-application"><?cs var:L.reissue.submit ?></button></div>
</details><?cs /def ?>
<?cs def:keys_step() ?><section data-step="2" aria-labelledby="step2-title" hidden>
  <h2 id="step2-title" tabindex="-1"><?cs var:L.reissue.keys ?></h2>
  <p><?cs var:L.reissue.keys_text ?></p>
  <form class="form" id="keys-form" novalidate>
    <div class="password-pair">
    <?cs call:password("pending-password", L.install.new_password, L.password.rule, "new-password") ?>
    <?cs call:password_rules("pending-password", 1) ?>
    <?cs call:password("pending-repeat", L.install.repeat, "", "new-password") ?>
    </div>
    <?cs call:notice("warning", L.install.remember) ?>
    <div class="actions"><button class="primary" type="submit" id="make-keys"><?cs var:L.reissue.make ?></button><button class="quiet" type="button" data-back="1"><?cs var:L.frame.back ?></button></div>
  </form>
  <ol class="tasks" id="making" aria-live="polite" hidden>
    <?cs call:task("auth", L.reissue.task_auth) ?>
    <?cs call:task("sign", L.reissue.task_sign) ?>
    <?cs call:task("save", L.reissue.task_save) ?>
    <?cs call:task("check", L.reissue.task_check) ?>
    <?cs call:task("send", L.reissue.task_send) ?>
  </ol>
  <div id="pending-check" hidden>
    <p><?cs var:L.reissue.check_text ?> <strong class="mono" id="pending-file-name"></strong></p>
    <?cs call:file("check-pending", L.reissue.check_file, "", 0) ?>
    <p class="progress" id="check-progress" role="status" aria-live="polite"></p>
    <div class="actions"><button class="quiet" type="button" id="pending-again"><?cs call:icon("download") ?><span><?cs var:L.reissue.save_again ?></span></button></div>
  </div>
</section><?cs /def ?>
