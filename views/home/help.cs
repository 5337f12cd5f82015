<?cs # Help: first keys, stores, browsers, terms, addresses of the authority. ?><?cs include:"macros.cs" ?><?cs
def:address(name, where) ?><dt><?cs var:name ?></dt><dd><a class="mono" href="<?cs var:plain_site ?><?cs var:where ?>"><?cs var:plain_site ?><?cs var:where ?></a></dd><?cs /def ?><?cs
def:term(name, text) ?><dt><?cs var:name ?></dt><dd><?cs var:text ?></dd><?cs /def ?><?cs
def:can(code) ?><?cs if:code == "here" ?><?cs call:state("good", L.help.can_here) ?><?cs elif:code == "program" ?><?cs call:state("program", L.help.can_program) ?><?cs elif:code == "partly" ?><?cs call:state("program", L.help.can_csr) ?><?cs else ?><?cs call:state("plain", L.help.can_not) ?><?cs /if ?><?cs /def ?><?cs
def:can_row(name, login, sign, reissue, install, password, note) ?><tr><th scope="row"><?cs var:name ?><small><?cs var:note ?></small></th>
  <td data-label="<?cs var:L.help.do_login ?>"><?cs call:can(login) ?></td><td data-label="<?cs var:L.help.do_sign ?>"><?cs call:can(sign) ?></td><td data-label="<?cs var:L.help.do_reissue ?>"><?cs call:can(reissue) ?></td>
  <td data-label="<?cs var:L.help.do_install ?>"><?cs call:can(install) ?></td><td data-label="<?cs var:L.help.do_password ?>"><?cs call:can(password) ?></td></tr><?cs /def ?><?cs
set:page.title = L.help.title ?><?cs set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs set:crumbs.1.text = L.help.title ?><?cs include:"head.cs" ?>
<h1><?cs var:L.help.title ?></h1>
<ul class="links"><li><a href="#first"><?cs var:L.help.first ?></a></li><li><a href="#stores"><?cs var:L.help.stores ?></a></li><li><a href="#xmlsec1"><?cs var:L.help.xmlsec1 ?></a></li><li><a href="#browsers"><?cs var:L.help.browsers ?></a></li><li><a href="#terms"><?cs var:L.help.terms ?></a></li><li><a href="#addresses"><?cs var:L.help.addresses ?></a></li></ul>
<h2 id="first"><?cs var:L.help.first ?></h2>
<p><?cs var:L.help.first_text ?></p>
<p><?cs var:L.help.files ?></p>
<h2 id="stores"><?cs var:L.help.stores ?></h2>
<p><?cs var:L.help.stores_text ?></p>
<table class="list can"><caption class="visually-hidden"><?cs var:L.help.stores ?></caption>
<thead><tr><th scope="col"><?cs var:L.store.legend ?></th><th scope="col"><?cs var:L.help.do_login ?></th><th scope="col"><?cs var:L.help.do_sign ?></th><th scope="col"><?cs var:L.help.do_reissue ?></th><th scope="col"><?cs var:L.help.do_install ?></th><th scope="col"><?cs var:L.help.do_password ?></th></tr></thead>
<tbody>
<?cs call:can_row(L.store.PKCS12, "here", "here", "here", "here", "here", L.help.note_file) ?>
<?cs call:can_row(L.store.AKKZIDCardStore, "program", "program", "no", "no", "no", L.help.note_id) ?>
<?cs call:can_row(L.store.AKEToken72KStore, "program", "program", "partly", "program", "program", L.help.note_token) ?>
<?cs call:can_row(L.store.AKJaCartaStore, "program", "program", "partly", "program", "program", L.help.note_token) ?>
<?cs call:can_row(L.store.AKKaztokenStore, "program", "program", "partly", "program", "program", L.help.note_token) ?>
</tbody></table>
<h2 id="xmlsec1"><?cs var:L.help.xmlsec1 ?></h2>
<p><?cs var:L.help.xmlsec1_text ?></p>
<pre class="mono">openssl pkcs12 -in AUTH_RSA256_….p12 -nocerts -nodes -out key.pem
openssl pkcs12 -in AUTH_RSA256_….p12 -clcerts -nokeys -out cert.pem
xmlsec1 --sign --privkey-pem key.pem,cert.pem --output signed.xml login.xml</pre>
<p><?cs var:L.help.xmlsec1_after ?></p>
<h2 id="browsers"><?cs var:L.help.browsers ?></h2>
<p><?cs var:L.help.browsers_text ?></p>
<p><?cs var:L.help.browsers_script ?></p>
<h2 id="terms"><?cs var:L.help.terms ?></h2>
<dl class="terms">
  <?cs call:term(L.term.nca, L.term.nca_text) ?>
  <?cs call:term(L.term.signature, L.term.signature_text) ?>
  <?cs call:term(L.term.iin, L.term.iin_text) ?>
  <?cs call:term(L.term.bin, L.term.bin_text) ?>
  <?cs call:term(L.term.certificate, L.term.certificate_text) ?>
  <?cs call:term(L.term.private, L.term.private_text) ?>
  <?cs call:term(L.term.carrier, L.term.carrier_text) ?>
  <?cs call:term(L.term.os, L.term.os_text) ?>
</dl>
<h2 id="addresses"><?cs var:L.help.addresses ?></h2>
<p><?cs var:L.help.addresses_text ?></p>
<dl class="data addresses">
  <?cs call:address(L.help.root_cer, "/ca/root.cer") ?>
  <?cs call:address(L.help.ca_cer, "/ca/ca.cer") ?>
  <?cs call:address(L.help.root_crl, "/crl/root.crl") ?>
  <?cs call:address(L.help.ca_crl, "/crl/ca.crl") ?>
  <?cs call:address(L.help.delta_crl, "/crl/ca-delta.crl") ?>
</dl>
<p class="hint"><?cs var:L.help.arc ?> <span class="mono"><?cs var:oid_arc ?></span></p>
<h2 id="support"><?cs var:L.foot.support ?></h2>
<p><?cs var:L.help.support_text ?></p>
<dl class="data"><?cs call:row(L.foot.phone, support.phone) ?><?cs call:row(L.foot.email, support.email) ?></dl>
<?cs include:"foot.cs" ?>
