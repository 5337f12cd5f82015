/*
 * Structured log: one line of JSON per event on stderr, {"time","level","program","request","event","detail",...}.
 * Values are escaped; nothing secret may be passed. The request id is set once per request by the web floor.
 */
#ifndef CABINET_BASE_LOG_H
#define CABINET_BASE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* program: static string, e.g. "keys". level: lines below it are dropped. */
void log_open(const char *program, enum log_level level);
/* id: up to 64 printable ASCII characters, copied; NULL clears. */
void log_request(const char *id);
const char *log_program_name(void); /* "" before log_open */
const char *log_request_id(void);   /* "" if none */

/* event: static kebab-case word. Detail in the form "subject: source: reason". */
void log_write(enum log_level level, const char *event, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)

/* Out of memory and other states that leave nothing to do: log, exit(1), be restarted. */
_Noreturn void log_fatal(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
