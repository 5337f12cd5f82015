#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/conf_value.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/mem.h"

#define FILE_MAX 65536
#define VALUE_MAX 1000
#define EXAMPLE_ARC "1.3.6.1.4.1.32473" /* RFC 5612 */

#define ROUTE (1U << CONF_ROUTE)
#define PUBLISHER (1U << CONF_PUBLISHER)
#define MAILER (1U << CONF_MAILER)
#define OCSP (1U << CONF_OCSP)
#define WATCHDOG (1U << CONF_WATCHDOG)
#define EVERY (ROUTE | PUBLISHER | MAILER | OCSP | WATCHDOG | 1U << CONF_TOOL)

struct name {
	const char *name;
	size_t offset;
	enum conf_type type;
	int64_t min, max;
	const char *preset; /* NULL: none */
	unsigned roles;	    /* that must have it, and for which files and directories are looked at */
};

#define N(text, field, type, min, max, preset, roles)                                                                                      \
	{                                                                                                                                  \
		text, offsetof(struct conf, field), type, min, max, preset, roles                                                          \
	}
#define P(field, type, min, max, preset, roles) N("publisher." #field, field, type, min, max, preset, roles)
#define M(field, type, min, max, preset, roles) N("mailer." #field, field, type, min, max, preset, roles)
#define O(field, type, min, max, preset, roles) N("ocsp." #field, field, type, min, max, preset, roles)
#define S(field, type, min, max, preset, roles) N(#field, field, type, min, max, preset, roles)

static const struct name names[] = {
	N("mode", production, CONF_MODE, 0, 0, NULL, EVERY),
	S(site, CONF_SITE, 0, 0, NULL, EVERY),
	S(plain_site, CONF_PLAIN_SITE, 0, 0, NULL, EVERY),
	S(oid_arc, CONF_ARC, 0, 0, NULL, EVERY),
	S(support_phone, CONF_PHONE, 0, 0, NULL, ROUTE | MAILER),
	S(support_email, CONF_EMAIL, 0, 0, NULL, ROUTE | MAILER),
	S(views, CONF_DIRECTORY, 0, 0, NULL, ROUTE | MAILER),
	S(secret_file, CONF_SECRET, 0, 0, NULL, ROUTE),
	S(db_socket, CONF_PLACE, 0, 0, "/run/mysqld/mysqld.sock", 0),
	S(db_name, CONF_WORD, 0, 0, "cabinet", 0),
	S(db_password_dir, CONF_DIRECTORY, 0, 0, "", EVERY),
	S(session_idle, CONF_INT, 60, 3600, "900", 0),
	S(session_absolute, CONF_INT, 300, 86400, "28800", 0),
	S(applications_limit, CONF_INT, 1, 1000, "50", 0),
	S(tries_per_address, CONF_INT, 1, 1000000, "60", 0),
	S(logins_per_person, CONF_INT, 1, 1000000, "30", 0),
	S(apply_per_address, CONF_INT, 1, 100000, "20", 0),
	S(apply_per_iin, CONF_INT, 1, 1000, "10", 0),
	S(list_page, CONF_INT, 1, 100, "10", 0),
	S(worker_requests, CONF_INT, 1, 1000000, "10000", 0),
	S(body_max, CONF_INT, 4096, 4194304, "262144", 0),
	S(check_iin, CONF_BOOL, 0, 0, "true", 0),
	S(monitors, CONF_ADDRESSES, 0, 0, "", 0),
	P(ca_certificate, CONF_FILE, 0, 0, NULL, PUBLISHER | WATCHDOG),
	P(root_certificate, CONF_FILE, 0, 0, NULL, PUBLISHER | WATCHDOG),
	P(ca_key, CONF_SECRET, 0, 0, NULL, PUBLISHER),
	P(ca_passphrase_file, CONF_SECRET, 0, 0, NULL, PUBLISHER),
	P(profiles, CONF_DIRECTORY, 0, 0, NULL, PUBLISHER),
	P(crl_dir, CONF_DIRECTORY, 0, 0, NULL, PUBLISHER),
	P(ca_dir, CONF_DIRECTORY, 0, 0, NULL, PUBLISHER),
	P(lock_file, CONF_PLACE, 0, 0, NULL, PUBLISHER),
	P(crl_base_seconds, CONF_INT, 120, 2678400, "86400", 0),
	P(crl_delta_seconds, CONF_INT, 120, 604800, "3600", 0),
	P(crl_delta_spacing, CONF_INT, 0, 3600, "5", 0),
	P(crl_size_alarm, CONF_INT, 65536, 4294967296, "67108864", 0),
	P(certificate_days, CONF_INT, 1, 1095, "365", 0),
	O(responder_file, CONF_PLACE, 0, 0, "", PUBLISHER | OCSP),
	O(signature_file, CONF_PLACE, 0, 0, "", OCSP),
	O(answer_seconds, CONF_INT, 10, 86400, "60", 0),
	N("watchdog.report_file", report_file, CONF_PLACE, 0, 0, "", WATCHDOG),
	M(smtp, CONF_SMTP, 0, 0, "", 0),
	M(smtp_user, CONF_VISIBLE, 0, 0, "", 0),
	M(smtp_password_file, CONF_SECRET, 0, 0, "", MAILER),
	M(smtp_ca, CONF_FILE, 0, 0, "", MAILER),
	M(mail_dir, CONF_DIRECTORY, 0, 0, "", MAILER),
	M(mail_from, CONF_EMAIL, 0, 0, NULL, MAILER),
	M(mail_lock_file, CONF_PLACE, 0, 0, NULL, MAILER),
};

