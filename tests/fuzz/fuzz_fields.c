/*
 * Form bodies. Input: one octet chooses the content type, the rest is the body. A multipart body that is given its boundary from the first line
 * of the input reaches deeper than a fixed one.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct field_spec spec[] = { { "a", 32, FIELD_REQUIRED, NULL, NULL }, { "signed", 65536, FIELD_UPLOAD, NULL, NULL },
		{ "csr_auth", 4096, FIELD_MULTILINE, NULL, NULL } };
	struct field field[3];
	struct fields *f;
	char type[128] = "application/x-www-form-urlencoded";

	if (size == 0)
		return 0;
	if (data[0] % 3 == 1)
		snprintf(type, sizeof(type), "multipart/form-data; boundary=b");
	else if (data[0] % 3 == 2)
		snprintf(type, sizeof(type), "multipart/form-data%.*s", (int)(size > 80 ? 80 : size - 1), (const char *)data + 1);
	if (fields_parse(&f, type, (const char *)data + 1, size - 1) != RC_OK)
		return 0;
	if (fields_take(f, spec, 3, field) != RC_OK && field[0].error == NULL && field[1].error == NULL && field[2].error == NULL)
		abort();
	for (size_t i = 0; i < 3; i++) {
		if (field[i].value[field[i].len] != '\0' || (field[i].error == NULL && field[i].len > spec[i].max))
			abort();
	}
	if (field[0].error == NULL && strlen(field[0].value) != field[0].len)
		abort();
	fields_free(f);
	return 0;
}
