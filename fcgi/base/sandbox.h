/*
 * What a program may still ask of the kernel once it has opened what it needs; for good, and for its children: calls by seccomp, files by Landlock where
 * the kernel has it (5.13 and newer). Whatever is granted, nobody may run another program, look into or signal another process, map memory as code, or
 * raise rights. A call that is not granted fails with EPERM; one that only an intruder makes ends the process.
 */
#ifndef CABINET_BASE_SANDBOX_H
#define CABINET_BASE_SANDBOX_H

enum sandbox_right {
	SANDBOX_LOCAL = 1,    /* sockets of this machine: accepts requests, connects to the database */
	SANDBOX_INTERNET = 2, /* sockets of IPv4 and IPv6, and what the resolver does: netlink, its modules as code */
	SANDBOX_THREADS = 4,
	SANDBOX_CHILDREN =
	    8,		   /* children that work for this program; each may enter a narrower sandbox, with no right that is missing here */
	SANDBOX_WRITE = 16 /* makes, writes, renames, links and removes files, in writable alone */
};

struct sandbox {
	unsigned rights;
	const char *const *readable; /* files and folders, NULL-terminated, or NULL: none. One that is absent is passed over. "" too. */
	const char *const *writable; /* folders, the same; readable as well */
};

/* Once everything is open. A kernel without seccomp is a start that fails: logged, exit(1). Without Landlock: a warning, and files are the accounts' matter. */
void sandbox_enter(const struct sandbox *);

#endif
