<?cs # «Это был не я»: what the link of a mail can stop, or what it has stopped. No login. ?><?cs include:"macros.cs" ?><?cs
set:page.title = L.notme.title ?><?cs set:page.path = "/" ?><?cs
set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs set:crumbs.1.text = L.notme.title ?><?cs include:"head.cs" ?>
<h1><?cs if:link.over ?><?cs var:L.notme.over ?><?cs else ?><?cs var:L.notme.title ?><?cs /if ?></h1>
<?cs if:!link.used && !link.over ?><p class="lead"><?cs var:L.notme.text ?></p><?cs /if ?>
<dl class="data">
  <?cs call:row(L.notme.what, link.what) ?>
  <?cs call:row_mono(L.application.number, link.number) ?>
  <?cs call:row(L.notme.when, link.at) ?>
</dl>
<?cs if:link.used ?>
<?cs if:link.result == "withdrawn" ?><?cs call:notice("success", L.notme.withdrawn) ?><?cs elif:link.result == "restored" ?><?cs call:notice("success", L.notme.restored) ?><?cs else ?><?cs call:notice("success", L.notme.sessions) ?><?cs /if ?>
<h2><?cs var:L.notme.next ?></h2>
<p><?cs var:L.notme.next_revoke ?></p>
<p><?cs var:L.notme.next_call ?> <a href="tel:<?cs var:support.phone ?>"><?cs var:support.phone ?></a></p>
<div class="actions"><a class="button primary" id="to-revoke" href="/keys?for=revoke"><?cs var:L.notme.revoke ?></a></div>
<?cs elif:link.over ?>
<p class="lead"><?cs var:L.notme.over_text ?></p>
<div class="actions"><a class="button primary" href="/keys?for=revoke"><?cs var:L.notme.revoke ?></a></div>
<?cs else ?>
<h2><?cs var:L.notme.will ?></h2>
<ul class="means"><li><?cs var:L.notme.will_sessions ?></li><?cs if:link.kind == "filed" ?><li><?cs var:L.notme.will_filed ?></li><?cs elif:link.kind == "email_changed" ?><li><?cs var:L.notme.will_email ?></li><?cs /if ?></ul>
<p class="hint"><?cs var:L.notme.was_me ?></p>
<form method="post" action="<?cs var:path ?>">
  <?cs call:csrf() ?>
  <div class="actions"><button class="destructive solid" type="submit" id="stop"><?cs var:L.notme.stop ?></button></div>
</form>
<?cs /if ?>
<?cs include:"foot.cs" ?>
