#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/der.h"
#include "pki/profile.h"

#define FILE_MAX 16384
#define NOTICE_MAX 200
#define COMMON_NAME_MAX 64 /* ub-common-name, RFC 5280, A.1 */

struct word {
	const char *text;
	uint8_t bit;
};

/* keyCertSign and cRLSign are no words here: a profile cannot make a CA. */
static const struct word key_usages[] = {
	{ "digitalSignature", 0x80 },
	{ "nonRepudiation", 0x40 },
	{ "keyEncipherment", 0x20 },
	{ "dataEncipherment", 0x10 },
	{ "keyAgreement", 0x08 },
};

static bool
expand(struct buf *out, const char *value, const struct profile_values *v)
{
	while (*value != '\0') {
		if (*value != '<')
			buf_putc(out, *value++);
		else if (strncmp(value, "<arc>", 5) == 0) {
			buf_puts(out, v->oid_arc);
			value += 5;
		} else if (strncmp(value, "<site>", 6) == 0) {
			buf_puts(out, v->site);
			value += 6;
		} else if (strncmp(value, "<plain_site>", 12) == 0) {
			buf_puts(out, v->plain_site);
			value += 12;
		} else if (strncmp(value, "<certificate_days>", 18) == 0) {
			buf_printf(out, "%lld", (long long)v->certificate_days);
			value += 18;
		} else if (strncmp(value, "<ca>", 4) == 0 && v->ca_name != NULL) {
			buf_puts(out, v->ca_name);
			value += 4;
		} else
			return false;
	}
	return true;
}

static bool
set_text(char **field, const char *value)
{
	if (*field != NULL)
		return false;
	*field = mem_string(value);
	return true;
}

static bool
is_oid(const char *dotted)
{
	struct buf der = BUF_INIT;
	bool ok = der_oid(&der, dotted);

	buf_free(&der);
	return ok;
}

static const char *
set_key_usage(uint8_t *field, char *value)
{
	char *save = NULL;

	if (*field != 0)
		return "given twice";
	for (char *w = strtok_r(value, " \t", &save); w != NULL; w = strtok_r(NULL, " \t", &save)) {
		size_t i = 0;

		while (i < sizeof(key_usages) / sizeof(key_usages[0]) && strcmp(key_usages[i].text, w) != 0)
			i++;
		if (i == sizeof(key_usages) / sizeof(key_usages[0]))
			return "unknown key usage";
		*field |= key_usages[i].bit;
	}
	return *field == 0 ? "empty" : NULL;
}

static const char *
set_usages(struct profile *p, char *value)
{
	char *save = NULL;

	if (p->usage_count != 0)
		return "given twice";
	for (char *w = strtok_r(value, " \t", &save); w != NULL; w = strtok_r(NULL, " \t", &save)) {
		const char *dotted = strcmp(w, "clientAuth") == 0	 ? "1.3.6.1.5.5.7.3.2"
				     : strcmp(w, "emailProtection") == 0 ? "1.3.6.1.5.5.7.3.4"
				     : strcmp(w, "OCSPSigning") == 0	 ? "1.3.6.1.5.5.7.3.9"
									 : w;

		if (p->usage_count == PROFILE_USAGES)
			return "too many";
		if (!is_oid(dotted))
			return "no object identifier";
		p->usages[p->usage_count++] = mem_string(dotted);
	}
	return p->usage_count == 0 ? "empty" : NULL;
}

static const char *
set_uri(char **field, const char *value, bool plain)
{
	if (strncmp(value, "http://", 7) != 0 && (plain || strncmp(value, "https://", 8) != 0))
		return plain ? "not an http: address" : "not an http: or https: address";
	for (const char *p = value; *p != '\0'; p++)
		if (*p <= 0x20 || *p > 0x7e)
			return "not an address";
	return set_text(field, value) ? NULL : "given twice";
}

static const char *
set_days(struct profile *p, const char *value)
{
	char *end;
	long days = strtol(value, &end, 10);

	if (p->days != 0)
		return "given twice";
	if (*end != '\0' || days < 1 || days > 1095)
		return "not a number of days, 1…1095";
	p->days = days;
	return NULL;
}

static const char *
set_program(struct profile *p, const char *name, const char *value)
{
	if (strcmp(name, "common_name") == 0)
		return utf8_length(value, strlen(value)) > COMMON_NAME_MAX ? "longer than 64 characters"
		       : set_text(&p->common_name, value)		   ? NULL
									   : "given twice";
	if (strcmp(name, "key") == 0)
		return strcmp(value, "EC-P256") != 0 && strcmp(value, "RSA-2048") != 0 ? "neither EC-P256 nor RSA-2048"
		       : set_text(&p->key, value)				       ? NULL
										       : "given twice";
	if (strcmp(name, "ocsp_nocheck") == 0) {
		if (p->ocsp_nocheck || strcmp(value, "true") != 0)
			return "true, once, or not at all";
		p->ocsp_nocheck = true;
		return NULL;
	}
	return "unknown name";
}

