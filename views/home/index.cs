<?cs # Public front page. ?><?cs include:"macros.cs" ?><?cs set:page.title = L.home.title ?><?cs include:"head.cs" ?>
<div class="hero">
<h1><?cs var:L.home.title ?></h1>
<p class="lead"><?cs var:L.home.lead ?></p>
<?cs call:summary() ?>
<div class="actions"><?cs if:has_session ?><a class="button primary large" href="/keys"><?cs var:L.home.open ?></a><?cs else ?><a class="button primary large" href="/login" id="enter"><?cs call:icon("key") ?><span><?cs var:L.home.enter ?></span></a><?cs /if ?></div>
<p class="hint"><?cs var:L.home.needs ?></p>
</div>
<div class="three">
  <section><h2><?cs call:icon("refresh") ?><span><?cs var:L.home.reissue ?></span></h2><p><?cs var:L.home.reissue_text ?></p></section>
  <section><h2><?cs call:icon("cross") ?><span><?cs var:L.home.revoke ?></span></h2><p><?cs var:L.home.revoke_text ?></p></section>
  <section><h2><?cs call:icon("lock") ?><span><?cs var:L.home.password ?></span></h2><p><?cs var:L.home.password_text ?></p></section>
</div>
<section class="band" id="services"><h2><?cs var:L.home.services ?></h2><h3><?cs var:L.home.first ?></h3><p><?cs var:L.home.first_text ?> <a href="/help#first"><?cs var:L.home.first_more ?></a></p><div class="actions"><a class="button quiet" href="/apply"><?cs var:L.home.apply ?></a></div></section>
<section><h2><?cs var:L.home.help ?></h2>
<ul class="links">
  <li><a href="/help#terms"><?cs var:L.help.terms ?></a></li>
  <li><a href="/help#stores"><?cs var:L.help.stores ?></a></li>
  <li><a href="/help#browsers"><?cs var:L.help.browsers ?></a></li>
  <li><a href="/help#addresses"><?cs var:L.help.addresses ?></a></li>
</ul></section>
<?cs include:"foot.cs" ?>
