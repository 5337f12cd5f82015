/* Answers. Each returns RC_OK so that a handler can end with "return response_…;". */
#ifndef CABINET_WEB_RESPONSE_H
#define CABINET_WEB_RESPONSE_H

#include "form/form.h"
#include "web/fields.h"
#include "web/request.h"

/* Rendered view with this HTTP status (200, 404, 409, 422 …). */
MUST_USE enum rc response_view(struct request *, int status, const char *template_name);
/* 303 to a local path of our own, printf style; user text must not be part of it except through url_encode. */
MUST_USE enum rc response_redirect(struct request *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* 303 /login?back=<this path>; for POST back to the page that holds the form. */
MUST_USE enum rc response_login(struct request *);
/* Tells when to come again; an answer 429 or 503 that does not say it gets 60 or 5 seconds. */
void response_retry_after(struct request *, int64_t seconds);
/* Octets with a type; name != NULL: Content-Disposition: attachment. */
MUST_USE enum rc response_data(struct request *, const char *content_type, const char *name, const void *data, size_t len);
/* The error page: what happened, what to do, request id, support telephone. status: HTTP. */
MUST_USE enum rc response_error(struct request *, int status);
/* Status line and headers of the answer as CGI wants them, with the empty line. For route_main and tests. */
void response_head(const struct request *, struct buf *out);
/* The one mapping of enum rc to an HTTP status. */
int response_status(enum rc);

/*
 * The cookie of this name: "X-Cookie-session" for "__Host-session". nginx makes Set-Cookie of it, with Path=/; Secure; HttpOnly; SameSite=Lax, if this
 * program may set it and the value fits (conf/nginx/cabinet-http.conf). max_age < 0: until the browser is closed; 0: delete, with value "".
 */
void response_cookie(struct request *, const char *name, const char *value, long max_age);

/*
 * What was done, for the page that the redirect leads to: the next page shows the text of "notice.<code>" once. code: welcome, logged_out,
 * confirmed or withdrawn.
 */
void response_tell(struct request *, const char *code);

/*
 * A form's messages into the page: error.<field> = text of the code, errors.N.{field,text} for the summary on top.
 * Typed values: value.<field>. Fields of FIELD_UPLOAD are not echoed.
 */
void response_fields(struct request *, const struct field_spec *, const struct field *, size_t count);
/* One message for the whole form or one field: code from views/lang. field NULL: summary only. */
void response_message(struct request *, const char *field, const char *code, const struct i18n_arg *args);
/* A signed document was refused: the rule's sentence (form.refused.<rule>) at the field "signed". */
void response_refused(struct request *, enum form_rule);

#endif
