#include "document/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "base/sanitizer.h"

static bool
limit(void)
{
	const struct rlimit time = { APART_SECONDS, APART_SECONDS }, no_files = { 0, 0 }, memory = { APART_MEMORY, APART_MEMORY };

	if (!SANITIZED && setrlimit(RLIMIT_AS, &memory) != 0)
		return false;
	alarm(2 * APART_SECONDS);
	return setrlimit(RLIMIT_CPU, &time) == 0 && setrlimit(RLIMIT_FSIZE, &no_files) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

static bool
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* No exit handlers: connections and buffers belong to the parent. */
static _Noreturn void
child(int fd, enum rc (*make)(const void *, struct buf *), const void *arg)
{
	static const char *const readable[] = { "/usr/share/zoneinfo", "/usr/share/fonts", NULL };
	struct buf out = BUF_INIT;

	/* the end of the clock and a broken pipe end the child, whatever the parent does about them */
	signal(SIGALRM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* a font cache that cannot be written, or a log that is a file, is no reason to end */
	signal(SIGXFSZ, SIG_IGN);
	/* every arena of a thread of Pango's reserves 64 MB of the address space that is left to it */
	(void)mallopt(M_ARENA_MAX, 1);
	if (dup2(fd, STDOUT_FILENO) < 0 || close(STDIN_FILENO) != 0 || close_range(STDERR_FILENO + 1, ~0u, 0) != 0 || !limit()) {
		log_error("apart", "child: %s", strerror(errno));
		_exit(1);
	}
	sandbox_enter(&(const struct sandbox){ SANDBOX_THREADS, readable, NULL });
	_exit(make(arg, &out) == RC_OK && write_all(STDOUT_FILENO, buf_text(&out), out.len) ? 0 : 1);
}

static void
read_all(int fd, struct buf *out)
{
	char block[8192];
	ssize_t n;

	while (!out->overflow && ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			buf_add(out, block, (size_t)n);
}

static enum rc
ended_well(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return RC_INTERNAL;
	if (WIFSIGNALED(status))
		log_error("apart", "child: ended by signal %d", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? RC_OK : RC_INTERNAL;
}

enum rc
apart_run(enum rc (*make)(const void *, struct buf *), const void *arg, size_t max, struct buf *out)
{
	struct buf made = BUF_CAPPED(max);
	int ends[2];
	enum rc rc;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		log_error("apart", "pipe: %s", strerror(errno));
		return RC_INTERNAL;
	}
	pid = fork();
	if (pid == 0)
		child(ends[1], make, arg);
	close(ends[1]);
	if (pid < 0) {
		log_error("apart", "fork: %s", strerror(errno));
		close(ends[0]);
		return RC_INTERNAL;
	}
	read_all(ends[0], &made);
	if (made.overflow)
		log_error("apart", "child: made more than %zu octets", max);
	/* a child that still writes ends here */
	close(ends[0]);
	rc = ended_well(pid);
	if (made.overflow)
		rc = RC_INTERNAL;
	if (rc == RC_OK)
		buf_add(out, buf_text(&made), made.len);
	buf_free(&made);
	return rc;
}
