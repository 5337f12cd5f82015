<?cs # Parts of pages about certificates. k.purpose (auth | sign | operator) and k.validity (valid | expired | not_yet) are codes; k.soon: few are
   left of k.days_left. key_card: card of a list, with the guide's lines. past: 1 for one that is of no use any more; act: 1 puts «Отозвать» in front. ?>
<?cs def:key_name(purpose) ?><?cs if:purpose == "auth" ?><?cs var:L.cert.for_auth ?><?cs elif:purpose == "sign" ?><?cs var:L.cert.for_sign ?><?cs else ?><?cs var:L.cert.for_operator ?><?cs /if ?><?cs /def ?>
<?cs def:key_template(purpose) ?><?cs if:purpose == "auth" ?><?cs call:row(L.cert.template, L.purpose.auth) ?><?cs elif:purpose == "sign" ?><?cs call:row(L.cert.template, L.purpose.sign) ?><?cs
  else ?><?cs call:row(L.cert.template, L.purpose.operator) ?><?cs /if ?><?cs /def ?>
<?cs def:key_validity(k) ?><dt><?cs var:L.cert.validity ?></dt><dd><?cs var:k.not_before ?> – <?cs var:k.not_after ?> <?cs
  if:k.validity == "valid" ?><?cs call:state("good", L.validity.valid) ?><?cs elif:k.validity == "expired" ?><?cs call:state("bad", L.validity.expired) ?><?cs
  else ?><?cs call:state("bad", L.validity.not_yet) ?><?cs /if ?><?cs if:k.soon ?><strong class="soon<?cs if:#k.days_left < #30 ?> near<?cs /if ?>"><?cs var:L.cert.days_left ?> <?cs var:k.days_left ?></strong><?cs /if ?></dd><?cs /def ?>
<?cs def:key_revocation(k) ?><dt><?cs var:L.cert.revocation ?></dt><dd><?cs
  if:k.revoked ?><?cs call:state("bad", L.revocation.revoked) ?> <?cs var:k.revoked_at ?><?cs else ?><?cs call:state("good", L.revocation.good) ?><?cs /if ?></dd><?cs /def ?>
<?cs # In a word, with its date. ?>
<?cs def:key_state(k) ?><?cs
  if:k.revoked ?><?cs call:state("bad", L.revocation.revoked) ?> <?cs var:k.revoked_at ?><?cs
  elif:k.validity == "valid" ?><?cs call:state("good", L.keys.state_valid) ?> <?cs var:k.not_after ?><?cs
  elif:k.validity == "expired" ?><?cs call:state("bad", L.keys.state_expired) ?> <?cs var:k.not_after ?><?cs
  else ?><?cs call:state("wait", L.keys.state_not_yet) ?> <?cs var:k.not_before ?><?cs /if ?><?cs /def ?>
<?cs def:key_card(k, past, act) ?><article class="key<?cs if:past ?> past<?cs /if ?>" aria-labelledby="key-<?cs var:k.serial ?>">
  <div class="key-head"><h3 id="key-<?cs var:k.serial ?>"><?cs call:icon("key") ?><span><?cs call:key_name(k.purpose) ?></span></h3><p><?cs call:key_state(k) ?></p></div>
  <dl class="data">
    <dt><?cs var:L.cert.serial ?></dt><dd><span class="mono"><?cs var:k.serial ?></span></dd>
    <dt><?cs var:L.cert.ca ?></dt><dd><?cs var:k.ca ?></dd>
    <?cs call:row(L.cert.user_type, L.user_type.person) ?>
    <dt><?cs var:L.cert.iin ?></dt><dd><span class="mono"><?cs var:user.iin ?></span></dd>
    <dt><?cs var:L.cert.full_name ?></dt><dd><?cs var:k.full_name ?></dd>
    <?cs call:key_template(k.purpose) ?>
    <dt><?cs var:L.cert.algorithm ?></dt><dd><?cs var:k.algorithm ?></dd>
    <?cs call:key_validity(k) ?>
    <?cs call:key_revocation(k) ?>
  </dl>
  <div class="actions"><?cs if:act && k.can_revoke ?><a class="button destructive" href="/keys/<?cs var:k.serial ?>/revoke" aria-describedby="key-<?cs var:k.serial ?>"><?cs var:L.keys.revoke ?></a><?cs /if
  ?><a class="button quiet" href="/keys/<?cs var:k.serial ?>" aria-describedby="key-<?cs var:k.serial ?>"><?cs var:L.keys.edit ?></a></div>
</article><?cs /def ?>