#undef N
#undef P
#undef M
#undef O
#undef S

#define NAMES (sizeof(names) / sizeof(names[0]))

static const char *const sections[] = { "publisher", "ocsp", "watchdog", "mailer" };

struct parser {
	struct conf *conf;
	const char *path;
	struct buf *errors;
	unsigned line;
	unsigned set[NAMES]; /* line where the name stands; 0: nowhere */
	const char *section; /* "" before the first; NULL: in an unknown one */
};

static void __attribute__((format(printf, 3, 4))) mistake(struct parser *p, unsigned line, const char *fmt, ...)
{
	va_list ap;
	char text[VALUE_MAX * 2];

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	buf_printf(p->errors, "%s:%u: %s\n", p->path, line, text);
}

static void *
field(const struct parser *p, size_t i)
{
	return (char *)p->conf + names[i].offset;
}

static const char *
text_of(const struct parser *p, size_t i)
{
	char *const *text = field(p, i);

	return *text;
}

static size_t
name_index(const char *name)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (strcmp(names[i].name, name) == 0)
			break;
	return i;
}

static void
set_bool(struct parser *p, size_t i, unsigned line, const char *value)
{
	bool *out = field(p, i);

	if (strcmp(value, "true") == 0 || strcmp(value, "yes") == 0)
		*out = true;
	else if (strcmp(value, "false") == 0 || strcmp(value, "no") == 0)
		*out = false;
	else
		mistake(p, line, "%s: must be true or false", names[i].name);
}

static void
set_mode(struct parser *p, size_t i, unsigned line, const char *value)
{
	bool *out = field(p, i);

	*out = strcmp(value, "production") == 0;
	if (!*out && strcmp(value, "demo") != 0)
		mistake(p, line, "%s: must be production or demo", names[i].name);
}

static void
set_integer(struct parser *p, size_t i, unsigned line, const char *value)
{
	int64_t v, *out = field(p, i);

	if (!conf_integer(&v, value) || v < names[i].min || v > names[i].max)
		mistake(p, line, "%s: must be a whole number from %lld to %lld", names[i].name, (long long)names[i].min,
		    (long long)names[i].max);
	else
		*out = v;
}

/* A relative path is one beside the configuration file. */
static char *
make_path(const char *conf_path, const char *value)
{
	const char *slash = strrchr(conf_path, '/');

	if (value[0] == '/' || value[0] == '\0' || slash == NULL)
		return mem_string(value);
	return mem_format("%.*s%s", (int)(slash - conf_path) + 1, conf_path, value);
}

static void
set_text(struct parser *p, size_t i, unsigned line, const char *value)
{
	const char *fault;
	char **out = field(p, i);

	/* Only what is empty by default may be empty. */
	if (value[0] == '\0' && (names[i].preset == NULL || names[i].preset[0] != '\0')) {
		mistake(p, line, "%s: empty", names[i].name);
		return;
	}
	fault = conf_text_fault(names[i].type, value);
	if (fault != NULL) {
		mistake(p, line, "%s: %s", names[i].name, fault);
		return;
	}
	free(*out);
	*out = conf_type_is_path(names[i].type) ? make_path(p->path, value) : mem_string(value);
}

