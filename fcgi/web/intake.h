/*
 * Requests as they come in on descriptor 0, by libfcgi. One at a time, or, where a program answers several with one question to the database, all
 * that wait already: nobody waits for others to come.
 */
#ifndef CABINET_WEB_INTAKE_H
#define CABINET_WEB_INTAKE_H

#include <stddef.h>

#include <fcgiapp.h>

/* Before the first request and before the sandbox. together: the most that are taken at once. */
void intake_open(FCGX_Request fcgi[], size_t together);
/*
 * Waits for a request. How many were taken: 0 when a signal came instead; negative: libfcgi's error, nothing more can be taken. Signals that end
 * the program are held from the first octet of a request until intake_done.
 */
int intake_take(FCGX_Request fcgi[], size_t together);
/* Every answer was written: the connections are closed. */
void intake_done(FCGX_Request fcgi[], int count);
void intake_close(FCGX_Request fcgi[], size_t together);

#endif
