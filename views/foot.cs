<?cs # Frame, lower half. Hooks: #texts (macros.cs); #session-warning (dialog) only when the program sets session.idle (seconds until the
   session ends) and session.warn (seconds before that): #session-continue asks the server to go on, #session-told says why it cannot. ?>
</main>
</div>
</div>
<?cs if:session.idle ?><dialog class="session" id="session-warning" data-idle="<?cs var:session.idle ?>" data-warn="<?cs var:session.warn ?>" data-last="<?cs var:L.session.last ?>" aria-labelledby="session-title" aria-describedby="session-text">
  <h2 id="session-title"><?cs var:L.session.title ?></h2>
  <p id="session-text"><?cs var:L.session.text ?> <strong id="session-left" role="timer"></strong></p>
  <p id="session-told" role="status"></p>
  <div class="actions"><button class="primary" type="button" id="session-continue"><?cs var:L.session.proceed ?></button></div>
</dialog><?cs /if ?>
<footer class="foot">
  <div class="wide">
    <div><h2><?cs var:L.foot.support ?></h2>
      <p><?cs var:L.foot.phone ?> <a class="big" href="tel:<?cs var:support.phone ?>"><?cs var:support.phone ?></a><br><a href="mailto:<?cs var:support.email ?>"><?cs var:support.email ?></a></p></div>
    <nav aria-label="<?cs var:L.foot.title ?>"><h2><?cs var:L.foot.title ?></h2>
      <ul><li><a href="/help"><?cs var:L.foot.help ?></a></li><li><a href="/help#stores"><?cs var:L.foot.stores ?></a></li><li><a href="/help#browsers"><?cs var:L.foot.browsers ?></a></li></ul></nav>
    <div><h2><?cs var:L.foot.authority ?></h2>
      <ul><li><a href="/help#addresses"><?cs var:L.foot.addresses ?></a></li><li><a href="<?cs var:plain_site ?>/crl/ca.crl"><?cs var:L.foot.crl ?></a></li><li><a href="<?cs var:plain_site ?>/ca/root.cer"><?cs var:L.foot.root ?></a></li></ul></div>
    <p class="request"><?cs var:L.frame.request_id ?> <span class="mono"><?cs var:request_id ?></span></p>
  </div>
</footer>
</body>
</html>
