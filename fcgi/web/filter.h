/* Filters of a list: their addresses, and what is set as chips that can be taken away one by one. */
#ifndef CABINET_WEB_FILTER_H
#define CABINET_WEB_FILTER_H

#include "web/fields.h"
#include "web/request.h"

struct filter {
	const char *path; /* of the list; a literal */
	const struct field_spec *spec;
	const struct field *field;
	size_t count;  /* filters: the first fields of the form */
	size_t always; /* index of a field that is no filter but stays in every address, e.g. what the list is for; 0: none */
};

/* "/keys?for=revoke&created=…": the list with its filters, with one more parameter in front. leave_out: index of a filter, count: none. */
void filter_address(struct buf *, const struct filter *, const char *parameter, const char *value, size_t leave_out);
/* filtered; chips.N.{name,text,href}; pager.first when this is not the first page. */
void filter_show(struct request *, const struct filter *, bool is_first_page);

#endif
