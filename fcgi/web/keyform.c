#include "web/keyform.h"

#include <string.h>

#include "base/log.h"
#include "web/response.h"
#include "web/view.h"

static const struct db_statement localities = {
	.name = "keyform localities",
	.sql = "SELECT l.code, l.name_ru, l.name_kk, COALESCE(g.name_ru, p.name_ru, l.name_ru), COALESCE(g.name_kk, p.name_kk, l.name_kk)"
	       " FROM locality l LEFT JOIN locality p ON p.code = l.parent LEFT JOIN locality g ON g.code = p.parent"
	       " WHERE l.kind IN ('region', 'republic_city', 'city', 'district', 'city_district')"
	       " ORDER BY COALESCE(g.code, p.code, l.code), l.kind <> 'republic_city' AND l.kind <> 'region', l.name_ru, l.code",
};
static const struct db_statement find_locality = {
	.name = "keyform find-locality",
	.sql = "SELECT 1 FROM locality WHERE code = ?",
};

const struct db_statement *const keyform_statements[] = { &localities, &find_locality, NULL };

bool
keyform_is_store(const char *value)
{
	static const char *const stores[] = { "PKCS12", "AKKZIDCardStore", "AKEToken72KStore", "AKJaCartaStore", "AKKaztokenStore" };
	size_t i;

	for (i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (strcmp(value, stores[i]) == 0)
			return true;
	return false;
}

bool
keyform_is_locality(const char *value)
{
	return strlen(value) == 9 && strspn(value, "0123456789") == 9;
}

/* One request: its own message beside its own field, and in the log. */
static bool
take_request(struct request *r, const struct field *field, const char *name, const char *iin, struct csr *csr)
{
	static const char *const codes[] = {
		[CSR_OK] = NULL,
		[CSR_MALFORMED] = "error.csr_malformed",
		[CSR_WEAK_KEY] = "error.csr_weak_key",
		[CSR_KNOWN_WEAK] = "error.csr_known_weak",
		[CSR_BAD_SIGNATURE] = "error.csr_bad_signature",
		[CSR_OTHER_IIN] = "error.csr_other_iin",
	};
	enum csr_fault fault = CSR_OK;

	if (csr_parse(csr, field->value, field->len, iin, &fault) == RC_OK)
		return true;
	log_info("request-refused", "%s: %s", name, csr_fault_name(fault));
	response_message(r, name, codes[fault], NULL);
	return false;
}

bool
keyform_take_requests(
    struct request *r, const struct field *auth_field, const struct field *sign_field, const char *iin, struct csr *auth, struct csr *sign)
{
	bool good = true;

	if (auth_field->error == NULL)
		good = take_request(r, auth_field, "csr_auth", iin, auth);
	if (sign_field->error == NULL)
		good = take_request(r, sign_field, "csr_sign", iin, sign) && good;
	if (auth->der != NULL && sign->der != NULL && memcmp(auth->spki_hash, sign->spki_hash, sizeof(auth->spki_hash)) == 0) {
		response_message(r, "csr_sign", "error.csr_same_key", NULL);
		good = false;
	}
	return good;
}

enum rc
keyform_db_localities(struct request *r)
{
	struct db_result *rows = NULL;
	unsigned shift = r->lang == LANG_KK ? 1 : 0;
	size_t n = 0;
	enum rc rc;

	if ((rc = db_query(r->db, &localities, DB_NONE, &rows)) != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		page_item(r->page, "localities", n, "code", db_get_text(rows, 0));
		page_item(r->page, "localities", n, "name", db_get_text(rows, 1 + shift));
		page_item(r->page, "localities", n, "region", db_get_text(rows, 3 + shift));
		n++;
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
keyform_db_has_locality(struct db *db, const char *code)
{
	struct db_result *row = NULL;
	enum rc rc = db_one(db, &find_locality, DB_IN(db_text(code)), &row);

	if (rc == RC_OK)
		db_result_free(row);
	return rc;
}
