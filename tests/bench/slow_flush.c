/*
 * slow_flush: preloaded into a database, a disk whose flush takes its time: fsync and fdatasync take as many microseconds more as the file SLOW_FLUSH
 * says, if it is there. Disks of machines that benchmarks run on often say at once that it is done.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
take_time(void)
{
	const char *path = getenv("SLOW_FLUSH");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[16] = "";
	long left = fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 ? strtol(text, NULL, 10) : 0;

	if (fd >= 0)
		close(fd);
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
