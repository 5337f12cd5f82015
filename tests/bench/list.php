<?php
// The list of certificates (GET /keys, first page) as one would write it in PHP: the cabinet's questions, its session, its escaping, its HTML.
// BENCH_CONFIG: a PHP file that returns socket, database, password, secret, the two questions, and the Russian words.
declare(strict_types=1);

$config = require $_SERVER['BENCH_CONFIG'];
$L = $config['words'];

function e(string $text): string
{
	return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

function icon(string $id): string
{
	return '<svg class="icon" aria-hidden="true"><use href="/static/icons/sprite.svg#' . e($id) . '"></use></svg>';
}

function shown(string $utc): string
{
	static $from, $to;
	$from ??= new DateTimeZone('UTC');
	$to ??= new DateTimeZone('Asia/Almaty');
	return (new DateTimeImmutable($utc, $from))->setTimezone($to)->format('d.m.Y (H:i)');
}

// ---- session

$cookie = $_SERVER['COOKIE_SESSION'] ?? '';
if (!preg_match('/^[0-9A-Za-z_-]{43}$/D', $cookie)) {
	http_response_code(303);
	header('Location: /login?back=%2Fkeys');
	exit;
}
$db = new PDO("mysql:unix_socket={$config['socket']};dbname={$config['database']};charset=utf8mb4", 'cabinet_keys', $config['password'],
	[PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_NUM]);
$q = $db->prepare($config['session']);
$q->bindValue(1, hash('sha256', $cookie, true), PDO::PARAM_LOB);
$q->execute();
$s = $q->fetch();
if ($s === false) {
	http_response_code(303);
	header('Location: /login?back=%2Fkeys');
	exit;
}
[$iin, $surname, $name, , $full_name, , , , $seen, $expires, $ended, , $not_after, $ca_state, $revoked, $now] = $s;
$time = strtotime("$now UTC");
if ($ended !== null || $revoked !== null || $now >= $expires || $time - strtotime("$seen UTC") >= 900 || $now > $not_after || $ca_state === 'distrusted') {
	http_response_code(303);
	header('Location: /login?back=%2Fkeys');
	exit;
}
// another mask in each answer, as fcgi/web/csrf.c has it
$mask = random_bytes(32);
$csrf = rtrim(strtr(base64_encode($mask . ($mask ^ hash_hmac('sha256', "csrf:$cookie", hex2bin($config['secret']), true))), '+/', '-_'), '=');
preg_match('/^./us', $name, $first);
$short = $surname . ' ' . $first[0] . '.';

// ---- rows

$q = $db->prepare($config['list']);
$q->bindValue(1, $iin);
$q->bindValue(2, 11, PDO::PARAM_INT);
$q->execute();
$keys = [];
$next = '';
while ($row = $q->fetch()) {
	if (count($keys) === 10) {
		$last = $keys[9];
		$next = '/keys?after=' . strtotime("$last[issued] UTC") . substr(str_pad(strrchr($last['issued'], '.'), 7, '0'), 1, 6) . '-' . $last['serial'];
		break;
	}
	$at = $row[8];
	$valid = $at < $row[5] ? 'not_yet' : ($at > $row[6] ? 'expired' : 'valid');
	$keys[] = ['serial' => bin2hex($row[0]), 'purpose' => $row[1], 'algorithm' => $row[2], 'ca' => $row[3], 'full_name' => $row[4], 'iin' => $iin,
		'not_before' => shown($row[5]), 'not_after' => shown($row[6]), 'issued' => $row[7], 'valid' => $valid === 'valid', 'valid_text' => $L["validity.$valid"],
		'days_left' => intdiv(max(0, strtotime("$row[6] UTC") - strtotime("$at UTC")), 86400), 'revoked' => (bool)$row[9],
		'revoked_text' => $L['revocation.' . ($row[9] ? 'revoked' : 'good')], 'revoked_at' => $row[11] === null ? '' : shown($row[11]),
		'user_type' => $L['user_type.person'], 'template' => $L["purpose.$row[1]"]];
}
$valid = array_filter($keys, fn ($k) => $k['valid'] && !$k['revoked']);
$past = array_filter($keys, fn ($k) => !$k['valid'] || $k['revoked']);

// ---- page

function language(string $code, string $short, string $rest): void
{
	if ($code === 'ru'): ?><li><span class="current" lang="<?= e($code) ?>" aria-current="true"><?= e($short) ?><span class="visually-hidden"><?= e($rest) ?></span></span></li><?php
	else: ?><li><a lang="<?= e($code) ?>" hreflang="<?= e($code) ?>" href="/language?to=<?= e($code) ?>&amp;back=<?= urlencode('/keys') ?>"><?= e($short) ?><span class="visually-hidden"><?= e($rest) ?></span></a></li><?php
	endif;
}

function menu(array $L): void
{
	$items = ['reissue' => '/reissue', 'revoke' => '/keys?for=revoke', 'applications' => '/applications', 'keys' => '/keys', 'status' => '/status', 'password' => '/password'];
	?><ul>
<?php foreach ($items as $section => $href): ?>  <li><a href="<?= e($href) ?>"<?= $section === 'keys' ? ' aria-current="page"' : '' ?>><?= e($L["menu.$section"]) ?></a></li>
<?php endforeach ?></ul><?php
}

function field(string $id, string $type, string $text, string $mode): void
{
	?>
<div class="field">
  <label for="<?= e($id) ?>"><?= e($text) ?></label>

  <input class="medium" type="<?= e($type) ?>" id="<?= e($id) ?>" name="<?= e($id) ?>" value=""<?= $mode !== '' ? ' inputmode="' . e($mode) . '"' : '' ?> autocomplete="off" spellcheck="false">
</div>
<?php
}

function row(string $term, string $text, bool $mono = false): string
{
	return $text === '' ? '' : '<dt>' . e($term) . '</dt><dd>' . ($mono ? '<span class="mono">' . e($text) . '</span>' : e($text)) . "</dd>\n";
}

function state(bool $good, string $text): string
{
	return '<span class="state ' . ($good ? 'good' : 'bad') . '">' . icon($good ? 'check' : 'cross') . '<span>' . e($text) . '</span></span>';
}

function key_state(array $L, array $k): string
{
	if ($k['revoked'])
		return state(false, $L['revocation.revoked']) . ' ' . e($k['revoked_at']);
	return $k['valid'] ? state(true, $L['keys.state_valid']) . ' ' . e($k['not_after']) : state(false, $L['keys.state_expired']) . ' ' . e($k['not_after']);
}

function card(array $L, array $k): void
{
	$id = e("key-$k[serial]");
	?><article class="key<?= !$k['valid'] || $k['revoked'] ? ' past' : '' ?>" aria-labelledby="<?= $id ?>">
  <div class="key-head"><h3 id="<?= $id ?>"><?= icon('key') ?><span><?= e($L["cert.for_$k[purpose]"]) ?></span></h3><p><?= key_state($L, $k) ?></p></div>
  <dl class="data">
    <?= row($L['cert.serial'], $k['serial'], true) ?>
    <?= row($L['cert.ca'], $k['ca']) ?>
    <?= row($L['cert.user_type'], $k['user_type']) ?>
    <?= row($L['cert.iin'], $k['iin'], true) ?>
    <?= row($L['cert.full_name'], $k['full_name']) ?>
    <?= row($L['cert.template'], $k['template']) ?>
    <?= row($L['cert.algorithm'], $k['algorithm']) ?>
    <dt><?= e($L['cert.validity']) ?></dt><dd><?= e($k['not_before']) ?> – <?= e($k['not_after']) ?> <?= state($k['valid'], $k['valid_text']) ?><?php
	if ($k['valid'] && !$k['revoked'] && $k['days_left'] < 60): ?><strong class="soon<?= $k['days_left'] < 30 ? ' near' : '' ?>"><?= e($L['cert.days_left']) ?> <?= $k['days_left'] ?></strong><?php endif ?></dd>
    <dt><?= e($L['cert.revocation']) ?></dt><dd><?= state(!$k['revoked'], $k['revoked_text']) ?><?= $k['revoked_at'] !== '' ? ' ' . e($k['revoked_at']) : '' ?></dd>
  </dl>
  <div class="actions"><a class="button quiet" href="/keys/<?= e($k['serial']) ?>" aria-describedby="<?= $id ?>"><?= e($L['keys.edit']) ?></a></div>
</article><?php
}

ob_start();
?><!DOCTYPE html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title><?= e($L['menu.keys']) ?> – <?= e($L['frame.name']) ?></title>
<link rel="icon" href="/static/icons/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/css/cabinet.css">
<noscript><link rel="stylesheet" href="/static/css/noscript.css"></noscript>
<script type="module" src="/static/js/page-frame.js"></script>
</head>
<body>
<a class="skip" href="#main"><?= e($L['frame.skip']) ?></a>



<header class="head">
  <p class="demo"><strong><?= e($L['frame.demo']) ?></strong> <span><?= e($L['frame.demo_text']) ?></span></p>
  <div class="wide">
    <a class="brand" href="/"><svg class="mark" viewBox="0 0 40 40" aria-hidden="true"><use href="/static/icons/sprite.svg#mark"></use></svg><span><strong><?= e($L['frame.name']) ?></strong><small><?= e($L['frame.authority']) ?></small></span></a>
    <nav class="languages" aria-label="<?= e($L['frame.languages']) ?>"><ul><?php language('kk', 'ҚАЗ', ' – қазақша'); language('ru', 'РУС', ' – русский'); language('en', 'ENG', ' – English'); ?></ul></nav>
    <details class="user" id="user-menu" data-iin="<?= e($iin) ?>">
      <summary><?= icon('person') ?><span class="visually-hidden"><?= e($L['frame.user_menu']) ?></span> <span><?= e($short) ?></span></summary>
      <div class="popup">
        <p><strong><?= e($full_name) ?></strong><br><?= e($L['cert.iin']) ?> <span class="mono"><?= e($iin) ?></span></p>
        <p><a href="/profile" id="to-profile"><?= e($L['profile.title']) ?></a><br><a href="/profile#settings" id="to-settings"><?= e($L['profile.settings']) ?></a></p>
        <form method="post" action="/logout"><input type="hidden" name="csrf" value="<?= e($csrf) ?>"><button class="quiet" type="submit" id="logout"><?= icon('exit') ?><span><?= e($L['frame.logout']) ?></span></button></form>
      </div>
    </details>
  </div>
</header>
<details class="menu-phone" id="menu-phone"><summary><?= icon('key') ?><span><?= e($L['menu.title']) ?></span></summary>
  <nav aria-label="<?= e($L['menu.title']) ?>"><?php menu($L) ?></nav></details>
<div class="wide page with-menu">
<nav class="menu" aria-labelledby="menu-title"><h2 id="menu-title"><?= icon('key') ?><span><?= e($L['menu.title']) ?></span></h2><?php menu($L) ?></nav>
<div class="column">
<nav class="crumbs" aria-label="<?= e($L['frame.crumbs']) ?>"><ol><li><a href="/keys"><?= e($L['menu.title']) ?></a></li><li><span aria-current="page"><?= e($L['menu.keys']) ?></span></li></ol></nav>
<main id="main" tabindex="-1">

<h1><?= e($L['menu.keys']) ?></h1>


<details class="filter" id="filter">
  <summary><?= icon('search') ?><span><?= e($L['list.filter']) ?></span></summary>
  <form method="get" action="/keys" accept-charset="utf-8" novalidate>
    <?php field('application', 'text', $L['application.number'], 'numeric') ?>
    <?php field('serial', 'text', $L['cert.serial'], '') ?>
    <?php field('created', 'date', $L['application.created'], '') ?>
    <div class="field"><label for="algorithm"><?= e($L['cert.algorithm']) ?></label>
      <select class="medium" id="algorithm" name="algorithm"><option value=""><?= e($L['list.any']) ?></option><option value="RSA-2048">RSA-2048</option><option value="EC-P256">EC-P256</option></select></div>
    <div class="actions"><button class="primary" type="submit"><?= e($L['list.search']) ?></button><a class="button quiet" href="/keys"><?= e($L['list.clear']) ?></a></div>
  </form>
</details>


<?php if ($keys !== []): ?>
<?php if ($valid !== []): ?><section id="valid" aria-labelledby="valid-title"><h2 id="valid-title"><?= e($L['keys.valid']) ?></h2>
<div class="cards"><?php foreach ($valid as $k) card($L, $k) ?></div></section>
<?php endif ?>
<?php if ($past !== []): ?><details class="past" id="past"<?= $valid === [] ? ' open' : '' ?>><summary><h2><?= e($L['keys.past']) ?> (<?= count($past) ?>)</h2></summary>
<div class="cards"><?php foreach ($past as $k) card($L, $k) ?></div></details>
<?php endif ?>
<?php if ($next !== ''): ?><nav class="pager" aria-label="<?= e($L['list.pages']) ?>"><a class="button quiet" rel="next" href="<?= e($next) ?>"><?= e($L['list.next']) ?></a></nav><?php endif ?>

<div class="actions"><a class="button quiet" href="/reissue"><?= icon('refresh') ?><span><?= e($L['menu.reissue']) ?></span></a></div>
<?php else: ?><div class="empty"><p><?= e($L['keys.empty']) ?></p></div>
<?php endif ?>

</main>
</div>
</div>

<dialog class="session" id="session-warning" data-idle="4500" data-warn="120" data-last="<?= e($L['session.last']) ?>" aria-labelledby="session-title" aria-describedby="session-text">
  <h2 id="session-title"><?= e($L['session.title']) ?></h2>
  <p id="session-text"><?= e($L['session.text']) ?> <strong id="session-left" role="timer"></strong></p>
  <p id="session-told" role="status"></p>
  <div class="actions"><button class="primary" type="button" id="session-continue"><?= e($L['session.proceed']) ?></button></div>
</dialog>
<footer class="foot">
  <div class="wide">
    <div><h2><?= e($L['foot.support']) ?></h2>
      <p><?= e($L['foot.phone']) ?> <a class="big" href="tel:1414">1414</a><br><a href="mailto:support@cabinet.example">support@cabinet.example</a></p></div>
    <nav aria-label="<?= e($L['foot.title']) ?>"><h2><?= e($L['foot.title']) ?></h2>
      <ul><li><a href="/help"><?= e($L['foot.help']) ?></a></li><li><a href="/help#stores"><?= e($L['foot.stores']) ?></a></li><li><a href="/help#browsers"><?= e($L['foot.browsers']) ?></a></li></ul></nav>
    <div><h2><?= e($L['foot.authority']) ?></h2>
      <ul><li><a href="/help#addresses"><?= e($L['foot.addresses']) ?></a></li><li><a href="<?= e($config['plain_site']) ?>/crl/ca.crl"><?= e($L['foot.crl']) ?></a></li><li><a href="<?= e($config['plain_site']) ?>/ca/root.cer"><?= e($L['foot.root']) ?></a></li></ul></div>
    <p class="request"><?= e($L['frame.request_id']) ?> <span class="mono"><?= e($_SERVER['REQUEST_ID']) ?></span></p>
  </div>
</footer>
</body>
</html>
<?php
header('Content-Type: text/html; charset=utf-8');
header('Content-Language: ru');
header('Cache-Control: no-store');
header('Content-Length: ' . ob_get_length());
ob_end_flush();
