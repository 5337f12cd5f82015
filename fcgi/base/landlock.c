#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "base/sanitizer.h"

/* Newer than the headers of Debian 12: rights on files from versions 3 and 5, the ruleset's fields from 4 and 6. */
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)

#define FILE_READ LANDLOCK_ACCESS_FS_READ_FILE
#define FOLDER_READ (FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR)
#define FOLDER_WRITE                                                                                                                       \
	(FOLDER_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE)

struct ruleset {
	uint64_t files, net, scoped;
};

int
landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? (int)version : 0;
}

/* All that this kernel can forbid. TCP is the calls' matter (sandbox.c). */
static size_t
ruleset_fill(struct ruleset *r, int version)
{
	*r = (struct ruleset){ .files = (1ULL << 13) - 1 };
	if (version >= 2)
		r->files |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		r->files |= FS_TRUNCATE;
	if (version >= 5)
		r->files |= FS_IOCTL_DEV;
	if (version < 4)
		return offsetof(struct ruleset, net);
	if (version < 6)
		return offsetof(struct ruleset, scoped);
	r->scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	return sizeof(*r);
}

static bool
allow(int rules, const struct ruleset *r, const char *path, uint64_t folder_rights)
{
	struct landlock_path_beneath_attr below = { .allowed_access = FILE_READ };
	struct stat st;
	bool ok;

	if ((below.parent_fd = open(path, O_PATH | O_CLOEXEC)) < 0)
		return errno == ENOENT;
	if (fstat(below.parent_fd, &st) == 0 && S_ISDIR(st.st_mode))
		below.allowed_access = folder_rights & r->files;
	ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
	close(below.parent_fd);
	return ok;
}

bool
landlock_restrict(const char *const *readable, const char *const *writable)
{
	struct ruleset r;
	size_t size = ruleset_fill(&r, landlock_version());
	int rules = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	bool ok = rules >= 0 && (!SANITIZED || allow(rules, &r, "/proc", FOLDER_READ));

	for (; ok && readable != NULL && *readable != NULL; readable++)
		ok = allow(rules, &r, *readable, FOLDER_READ);
	for (; ok && writable != NULL && *writable != NULL; writable++)
		ok = allow(rules, &r, *writable, FOLDER_WRITE);
	ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	if (rules >= 0)
		close(rules);
	return ok;
}
