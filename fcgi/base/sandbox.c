#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/landlock.h"
#include "base/log.h"
#include "base/sanitizer.h"

#define END (-100000) /* no number of a call, nor of libseccomp's own for calls that this machine has not */
#define NEW_NAMESPACES                                                                                                                     \
	(CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS | CLONE_VFORK |         \
	    CLONE_PTRACE)

/* Descriptors that are open, memory, time, and the end. None of them names a file or another process. */
static const int always[] = { SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(fadvise64), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(brk), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(alarm), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(getppid),
	SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrlimit),
	SCMP_SYS(setrlimit), SCMP_SYS(getrusage), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(umask), SCMP_SYS(exit), SCMP_SYS(exit_group), END };

static const int sockets[] = { SCMP_SYS(connect), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(shutdown), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), END };

static const int resolver[] = { SCMP_SYS(bind), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(pipe2), SCMP_SYS(eventfd2),
	SCMP_SYS(socketpair), END };

static const int children[] = { SCMP_SYS(pipe2), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(close_range), SCMP_SYS(wait4), SCMP_SYS(seccomp),
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule), SCMP_SYS(landlock_restrict_self), END };

/* Where they may, Landlock says; how, the owner of the folder. Nothing here changes an owner or a mode. */
static const int writing[] = { SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(link),
	SCMP_SYS(linkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(sync_file_range),
	SCMP_SYS(ftruncate), SCMP_SYS(flock), END };

/* Nothing of ours ever asks for these. */
static const int hostile[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setns),
	SCMP_SYS(unshare), SCMP_SYS(mount), SCMP_SYS(chroot), SCMP_SYS(bpf), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), END };

/* How AddressSanitizer looks for leaks at the end; only in a build with it. */
static const int sanitizer[] = { SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(wait4), SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(prctl),
	SCMP_SYS(ioctl), SCMP_SYS(pipe2), SCMP_SYS(getdents), END };

/* libc does without these: it takes the older call, whose arguments a filter can see. */
static const int unknown[] = { SCMP_SYS(clone3), SCMP_SYS(openat2), END };

static void
check(int error, const char *what)
{
	if (error == 0)
		return;
	log_fatal("sandbox", "seccomp: %s: %s", what, strerror(error < 0 ? -error : error));
}

static void
rule(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, const struct scmp_arg_cmp *arguments)
{
	check(seccomp_rule_add_array(filter, action, call, count, arguments), "rule");
}

static void
rules(scmp_filter_ctx filter, uint32_t action, const int *calls)
{
	for (; *calls != END; calls++)
		rule(filter, action, *calls, 0, NULL);
}

static void
allow_when(scmp_filter_ctx filter, int call, struct scmp_arg_cmp argument)
{
	rule(filter, SCMP_ACT_ALLOW, call, 1, &argument);
}

static void
allow_files(scmp_filter_ctx filter, unsigned rights)
{
	const uint64_t written = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;

	if ((rights & SANDBOX_WRITE) != 0) {
		rules(filter, SCMP_ACT_ALLOW, writing);
		return;
	}
	allow_when(filter, SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, written, O_RDONLY));
	allow_when(filter, SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, written, O_RDONLY));
}

static void
allow_memory(scmp_filter_ctx filter, unsigned rights)
{
	static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect), END };

	for (const int *call = calls; *call != END; call++) {
		allow_when(filter, *call, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
		/* modules of the resolver: code, but not what can be written meanwhile */
		if ((rights & SANDBOX_INTERNET) != 0)
			allow_when(filter, *call, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC));
	}
}

static void
allow_sockets(scmp_filter_ctx filter, unsigned rights)
{
	static const int families[] = { AF_INET, AF_INET6, AF_NETLINK };

	if ((rights & (SANDBOX_LOCAL | SANDBOX_INTERNET)) == 0)
		return;
	rules(filter, SCMP_ACT_ALLOW, sockets);
	allow_when(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	if ((rights & SANDBOX_INTERNET) == 0)
		return;
	rules(filter, SCMP_ACT_ALLOW, resolver);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		allow_when(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, (uint64_t)families[i]));
}

/* Signals go to this process alone: abort. Limits and names are this process's own. */
static void
allow_processes(scmp_filter_ctx filter, unsigned rights)
{
	allow_when(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (uint64_t)getpid()));
	allow_when(filter, SCMP_SYS(prlimit64), SCMP_A0(SCMP_CMP_EQ, 0));
	allow_when(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	allow_when(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONREAD));
	allow_when(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONBIO));
	allow_when(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS));
	if ((rights & SANDBOX_CHILDREN) != 0) {
		rules(filter, SCMP_ACT_ALLOW, children);
		allow_when(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, NEW_NAMESPACES | CLONE_VM, 0));
		allow_when(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG));
		allow_when(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS));
		allow_when(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP));
	}
	if ((rights & SANDBOX_THREADS) != 0)
		allow_when(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, NEW_NAMESPACES | CLONE_THREAD, CLONE_THREAD));
}

static void
enter_calls(unsigned rights)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (filter == NULL)
		log_fatal("sandbox", "seccomp: no filter");
	/* a tree instead of a list: some thirty rules before the frequent ones would cost each call */
	check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize");
	rules(filter, SCMP_ACT_ALLOW, always);
	rules(filter, SCMP_ACT_ERRNO(ENOSYS), unknown);
	if (SANITIZED)
		rules(filter, SCMP_ACT_ALLOW, sanitizer);
	else
		rules(filter, SCMP_ACT_KILL_PROCESS, hostile);
	allow_files(filter, rights);
	allow_memory(filter, rights);
	allow_sockets(filter, rights);
	allow_processes(filter, rights);
	check(seccomp_load(filter), "load");
	seccomp_release(filter);
}

void
sandbox_enter(const struct sandbox *sandbox)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		log_fatal("sandbox", "no-new-privs: %s", strerror(errno));
	if (landlock_version() == 0)
		log_warn("sandbox", "landlock: not in this kernel: the files that may be opened are not narrowed");
	else if (!landlock_restrict(sandbox->readable, sandbox->writable))
		log_fatal("sandbox", "landlock: %s", strerror(errno));
	enter_calls(sandbox->rights);
}
