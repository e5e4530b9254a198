/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: one line an event to authpriv, key=value fields in a fixed order,
 * no secret ever.  What others wrote (names, addresses) can't forge a field or
 * a line: control characters, quotes and backslashes are escaped. */
#ifndef MFA_LOG_H
#define MFA_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#define MFA_LOG_LINE_MAX 1024

struct mfa_log_line {
	size_t len;
	char text[MFA_LOG_LINE_MAX];
};

/* Where lines go: syslog, and standard error as well if to_stderr.
 * Called once, before any thread; ident stays the caller's.  At exit lines that still wait get two seconds. */
void mfa_log_open(const char *ident, bool to_stderr);

/* Begins a line: event=NAME.  Fields that no longer fit are left out. */
void mfa_log_begin(struct mfa_log_line *line, const char *event);
/* key=value, or key="a value" where it has anything but [-A-Za-z0-9_.:/@+,%].
 * NULL or "" is left out. */
void mfa_log_text(struct mfa_log_line *line, const char *key, const char *value);
void mfa_log_number(struct mfa_log_line *line, const char *key, int64_t value);
/* Writes it with a priority of syslog(3).  Never waits: while nobody reads the log, lines wait in a queue, and what
 * that has no room for is dropped and counted (sink.h). */
void mfa_log_write(const struct mfa_log_line *line, int priority);
/* Gives lines that wait two seconds at the most; for who ends by _exit. */
void mfa_log_drain(void);

/* A whole line with one message: event=NAME msg="..." [error="strerror(-r)"]; r: 0 or a negative errno. */
void mfa_log_message(int priority, const char *event, const char *message, int r);

#endif
