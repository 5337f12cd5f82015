#include "web/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <fastcgi.h>

#include "base/log.h"

static int waiting = -1; /* epoll; -1: one request at a time, libfcgi's accept waits by itself */

static void
hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(how, &set, NULL) != 0)
		log_fatal("signals", "sigprocmask");
}

/*
 * A worker that has one request asks for the next one without waiting for it; so the socket, which all workers share, does not wait for anybody.
 * Of those that wait in epoll, one is woken.
 */
static void
open_together(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int flags = fcntl(FCGI_LISTENSOCK_FILENO, F_GETFL);

	waiting = epoll_create1(EPOLL_CLOEXEC);
	if (flags < 0 || fcntl(FCGI_LISTENSOCK_FILENO, F_SETFL, flags | O_NONBLOCK) != 0 || waiting < 0 ||
	    epoll_ctl(waiting, EPOLL_CTL_ADD, FCGI_LISTENSOCK_FILENO, &event) != 0)
		log_fatal("start", "descriptor 0: no socket to wait at");
}

void
intake_open(FCGX_Request fcgi[], size_t together)
{
	if (FCGX_Init() != 0)
		log_fatal("start", "libfcgi");
	for (size_t i = 0; i < together; i++)
		if (FCGX_InitRequest(&fcgi[i], FCGI_LISTENSOCK_FILENO, 0) != 0)
			log_fatal("start", "descriptor 0: libfcgi: no FastCGI socket");
	if (together > 1)
		open_together();
}

static int
take_one(FCGX_Request *fcgi)
{
	int accepted = FCGX_Accept_r(fcgi);

	/* libfcgi takes an interrupted read for a broken connection: a request in hand is finished first */
	hold_signals(SIG_BLOCK);
	return accepted < 0 ? accepted : 1;
}

static int
take_waiting(FCGX_Request fcgi[], size_t together)
{
	struct epoll_event event;
	sigset_t none;
	size_t count = 0;
	int accepted = 0;

	hold_signals(SIG_BLOCK);
	sigemptyset(&none);
	if (epoll_pwait(waiting, &event, 1, -1, &none) < 0)
		return errno == EINTR ? 0 : -errno;
	while (count < together && (accepted = FCGX_Accept_r(&fcgi[count])) >= 0)
		count++;
	return count > 0 || accepted == -EAGAIN ? (int)count : accepted;
}

int
intake_take(FCGX_Request fcgi[], size_t together)
{
	return together > 1 ? take_waiting(fcgi, together) : take_one(fcgi);
}

/* A close with octets unread would take the answer back from nginx: then libfcgi reads on to the end first. */
static void
finish(FCGX_Request *fcgi)
{
	if (FCGX_HasSeenEOF(fcgi->in) != 0)
		FCGX_Detach(fcgi);
	FCGX_Free(fcgi, !fcgi->keepConnection);
	FCGX_Attach(fcgi);
}

void
intake_done(FCGX_Request fcgi[], int count)
{
	for (int i = 0; i < count; i++)
		finish(&fcgi[i]);
	hold_signals(SIG_UNBLOCK);
}

void
intake_close(FCGX_Request fcgi[], size_t together)
{
	for (size_t i = 0; i < together; i++)
		FCGX_Free(&fcgi[i], 1);
	if (waiting >= 0)
		close(waiting);
}
