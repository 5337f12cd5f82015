<?cs # Certificates of the citizen. for_revoke=1 (from ?for=revoke): the same list as «Отзыв ключей ЭЦП», with «Отозвать» in front.
   Valid ones first, the others folded unless a filter is set. Hooks: #filter, #valid, #past. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs
if:for_revoke ?><?cs set:page.section = "revoke" ?><?cs set:page.title = L.menu.revoke ?><?cs set:page.path = "/keys?for=revoke" ?><?cs set:page.act = "1" ?><?cs
else ?><?cs set:page.section = "keys" ?><?cs set:page.title = L.menu.keys ?><?cs set:page.act = "0" ?><?cs /if ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = page.title ?><?cs include:"head.cs" ?>
<h1><?cs var:page.title ?></h1>
<?cs call:summary() ?>
<?cs if:page.act ?><p class="lead"><?cs var:L.keys.choose_revoke ?></p><?cs /if ?>
<details class="filter" id="filter"<?cs if:filtered || errors.0.text ?> open<?cs /if ?>>
  <summary><?cs call:icon("search") ?><span><?cs var:L.list.filter ?></span></summary>
  <form method="get" action="/keys" accept-charset="utf-8" novalidate>
    <?cs if:page.act ?><input type="hidden" name="for" value="revoke"><?cs /if ?>
    <?cs call:field("application", "text", L.application.number, "", value.application, error.application, 0, "numeric", "medium", "off") ?>
    <?cs call:field("serial", "text", L.cert.serial, "", value.serial, error.serial, 0, "", "medium", "off") ?>
    <?cs call:field("created", "date", L.application.created, "", value.created, error.created, 0, "", "medium", "off") ?>
    <div class="field<?cs if:error.algorithm ?> invalid<?cs /if ?>"><?cs call:label("algorithm", L.cert.algorithm, "", 0) ?><?cs call:field_error("algorithm", error.algorithm) ?>
      <select class="medium" id="algorithm" name="algorithm"<?cs call:described("algorithm", "", error.algorithm) ?>><option value=""><?cs var:L.list.any ?></option><option value="RSA-2048"<?cs if:value.algorithm == "RSA-2048" ?> selected<?cs /if ?>>RSA-2048</option><option value="EC-P256"<?cs if:value.algorithm == "EC-P256" ?> selected<?cs /if ?>>EC-P256</option></select></div>
    <div class="actions"><button class="primary" type="submit"><?cs var:L.list.search ?></button><a class="button quiet" href="<?cs if:page.act ?>/keys?for=revoke<?cs else ?>/keys<?cs /if ?>"><?cs var:L.list.clear ?></a></div>
  </form>
</details>
<?cs set:page.valid = #0 ?><?cs set:page.past = #0 ?><?cs each:k = keys ?><?cs if:k.valid && !k.revoked ?><?cs set:page.valid = page.valid + #1 ?><?cs else ?><?cs set:page.past = page.past + #1 ?><?cs /if ?><?cs /each ?>
<?cs if:keys.0.serial ?>
<?cs if:#page.valid > #0 ?><section id="valid" aria-labelledby="valid-title"><h2 id="valid-title"><?cs var:L.keys.valid ?></h2>
<div class="cards"><?cs each:k = keys ?><?cs if:k.valid && !k.revoked ?><?cs call:key_card(k, page.act) ?><?cs /if ?><?cs /each ?></div></section>
<?cs elif:!filtered && !pager.first ?><?cs call:notice("warning", L.keys.none_valid) ?><?cs /if ?>
<?cs if:#page.past > #0 ?><details class="past" id="past"<?cs if:filtered || pager.first || #page.valid == #0 ?> open<?cs /if ?>><summary><h2><?cs var:L.keys.past ?> (<?cs var:page.past ?>)</h2></summary>
<div class="cards"><?cs each:k = keys ?><?cs if:!k.valid || k.revoked ?><?cs call:key_card(k, page.act) ?><?cs /if ?><?cs /each ?></div></details><?cs /if ?>
<?cs if:pager.next || pager.first ?><nav class="pager" aria-label="<?cs var:L.list.pages ?>"><?cs if:pager.first ?><a class="button quiet" href="<?cs var:pager.first ?>"><?cs var:L.list.first ?></a><?cs /if
  ?><?cs if:pager.next ?><a class="button quiet" rel="next" href="<?cs var:pager.next ?>"><?cs var:L.list.next ?></a><?cs /if ?></nav><?cs /if ?>
<?cs if:!page.act ?><div class="actions"><a class="button quiet" href="/reissue"><?cs call:icon("refresh") ?><span><?cs var:L.menu.reissue ?></span></a></div><?cs /if ?>
<?cs elif:filtered ?><div class="empty"><p><?cs var:L.list.nothing_found ?></p><div class="actions"><a class="button quiet" href="/keys"><?cs var:L.list.show_all ?></a></div></div>
<?cs else ?><div class="empty"><p><?cs var:L.keys.empty ?></p></div><?cs /if ?>
<?cs include:"foot.cs" ?>
