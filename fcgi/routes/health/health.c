/*
 * Health, for monitoring alone (ROLE_LOCAL): /healthz, /readyz, /metrics. Requests by route and status are in nginx's log, a line of JSON each; these
 * programs count none, as each worker would know its own alone.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "health.h"
#include "web/response.h"
#include "web/route.h"

#define QUEUE_LIMIT (10 * MINUTE) /* as the watchdog's alarm */
#define REPORT_MAX 65536
#define PLAIN "text/plain; charset=utf-8"
#define METRICS "text/plain; version=0.0.4; charset=utf-8" /* Prometheus, exposition format */

static enum rc
answer(struct request *r, int status, const char *type, const struct buf *text)
{
	enum rc rc = response_data(r, type, NULL, buf_text(text), text->len);

	r->status = status;
	buf_puts(&r->headers, "Cache-Control: no-store\r\n");
	return rc;
}

/*
 * GET /healthz
 * Out: 200 "ok": nginx and this program are alive. Nothing else is asked.
 */
static enum rc
healthz_get(struct request *r)
{
	struct buf text = BUF_INIT;
	enum rc rc;

	buf_puts(&text, "ok\n");
	rc = answer(r, 200, PLAIN, &text);
	buf_free(&text);
	return rc;
}

static bool
say(struct buf *out, bool ok, const char *what)
{
	buf_printf(out, "%s %s\n", ok ? "ok" : "not ok", what);
	return ok;
}

static bool
is_current(const struct health_list *l, instant now)
{
	return l->exists && now <= l->next_update;
}

/*
 * GET /readyz
 * Out: 200 or 503, a line each: database; base and delta CRL not past their nextUpdate; no application waits for its certificates for ten minutes.
 * DB:  health: eight SELECTs.
 */
static enum rc
readyz_get(struct request *r)
{
	struct buf text = BUF_INIT;
	struct health h;
	bool ready = health_db_read(r->db, &h) == RC_OK;
	enum rc rc;

	if (say(&text, ready, "database")) {
		ready = say(&text, is_current(&h.base, h.now), "base CRL");
		ready = say(&text, is_current(&h.delta, h.now), "delta CRL") && ready;
		ready = say(&text, h.queue.count == 0 || h.now - h.queue.since < QUEUE_LIMIT, "queue") && ready;
	}
	rc = answer(r, ready ? 200 : 503, PLAIN, &text);
	buf_free(&text);
	return rc;
}

static void
add(struct buf *out, const char *name, const char *label, const char *help, double value)
{
	if (help != NULL)
		buf_printf(out, "# HELP cabinet_%s %s\n# TYPE cabinet_%s gauge\n", name, help, name);
	buf_printf(out, "cabinet_%s%s %.3f\n", name, label, value);
}

static double
age(instant now, instant since)
{
	return since == 0 ? 0 : (double)(now - since) / (double)SECOND;
}

static void
add_lists(struct buf *out, const struct health *h)
{
	const struct health_list *const lists[] = { &h->base, &h->delta };
	static const char *const labels[] = { "{kind=\"base\"}", "{kind=\"delta\"}" };

	for (size_t i = 0; i < 2; i++)
		if (lists[i]->exists)
			add(out, "crl_number", labels[i], i == 0 ? "CRLNumber of the newest published list." : NULL,
			    (double)lists[i]->number);
	for (size_t i = 0; i < 2; i++)
		if (lists[i]->exists)
			add(out, "crl_age_seconds", labels[i], i == 0 ? "Since its thisUpdate." : NULL, age(h->now, lists[i]->this_update));
	for (size_t i = 0; i < 2; i++)
		if (lists[i]->exists)
			add(out, "crl_left_seconds", labels[i], i == 0 ? "Until its nextUpdate; negative: out of date." : NULL,
			    -age(h->now, lists[i]->next_update));
}

static void
add_database(struct buf *out, const struct health *h)
{
	add_lists(out, h);
	add(out, "queue_applications", "", "Signed applications that wait for their certificates.", (double)h->queue.count);
	add(out, "queue_age_seconds", "", "For how long the oldest of them.", age(h->now, h->queue.since));
	add(out, "revocations_unpublished", "", "Revocations in the register that are on no CRL yet.", (double)h->unpublished.count);
	add(out, "revocations_unpublished_age_seconds", "", "For how long the oldest of them.", age(h->now, h->unpublished.since));
	add(out, "revocations_refused", "", "Revocations without a signed document that holds: an alarm.", (double)h->refused);
	add(out, "certificates_issued_last_hour", "", "Certificates issued in the last hour.", (double)h->issued);
	add(out, "outbox_mails", "", "Mails that wait.", (double)h->mail.count);
	add(out, "outbox_age_seconds", "", "Since when the oldest of them could have gone.",
	    h->mail.since < h->now ? age(h->now, h->mail.since) : 0);
	add(out, "lease_left_seconds", "", "For how long the publisher's lease holds; negative: nobody publishes.", -age(h->now, h->lease));
}

/* What the watchdog found is its own words; how old they are is ours, since a dead watchdog barks no more. */
static void
add_watchdog(struct buf *out, const char *path)
{
	struct buf report = BUF_INIT;
	struct stat st;

	if (path[0] == '\0' || stat(path, &st) != 0 || !buf_read_file(&report, path, REPORT_MAX)) {
		buf_free(&report);
		return;
	}
	add(out, "watchdog_age_seconds", "", "Since the watchdog's last look.",
	    age(clock_now(), (instant)st.st_mtim.tv_sec * SECOND + st.st_mtim.tv_nsec / 1000));
	buf_add(out, report.data, report.len);
	buf_free(&report);
}

/*
 * GET /metrics
 * Out: 200, figures in Prometheus's text format; without a database only cabinet_database_up 0 and the watchdog's.
 * DB:  as /readyz.
 */
static enum rc
metrics_get(struct request *r)
{
	struct buf text = BUF_INIT;
	struct health h;
	bool is_up = health_db_read(r->db, &h) == RC_OK;
	enum rc rc;

	add(&text, "database_up", "", "Whether the database answered.", is_up);
	if (is_up)
		add_database(&text, &h);
	add_watchdog(&text, r->conf->report_file);
	rc = answer(r, 200, METRICS, &text);
	buf_free(&text);
	return rc;
}

static const struct route routes[] = {
	{ METHOD_GET, "/healthz", ROLE_LOCAL, healthz_get },
	{ METHOD_GET, "/readyz", ROLE_LOCAL, readyz_get },
	{ METHOD_GET, "/metrics", ROLE_LOCAL, metrics_get },
};
static const struct db_statement *const *const statements[] = { health_statements, NULL };

/* The watchdog's report is replaced, so its folder. */
static const char *
file(const struct conf *conf, size_t n)
{
	static char *folder;

	if (folder == NULL)
		folder = conf_folder(conf->report_file);
	return n == 0 ? folder : NULL;
}

static const struct program program = {
	.name = "health",
	.account = "cabinet_health",
	.routes = routes,
	.count = sizeof(routes) / sizeof(routes[0]),
	.statements = statements,
	.file = file,
};

int
main(int argc, char **argv)
{
	return route_main(&program, argc, argv);
}
