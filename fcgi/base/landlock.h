/* Which files a process may open, by Landlock (landlock(7)); part of sandbox.h. */
#ifndef CABINET_BASE_LANDLOCK_H
#define CABINET_BASE_LANDLOCK_H

#include <stdbool.h>

/* Version of the kernel's interface; 0: it has none, or it is switched off. */
int landlock_version(void);
/* Nothing but these from now on; lists as in struct sandbox. Needs PR_SET_NO_NEW_PRIVS. false: errno. */
bool landlock_restrict(const char *const *readable, const char *const *writable);

#endif
