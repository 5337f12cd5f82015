#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/job.h"
#include "base/log.h"

#define SECONDS_MAX 86400
#define NAP (SECOND / 3) /* a signal that comes just before a nap waits for its end */

static volatile sig_atomic_t is_stopped;

static void
stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

static bool
seconds_parse(int64_t *out, const char *text)
{
	char *end;
	long seconds = strtol(text, &end, 10);

	if (*end != '\0' || seconds < 1 || seconds > SECONDS_MAX)
		return false;
	*out = seconds;
	return true;
}

bool
job_words(struct job *job, const char *flag, int argc, char **argv)
{
	const struct option words[] = { { "for", required_argument, NULL, 'f' }, { flag, no_argument, NULL, 'y' }, { 0 } };
	int word;

	while ((word = getopt_long(argc, argv, "+c:", words, NULL)) != -1)
		switch (word) {
		case 'c':
			job->conf_path = optarg;
			break;
		case 'f':
			if (!seconds_parse(&job->seconds, optarg))
				return false;
			break;
		case 'y':
			job->flag = true;
			break;
		default:
			return false;
		}
	job->words = optind;
	return job->conf_path != NULL;
}

void
job_begin(const char *program)
{
	log_open(program, LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &(struct sigaction){ .sa_handler = stop }, NULL);
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = stop }, NULL);
}

bool
job_is_stopped(void)
{
	return is_stopped != 0;
}

void
job_pause(int64_t microseconds)
{
	const int64_t end = clock_since_boot() + microseconds;
	int64_t left;

	while (!is_stopped && (left = end - clock_since_boot()) > 0) {
		if (left > NAP)
			left = NAP;
		nanosleep(&(struct timespec){ left / SECOND, left % SECOND * 1000 }, NULL);
	}
}
