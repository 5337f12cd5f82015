<?cs # Parts of lists: filters (value.*, error.*), what is set as chips (chips.N.{name,text,href}), pager, and the words for a list without rows.
   Hooks: #filter, #chips. ?>
<?cs def:filter_bar(href, for_what) ?><details class="filter" id="filter"<?cs if:filtered || errors.0.text ?> open<?cs /if ?>>
  <summary><?cs call:icon("search") ?><span><?cs var:L.list.filter ?></span></summary>
  <form method="get" action="<?cs var:href ?>" accept-charset="utf-8" novalidate>
    <?cs if:for_what ?><input type="hidden" name="for" value="<?cs var:for_what ?>"><?cs /if ?>
    <?cs call:field("application", "text", L.application.number, "", value.application, error.application, 0, "numeric", "medium", "off") ?>
    <?cs call:field("serial", "text", L.cert.serial, "", value.serial, error.serial, 0, "", "medium", "off") ?>
    <?cs call:day("created", L.application.created, "", value.created, error.created) ?>
    <div class="field<?cs if:error.algorithm ?> invalid<?cs /if ?>"><?cs call:label("algorithm", L.cert.algorithm, "", 0) ?><?cs call:field_error("algorithm", error.algorithm) ?>
      <select class="medium" id="algorithm" name="algorithm"<?cs call:described("algorithm", "", error.algorithm) ?>><option value=""><?cs var:L.list.any ?></option><option value="RSA-2048"<?cs if:value.algorithm == "RSA-2048" ?> selected<?cs /if ?>>RSA-2048</option><option value="EC-P256"<?cs if:value.algorithm == "EC-P256" ?> selected<?cs /if ?>>EC-P256</option></select></div>
    <div class="actions"><button class="primary" type="submit"><?cs var:L.list.search ?></button><a class="button quiet" href="<?cs var:href ?><?cs if:for_what ?>?for=<?cs var:for_what ?><?cs /if ?>"><?cs var:L.list.clear ?></a></div>
  </form>
</details>
<?cs if:chips.0.name ?><div class="chips" id="chips"><p id="chips-title"><?cs var:L.list.chosen ?></p><ul aria-labelledby="chips-title"><?cs each:c = chips ?><li><a href="<?cs var:c.href ?>"><span><?cs
  if:c.name == "application" ?><?cs var:L.application.number ?><?cs elif:c.name == "serial" ?><?cs var:L.cert.serial ?><?cs elif:c.name == "created" ?><?cs var:L.application.created ?><?cs else ?><?cs var:L.cert.algorithm ?><?cs /if
  ?>: <strong class="mono"><?cs var:c.text ?></strong></span><?cs call:icon("cross") ?><span class="visually-hidden"><?cs var:L.list.remove ?></span></a></li><?cs /each ?></ul></div><?cs /if ?><?cs /def ?>

<?cs def:list_pager() ?><?cs if:pager.next || pager.first ?><nav class="pager" aria-label="<?cs var:L.list.pages ?>"><?cs if:pager.first ?><a class="button quiet" href="<?cs var:pager.first ?>"><?cs var:L.list.first ?></a><?cs /if
  ?><?cs if:pager.next ?><a class="button quiet" rel="next" href="<?cs var:pager.next ?>"><?cs var:L.list.next ?></a><?cs /if ?></nav><?cs /if ?><?cs /def ?>

<?cs # A list without rows, for a reason that the person can see: behind the last page, or nothing fits. A fault in a filter has its own message. ?>
<?cs def:no_rows(href) ?><?cs if:pager.first ?><div class="empty" id="empty"><p><?cs var:L.list.beyond ?></p><div class="actions"><a class="button primary" href="<?cs var:pager.first ?>"><?cs var:L.list.first ?></a></div></div><?cs
  else ?><div class="empty" id="empty"><p><?cs var:L.list.nothing_found ?> <?cs var:L.list.nothing_found_way ?></p><div class="actions"><a class="button primary" href="<?cs var:href ?>"><?cs var:L.list.show_all ?></a></div></div><?cs /if ?><?cs /def ?>
