<?php
// list_config.php WORDS.hdf NAME=VALUE…: the file that list.php requires. @FILE as a value stands for what is in it.
$words = $path = [];
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
	if (preg_match('/^\s*(\w+)\s*\{\s*$/', $line, $m))
		$path[] = $m[1];
	elseif (preg_match('/^\s*\}\s*$/', $line))
		array_pop($path);
	elseif (preg_match('/^\s*([\w.]+)\s*=\s?(.*)$/', $line, $m))
		$words[implode('.', [...$path, $m[1]])] = $m[2];
}
$config = ['words' => $words];
foreach (array_slice($argv, 2) as $pair) {
	[$name, $value] = explode('=', $pair, 2);
	$config[$name] = str_starts_with($value, '@') ? trim(file_get_contents(substr($value, 1))) : $value;
}
echo '<?php return ', var_export($config, true), ";\n";
