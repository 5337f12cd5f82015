<?cs # Parts of pages about one application: its data and its history (application.*, history.N.*). ?>
<?cs def:application_data() ?><h2><?cs var:L.application.data ?></h2>
<dl class="data">
  <?cs call:row_mono(L.application.number, application.number) ?>
  <?cs call:row(L.application.created, application.created) ?>
  <?cs call:row(L.application.template, application.template) ?>
  <?cs call:row(L.application.origin, application.origin) ?>
  <?cs call:row(L.application.email, application.email) ?>
  <?cs call:row(L.application.locality, application.locality) ?>
  <?cs call:row(L.application.store, application.store) ?>
  <dt><?cs var:L.application.status ?></dt><dd id="application-status" data-status="<?cs var:application.status ?>"><?cs call:status(application.status, application.status_text) ?></dd>
  <?cs call:row(L.application.reason, application.reason) ?>
</dl><?cs /def ?>
<?cs def:application_history() ?><h2><?cs var:L.application.history ?></h2>
<table class="history" id="history">
  <caption class="visually-hidden"><?cs var:L.application.history ?></caption>
  <thead><tr><th scope="col"><?cs var:L.application.at ?></th><th scope="col"><?cs var:L.application.status_name ?></th></tr></thead>
  <tbody><?cs each:h = history ?><tr data-status="<?cs var:h.status ?>">
    <td class="mono"><?cs var:h.at ?></td>
    <td><?cs if:h.status == "new" || h.status == "signed" || h.status == "signing" ?><?cs call:state("plain", h.status_text) ?><?cs else ?><?cs call:status(h.status, h.status_text) ?><?cs /if ?><?cs if:h.actor || h.serial || h.form || h.reason ?>
      <details class="more"><summary><?cs var:L.application.more ?></summary><dl class="data small"><?cs
        call:row(L.application.actor, h.actor) ?><?cs call:row(L.application.reason, h.reason) ?><?cs call:row_mono(L.application.signed_with, h.serial) ?><?cs call:row_mono(L.application.form, h.form) ?></dl></details><?cs /if ?></td>
  </tr><?cs /each ?></tbody>
</table><?cs /def ?>
<?cs # Only for the browser that filed a public application: the code that confirms it. ?>
<?cs def:filing_code() ?><?cs if:code ?><?cs call:notice("success", L.apply.filed) ?><div class="code" id="filing">
<?cs call:number("filing-code", L.apply.code, code) ?>
<p><?cs var:L.apply.code_text ?></p>
<p><?cs var:L.apply.until ?> <strong class="mono"><?cs var:code_until ?></strong></p></div><?cs /if ?><?cs /def ?>
