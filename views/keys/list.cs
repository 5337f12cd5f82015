<?cs # Certificates of the citizen. for_revoke=1 (from ?for=revoke): the same list as «Отзыв ключей ЭЦП», with «Отозвать» in front.
   Valid ones first, the others folded unless a filter is set. Hooks: #valid, #past. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs include:"list-parts.cs" ?><?cs
if:for_revoke ?><?cs set:page.section = "revoke" ?><?cs set:page.title = L.menu.revoke ?><?cs set:page.path = "/keys?for=revoke" ?><?cs set:page.act = "1" ?><?cs
else ?><?cs set:page.section = "keys" ?><?cs set:page.title = L.menu.keys ?><?cs set:page.act = "0" ?><?cs /if ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = page.title ?><?cs include:"head.cs" ?>
<h1><?cs var:page.title ?></h1>
<?cs call:summary() ?>
<?cs if:page.act ?><p class="lead"><?cs var:L.keys.choose_revoke ?></p><?cs /if ?>
<?cs if:page.act ?><?cs call:filter_bar("/keys", "revoke") ?><?cs else ?><?cs call:filter_bar("/keys", "") ?><?cs /if ?>
<?cs set:page.valid = #0 ?><?cs set:page.past = #0 ?><?cs each:k = keys ?><?cs if:k.valid && !k.revoked ?><?cs set:page.valid = page.valid + #1 ?><?cs else ?><?cs set:page.past = page.past + #1 ?><?cs /if ?><?cs /each ?>
<?cs if:keys.0.serial ?>
<?cs if:#page.valid > #0 ?><section id="valid" aria-labelledby="valid-title"><h2 id="valid-title"><?cs var:L.keys.valid ?></h2>
<div class="cards"><?cs each:k = keys ?><?cs if:k.valid && !k.revoked ?><?cs call:key_card(k, page.act) ?><?cs /if ?><?cs /each ?></div></section>
<?cs elif:!filtered && !pager.first ?><?cs call:notice("warning", L.keys.none_valid) ?><?cs /if ?>
<?cs if:#page.past > #0 ?><details class="past" id="past"<?cs if:filtered || pager.first || #page.valid == #0 ?> open<?cs /if ?>><summary><h2><?cs var:L.keys.past ?> (<?cs var:page.past ?>)</h2></summary>
<div class="cards"><?cs each:k = keys ?><?cs if:!k.valid || k.revoked ?><?cs call:key_card(k, page.act) ?><?cs /if ?><?cs /each ?></div></details><?cs /if ?>
<?cs call:list_pager() ?>
<?cs if:!page.act ?><div class="actions"><a class="button quiet" href="/reissue"><?cs call:icon("refresh") ?><span><?cs var:L.menu.reissue ?></span></a></div><?cs /if ?>
<?cs elif:errors.0.text ?><?cs elif:filtered || pager.first ?><?cs if:page.act ?><?cs call:no_rows("/keys?for=revoke") ?><?cs else ?><?cs call:no_rows("/keys") ?><?cs /if ?>
<?cs else ?><div class="empty" id="empty"><p><?cs var:L.keys.empty ?></p><div class="actions"><a class="button primary" href="/help#first"><?cs var:L.help.first ?></a></div></div><?cs /if ?>
<?cs include:"foot.cs" ?>
