#include "web/route.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <fastcgi.h>
#include <fcgiapp.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/sandbox.h"
#include "base/sanitizer.h"
#include "web/dispatch.h"
#include "web/intake.h"
#include "web/raw.h"

#define DEFAULT_CONF "/etc/cabinet/cabinet.conf"
#define MEMORY_MAX ((rlim_t)512 << 20) /* address space: a leak or a flaw ends one worker, not the machine */
#define FILES_FIXED 3		       /* what every program may open */
#define FILES_MAX 8
#define RECORD_MAX ((size_t)65528)   /* octets of a FastCGI record: below 64 KiB, and no padding needed */
#define ANSWER_MAX ((size_t)8 << 20) /* octets of the longest answer, one record kept back */
#define DRAIN_FACTOR 4		     /* bodies that are not taken are read up to so many times body_max, then dropped */

static volatile sig_atomic_t stopping;

static void
stop(int signo)
{
	(void)signo;
	stopping = 1;
	FCGX_ShutdownPending();
}

static void
catch_signals(void)
{
	struct sigaction action = { 0 };

	/* without SA_RESTART: an accept that waits must come back */
	action.sa_handler = stop;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0)
		log_fatal("start", "signal handlers");
	action.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &action, NULL) != 0)
		log_fatal("start", "signal handlers");
}

static void
give_up_rights(void)
{
	const struct rlimit none = { 0, 0 }, memory = { MEMORY_MAX, MEMORY_MAX };

	umask(077);
	/* a core would hold the secret that keys cookies and tokens */
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		log_fatal("start", "limits");
	if (!SANITIZED && setrlimit(RLIMIT_AS, &memory) != 0)
		log_fatal("start", "limits");
}

static const char *
parameter(const FCGX_Request *fcgi, const char *name)
{
	const char *value = FCGX_GetParam(name, fcgi->envp);

	return value != NULL ? value : "";
}

