<?cs # Parts of pages about certificates: card of a list. key.purpose is a code (auth | sign | operator), key.template a word.
   key_card: with the guide's eight lines. act: 1 puts «Отозвать» in front. ?>
<?cs def:key_name(purpose) ?><?cs if:purpose == "auth" ?><?cs var:L.cert.for_auth ?><?cs elif:purpose == "sign" ?><?cs var:L.cert.for_sign ?><?cs else ?><?cs var:L.cert.for_operator ?><?cs /if ?><?cs /def ?>
<?cs def:key_validity(k) ?><dt><?cs var:L.cert.validity ?></dt><dd><?cs var:k.not_before ?> – <?cs var:k.not_after ?> <?cs
  if:k.valid ?><?cs call:state("good", k.valid_text) ?><?cs else ?><?cs call:state("bad", k.valid_text) ?><?cs /if
  ?><?cs if:k.valid && !k.revoked && #k.days_left < #60 ?><strong class="soon<?cs if:#k.days_left < #30 ?> near<?cs /if ?>"><?cs var:L.cert.days_left ?> <?cs var:k.days_left ?></strong><?cs /if ?></dd><?cs /def ?>
<?cs def:key_revocation(k) ?><dt><?cs var:L.cert.revocation ?></dt><dd><?cs
  if:k.revoked ?><?cs call:state("bad", k.revoked_text) ?><?cs if:k.revoked_at ?> <?cs var:k.revoked_at ?><?cs /if ?><?cs else ?><?cs call:state("good", k.revoked_text) ?><?cs /if ?></dd><?cs /def ?>
<?cs # In a word, with its date. ?>
<?cs def:key_state(k) ?><?cs
  if:k.state == "revoked" ?><?cs call:state("bad", k.revoked_text) ?><?cs if:k.revoked_at ?> <?cs var:k.revoked_at ?><?cs /if ?><?cs
  elif:k.state == "valid" ?><?cs call:state("good", L.keys.state_valid) ?> <?cs var:k.not_after ?><?cs
  elif:k.state == "expired" ?><?cs call:state("bad", L.keys.state_expired) ?> <?cs var:k.not_after ?><?cs
  else ?><?cs call:state("wait", L.keys.state_not_yet) ?> <?cs var:k.not_before ?><?cs /if ?><?cs /def ?>
<?cs def:key_card(k, act) ?><article class="key<?cs if:!k.valid || k.revoked ?> past<?cs /if ?>" aria-labelledby="key-<?cs var:k.serial ?>">
  <div class="key-head"><h3 id="key-<?cs var:k.serial ?>"><?cs call:icon("key") ?><span><?cs call:key_name(k.purpose) ?></span></h3><p><?cs call:key_state(k) ?></p></div>
  <dl class="data">
    <?cs call:row_mono(L.cert.serial, k.serial) ?>
    <?cs call:row(L.cert.ca, k.ca) ?>
    <?cs call:row(L.cert.user_type, k.user_type) ?>
    <?cs call:row_mono(L.cert.iin, k.iin) ?>
    <?cs call:row(L.cert.full_name, k.full_name) ?>
    <?cs call:row(L.cert.template, k.template) ?>
    <?cs call:row(L.cert.algorithm, k.algorithm) ?>
    <?cs call:key_validity(k) ?>
    <?cs call:key_revocation(k) ?>
  </dl>
  <div class="actions"><?cs if:act && k.can_revoke ?><a class="button destructive" href="<?cs var:k.href ?>/revoke" aria-describedby="key-<?cs var:k.serial ?>"><?cs var:L.keys.revoke ?></a><?cs /if
  ?><a class="button quiet" href="<?cs var:k.href ?>" aria-describedby="key-<?cs var:k.serial ?>"><?cs var:L.keys.edit ?></a></div>
</article><?cs /def ?>
