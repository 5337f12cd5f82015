/* What is left of a process's rights: each act is tried in a child that went in, with what it may and with what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/sanitizer.h"

#define DONE 0	   /* exit status of a child whose act went well; else its errno */
#define KILLED 256 /* it did not come back */

static char folder[] = "/tmp/cabinet-sandbox-XXXXXX";
static char inside[64], outside[64], made[64];

/* Enters, acts, and tells how that ended. */
static int
after(unsigned rights, int (*act)(void))
{
	const char *const readable[] = { inside, "/tmp/absent", "", NULL }, *const writable[] = { folder, NULL };
	int status = 0;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		sandbox_enter(&(const struct sandbox){ rights, readable, (rights & SANDBOX_WRITE) != 0 ? writable : NULL });
		_exit(act() == 0 ? DONE : errno);
	}
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGSYS);
		return KILLED;
	}
	return WEXITSTATUS(status);
}

/* Ends the process; under the sanitizer, which needs some of these calls itself, it only fails. */
#define assert_hostile(rights, act)                                                                                                        \
	do {                                                                                                                               \
		int ended = after(rights, act);                                                                                            \
                                                                                                                                           \
		assert_int_equal(ended, SANITIZED ? EPERM : KILLED);                                                                       \
	} while (0)

static int
run_program(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int
trace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 ? 0 : -1;
}

static int
look_into(void)
{
	return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0) == 0 ? 0 : -1;
}

static int
become_root(void)
{
	return setuid(0);
}

static int
leave_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int
signal_parent(void)
{
	return kill(getppid(), SIGCONT);
}

static int
signal_thread_of_parent(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), SIGCONT) == 0 ? 0 : -1;
}

static int
open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 ? close(fd) : -1;
}

static int
socket_local(void)
{
	return open_socket(AF_UNIX);
}

static int
socket_inet(void)
{
	return open_socket(AF_INET);
}

static int
socket_inet6(void)
{
	return open_socket(AF_INET6);
}

static int
socket_packet(void)
{
	return open_socket(AF_PACKET);
}

static int
socket_bluetooth(void)
{
	return open_socket(AF_BLUETOOTH);
}

static int
open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd >= 0 ? close(fd) : -1;
}

static int
read_inside(void)
{
	return open_file(inside, O_RDONLY);
}

static int
read_outside(void)
{
	return open_file(outside, O_RDONLY);
}

static int
write_inside(void)
{
	return open_file(inside, O_WRONLY);
}

static int
cut_inside(void)
{
	return open_file(inside, O_RDONLY | O_TRUNC);
}

static int
make_file(void)
{
	return open_file(made, O_WRONLY | O_CREAT) == 0 && rename(made, inside) == 0 && unlink(inside) == 0 &&
		       open_file(inside, O_RDWR | O_CREAT) == 0
		   ? 0
		   : -1;
}

static int
write_outside(void)
{
	return open_file(outside, O_WRONLY);
}

static int
change_mode(void)
{
	return chmod(inside, 0777);
}

static int
by_other_call(void)
{
	uint64_t how[3] = { O_WRONLY, 0, 0 };

	return syscall(SYS_openat2, AT_FDCWD, inside, how, sizeof(how)) >= 0 ? 0 : -1;
}

static int
map(int protection)
{
	void *page = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* cppcheck-suppress invalidFunctionArg */

	return page != MAP_FAILED ? munmap(page, 4096) : -1;
}

static int
map_data(void)
{
	return map(PROT_READ | PROT_WRITE);
}

static int
map_code(void)
{
	return map(PROT_READ | PROT_EXEC);
}

static int
map_both(void)
{
	return map(PROT_READ | PROT_WRITE | PROT_EXEC);
}

static int
turn_to_code(void)
{
	void *page =
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* cppcheck-suppress invalidFunctionArg */

	return page != MAP_FAILED ? mprotect(page, 4096, PROT_READ | PROT_EXEC) : 0;
}

static int
make_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

/* A child of a worker goes further in, and never out again. */
static int
make_narrow_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		sandbox_enter(&(const struct sandbox){ .rights = SANDBOX_LOCAL | SANDBOX_INTERNET | SANDBOX_WRITE });
		if (open_socket(AF_INET) == 0 || write_inside() == 0)
			_exit(1);
		sandbox_enter(&(const struct sandbox){ .rights = 0 });
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	/* the second time there is no right left to do even that: the start that failed ends with 1, and says so */
	errno = EPROTO;
	return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? 0 : -1;
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
make_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	if (error == 0)
		return pthread_join(thread, NULL);
	errno = error;
	return -1;
}

static int
limit_other(void)
{
	struct rlimit none = { 0, 0 };

	return prlimit(getppid(), RLIMIT_CPU, NULL, &none);
}

