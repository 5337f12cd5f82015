/*
 * usage: measure PID COMMAND…   runs it and prints "CPU WALL DATABASE MEMORY": its CPU and wall seconds, CPU seconds that the process PID (the
 * database; 0: none) used meanwhile, and the most memory that the command held, KiB. Its output goes to standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds_of(const char *pid)
{
	char path[64], line[1024], *p;
	unsigned long user, system;
	FILE *f;

	if (strcmp(pid, "0") == 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if ((f = fopen(path, "r")) == NULL || fgets(line, sizeof(line), f) == NULL || (p = strrchr(line, ')')) == NULL) {
		fprintf(stderr, "measure: %s\n", path);
		exit(1);
	}
	fclose(f);
	/* proc(5): state is the third field, then come ten more */
	for (int i = 0; i < 12 && p != NULL; i++)
		p = strchr(p + 1, ' ');
	if (p == NULL)
		exit(1);
	user = strtoul(p, &p, 10);
	system = strtoul(p, NULL, 10);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	struct rusage used;
	double from, database, wall;
	pid_t child;
	int status;

	if (argc < 3)
		return 2;
	database = seconds_of(argv[1]);
	from = now();
	if ((child = fork()) == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child)
		return 1;
	wall = now() - from;
	printf("%.4f %.4f %.2f %ld\n",
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6, wall,
	    seconds_of(argv[1]) - database, used.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
