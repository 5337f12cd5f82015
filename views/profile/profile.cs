<?cs # Profile: who it is, settings, the code of a new address, open sessions, the last notices. Works without a script. ?><?cs include:"macros.cs" ?><?cs
def:language_choice(code, id, text) ?><label class="choice"><input type="radio" name="language" id="<?cs var:id ?>" value="<?cs var:code ?>"<?cs if:value.language == code ?> checked<?cs /if ?>><span lang="<?cs var:code ?>"><?cs var:text ?></span></label><?cs /def ?><?cs
def:notify_choice(code, id, text) ?><label class="choice"><input type="radio" name="notify" id="<?cs var:id ?>" value="<?cs var:code ?>"<?cs if:value.notify == code ?> checked<?cs /if ?>><span><?cs var:text ?></span></label><?cs /def ?><?cs
set:page.title = L.profile.title ?><?cs set:page.path = "/profile" ?><?cs
set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs set:crumbs.1.text = L.profile.title ?><?cs include:"head.cs" ?>
<h1><?cs var:L.profile.title ?></h1>
<?cs call:summary() ?>
<h2><?cs var:L.profile.data ?></h2>
<dl class="data">
  <?cs call:row(L.cert.full_name, citizen.full_name) ?>
  <?cs call:row_mono(L.cert.iin, citizen.iin) ?>
  <dt><?cs var:L.profile.email ?></dt><dd id="email-now"><?cs if:profile.email ?><?cs var:profile.email ?><?cs else ?><?cs var:L.profile.no_email ?><?cs /if ?></dd>
</dl>
<p class="hint"><?cs var:L.profile.data_hint ?></p>
<?cs if:profile.pending ?>
<section class="decide" aria-labelledby="pending"><h2 id="pending"><?cs var:L.profile.pending ?></h2>
<p><?cs var:L.profile.pending_text ?> <strong id="email-pending"><?cs var:profile.pending ?></strong></p>
<?cs if:profile.used_up ?><?cs call:notice("warning", L.profile.pending_used_up) ?><?cs elif:profile.late ?><?cs call:notice("warning", L.profile.pending_late) ?><?cs elif:profile.sent ?><p class="hint"><?cs var:L.profile.pending_until ?> <span class="mono"><?cs var:profile.until ?></span></p><?cs else ?><?cs call:notice("info", L.profile.pending_wait) ?><?cs /if ?>
<form class="form" method="post" action="/profile/email" accept-charset="utf-8" novalidate>
  <?cs call:csrf() ?>
  <?cs call:field("code", "text", L.profile.code, L.profile.code_hint, "", error.code, 1, "numeric", "short", "one-time-code") ?>
  <div class="actions"><button class="primary" type="submit" id="confirm-email"><?cs var:L.profile.confirm ?></button></div>
</form>
<form method="post" action="/profile" accept-charset="utf-8"><?cs call:csrf() ?><input type="hidden" name="language" value="<?cs var:profile.language ?>"><input type="hidden" name="notify" value="<?cs var:profile.notify ?>"><input type="hidden" name="email" value="<?cs var:profile.pending ?>">
  <div class="actions"><button class="quiet" type="submit" id="again"><?cs call:icon("refresh") ?><span><?cs var:L.profile.again ?></span></button></div></form>
</section><?cs /if ?>
<section aria-labelledby="settings"><h2 id="settings"><?cs var:L.profile.settings ?></h2>
<form class="form" id="settings-form" method="post" action="/profile" accept-charset="utf-8" novalidate>
  <?cs call:csrf() ?>
  <fieldset class="field<?cs if:error.language ?> invalid<?cs /if ?>" aria-describedby="language-hint"><legend id="language"><?cs var:L.profile.language ?></legend>
    <p class="hint" id="language-hint"><?cs var:L.profile.language_hint ?></p>
    <?cs call:field_error("language", error.language) ?>
    <div class="choices short"><?cs call:language_choice("kk", "language-kk", "Қазақша") ?><?cs call:language_choice("ru", "language-ru", "Русский") ?><?cs call:language_choice("en", "language-en", "English") ?></div>
  </fieldset>
  <fieldset class="field<?cs if:error.notify ?> invalid<?cs /if ?>" aria-describedby="notify-hint"><legend id="notify"><?cs var:L.profile.notify ?></legend>
    <p class="hint" id="notify-hint"><?cs var:L.profile.notify_hint ?></p>
    <?cs call:field_error("notify", error.notify) ?>
    <div class="choices"><?cs call:notify_choice("1", "notify-1", L.profile.notify_on) ?><?cs call:notify_choice("0", "notify-0", L.profile.notify_off) ?></div>
  </fieldset>
  <?cs call:field("email", "email", L.profile.email, L.profile.email_hint, value.email, error.email, 0, "email", "long", "email") ?>
  <div class="actions"><button class="primary" type="submit" id="save"><?cs var:L.profile.save ?></button></div>
