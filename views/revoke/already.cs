<?cs # The certificate cannot be revoked: it is revoked, or expired, already. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs
set:page.title = L.revoke.title ?><?cs set:page.section = "revoke" ?><?cs set:page.path = "/keys/" + key.serial + "/revoke" ?><?cs
set:crumbs.0.text = L.menu.title ?><?cs set:crumbs.0.href = "/keys" ?><?cs set:crumbs.1.text = L.menu.revoke ?><?cs set:crumbs.1.href = "/keys?for=revoke" ?><?cs
set:crumbs.2.text = L.revoke.title ?><?cs include:"head.cs" ?>
<h1><?cs var:L.revoke.title ?></h1>
<?cs call:summary() ?>
<dl class="data">
  <?cs call:row_mono(L.cert.serial, key.serial) ?>
  <?cs call:key_template(key.purpose) ?>
  <?cs call:row(L.cert.full_name, key.full_name) ?>
  <?cs call:row_mono(L.cert.iin, user.iin) ?>
  <?cs call:key_validity(key) ?>
  <?cs call:key_revocation(key) ?>
</dl>
<div class="actions"><a class="button primary" href="/keys/<?cs var:key.serial ?>"><?cs var:L.keys.certificate ?></a><?cs if:key.can_raise ?><a class="button destructive" href="/keys/<?cs var:key.serial ?>/revoke?reason=1"><?cs var:L.revoke.raise ?></a><?cs /if ?><a class="button quiet" href="/keys"><?cs var:L.install.to_keys ?></a></div>
<?cs include:"foot.cs" ?>