static size_t
read_stream(void *arg, char *out, size_t len)
{
	FCGX_Stream *in = arg;
	size_t got = 0;

	while (got < len) {
		int n = FCGX_GetStr(out + got, (int)(len - got), in);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

/* nginx delivers the answer to a body that nobody wanted only when it could hand that body over. */
static void
drain(FCGX_Stream *in, size_t max)
{
	char rest[8192];
	size_t got = 0;

	while (got < max && read_stream(in, rest, sizeof(rest)) == sizeof(rest))
		got += sizeof(rest);
}

static bool
write_all(int fd, struct iovec *part, size_t count)
{
	while (count > 0) {
		ssize_t n = writev(fd, part, (int)(count < IOV_MAX ? count : IOV_MAX));

		if (n < 0 && errno != EINTR)
			return false;
		for (; n > 0 && count > 0 && (size_t)n >= part->iov_len; part++, count--)
			n -= (ssize_t)part->iov_len;
		if (n > 0) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= (size_t)n;
		}
		for (; count > 0 && part->iov_len == 0; part++)
			count--;
	}
	return true;
}

static FCGI_Header
record_header(const FCGX_Request *fcgi, unsigned char type, size_t len)
{
	return (FCGI_Header){ .version = FCGI_VERSION_1,
		.type = type,
		.requestIdB1 = (unsigned char)(fcgi->requestId >> 8 & 0xff),
		.requestIdB0 = (unsigned char)(fcgi->requestId & 0xff),
		.contentLengthB1 = (unsigned char)(len >> 8),
		.contentLengthB0 = (unsigned char)(len & 0xff) };
}

/*
 * The answer, the end of its stream and the end of the request as one write: libfcgi would copy it into records of 8 KB and write each, at a
 * sixth of what a page costs the system.
 */
static bool
write_answer(const FCGX_Request *fcgi, const struct buf *head, const char *body, size_t len)
{
	struct {
		FCGI_Header end_of_stream;
		FCGI_EndRequestRecord end;
	} tail = { record_header(fcgi, FCGI_STDOUT, 0), { record_header(fcgi, FCGI_END_REQUEST, sizeof(FCGI_EndRequestBody)), { 0 } } };
	FCGI_Header header[ANSWER_MAX / RECORD_MAX + 1];
	struct iovec part[2 * (sizeof(header) / sizeof(header[0])) + 2];
	size_t records = 0, count = 0, room = RECORD_MAX - head->len;

	if (head->len > RECORD_MAX / 2 || len > ANSWER_MAX - RECORD_MAX)
		return false;
	for (size_t done = 0; records == 0 || done < len; done += room, room = RECORD_MAX) {
		size_t piece = len - done < room ? len - done : room;

		header[records] = record_header(fcgi, FCGI_STDOUT, piece + (records == 0 ? head->len : 0));
		part[count++] = (struct iovec){ &header[records], sizeof(header[records]) };
		if (records++ == 0)
			part[count++] = (struct iovec){ head->data, head->len };
		part[count++] = (struct iovec){ (void *)(uintptr_t)(body + done), piece };
	}
	part[count++] = (struct iovec){ &tail, sizeof(tail) };
	return write_all(fcgi->ipcFd, part, count);
}

static void
send_answer(FCGX_Request *fcgi, const struct request *r, bool with_body)
{
	struct buf head = BUF_INIT;

	response_head(r, &head);
	if (!write_answer(fcgi, &head, buf_text(&r->body), with_body ? r->body.len : 0))
		log_info("client-gone", "answer not delivered");
	buf_free(&head);
}

static struct gateway
gateway_of(const FCGX_Request *fcgi)
{
	return (struct gateway){
		.method = parameter(fcgi, "REQUEST_METHOD"),
		.uri = parameter(fcgi, "REQUEST_URI"),
		.content_type = parameter(fcgi, "CONTENT_TYPE"),
		.content_length = parameter(fcgi, "CONTENT_LENGTH"),
		.address = parameter(fcgi, "REMOTE_ADDR"),
		.user_agent = parameter(fcgi, "HTTP_USER_AGENT"),
		.accept_language = parameter(fcgi, "HTTP_ACCEPT_LANGUAGE"),
		.origin = parameter(fcgi, "HTTP_ORIGIN"),
		.fetch_site = parameter(fcgi, "HTTP_SEC_FETCH_SITE"),
		.request_id = parameter(fcgi, "REQUEST_ID"),
		.cookie_session = parameter(fcgi, "COOKIE_SESSION"),
		.cookie_login = parameter(fcgi, "COOKIE_LOGIN"),
		.cookie_proof = parameter(fcgi, "COOKIE_PROOF"),
		.cookie_language = parameter(fcgi, "COOKIE_LANGUAGE"),
		.cookie_told = parameter(fcgi, "COOKIE_TOLD"),
		.has_session = parameter(fcgi, "HAS_SESSION"),
		.background = parameter(fcgi, "HTTP_X_BACKGROUND"),
		.read = read_stream,
		.arg = fcgi->in,
	};
}

/* count is 1 but for raw programs. */
static void
answer(struct request r[], const struct service *service, FCGX_Request fcgi[], size_t count)
{
	struct gateway gateway[RAW_TOGETHER_MAX];
	int64_t start = clock_since_boot();

	for (size_t i = 0; i < count; i++)
		gateway[i] = gateway_of(&fcgi[i]);
	if (service->program->raw != NULL)
		raw_dispatch(r, service, gateway, count);
	else
		dispatch(r, service, gateway);
	for (size_t i = 0; i < count; i++) {
		drain(fcgi[i].in, DRAIN_FACTOR * (size_t)service->conf->body_max);
		send_answer(&fcgi[i], &r[i], strcmp(gateway[i].method, "HEAD") != 0);
		/* nginx has logged it already; there may be thousands a second */
		if (service->program->raw == NULL)
			log_info("request", "%.16s %s %d %" PRId64 " us", gateway[i].method, r[i].route != NULL ? r[i].route->pattern : "-",
			    r[i].status, clock_since_boot() - start);
		dispatch_end(&r[i]);
	}
}

/* The zone, the fonts of statements, and the password for the next connection: all else was read. */
static void
close_doors(const struct program *program, const struct conf *conf)
{
	char *password = db_password_file(conf, program->account);
	const char *readable[FILES_MAX + 1] = { "/usr/share/zoneinfo", "/usr/share/fonts", password != NULL ? password : "" };
	size_t n = 0;

	while (program->file != NULL && n + FILES_FIXED < FILES_MAX && (readable[FILES_FIXED + n] = program->file(conf, n)) != NULL)
		n++;
	sandbox_enter(
	    &(const struct sandbox){ SANDBOX_LOCAL | (program->has_children ? SANDBOX_CHILDREN | SANDBOX_THREADS : 0u), readable, NULL });
	free(password);
}

/* Workers that started together must not end together. */
static int64_t
requests_to_serve(const struct conf *conf)
{
	uint32_t octets;
	int64_t most = conf->worker_requests;

	random_bytes(&octets, sizeof(octets));
	return most - (int64_t)(octets % (uint32_t)(most / 10 + 1));
}

static int
serve(const struct service *service)
{
	static struct request r[RAW_TOGETHER_MAX];
	FCGX_Request fcgi[RAW_TOGETHER_MAX];
	const size_t together = service->program->raw != NULL ? service->program->raw->together : 1;
	int64_t left = requests_to_serve(service->conf);
	int taken = 0;

	intake_open(fcgi, together);
	close_doors(service->program, service->conf);
	while (left > 0 && stopping == 0 && (taken = intake_take(fcgi, together)) >= 0) {
		left -= taken;
		answer(r, service, fcgi, (size_t)taken);
		intake_done(fcgi, taken);
	}
	intake_close(fcgi, together);
	for (size_t i = 0; i < together; i++) {
		page_free(r[i].page);
		buf_free(&r[i].body);
	}
	if (taken < 0 && stopping == 0) {
		log_error("accept", "descriptor 0: libfcgi: %d", taken);
		return 1;
	}
	return 0;
}

static int
usage(const char *name)
{
	fprintf(stderr, "usage: %s [-c FILE] [--check]\n", name);
	return 2;
}

/* The program's templates and the error page. */
static enum rc
open_views(struct view **view, const struct program *program, const struct conf *conf, const char ***list)
{
	size_t count = 0;

	while (program->views != NULL && program->views[count] != NULL)
		count++;
	*list = mem_zero(count + 2, sizeof(**list));
	for (size_t i = 0; i < count; i++)
		(*list)[i] = program->views[i];
	(*list)[count] = "error.cs";
	return view_open(view, conf, *list);
}

static int
run(const struct program *program, struct conf *conf, bool check)
{
	struct service service = { program, conf, NULL, NULL };
	const char **list = NULL;
	enum rc rc;
	int status = 1;

	if (program->raw != NULL) {
		if (program->raw->start != NULL && program->raw->start(conf) != RC_OK)
			goto out;
	} else if (!route_table_is_valid(program) || open_views(&service.view, program, conf, &list) != RC_OK)
		goto out;
	rc = program->account != NULL ? db_open(&service.db, conf, program->account, program->statements) : RC_OK;
	if (rc != RC_OK && (check || rc != RC_UNAVAILABLE)) {
		log_error("start", "%s: database: %s", program->name, rc_name(rc));
		goto out;
	}
	status = check ? 0 : serve(&service);
out:
	if (service.db != NULL)
		db_close(service.db);
	view_close(service.view);
	free(list);
	return status;
}

int
route_main(const struct program *program, int argc, char **argv)
{
	static const struct option options[] = { { "check", no_argument, NULL, 'k' }, { NULL, 0, NULL, 0 } };
	const char *file = DEFAULT_CONF;
	struct conf *conf = NULL;
	bool check = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (option == 'c')
			file = optarg;
		else if (option == 'k')
			check = true;
		else
			return usage(argv[0]);
	}
	if (optind != argc)
		return usage(argv[0]);
	log_open(program->name, LOG_LEVEL_INFO);
	give_up_rights();
	catch_signals();
	if (conf_load(&conf, file, program->role) != RC_OK)
		return 1;
	if (!check && FCGX_IsCGI()) {
		fprintf(stderr, "%s: descriptor 0 is not a FastCGI socket: start it with spawn-fcgi or systemd\n", argv[0]);
		status = 2;
	} else {
		status = run(program, conf, check);
	}
	hash_wipe(conf->secret, sizeof(conf->secret));
	conf_free(conf);
	return status;
}
