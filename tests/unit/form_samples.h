/* One document of each kind, with text that is not easy: Kazakh letters, & < > ", line breaks. */
#ifndef CABINET_TESTS_FORM_SAMPLES_H
#define CABINET_TESTS_FORM_SAMPLES_H

#include <string.h>

#include "form/form.h"

#define SAMPLE_ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SAMPLE_NAME "ТЕСТОВ ТЕСТ ТЕСТОВИЧ"

static inline struct form_header
sample_header(const char *statement)
{
	struct form_header h = { .id = SAMPLE_ID, .site = "https://localhost:8443", .lang = "kk", .statement = statement };

	if (!clock_iso_parse(&h.issued, "2026-11-23T10:00:00Z") || !clock_iso_parse(&h.expires, "2026-11-24T10:00:00Z"))
		h.site = NULL;
	return h;
}

static inline void
sample_document(struct buf *b, enum form_kind kind, const char *statement)
{
	static const uint8_t auth[32] = { 0xa0, 0xa1 }, sign[32] = { 0x50, 0x51 };
	struct form_header h = sample_header(statement);
	struct form_citizen person = { "123456789011", SAMPLE_NAME };
	struct form_application application = { .number = "12345678261123",
		.template_name = "person",
		.origin = "cabinet",
		.email = "",
		.locality = "750000000",
		.store = "PKCS12",
		.created = h.issued - HOUR,
		.request_auth = auth,
		.request_sign = sign };
	struct form_certificate pair[2] = { { .issuer = "CN=ДЕМО \"УЦ\" & <сын>", .not_after = h.issued + 365 * DAY } };

	memset(pair[0].serial, 0x1a, SERIAL_SIZE);
	pair[1] = pair[0];
	pair[1].serial[19] = 0;
	switch (kind) {
	case FORM_LOGIN:
		form_make_login(b, &h);
		break;
	case FORM_CONFIRMATION:
		form_make_confirmation(b, &h, &person, &application, "new", "signed");
		break;
	case FORM_REVOCATION:
		form_make_revocation(b, &h, &person, pair, 2, 1, h.issued - HOUR);
		break;
	case FORM_PROOF:
		form_make_proof(b, &h, application.number);
		break;
	case FORM_DECISION:
		form_make_decision(b, &h,
		    &(struct form_decision){ .number = application.number,
			.iin = person.iin,
			.surname = "Қ<ЫЗ>&",
			.name = "ӘДІЛ",
			.patronymic = "",
			.request_auth = auth,
			.request_sign = sign,
			.verdict = "approve",
			.reason = statement });
		break;
	}
}

#endif