static int
go_on(void)
{
	char *much = malloc(1 << 20);

	if (much == NULL)
		return -1;
	memset(much, 1, 1 << 20);
	free(much);
	return usleep(10) == 0 && time(NULL) > 0 && write(STDOUT_FILENO, "", 0) == 0 ? 0 : -1;
}

static const unsigned all[] = { 0, SANDBOX_LOCAL, SANDBOX_LOCAL | SANDBOX_CHILDREN, SANDBOX_LOCAL | SANDBOX_WRITE,
	SANDBOX_LOCAL | SANDBOX_INTERNET, SANDBOX_LOCAL | SANDBOX_THREADS };
#define FOR_ALL for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)

static void
nobody_takes_over_others(void **state)
{
	(void)state;
	FOR_ALL
	{
		assert_int_equal(after(all[i], go_on), DONE);
		assert_hostile(all[i], run_program);
		assert_hostile(all[i], look_into);
		assert_hostile(all[i], become_root);
		assert_hostile(all[i], leave_namespace);
		if (!SANITIZED) {
			assert_int_equal(after(all[i], trace), KILLED);
			assert_int_equal(after(all[i], signal_parent), EPERM);
			assert_int_equal(after(all[i], signal_thread_of_parent), EPERM);
		}
		assert_int_equal(after(all[i], limit_other), EPERM);
		assert_int_equal(after(all[i], change_mode), EPERM);
		assert_int_equal(after(all[i], by_other_call), ENOSYS);
	}
}

static void
sockets(void **state)
{
	(void)state;
	assert_int_equal(after(0, socket_local), EPERM);
	FOR_ALL
	{
		if ((all[i] & SANDBOX_LOCAL) != 0)
			assert_int_equal(after(all[i], socket_local), DONE);
		assert_int_equal(after(all[i], socket_inet), (all[i] & SANDBOX_INTERNET) != 0 ? DONE : EPERM);
		assert_int_equal(after(all[i], socket_inet6) == EPERM, (all[i] & SANDBOX_INTERNET) == 0);
		assert_int_equal(after(all[i], socket_packet), EPERM);
		assert_int_equal(after(all[i], socket_bluetooth), EPERM);
	}
}

static void
files(void **state)
{
	(void)state;
	FOR_ALL
	{
		assert_int_equal(after(all[i], read_inside), DONE);
		assert_int_equal(after(all[i], read_outside), landlock_version() > 0 ? EACCES : DONE);
		if ((all[i] & SANDBOX_WRITE) != 0) {
			assert_int_equal(after(all[i], make_file), DONE);
			assert_int_equal(after(all[i], write_outside), landlock_version() > 0 ? EACCES : DONE);
			continue;
		}
		assert_int_equal(after(all[i], write_inside), EPERM);
		assert_int_equal(after(all[i], cut_inside), EPERM);
		assert_int_equal(after(all[i], make_file), EPERM);
	}
}

static void
memory(void **state)
{
	(void)state;
	FOR_ALL
	{
		assert_int_equal(after(all[i], map_data), DONE);
		assert_int_equal(after(all[i], map_code), (all[i] & SANDBOX_INTERNET) != 0 ? DONE : EPERM);
		assert_int_equal(after(all[i], map_both), EPERM);
		assert_int_equal(after(all[i], turn_to_code), (all[i] & SANDBOX_INTERNET) != 0 ? DONE : EPERM);
	}
}

static void
processes(void **state)
{
	(void)state;
	FOR_ALL
	{
		if (SANITIZED)
			continue;
		assert_int_equal(after(all[i], make_child), (all[i] & SANDBOX_CHILDREN) != 0 ? DONE : EPERM);
		assert_int_equal(after(all[i], make_thread) == DONE, (all[i] & SANDBOX_THREADS) != 0);
	}
	assert_int_equal(after(SANDBOX_LOCAL | SANDBOX_CHILDREN, make_narrow_child), DONE);
}

static int
make_files(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(inside, sizeof(inside), "%s/inside", folder);
	snprintf(made, sizeof(made), "%s/made", folder);
	snprintf(outside, sizeof(outside), "/tmp/cabinet-sandbox-outside-%d", (int)getpid());
	return open_file(inside, O_WRONLY | O_CREAT) == 0 && open_file(outside, O_WRONLY | O_CREAT) == 0 ? 0 : -1;
}

static int
remove_files(void **state)
{
	(void)state;
	unlink(outside);
	unlink(inside);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nobody_takes_over_others), cmocka_unit_test(sockets), cmocka_unit_test(files),
		cmocka_unit_test(memory), cmocka_unit_test(processes) };

	log_open("test", LOG_LEVEL_ERROR);
	printf("# landlock version %d\n", landlock_version());
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
