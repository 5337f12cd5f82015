#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "publisher.h"

#define TEMPORARY ".new-" /* and the fence of its maker */

static enum rc
failed(const char *path, const char *what)
{
	log_error("file", "%s: %s: %s", path, what, strerror(errno));
	return RC_UNAVAILABLE;
}

/* The directory is synchronized too: a rename that a power cut undoes would bring back an older file. */
static enum rc
exchange(const char *directory, const char *temporary, const char *target, const char *previous)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum rc rc = RC_OK;

	if (fd < 0)
		return failed(directory, "open");
	if (previous != NULL && ((unlink(previous) != 0 && errno != ENOENT) || (link(target, previous) != 0 && errno != ENOENT)))
		rc = failed(previous, "keep");
	else if (rename(temporary, target) != 0)
		rc = failed(target, "rename");
	else if (fsync(fd) != 0)
		rc = failed(directory, "fsync");
	close(fd);
	return rc;
}

enum rc
file_replace(const struct file_replacement *f)
{
	char *target = mem_format("%s/%s", f->directory, f->name),
	     *temporary = mem_format("%s" TEMPORARY "%lld", target, (long long)f->fence);
	char *previous = mem_format("%s.prev", target);
	enum rc rc = RC_OK;
	int fd;

	if (unlink(temporary) != 0 && errno != ENOENT)
		rc = failed(temporary, "remove");
	fd = rc == RC_OK ? open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, f->is_secret ? 0640 : 0644) : -1;
	if (rc == RC_OK && fd < 0)
		rc = failed(temporary, "create");
	if (rc == RC_OK && (rc = f->write(fd, f->arg)) != RC_OK)
		log_error("file", "%s: not written: %s", temporary, rc_name(rc));
	if (rc == RC_OK && fsync(fd) != 0)
		rc = failed(temporary, "fsync");
	if (fd >= 0 && close(fd) != 0 && rc == RC_OK)
		rc = failed(temporary, "close");
	if (rc == RC_OK && f->check != NULL)
		rc = f->check(temporary, f->arg);
	if (rc == RC_OK)
		rc = exchange(f->directory, temporary, target, f->is_secret ? NULL : previous);
	if (rc != RC_OK && fd >= 0)
		(void)unlink(temporary);
	free(target);
	free(temporary);
	free(previous);
	return rc;
}

static int
is_temporary(const struct dirent *entry)
{
	return strstr(entry->d_name, TEMPORARY) != NULL;
}

enum rc
file_forget_others(const char *directory, int64_t fence)
{
	struct dirent **entry = NULL;
	int count = scandir(directory, &entry, is_temporary, alphasort);
	enum rc rc = count < 0 ? failed(directory, "list") : RC_OK;

	for (int i = 0; i < count; i++) {
		char *path = mem_format("%s/%s", directory, entry[i]->d_name);

		if (rc == RC_OK && strtoll(strstr(entry[i]->d_name, TEMPORARY) + strlen(TEMPORARY), NULL, 10) != fence) {
			log_info("file", "%s: of another publisher, removed", path);
			if (unlink(path) != 0 && errno != ENOENT)
				rc = failed(path, "remove");
		}
		free(path);
		free(entry[i]);
	}
	free(entry);
	return rc;
}
