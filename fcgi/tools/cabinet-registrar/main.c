/*
 * cabinet-registrar [-c FILE] list | show NUMBER
 * cabinet-registrar [-c FILE] approve|refuse|retry NUMBER --key FILE.p12 [--password-file FILE] [--reason TEXT]
 *                   [--surname S] [--name N] [--patronymic P]
 *
 * The registration centre at a command line. approve: the person stood here, with a document that fits; names other than the typed ones are given
 * as words. retry: an application that failed goes to the CA again. Each act is a signed document; list and show need no key.
 * Exit status: 0 done; 1 not done; 2 wrong words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/encode.h"
#include "base/iin.h"
#include "base/log.h"
#include "registrar.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/signed_form.h"

#define DEFAULT_CONF "/etc/cabinet/cabinet.conf"

static const struct db_statement *const *const statements[] = { registrar_statements, application_statements, application_any_statements,
	certificate_statements, signed_form_keep_statements, event_statements, NULL };

static int
usage(void)
{
	fputs("usage: cabinet-registrar [-c FILE] list | show NUMBER\n"
	      "       cabinet-registrar [-c FILE] approve|refuse|retry NUMBER --key FILE.p12 [--password-file FILE] [--reason TEXT]\n"
	      "                         [--surname S] [--name N] [--patronymic P]\n"
	      "       a refusal needs a reason: the person reads it\n",
	    stderr);
	return 2;
}

static void
print_hash(const char *what, const uint8_t hash[32])
{
	char hex[65];

	hex_encode(hex, hash, 32);
	printf("%s\t%s\n", what, hex);
}

static enum rc
print_history(struct db *db, const char *number)
{
	struct application_step step[APPLICATION_STEPS];
	char at[CLOCK_SHOWN_SIZE];
	size_t count;
	enum rc rc = application_db_history(db, number, step, &count);

	for (size_t i = 0; rc == RC_OK && i < count; i++) {
		clock_shown(at, step[i].at);
		printf("history\t%s\t%s\t%s\t%s\n", at, step[i].status, step[i].actor, step[i].reason);
	}
	return rc;
}

static int
show(const struct registrar *r)
{
	struct application a;
	struct typed typed = { NULL, NULL, NULL };
	char created[CLOCK_SHOWN_SIZE], *citizen = NULL;
	enum rc rc;

	if ((rc = application_db_find_any(r->db, r->number, &a)) == RC_OK)
		rc = registrar_db_typed(r->db, r->number, &typed);
	if (rc != RC_OK) {
		fprintf(stderr, "cabinet-registrar: %s: %s\n", r->number, rc == RC_NOT_FOUND ? "no such application" : rc_name(rc));
		return 1;
	}
	clock_shown(created, a.created);
	printf("number\t%s\ncreated\t%s\norigin\t%s\nstatus\t%s\nreason\t%s\n", a.number, created, a.origin, a.status, a.reason);
	printf("iin\t%s\t%s\n", a.iin, iin_is_valid(a.iin) ? "check digit fits" : "CHECK DIGIT DOES NOT FIT");
	printf("typed\t%s\t%s\t%s\n", typed.surname, typed.name, typed.patronymic);
	if ((rc = registrar_db_citizen(r->db, a.iin, &citizen)) == RC_OK)
		printf("known\t%s\n", citizen);
	printf("email\t%s\nlocality\t%s\t%s\nstore\t%s\n", a.email, a.locality, a.locality_ru, a.store);
	print_hash("request auth", a.hash_auth);
	print_hash("request sign", a.hash_sign);
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = print_history(r->db, a.number);
	free(citizen);
	typed_free(&typed);
	return rc == RC_OK ? 0 : 1;
}

static bool
take_words(struct registrar *r, int argc, char **argv)
{
	const struct {
		const char *word;
		const char **value;
	} words[] = { { "--key", &r->key }, { "--password-file", &r->password_file }, { "--reason", &r->reason },
		{ "--surname", &r->surname }, { "--name", &r->name }, { "--patronymic", &r->patronymic } };

	for (int i = 0; i < argc; i += 2) {
		size_t n = 0;

		while (n < sizeof(words) / sizeof(words[0]) && strcmp(words[n].word, argv[i]) != 0)
			n++;
		if (n == sizeof(words) / sizeof(words[0]) || i + 1 == argc || *words[n].value != NULL)
			return false;
		*words[n].value = argv[i + 1];
	}
	return true;
}

static bool
is_number(const char *text)
{
	return strlen(text) == NUMBER_SIZE - 1 && strspn(text, "0123456789") == NUMBER_SIZE - 1;
}

static int
run(struct registrar *r, int argc, char **argv)
{
	const char *word = argv[0];
	bool is_refusal = strcmp(word, "refuse") == 0;

	if (strcmp(word, "--check") == 0 && argc == 1)
		return 0;
	if (strcmp(word, "list") == 0 && argc == 1)
		return registrar_db_list(r->db) == RC_OK ? 0 : 1;
	if (argc < 2 || !is_number(argv[1]))
		return usage();
	r->number = argv[1];
	if (strcmp(word, "show") == 0)
		return argc == 2 ? show(r) : usage();
	if ((strcmp(word, "approve") != 0 && !is_refusal && strcmp(word, "retry") != 0) || !take_words(r, argc - 2, argv + 2) ||
	    r->key == NULL || (is_refusal && (r->reason == NULL || *r->reason == '\0')))
		return usage();
	if (r->reason == NULL)
		r->reason = "";
	return decide(r, word);
}

int
main(int argc, char **argv)
{
	struct registrar r = { .conf = NULL };
	const char *path = DEFAULT_CONF;
	int first = 1, status = 1;

	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		path = argv[2];
		first = 3;
	}
	if (first >= argc)
		return usage();
	/* no key in a core file */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	log_open("registrar", LOG_LEVEL_WARN);
	if (conf_load(&r.conf, path, CONF_TOOL) != RC_OK)
		return 1;
	if (db_open(&r.db, r.conf, "cabinet_registrar", statements) == RC_OK)
		status = run(&r, argc - first, argv + first);
	db_close(r.db);
	conf_free(r.conf);
	return status;
}
