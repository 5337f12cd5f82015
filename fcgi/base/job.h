/* A program that is started every minute and works until the next one starts: its words, its signals, its pauses. */
#ifndef CABINET_BASE_JOB_H
#define CABINET_BASE_JOB_H

#include <stdbool.h>
#include <stdint.h>

struct job {
	const char *conf_path; /* -c FILE; borrowed from argv */
	int64_t seconds;       /* --for SECONDS, 1 to 86400; left alone without it */
	bool flag;	       /* the program's own option was there */
	int words;	       /* index in argv of the first word that is no option: the caller's to judge */
};
/* "-c FILE [--for SECONDS] [--flag]" in any order. false: FILE missing, SECONDS out of range, another option (getopt has told of it on stderr). */
bool job_words(struct job *, const char *flag, int argc, char **argv);

/* Opens the log. From here on SIGTERM and SIGINT ask for an end, which comes between two pieces of work. */
void job_begin(const char *program);
bool job_is_stopped(void);
/* Microseconds; less when an end is asked for meanwhile. */
void job_pause(int64_t microseconds);

#endif