static void
set_value(struct parser *p, size_t i, unsigned line, const char *value)
{
	switch (names[i].type) {
	case CONF_MODE:
		set_mode(p, i, line, value);
		return;
	case CONF_BOOL:
		set_bool(p, i, line, value);
		return;
	case CONF_INT:
		set_integer(p, i, line, value);
		return;
	case CONF_SITE:
	case CONF_PLAIN_SITE:
	case CONF_ARC:
	case CONF_PHONE:
	case CONF_EMAIL:
	case CONF_WORD:
	case CONF_VISIBLE:
	case CONF_SMTP:
	case CONF_ADDRESSES:
	case CONF_FILE:
	case CONF_SECRET:
	case CONF_DIRECTORY:
	case CONF_PLACE:
		set_text(p, i, line, value);
		return;
	}
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]) != NULL; n--)
		continue;
	s[n] = '\0';
	return s;
}

static void
parse_section(struct parser *p, char *s)
{
	size_t i, n = strlen(s);

	p->section = NULL;
	if (s[n - 1] != ']') {
		mistake(p, p->line, "section without ]");
		return;
	}
	s[n - 1] = '\0';
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(s + 1, sections[i]) == 0)
			p->section = sections[i];
	if (p->section == NULL)
		mistake(p, p->line, "unknown section [%s]", s + 1);
}

static void
parse_assignment(struct parser *p, char *s)
{
	char full[128], *equals = strchr(s, '='), *name, *value;
	size_t i;
	int n;

	if (equals == NULL) {
		mistake(p, p->line, "must be: name = value");
		return;
	}
	*equals = '\0';
	name = trim(s);
	value = trim(equals + 1);
	if (p->section == NULL)
		return; /* said already, at the section */
	n = snprintf(full, sizeof(full), "%s%s%s", p->section, p->section[0] == '\0' ? "" : ".", name);
	/* "publisher.x" outside of its section would be a second way to say the same. */
	i = n < 0 || (size_t)n >= sizeof(full) || strchr(name, '.') != NULL ? NAMES : name_index(full);
	if (i == NAMES) {
		mistake(p, p->line, "unknown name: %.64s", name);
	} else if (p->set[i] != 0) {
		mistake(p, p->line, "%s: repeated, stands already in line %u", names[i].name, p->set[i]);
	} else {
		p->set[i] = p->line;
		if (strlen(value) > VALUE_MAX)
			mistake(p, p->line, "%s: longer than %d octets", names[i].name, VALUE_MAX);
		else
			set_value(p, i, p->line, value);
	}
}

static bool
has_control(const char *text, size_t len)
{
	size_t i;

	/* CR belongs to the line's end, and only there. */
	for (i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\t' && !(text[i] == '\r' && i == len - 1)) || text[i] == 0x7f)
			return true;
	return false;
}

static void
parse_line(struct parser *p, const char *text, size_t len)
{
	char *line, *s;
	size_t i;

	if (has_control(text, len) || !utf8_is_valid(text, len)) {
		mistake(p, p->line, "control character, or not UTF-8");
		return;
	}
	line = mem_copy(text, len);
	for (i = 0; i < len; i++)
		if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
			line[i] = '\0';
	s = trim(line);
	if (s[0] == '[')
		parse_section(p, s);
	else if (s[0] != '\0')
		parse_assignment(p, s);
	free(line);
}

/* Before the first line: a value that is refused leaves its default for the checks that follow. */
static void
set_presets(struct parser *p)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (names[i].preset != NULL)
			set_value(p, i, 0, names[i].preset);
}

static unsigned
line_of(const struct parser *p, const char *name)
{
	size_t i = name_index(name);

	return i < NAMES && p->set[i] != 0 ? p->set[i] : p->line;
}

/* Names that nobody wrote; told with the last line, where they could go. roles: exactly EVERY, or the bit of one. */
static void
check_required(struct parser *p, unsigned roles)
{
	size_t i;

	for (i = 0; i < NAMES; i++) {
		if (p->set[i] != 0 || names[i].preset != NULL)
			continue;
		if (roles == EVERY ? names[i].roles == EVERY : names[i].roles != EVERY && (names[i].roles & roles) != 0)
			mistake(p, p->line, "%s: missing", names[i].name);
	}
}

