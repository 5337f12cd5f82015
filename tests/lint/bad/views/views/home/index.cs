<p><?cs uvar:name ?></p>
<p title=<?cs var:name ?>><?cs var:L.page.absent ?></p>
<script>alert(1)</script>
