#include <stdlib.h>
int analyzer(int *p);
int
analyzer(int *p)
{
	free(p);
	return *p;
}
