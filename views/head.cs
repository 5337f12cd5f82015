<?cs # Frame, upper half. The page sets before it: page.title, page.section (reissue revoke applications keys status password; marks the menu),
   page.script (views/static/js/page-<script>.js), page.path (address for the language switch if it is not the own one), crumbs.N.{text,href}.
   Hooks: #menu-phone (details), #user-menu (details; data-iin: whose keys fit), #main. page-frame.js serves what macros.cs lists, on every page. ?><?cs
   # Menus need a session that lives on: not after the session ended with this very page. ?><?cs set:page.menu = signed_in && !last_page ?><!DOCTYPE html>
<html lang="<?cs var:lang ?>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title><?cs if:errors.0.text ?><?cs var:L.frame.error_prefix ?> <?cs /if ?><?cs var:page.title ?> – <?cs var:L.frame.name ?></title>
<link rel="icon" href="/static/icons/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/css/cabinet.css">
<noscript><link rel="stylesheet" href="/static/css/noscript.css"></noscript>
<script type="module" src="/static/js/page-frame.js"></script><?cs if:page.script ?>
<script type="module" src="/static/js/page-<?cs var:page.script ?>.js"></script><?cs /if ?>
</head>
<body>
<a class="skip" href="#main"><?cs var:L.frame.skip ?></a>
<?cs def:menu_item(section, href, text) ?><li><a href="<?cs var:href ?>"<?cs if:page.section == section ?> aria-current="page"<?cs /if ?>><?cs var:text ?></a></li><?cs /def ?>
<?cs def:menu() ?><ul>
  <?cs call:menu_item("reissue", "/reissue", L.menu.reissue) ?>
  <?cs call:menu_item("revoke", "/keys?for=revoke", L.menu.revoke) ?>
  <?cs call:menu_item("applications", "/applications", L.menu.applications) ?>
  <?cs call:menu_item("keys", "/keys", L.menu.keys) ?>
  <?cs call:menu_item("status", "/status", L.menu.status) ?>
  <?cs call:menu_item("password", "/password", L.menu.password) ?>
</ul><?cs /def ?>
<?cs def:language(code, short, rest) ?><li><?cs if:lang == code ?><span class="current" lang="<?cs var:code ?>" aria-current="true"><?cs var:short ?><span class="visually-hidden"><?cs var:rest ?></span></span><?cs else
  ?><a lang="<?cs var:code ?>" hreflang="<?cs var:code ?>" href="/language?to=<?cs var:code ?>&amp;back=<?cs if:page.path ?><?cs var:url_escape(page.path) ?><?cs else ?><?cs var:url_escape(path) ?><?cs /if ?>"><?cs var:short ?><span class="visually-hidden"><?cs var:rest ?></span></a><?cs /if ?></li><?cs /def ?>
<header class="head">
  <?cs if:demo ?><p class="demo"><strong><?cs var:L.frame.demo ?></strong> <span><?cs var:L.frame.demo_text ?></span></p><?cs /if ?>
  <div class="wide">
    <a class="brand" href="/"><svg class="mark" viewBox="0 0 40 40" aria-hidden="true"><use href="/static/icons/sprite.svg#mark"></use></svg><span><strong><?cs var:L.frame.name ?></strong><small><?cs var:L.frame.authority ?></small></span></a>
    <nav class="languages" aria-label="<?cs var:L.frame.languages ?>"><ul><?cs
      call:language("kk", "ҚАЗ", " – қазақша") ?><?cs call:language("ru", "РУС", " – русский") ?><?cs call:language("en", "ENG", " – English") ?></ul></nav>
    <?cs if:page.menu ?><details class="user" id="user-menu" data-iin="<?cs var:user.iin ?>">
      <summary><?cs call:icon("person") ?><span class="visually-hidden"><?cs var:L.frame.user_menu ?></span> <span><?cs var:user.short ?></span></summary>
      <div class="popup">
        <p><strong><?cs var:user.full_name ?></strong><br><?cs var:L.cert.iin ?> <span class="mono"><?cs var:user.iin ?></span></p>
        <p><a href="/profile" id="to-profile"><?cs var:L.profile.title ?></a><br><a href="/profile#settings" id="to-settings"><?cs var:L.profile.settings ?></a></p>
        <form method="post" action="/logout"><?cs call:csrf() ?><button class="quiet" type="submit" id="logout"><?cs call:icon("exit") ?><span><?cs var:L.frame.logout ?></span></button></form>
      </div>
    </details><?cs elif:has_session && !signed_in && !last_page && path != "/login" ?><a class="button quiet small enter" href="/keys"><?cs var:L.home.open ?></a><?cs elif:!signed_in && path != "/login" ?><a class="button quiet small enter" href="/login"><?cs var:L.frame.enter ?></a><?cs /if ?>
  </div>
</header>
<?cs if:page.menu ?><details class="menu-phone" id="menu-phone"><summary><?cs call:icon("key") ?><span><?cs var:L.menu.title ?></span></summary>
  <nav aria-label="<?cs var:L.menu.title ?>"><?cs call:menu() ?></nav></details><?cs /if ?>
<div class="wide page<?cs if:page.menu ?> with-menu<?cs /if ?>">
<?cs if:page.menu ?><nav class="menu" aria-labelledby="menu-title"><h2 id="menu-title"><?cs call:icon("key") ?><span><?cs var:L.menu.title ?></span></h2><?cs call:menu() ?></nav><?cs /if ?>
<div class="column">
<?cs if:crumbs.0.text ?><nav class="crumbs" aria-label="<?cs var:L.frame.crumbs ?>"><ol><?cs each:c = crumbs ?><li><?cs if:c.href ?><a href="<?cs var:c.href ?>"><?cs var:c.text ?></a><?cs else
  ?><span aria-current="page"><?cs var:c.text ?></span><?cs /if ?></li><?cs /each ?></ol></nav><?cs /if ?>
<main id="main" tabindex="-1">