static const char *
set_field(struct profile *p, const char *name, char *value)
{
	if (strcmp(name, "key_usage_rsa") == 0)
		return set_key_usage(&p->key_usage_rsa, value);
	if (strcmp(name, "key_usage_ec") == 0)
		return set_key_usage(&p->key_usage_ec, value);
	if (strcmp(name, "extended_key_usage") == 0)
		return set_usages(p, value);
	if (strcmp(name, "policy") == 0)
		return !is_oid(value) ? "no object identifier" : set_text(&p->policy, value) ? NULL : "given twice";
	if (strcmp(name, "cps") == 0)
		return set_uri(&p->cps, value, false);
	if (strcmp(name, "notice") == 0)
		return utf8_length(value, strlen(value)) > NOTICE_MAX ? "longer than 200 characters"
		       : set_text(&p->notice, value)		      ? NULL
								      : "given twice";
	if (strcmp(name, "days") == 0)
		return set_days(p, value);
	if (strcmp(name, "crl") == 0)
		return set_uri(&p->crl, value, true);
	if (strcmp(name, "freshest_crl") == 0)
		return set_uri(&p->freshest_crl, value, true);
	if (strcmp(name, "ca_issuers") == 0)
		return set_uri(&p->ca_issuers, value, true);
	if (strcmp(name, "ocsp") == 0)
		return set_uri(&p->ocsp, value, true);
	return set_program(p, name, value);
}

static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	for (len = strlen(text); len > 0 && strchr(" \t\r", text[len - 1]) != NULL; len--)
		text[len - 1] = '\0';
	return text;
}

static void
read_line(struct profile *p, char *line, const char *path, int number, const struct profile_values *values, struct buf *errors)
{
	struct buf value = BUF_INIT;
	const char *fault = NULL;
	char *equals, *name;

	line = trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return;
	equals = strchr(line, '=');
	if (equals == NULL) {
		buf_printf(errors, "%s:%d: no \"name = value\"\n", path, number);
		return;
	}
	*equals = '\0';
	name = trim(line);
	if (!expand(&value, trim(equals + 1), values))
		fault = "unknown placeholder";
	else if (value.len == 0)
		fault = "empty";
	else
		fault = set_field(p, name, value.data);
	if (fault != NULL)
		buf_printf(errors, "%s:%d: %s: %s\n", path, number, name, fault);
	buf_free(&value);
}

static void
demand(const char *path, const char *name, bool present, struct buf *errors)
{
	if (!present)
		buf_printf(errors, "%s: %s: missing\n", path, name);
}

/* What no person's certificate goes without. */
static void
demand_person(const char *path, const struct profile *p, struct buf *errors)
{
	demand(path, "policy", p->policy != NULL, errors);
	demand(path, "cps", p->cps != NULL, errors);
	demand(path, "notice", p->notice != NULL, errors);
	demand(path, "crl", p->crl != NULL, errors);
	demand(path, "freshest_crl", p->freshest_crl != NULL, errors);
	demand(path, "ca_issuers", p->ca_issuers != NULL, errors);
	demand(path, "ocsp", p->ocsp != NULL, errors);
	if (p->key != NULL || p->ocsp_nocheck)
		buf_printf(errors, "%s: key, ocsp_nocheck: without common_name\n", path);
}

enum rc
profile_parse(struct profile **out, const char *path, const char *text, size_t len, const struct profile_values *values, struct buf *errors)
{
	struct profile *p = mem_zero(1, sizeof(*p));
	char *copy = mem_copy(text, len), *rest = copy, *line;
	size_t before = errors->len;
	int number = 0;

	*out = NULL;
	if (len > FILE_MAX || !utf8_is_valid(text, len))
		buf_printf(errors, "%s: longer than %d octets, or not UTF-8\n", path, FILE_MAX);
	else
		while ((line = strsep(&rest, "\n")) != NULL)
			read_line(p, line, path, ++number, values, errors);
	demand(path, "key_usage_rsa", p->key_usage_rsa != 0, errors);
	demand(path, "key_usage_ec", p->key_usage_ec != 0, errors);
	demand(path, "extended_key_usage", p->usage_count != 0, errors);
	demand(path, "days", p->days != 0, errors);
	if (p->common_name != NULL)
		demand(path, "key", p->key != NULL, errors);
	else
		demand_person(path, p, errors);
	free(copy);
	if (errors->len != before) {
		profile_free(p);
		return RC_BAD_INPUT;
	}
	*out = p;
	return RC_OK;
}

enum rc
profile_load(struct profile **out, const char *directory, const char *name, const struct profile_values *values)
{
	struct buf file = BUF_INIT, errors = BUF_INIT;
	char *path = mem_format("%s/%s.conf", directory, name);
	enum rc rc = RC_BAD_INPUT;

	*out = NULL;
	if (!buf_read_file(&file, path, FILE_MAX))
		log_error("profile", "%s: cannot be read", path);
	else if ((rc = profile_parse(out, path, buf_text(&file), file.len, values, &errors)) != RC_OK)
		log_error("profile", "%s", buf_text(&errors));
	else
		(*out)->name = mem_string(name);
	buf_free(&file);
	buf_free(&errors);
	free(path);
	return rc;
}

void
profile_free(struct profile *p)
{
	if (p == NULL)
		return;
	free(p->name);
	for (size_t i = 0; i < p->usage_count; i++)
		free(p->usages[i]);
	free(p->policy);
	free(p->cps);
	free(p->notice);
	free(p->crl);
	free(p->freshest_crl);
	free(p->ca_issuers);
	free(p->ocsp);
	free(p->common_name);
	free(p->key);
	free(p);
}
