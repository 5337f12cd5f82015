<?cs # «Проверка статуса заявки»: one number; below it the citizen's open applications. ?><?cs include:"macros.cs" ?><?cs
set:page.title = L.menu.status ?><?cs set:page.section = "status" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.status ?><?cs include:"head.cs" ?>
<h1><?cs var:L.menu.status ?></h1>
<?cs call:summary() ?>
<form class="form search-one" method="get" action="/status" accept-charset="utf-8" novalidate>
  <?cs call:field("number", "text", L.application.number, L.check.number_hint, value.number, error.number, 1, "numeric", "big", "off") ?>
  <div class="actions"><button class="primary" type="submit"><?cs var:L.list.search ?></button></div>
</form>
<h2><?cs var:L.check.open ?></h2>
<?cs if:open.0.number ?><table class="list">
  <caption class="visually-hidden"><?cs var:L.check.open ?></caption>
  <thead><tr><th scope="col"><?cs var:L.application.number ?></th><th scope="col"><?cs var:L.application.created ?></th><th scope="col"><?cs var:L.application.status ?></th></tr></thead>
  <tbody><?cs each:o = open ?><tr>
    <th scope="row" data-label="<?cs var:L.application.number ?>"><a class="mono" href="<?cs var:o.href ?>"><?cs var:o.number ?></a></th>
    <td data-label="<?cs var:L.application.created ?>"><?cs var:o.created ?></td>
    <td data-label="<?cs var:L.application.status ?>"><?cs call:status(o.status, o.status_text) ?></td></tr><?cs /each ?></tbody>
</table><?cs else ?><p class="empty"><?cs var:L.check.no_open ?></p><?cs /if ?>
<?cs include:"foot.cs" ?>
