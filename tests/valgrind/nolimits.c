/* Preloaded under valgrind, which is in the same process: a filter of calls and a limit of the address space would be its own end. */
#include <sys/resource.h>

int seccomp_load(void *filter);
int seccomp_rule_add_array(void *filter, unsigned action, int call, unsigned count, const void *arguments);

int
seccomp_load(void *filter)
{
	(void)filter;
	return 0;
}

int
seccomp_rule_add_array(void *filter, unsigned action, int call, unsigned count, const void *arguments)
{
	(void)filter;
	(void)action;
	(void)call;
	(void)count;
	(void)arguments;
	return 0;
}

int
setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	(void)limit;
	return resource == RLIMIT_AS || resource == RLIMIT_CORE ? 0 : -1;
}
