<?cs include:page.name ?><?cs include:"page/lost.cs" ?>
<p id=<?cs var:page.id ?> class='x' style="color: red"><?cs uvar:page.text ?><?cs var:L.page.lost ?></p>
<script>alert(1)</script><a href="http://elsewhere.example/">x</a>
<form method="post" action="/x"><?cs var:L.page.used ?></form>
<?cs include:"page/bad.cs" ?>