/* What two values say together. */
static void
check_together(struct parser *p)
{
	const struct conf *c = p->conf;

	if (c->production && c->oid_arc != NULL && conf_arc_is_below(c->oid_arc, EXAMPLE_ARC))
		mistake(p, line_of(p, "oid_arc"), "oid_arc: " EXAMPLE_ARC " is the arc for examples; mode = production needs its own");
	if (c->session_absolute < c->session_idle)
		mistake(p, line_of(p, "session_absolute"), "session_absolute: shorter than session_idle");
	if (c->smtp != NULL && c->smtp_user != NULL && c->smtp[0] == '\0' && c->smtp_user[0] != '\0')
		mistake(p, line_of(p, "mailer.smtp_user"), "mailer.smtp_user: without mailer.smtp");
	if (c->crl_delta_spacing * 2 > c->crl_delta_seconds)
		mistake(p, line_of(p, "publisher.crl_delta_spacing"),
		    "publisher.crl_delta_spacing: more than half of publisher.crl_delta_seconds");
	if (c->crl_delta_seconds > c->crl_base_seconds)
		mistake(
		    p, line_of(p, "publisher.crl_delta_seconds"), "publisher.crl_delta_seconds: longer than publisher.crl_base_seconds");
}

static void
parse_text(struct parser *p, const char *text, size_t len)
{
	const char *end;
	size_t n;

	p->section = "";
	set_presets(p);
	for (; len > 0; text += n, len -= n) {
		p->line++;
		end = memchr(text, '\n', len);
		n = end == NULL ? len : (size_t)(end - text) + 1;
		parse_line(p, text, end == NULL ? n : n - 1);
	}
	if (p->line == 0)
		p->line = 1;
	check_required(p, EVERY);
	check_together(p);
}

static void
parser_open(struct parser *p, const char *path, struct buf *errors)
{
	memset(p, 0, sizeof(*p));
	p->conf = mem_zero(1, sizeof(*p->conf));
	p->path = path;
	p->errors = errors;
}

/* No mistakes since before: *out takes the configuration. */
static enum rc
parser_close(struct parser *p, struct conf **out, bool ok)
{
	*out = NULL;
	if (ok)
		*out = p->conf;
	else
		conf_free(p->conf);
	p->conf = NULL;
	return ok ? RC_OK : RC_BAD_INPUT;
}

enum rc
conf_parse(struct conf **out, const char *path, const char *text, size_t len, struct buf *errors)
{
	struct parser p;
	size_t before = errors->len;

	parser_open(&p, path, errors);
	parse_text(&p, text, len);
	return parser_close(&p, out, errors->len == before && !errors->overflow);
}

/* What is wrong with the secret; NULL: nothing, and conf->secret holds it. */
static const char *
read_secret(struct conf *conf)
{
	struct buf b = BUF_INIT;
	const char *fault;
	size_t digits = 2 * sizeof(conf->secret);

	if (conf_read_secret(&b, conf->secret_file, FILE_MAX, &fault)) {
		if (b.len == digits + 1 && b.data[digits] == '\n')
			b.data[digits] = '\0';
		if (!hex_decode(conf->secret, sizeof(conf->secret), buf_text(&b)))
			fault = "must hold 64 lower-case hex digits and nothing else";
	}
	if (b.data != NULL)
		hash_wipe(b.data, b.size);
	buf_free(&b);
	return fault;
}

static void
check_files(struct parser *p, enum conf_role role)
{
	const char *fault, *path;
	size_t i;

	for (i = 0; i < NAMES; i++) {
		if (!conf_type_is_path(names[i].type) || (names[i].roles & 1U << role) == 0)
			continue;
		path = text_of(p, i);
		if (path == NULL || path[0] == '\0')
			continue;
		/* Looked at and read in one: a secret that was not read must never leave zeros as the key. */
		fault = path == p->conf->secret_file ? read_secret(p->conf) : conf_path_fault(names[i].type, path);
		if (fault != NULL)
			mistake(p, line_of(p, names[i].name), "%s: %s: %s", names[i].name, path, fault);
	}
}

enum rc
conf_load(struct conf **out, const char *path, enum conf_role role)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct parser p;
	enum rc rc;

	parser_open(&p, path, &errors);
	if (!buf_read_file(&text, path, FILE_MAX)) {
		mistake(&p, 1, "%s", strerror(errno));
	} else {
		parse_text(&p, buf_text(&text), text.len);
		check_required(&p, 1U << role);
		check_files(&p, role);
	}
	(void)fputs(buf_text(&errors), stderr);
	rc = parser_close(&p, out, errors.len == 0);
	buf_free(&errors);
	buf_free(&text);
	return rc;
}

char *
conf_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_string(path[0] == '\0' ? "" : ".");
	return mem_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

void
conf_free(struct conf *conf)
{
	struct parser p = { .conf = conf };
	size_t i;

	if (conf == NULL)
		return;
	for (i = 0; i < NAMES; i++)
		if (names[i].type != CONF_MODE && names[i].type != CONF_BOOL && names[i].type != CONF_INT)
			free(*(char **)field(&p, i));
	hash_wipe(conf, sizeof(*conf));
	free(conf);
}
