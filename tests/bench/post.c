/*
 * post: posts each line of FILE once, CLIENTS at a time, each on a connection of its own that stays open. A line is "cookie body".
 * usage: post PORT PATH FILE FROM COUNT CLIENTS     Prints "figures requests seconds p50 p99 bad" (us); bad: answers other than 303.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench.h"

#define CLIENTS_MAX 64

static char **lines;
static double *taken;
static size_t count;
static atomic_size_t next, bad;
static const char *path;
static uint16_t port;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
client_connect(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	bench_check(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* Status of the answer, which has no body or one of a known length. */
static int
answer(int fd)
{
	static __thread char in[65536];
	size_t have = 0, head = 0, length = 0;

	while (head == 0 || have < head + length) {
		ssize_t n = read(fd, in + have, sizeof(in) - 1 - have);
		char *end, *field;

		if (n <= 0)
			return 0;
		have += (size_t)n;
		in[have] = '\0';
		if (head != 0 || (end = strstr(in, "\r\n\r\n")) == NULL)
			continue;
		head = (size_t)(end - in) + 4;
		if ((field = strcasestr(in, "\r\nContent-Length:")) != NULL && field < end)
			length = strtoul(field + 17, NULL, 10);
		bench_check(head + length < sizeof(in), "answer too long");
	}
	return (int)strtol(in + 9, NULL, 10);
}

static void *
client(void *arg)
{
	int fd = client_connect();
	size_t i;

	(void)arg;
	while ((i = atomic_fetch_add(&next, 1)) < count) {
		size_t cookie = strcspn(lines[i], " ");
		const char *body = lines[i] + cookie + 1;
		char *request = mem_format("POST %s HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-login=%.*s\r\nContent-Type: "
					   "application/x-www-form-urlencoded\r\n"
					   "Content-Length: %zu\r\n\r\n%s",
		    path, (int)cookie, lines[i], strlen(body), body);
		size_t len = strlen(request);
		double start = now();

		if (write(fd, request, len) != (ssize_t)len || answer(fd) != 303)
			atomic_fetch_add(&bad, 1);
		taken[i] = now() - start;
		free(request);
	}
	close(fd);
	return NULL;
}

static int
order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	struct buf file = BUF_INIT;
	pthread_t thread[CLIENTS_MAX];
	size_t from, clients;
	double start;
	char *at;

	bench_check(argc == 7 && buf_read_file(&file, argv[3], 1 << 30), "usage: post PORT PATH FILE FROM COUNT CLIENTS");
	port = (uint16_t)strtoul(argv[1], NULL, 10);
	path = argv[2];
	from = strtoul(argv[4], NULL, 10);
	count = strtoul(argv[5], NULL, 10);
	clients = strtoul(argv[6], NULL, 10);
	lines = mem_zero(count, sizeof(*lines));
	taken = mem_zero(count, sizeof(*taken));
	at = file.data;
	for (size_t i = 0; i < from + count; i++) {
		char *end = at != NULL ? strchr(at, '\n') : NULL;

		bench_check(end != NULL, "not enough lines");
		if (end == NULL)
			break;
		*end = '\0';
		if (i >= from)
			lines[i - from] = at;
		at = end + 1;
	}
	bench_check(clients > 0 && clients <= CLIENTS_MAX, "clients");
	start = now();
	for (size_t i = 0; i < clients; i++)
		bench_check(pthread_create(&thread[i], NULL, client, NULL) == 0, "thread");
	for (size_t i = 0; i < clients; i++)
		pthread_join(thread[i], NULL);
	start = now() - start;
	qsort(taken, count, sizeof(*taken), order);
	printf("figures %zu %.3f %.0f %.0f %zu\n", count, start / 1e6, taken[count / 2], taken[count * 99 / 100], (size_t)bad);
	free(lines);
	free(taken);
	buf_free(&file);
	return 0;
}
