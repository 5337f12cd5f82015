<?cs # Any refusal of a whole request: what happened, what to do, whom to ask. ?><?cs include:"macros.cs" ?><?cs
set:page.title = http.title ?><?cs include:"head.cs" ?>
<h1><?cs var:http.title ?></h1>
<p class="lead"><?cs var:http.text ?></p>
<p><?cs var:http.next ?></p>
<div class="actions"><?cs if:signed_in ?><a class="button primary" href="/keys"><?cs var:L.errorpage.keys ?></a><?cs else ?><a class="button primary" href="/"><?cs var:L.errorpage.home ?></a><?cs /if ?></div>
<section class="aside-note" aria-labelledby="ask"><h2 id="ask"><?cs var:L.errorpage.ask ?></h2>
<p><?cs var:L.errorpage.ask_text ?></p>
<dl class="data">
  <?cs call:row(L.foot.phone, support.phone) ?>
  <?cs call:row(L.foot.email, support.email) ?>
  <?cs call:row_mono(L.frame.request_id, request_id) ?>
  <?cs call:row(L.errorpage.code, http.status) ?>
</dl></section>
<?cs include:"foot.cs" ?>
