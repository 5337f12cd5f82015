<?cs def:fine() ?><?cs /def ?>
<div data-text-unheard="<?cs var:L.leave.way ?>"></div>
