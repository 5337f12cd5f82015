<?cs # Applications of the citizen, with filter and paging by key. ?><?cs include:"macros.cs" ?><?cs include:"list-parts.cs" ?><?cs
set:page.title = L.menu.applications ?><?cs set:page.section = "applications" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.applications ?><?cs include:"head.cs" ?>
<h1><?cs var:L.menu.applications ?></h1>
<?cs call:summary() ?>
<?cs call:filter_bar("/applications", "") ?>
<?cs if:applications.0.number ?>
<table class="list">
  <caption class="visually-hidden"><?cs var:L.menu.applications ?></caption>
  <thead><tr><th scope="col"><?cs var:L.application.number ?></th><th scope="col"><?cs var:L.application.created ?></th><th scope="col"><?cs var:L.application.origin ?></th><th scope="col"><?cs var:L.application.status ?></th><td></td></tr></thead>
  <tbody><?cs each:a = applications ?><tr>
    <th scope="row" data-label="<?cs var:L.application.number ?>" id="application-<?cs var:a.number ?>"><a class="mono" href="<?cs var:a.href ?>"><?cs var:a.number ?></a></th>
    <td data-label="<?cs var:L.application.created ?>"><?cs var:a.created ?></td>
    <td data-label="<?cs var:L.application.origin ?>"><?cs var:a.origin ?></td>
    <td data-label="<?cs var:L.application.status ?>"><?cs call:status(a.status, a.status_text) ?></td>
    <td><a class="button quiet small" href="<?cs var:a.href ?>" aria-describedby="application-<?cs var:a.number ?>"><?cs var:L.keys.edit ?></a></td>
  </tr><?cs /each ?></tbody>
</table>
<?cs call:list_pager() ?>
<?cs elif:errors.0.text ?><?cs elif:filtered || pager.first ?><?cs call:no_rows("/applications") ?>
<?cs else ?><div class="empty" id="empty"><p><?cs var:L.applications.empty ?></p><div class="actions"><a class="button primary" href="/reissue"><?cs var:L.menu.reissue ?></a></div></div><?cs /if ?>
<?cs include:"foot.cs" ?>
