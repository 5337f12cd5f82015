/*
 * One decision: the document is made, signed with the operator's key, verified by the same rules as everybody's, kept, and only then obeyed. The
 * publisher believes none of this and verifies the document again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/hash.h"
#include "registrar.h"
#include "store/certificate.h"
#include "store/event.h"

#define LIFE HOUR
#define PASSWORD_MAX 256
#define REASON_MAX 255

static const struct {
	const char *verdict, *from, *to;
} acts[] = { { "approve", "new", "signed" }, { "refuse", "new", "refused" }, { "retry", "failed", "signed" } };

static int
complain(const char *number, const char *what)
{
	fprintf(stderr, "cabinet-registrar: %s: %s\n", number, what);
	return 1;
}

/* A line from the terminal, unseen. */
static bool
ask_password(char out[PASSWORD_MAX])
{
	struct termios before, silent;
	bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0, ok;

	if (is_terminal) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fputs("Password of the key: ", stderr);
		if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
			return false;
	}
	ok = fgets(out, PASSWORD_MAX, stdin) != NULL;
	if (is_terminal) {
		fputc('\n', stderr);
		ok = tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) == 0 && ok;
	}
	return ok;
}

static bool
read_password(const char *path, char out[PASSWORD_MAX])
{
	struct buf b = BUF_INIT;
	const char *why = "";
	bool ok;

	if (path == NULL)
		ok = ask_password(out);
	else if ((ok = conf_read_secret(&b, path, PASSWORD_MAX - 1, &why)))
		snprintf(out, PASSWORD_MAX, "%s", buf_text(&b));
	else
		fprintf(stderr, "cabinet-registrar: %s: %s\n", path, why);
	if (b.data != NULL)
		hash_wipe(b.data, b.size);
	buf_free(&b);
	out[strcspn(out, "\r\n")] = '\0';
	return ok;
}

static bool
load_key(const struct registrar *r, struct signing_key **key)
{
	char password[PASSWORD_MAX] = "";
	bool ok = read_password(r->password_file, password) && signing_key_load(key, r->key, password) == RC_OK;

	hash_wipe(password, sizeof(password));
	return ok;
}

static bool
is_text(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len > max || !utf8_is_valid(text, len))
		return false;
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

static void
make(struct buf *document, const struct registrar *r, const char *verdict, const struct application *a, const struct typed *typed)
{
	struct form_header header = { .site = r->conf->site, .lang = "ru", .statement = "" };
	const struct form_decision d = { .number = a->number,
		.iin = a->iin,
		.surname = r->surname != NULL ? r->surname : typed->surname,
		.name = r->name != NULL ? r->name : typed->name,
		.patronymic = r->patronymic != NULL ? r->patronymic : typed->patronymic,
		.request_auth = a->hash_auth,
		.request_sign = a->hash_sign,
		.verdict = verdict,
		.reason = r->reason };

	form_id(header.id);
	header.issued = clock_now();
	header.expires = header.issued + LIFE;
	form_make_decision(document, &header, &d);
}

struct checking {
	const struct registrar *r;
	const struct buf *document;
};

static enum rc
check_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	const struct checking *c = arg;

	*rule = RULE_DOCUMENT;
	return len == c->document->len && memcmp(canonical, c->document->data, len) == 0 ? RC_OK : RC_BAD_INPUT;
}

static enum rc
check_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	const struct checking *c = arg;

	return certificate_db_check(c->r->db, c->r->conf, cert, PURPOSE_OPERATOR, NULL, rule);
}

static int
refuse_to_act(const struct registrar *r, const struct application *a, const struct form_result *result)
{
	uint8_t serial[SERIAL_SIZE] = { 0 };

	if (result->certificate != NULL)
		cert_serial(result->certificate, serial);
	if (event_db_insert(r->db, &(struct event){ .kind = "decision-refused",
				       .iin = a->iin,
				       .application = a->number,
				       .serial = serial,
				       .rule = form_rule_name(result->rule),
				       .detail = result->detail }) != RC_OK)
		return complain(a->number, "no audit row, no act");
	fprintf(stderr, "cabinet-registrar: %s: the key is not fit to decide: %s\n", a->number, form_rule_name(result->rule));
	return 1;
}

static int
sign_and_act(const struct registrar *r, size_t act, const struct application *a, const struct typed *typed, const struct signing_key *key)
{
	struct buf document = BUF_INIT, text = BUF_INIT;
	struct checking c = { r, &document };
	const struct form_checks checks = { .issued = check_issued, .certificate = check_certificate, .arg = &c };
	struct form_result result = { .rule = RULE_NONE };
	struct decision d = { r, a, acts[act].verdict, acts[act].from, acts[act].to, &result, NULL, 0 };
	int status = 1;
	enum rc rc;

	make(&document, r, acts[act].verdict, a, typed);
	if ((rc = form_sign(&text, buf_text(&document), document.len, key)) == RC_OK)
		rc = form_verify(buf_text(&text), text.len, FORM_DECISION, &checks, &result);
	if (rc == RC_OK && strcmp(cert_iin(result.certificate), a->iin) == 0) {
		result.rule = RULE_CERTIFICATE_IIN;
		rc = RC_BAD_INPUT;
	}
	if (rc == RC_BAD_INPUT)
		status = refuse_to_act(r, a, &result);
	else if (rc == RC_OK) {
		d.signed_text = buf_text(&text);
		d.len = text.len;
		rc = registrar_db_decide(r->db, &d);
		if (rc == RC_OK) {
			printf("%s\t%s\n", a->number, acts[act].to);
			status = 0;
		} else
			complain(a->number, rc == RC_CONFLICT ? "changed meanwhile; look again with show" : rc_name(rc));
	} else
		complain(a->number, rc_name(rc));
	form_result_free(&result);
	buf_free(&text);
	buf_free(&document);
	return status;
}

int
decide(const struct registrar *r, const char *verdict)
{
	struct application a;
	struct typed typed = { NULL, NULL, NULL };
	struct signing_key *key = NULL;
	size_t act = 0;
	int status = 1;
	enum rc rc;

	while (strcmp(acts[act].verdict, verdict) != 0)
		act++;
	if (!is_text(r->reason, REASON_MAX) || (r->surname != NULL && !is_text(r->surname, REASON_MAX)) ||
	    (r->name != NULL && !is_text(r->name, REASON_MAX)) || (r->patronymic != NULL && !is_text(r->patronymic, REASON_MAX)))
		return complain(r->number, "a text is longer than 255 octets, not UTF-8, or has control characters");
	if ((rc = application_db_find_any(r->db, r->number, &a)) == RC_OK)
		rc = registrar_db_typed(r->db, r->number, &typed);
	if (rc != RC_OK)
		return complain(r->number, rc == RC_NOT_FOUND ? "no such application" : rc_name(rc));
	if (strcmp(a.status, acts[act].from) != 0 || (act != 2 && strcmp(a.origin, "public") != 0)) {
		fprintf(stderr, "cabinet-registrar: %s: %s, %s: nothing to %s\n", a.number, a.origin, a.status, verdict);
		typed_free(&typed);
		return 1;
	}
	if (load_key(r, &key))
		status = sign_and_act(r, act, &a, &typed, key);
	signing_key_free(key);
	typed_free(&typed);
	return status;
}
