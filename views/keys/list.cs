<?cs # Certificates of the citizen. for_revoke=1 (from ?for=revoke): the same list as «Отзыв ключей ЭЦП», with «Отозвать» in front.
   valid.N first, past.N (past_count of them) folded unless a filter is set. Hooks: #valid, #past. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs include:"list-parts.cs" ?><?cs
if:for_revoke ?><?cs set:page.section = "revoke" ?><?cs set:page.title = L.menu.revoke ?><?cs set:page.path = "/keys?for=revoke" ?><?cs set:page.act = "1" ?><?cs
else ?><?cs set:page.section = "keys" ?><?cs set:page.title = L.menu.keys ?><?cs set:page.act = "0" ?><?cs /if ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = page.title ?><?cs include:"head.cs" ?>
<h1><?cs var:page.title ?></h1>
<?cs call:summary() ?>
<?cs if:page.act ?><p class="lead"><?cs var:L.keys.choose_revoke ?></p><?cs /if ?>
<?cs if:page.act ?><?cs call:filter_bar("/keys", "revoke") ?><?cs else ?><?cs call:filter_bar("/keys", "") ?><?cs /if ?>
<?cs if:valid.0.serial || past.0.serial ?>
<?cs if:valid.0.serial ?><section id="valid" aria-labelledby="valid-title"><h2 id="valid-title"><?cs var:L.keys.valid ?></h2>
<div class="cards"><?cs each:k = valid ?><?cs call:key_card(k, 0, page.act) ?><?cs /each ?></div></section>
<?cs elif:!filtered && !pager.first ?><?cs call:notice("warning", L.keys.none_valid) ?><?cs /if ?>
<?cs if:past.0.serial ?><details class="past" id="past"<?cs if:filtered || pager.first || !valid.0.serial ?> open<?cs /if ?>><summary><h2><?cs var:L.keys.past ?> (<?cs var:past_count ?>)</h2></summary>
<div class="cards"><?cs each:k = past ?><?cs call:key_card(k, 1, page.act) ?><?cs /each ?></div></details><?cs /if ?>
<?cs call:list_pager() ?>
<?cs if:!page.act ?><div class="actions"><a class="button quiet" href="/reissue"><?cs call:icon("refresh") ?><span><?cs var:L.menu.reissue ?></span></a></div><?cs /if ?>
<?cs elif:errors.0.text ?><?cs elif:filtered || pager.first ?><?cs if:page.act ?><?cs call:no_rows("/keys?for=revoke") ?><?cs else ?><?cs call:no_rows("/keys") ?><?cs /if ?>
<?cs else ?><div class="empty" id="empty"><p><?cs var:L.keys.empty ?></p><div class="actions"><a class="button primary" href="/help#first"><?cs var:L.help.first ?></a></div></div><?cs /if ?>
<?cs include:"foot.cs" ?>
