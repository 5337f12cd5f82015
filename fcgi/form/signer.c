/* The rules about the signer's certificate. What they need to know from outside comes as a form_standing, so that everybody who checks asks alike. */
#include <string.h>

#include "form/form.h"

struct signer {
	const struct cert *cert;
	const struct form_standing *standing;
	const struct form_demand *demand;
};

static bool
is_of_trusted_ca(const struct signer *s)
{
	return s->standing->trusted;
}

/* Both ends belong to the validity (RFC 5280, 4.1.2.5). */
static bool
is_in_time(const struct signer *s)
{
	return s->standing->now >= cert_not_before(s->cert) && s->standing->now <= cert_not_after(s->cert);
}

static bool
is_not_revoked(const struct signer *s)
{
	return !s->standing->revoked;
}

static bool
is_for_this_purpose(const struct signer *s)
{
	return cert_has_purpose(s->cert, s->demand->purpose, s->demand->oid_arc);
}

static bool
is_natural_person(const struct signer *s)
{
	return !cert_is_organisation(s->cert) && cert_iin(s->cert)[0] != '\0';
}

static bool
is_this_person(const struct signer *s)
{
	return s->demand->iin == NULL || strcmp(cert_iin(s->cert), s->demand->iin) == 0;
}

static const struct {
	enum form_rule rule;
	bool (*holds)(const struct signer *);
} sequence[] = {
	{ RULE_CERTIFICATE_CA, is_of_trusted_ca },
	{ RULE_CERTIFICATE_TIME, is_in_time },
	{ RULE_CERTIFICATE_REVOKED, is_not_revoked },
	{ RULE_CERTIFICATE_PURPOSE, is_for_this_purpose },
	{ RULE_CERTIFICATE_PERSON, is_natural_person },
	{ RULE_CERTIFICATE_IIN, is_this_person },
};

enum form_rule
form_signer_rule(const struct cert *cert, const struct form_standing *standing, const struct form_demand *demand)
{
	const struct signer s = { cert, standing, demand };

	for (size_t i = 0; i < sizeof(sequence) / sizeof(sequence[0]); i++)
		if (!sequence[i].holds(&s))
			return sequence[i].rule;
	return RULE_NONE;
}
