<?cs # Applications of the citizen, with filter and paging by key. Hooks: #filter. ?><?cs include:"macros.cs" ?><?cs
set:page.title = L.menu.applications ?><?cs set:page.section = "applications" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.applications ?><?cs include:"head.cs" ?>
<h1><?cs var:L.menu.applications ?></h1>
<?cs call:summary() ?>
<details class="filter" id="filter"<?cs if:filtered || errors.0.text ?> open<?cs /if ?>>
  <summary><?cs call:icon("search") ?><span><?cs var:L.list.filter ?></span></summary>
  <form method="get" action="/applications" accept-charset="utf-8" novalidate>
    <?cs call:field("application", "text", L.application.number, "", value.application, error.application, 0, "numeric", "medium", "off") ?>
    <?cs call:field("created", "date", L.application.created, "", value.created, error.created, 0, "", "medium", "off") ?>
    <div class="actions"><button class="primary" type="submit"><?cs var:L.list.search ?></button><a class="button quiet" href="/applications"><?cs var:L.list.clear ?></a></div>
  </form>
</details>
<?cs if:applications.0.number ?>
<table class="list">
  <caption class="visually-hidden"><?cs var:L.menu.applications ?></caption>
  <thead><tr><th scope="col"><?cs var:L.application.number ?></th><th scope="col"><?cs var:L.application.created ?></th><th scope="col"><?cs var:L.application.origin ?></th><th scope="col"><?cs var:L.application.status ?></th></tr></thead>
  <tbody><?cs each:a = applications ?><tr>
    <th scope="row" data-label="<?cs var:L.application.number ?>"><a class="mono" href="<?cs var:a.href ?>"><?cs var:a.number ?></a></th>
    <td data-label="<?cs var:L.application.created ?>"><?cs var:a.created ?></td>
    <td data-label="<?cs var:L.application.origin ?>"><?cs var:a.origin ?></td>
    <td data-label="<?cs var:L.application.status ?>"><?cs call:status(a.status, a.status_text) ?></td>
  </tr><?cs /each ?></tbody>
</table>
<?cs if:pager.next || pager.first ?><nav class="pager" aria-label="<?cs var:L.list.pages ?>"><?cs if:pager.first ?><a class="button quiet" href="<?cs var:pager.first ?>"><?cs var:L.list.first ?></a><?cs /if
  ?><?cs if:pager.next ?><a class="button quiet" rel="next" href="<?cs var:pager.next ?>"><?cs var:L.list.next ?></a><?cs /if ?></nav><?cs /if ?>
<?cs elif:filtered ?><div class="empty"><p><?cs var:L.list.nothing_found ?></p><div class="actions"><a class="button quiet" href="/applications"><?cs var:L.list.show_all ?></a></div></div>
<?cs else ?><div class="empty"><p><?cs var:L.applications.empty ?></p><div class="actions"><a class="button primary" href="/reissue"><?cs var:L.menu.reissue ?></a></div></div><?cs /if ?>
<?cs include:"foot.cs" ?>