</form>
</section>
<?cs if:former.0.email ?><section aria-labelledby="former"><h2 id="former"><?cs var:L.profile.former ?></h2>
<p class="hint"><?cs var:L.profile.former_text ?></p>
<ul><?cs each:f = former ?><li><?cs var:f.email ?>, <?cs var:L.profile.until ?> <?cs var:f.until ?></li><?cs /each ?></ul></section><?cs /if ?>
<section aria-labelledby="sessions"><h2 id="sessions"><?cs var:L.profile.sessions ?></h2>
<p class="hint"><?cs var:L.profile.sessions_hint ?></p>
<?cs if:sessions_ended ?><?cs call:notice("success", L.profile.sessions_done) ?><?cs /if ?>
<table class="list" id="sessions-list">
  <caption class="visually-hidden"><?cs var:L.profile.sessions ?></caption>
  <thead><tr><th scope="col"><?cs var:L.profile.sessions_browser ?></th><th scope="col"><?cs var:L.profile.sessions_address ?></th><th scope="col"><?cs var:L.profile.sessions_since ?></th><th scope="col"><?cs var:L.profile.sessions_seen ?></th><th scope="col"><span class="visually-hidden"><?cs var:L.profile.sessions_end ?></span></th></tr></thead>
  <tbody><?cs each:s = sessions ?><tr>
    <th scope="row" data-label="<?cs var:L.profile.sessions_browser ?>"><?cs var:s.browser ?><?cs if:s.own ?> <?cs call:state("good", L.profile.sessions_own) ?><?cs /if ?></th>
    <td data-label="<?cs var:L.profile.sessions_address ?>"><span class="mono"><?cs var:s.address ?></span></td>
    <td data-label="<?cs var:L.profile.sessions_since ?>"><?cs var:s.created ?></td>
    <td data-label="<?cs var:L.profile.sessions_seen ?>"><?cs var:s.seen ?></td>
    <td><form method="post" action="/profile/sessions" accept-charset="utf-8"><?cs call:csrf() ?><input type="hidden" name="session" value="<?cs var:s.handle ?>"><button class="quiet small" type="submit"><?cs call:icon("exit") ?><span><?cs var:L.profile.sessions_end ?></span><span class="visually-hidden"> <?cs var:s.browser ?>, <?cs var:s.created ?></span></button></form></td></tr><?cs /each ?></tbody>
</table>
<?cs if:sessions_more ?><form method="post" action="/profile/sessions" accept-charset="utf-8"><?cs call:csrf() ?><input type="hidden" name="others" value="1">
  <div class="actions"><button class="quiet" type="submit" id="end-others"><?cs call:icon("exit") ?><span><?cs var:L.profile.sessions_others ?></span></button></div></form><?cs /if ?></section>
<section aria-labelledby="told"><h2 id="told"><?cs var:L.profile.told ?></h2>
<?cs if:told.0.kind ?><table class="list">
  <caption class="visually-hidden"><?cs var:L.profile.told ?></caption>
  <thead><tr><th scope="col"><?cs var:L.profile.told_what ?></th><th scope="col"><?cs var:L.profile.told_when ?></th><th scope="col"><?cs var:L.profile.told_mail ?></th></tr></thead>
  <tbody><?cs each:t = told ?><tr>
    <th scope="row" data-label="<?cs var:L.profile.told_what ?>"><?cs var:t.kind ?><?cs if:t.subject ?> <span class="mono"><?cs var:t.subject ?></span><?cs /if ?></th>
    <td data-label="<?cs var:L.profile.told_when ?>"><?cs var:t.at ?></td>
    <td data-label="<?cs var:L.profile.told_mail ?>"><?cs if:t.state == "sent" ?><?cs call:state("good", t.state_text) ?><?cs elif:t.state == "queued" ?><?cs call:state("wait", t.state_text) ?><?cs elif:t.state == "failed" ?><?cs call:state("bad", t.state_text) ?><?cs else ?><?cs call:state("plain", t.state_text) ?><?cs /if ?></td></tr><?cs /each ?></tbody>
</table><?cs else ?><p class="empty"><?cs var:L.profile.told_none ?></p><?cs /if ?></section>
<?cs include:"foot.cs" ?>
