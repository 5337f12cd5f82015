#include <sys/stat.h>

#include "base/log.h"
#include "ocsp.h"

static struct ocsp_signer signer;
static bool is_told; /* that it is not valid now */

static void
take(const char *path)
{
	struct responder_key *key;

	/* RC_NOT_FOUND: between the look and the load; the next look sees it */
	if (responder_key_load(&key, path) != RC_OK)
		return;
	responder_key_free(signer.key);
	signer.key = key;
	ocsp_issuer_of(&signer.issuer, responder_key_ca(key));
	cert_key_id(responder_key_ca(key), signer.ca_key_id);
	is_told = false;
	log_info("responder-key", "%s: taken", cert_subject(responder_key_certificate(key)));
}

const struct ocsp_signer *
ocsp_signer(const struct conf *conf)
{
	static struct stat seen;
	struct stat st;

	if (stat(conf->responder_file, &st) == 0 && (st.st_ino != seen.st_ino || st.st_mtim.tv_sec != seen.st_mtim.tv_sec ||
							st.st_mtim.tv_nsec != seen.st_mtim.tv_nsec || st.st_size != seen.st_size)) {
		seen = st;
		take(conf->responder_file);
	}
	return signer.key != NULL ? &signer : NULL;
}

bool
ocsp_signer_is_valid(const struct ocsp_signer *s, instant now)
{
	const struct cert *c = responder_key_certificate(s->key);

	if (now >= cert_not_before(c) && now <= cert_not_after(c))
		return true;
	if (!is_told)
		log_error("responder-key",
		    "ALARM: %s: its certificate is not valid now: nothing is signed until the publisher has made another", cert_subject(c));
	is_told = true;
	return false;
}
