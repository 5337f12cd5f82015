/*
 * slow_flush: preloaded into a database, a disk whose flush takes its time: fsync and fdatasync take SLOW_FLUSH_US more while the file SLOW_FLUSH_WHEN
 * is there. Disks of machines that benchmarks run on often say at once that it is done.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
take_time(void)
{
	const char *us = getenv("SLOW_FLUSH_US"), *when = getenv("SLOW_FLUSH_WHEN");
	long left = us != NULL && when != NULL && access(when, F_OK) == 0 ? strtol(us, NULL, 10) : 0;

	if (left > 0)
		nanosleep(&(struct timespec){ left / 1000000, left % 1000000 * 1000 }, NULL);
}

int
fsync(int fd)
{
	take_time();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	take_time();
	return (int)syscall(SYS_fdatasync, fd);
}
