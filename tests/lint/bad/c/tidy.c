#include <stddef.h>
#include <string.h>
int tidy(const char *a);
int
tidy(const char *a)
{
	char copy[8];

	if (strlen(a) > 7);
	memset(copy, 0, sizeof(&copy[0]));
	return strcmp(a, copy) == -1;
}
