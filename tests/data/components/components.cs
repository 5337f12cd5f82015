<?cs # Every macro of the views with all its states, for developers: tests/e2e/components.test.mjs renders it. ?><?cs include:"macros.cs" ?><?cs include:"key-parts.cs" ?><?cs include:"list-parts.cs" ?><?cs include:"application-parts.cs" ?><?cs include:"filing-parts.cs" ?><?cs
def:part(id, name) ?><h2 id="part-<?cs var:id ?>" lang="en"><?cs var:name ?></h2><?cs /def ?><?cs
set:page.title = "Components" ?><?cs set:page.section = "keys" ?><?cs set:page.path = "/static/components.html" ?><?cs
set:crumbs.0.text = L.frame.home ?><?cs set:crumbs.0.href = "/" ?><?cs set:crumbs.1.text = page.title ?><?cs include:"head.cs" ?>
<h1 lang="en"><?cs var:page.title ?></h1>
<?cs call:summary() ?>
<?cs call:part("buttons", "Button") ?>
<div class="actions"><a class="button primary large" href="/login"><?cs call:icon("key") ?><span><?cs var:L.home.enter ?></span></a></div>
<div class="actions"><button class="primary" type="button"><?cs var:L.frame.save ?></button><button class="primary" type="button" aria-busy="true"><?cs var:L.frame.save ?></button><button class="primary" type="button" disabled><?cs var:L.frame.save ?></button></div>
<div class="actions"><button class="quiet" type="button"><?cs var:L.frame.back ?></button><button class="quiet small" type="button"><?cs call:icon("copy") ?><span><?cs var:L.frame.copy ?></span></button><button class="destructive" type="button"><?cs var:L.keys.revoke ?></button><button class="destructive solid" type="button"><?cs var:L.notme.stop ?></button></div>
<?cs call:part("notices", "Notice") ?>
<?cs call:notice("info", L.store.needs_program) ?><?cs call:notice("success", L.profile.done) ?><?cs call:notice("warning", L.install.remember) ?><?cs call:notice("error", L.error.number) ?>
<?cs call:part("fields", "Field") ?>
<form class="form" method="post" action="/profile"><?cs call:csrf() ?>
<?cs call:field("plain", "text", L.reissue.patronymic, "", "", "", 0, "", "medium", "off") ?>
<?cs call:field("hinted", "email", L.reissue.email, L.reissue.email_hint, "name@example.kz", "", 0, "email", "medium", "off") ?>
<?cs call:field("iin", "text", L.cert.iin, L.apply.iin_hint, "123", L.error.iin, 1, "numeric", "short", "off") ?>
<?cs call:field("surname", "text", L.reissue.surname, "", "", L.error.required, 1, "", "long", "off") ?>
<?cs call:day("day", L.application.created, "", "2016-02-04", "") ?>
<?cs call:day("since", L.revoke.since, L.revoke.since_hint, "31.02.2016", L.error.date) ?>
<div class="field"><?cs call:label("chosen", L.profile.language, L.profile.language_hint, 1) ?><select class="medium" id="chosen" name="chosen"<?cs call:described("chosen", L.profile.language_hint, "") ?>><option value="kk" lang="kk">Қазақша</option><option value="ru" lang="ru">Русский</option></select></div>
<div class="field invalid"><?cs call:label("wrong", L.cert.algorithm, "", 1) ?><?cs call:field_error("wrong", L.error.algorithm) ?><select class="medium" id="wrong" name="wrong"<?cs call:described("wrong", "", L.error.algorithm) ?>><option value=""><?cs var:L.list.any ?></option></select></div>
<label class="check"><input type="checkbox" name="replace" value="1"> <span><?cs var:L.replace.tick ?></span></label>
<?cs call:part("files", "File and password") ?>
<?cs call:file("file-one", L.reissue.check_file, "", 0) ?><?cs call:file("file-many", L.key.path, L.password.files_hint, 1) ?>
<div class="password-pair"><?cs call:password("new-password", L.install.new_password, L.password.rule, "new-password") ?><?cs call:password_rules("new-password", 1) ?></div>
<?cs call:part("stores", "Choice") ?>
<?cs call:stores(L.reissue.store_hint, "AKJaCartaStore", L.error.store) ?>
</form>
<?cs call:part("states", "State") ?>
<p><?cs call:state("good", L.validity.valid) ?></p><p><?cs call:state("bad", L.revocation.revoked) ?></p><p><?cs call:state("wait", L.told_state.queued) ?></p><p><?cs call:state("warn", L.validity.not_yet) ?></p><p><?cs call:state("program", L.help.can_program) ?></p><p><?cs call:state("plain", L.help.can_not) ?></p>
<ul><?cs each:s = statuses ?><li><?cs call:status(s.code, s.text) ?></li><?cs /each ?></ul>
<?cs call:part("data", "Data list and number") ?>
<?cs call:number("number", L.application.number, "20916574160204") ?>
<dl class="data"><?cs call:row(L.cert.full_name, "ДЕМОӨТЕБАЕВА ҰЛЖАН ІҢКӘРБЕКҚЫЗЫ") ?><?cs call:row_mono(L.cert.serial, "4fd63435c7e14238ee92c55048a30cec37dce971") ?><?cs call:row(L.cert.ca, "") ?></dl>
<?cs call:part("steps", "Step indicator and progress") ?>
<ol class="steps"><li data-step="1" data-done="1"><span><?cs var:L.reissue.step1 ?></span></li><li data-step="2" aria-current="step"><span><?cs var:L.reissue.step2 ?></span></li><li data-step="3"><span><?cs var:L.reissue.step3 ?></span></li><li data-step="4"><span><?cs var:L.reissue.step4 ?></span></li></ol>
<ol class="tasks"><?cs call:task("auth", L.reissue.task_auth) ?><?cs call:task("sign", L.reissue.task_sign) ?><?cs call:task("save", L.reissue.task_save) ?><?cs call:task("check", L.reissue.task_check) ?></ol>
<p class="progress" data-state="busy" role="status"><?cs var:L.js.waiting ?></p><p class="progress" data-state="failed" role="status"><?cs var:L.js.network ?></p>
<?cs call:part("cards", "Key card") ?>
<div class="cards"><?cs each:k = keys ?><?cs call:key_card(k, k.past, k.act) ?><?cs /each ?></div>
<?cs call:part("filters", "Filter, chips, pager, empty list") ?>
<?cs call:filter_bar("/keys", "revoke") ?><?cs call:list_pager() ?><?cs call:no_rows("/keys") ?>
<?cs call:part("consent", "Consent and signature") ?>
<form class="form" method="post" action="/login" enctype="multipart/form-data"><?cs call:csrf() ?>
<div class="consent invalid"><p id="statement"><?cs var:L.replace.text ?></p><label class="check"><input type="checkbox" id="agree" name="agree" value="1" aria-describedby="statement agree-error"> <span><?cs var:L.frame.agree ?> <span class="required" aria-hidden="true">*</span></span></label>
<p class="error-text" id="agree-error"><?cs var:L.error.agree ?></p></div>
<?cs call:keyfields("sign", L.key.sign_hint, L.application.confirm_sign) ?>
<?cs call:elsewhere(L.elsewhere.sign_intro, 1) ?></form>
<?cs call:part("application", "Application") ?>
<?cs call:application_data() ?><?cs call:application_history() ?><?cs call:filing_code() ?>
<ol class="timeline"><li class="done"><?cs call:icon("check") ?><span><strong><?cs var:L.effect.register ?></strong> 04.02.2016 (17:46)</span></li><li><?cs call:icon("clock") ?><span><strong><?cs var:L.effect.base ?></strong></span></li></ol>
<?cs call:part("filing", "Filing an application") ?>
<form class="form"><?cs call:own_requests(L.reissue.own_text) ?></form>
<?cs call:keys_step() ?>
<div id="texts" hidden <?cs call:texts_frame() ?><?cs call:texts_keyfile() ?><?cs call:texts_sign() ?><?cs call:texts_rules() ?><?cs call:texts_making() ?><?cs call:texts_install() ?>></div>
<?cs include:"foot.cs" ?>
