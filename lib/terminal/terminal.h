/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal that a tool talks to a person on. */
#ifndef MFA_TERMINAL_H
#define MFA_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Asks for a line: of the person at the terminal if standard input is one, and then without
 * echo if so wanted; otherwise the next line of standard input, with the prompt on standard output.
 * Whatever signal comes, the terminal is put back as it was; Ctrl-Z stops the program and
 * asks again afterwards; other signals than Ctrl-C's do then what they do.
 * out has no newline and is wiped on error; the caller wipes it otherwise. For programs
 * with one thread.
 * Returns 0, -ECANCELED (end of input), -EINTR (Ctrl-C), -ENOBUFS (a longer line, all of it
 * read) or another negative errno. */
int mfa_terminal_ask(const char *prompt, bool echo, char *out, size_t size);

/* Whether an answer to a question of yes or no begins as a yes does: y, or what that is in the languages there are. */
bool mfa_terminal_is_yes(const char *answer);

/* Whether characters beyond ASCII can be shown (by the locale; setlocale must have been called). */
bool mfa_terminal_utf8(void);
/* Whether fd is a terminal that takes ESC sequences. */
bool mfa_terminal_colour(int fd);
/* Of the window of standard output.  Returns 0 or -ENOTTY. */
int mfa_terminal_size(unsigned *columns, unsigned *rows);
/* Prints text from elsewhere, UTF-8, and a newline. What could drive the terminal or mislead
 * the reader becomes '?': control characters but newline, turns of the writing direction,
 * what is no character. */
void mfa_terminal_show(FILE *to, const char *text);
/* How many columns that takes. */
unsigned mfa_terminal_columns(const char *text);
/* The same without the newline, filled up with spaces to a width in columns. */
void mfa_terminal_column(FILE *to, const char *text, unsigned width);

/* A bar on standard error, if that is a terminal. */
struct mfa_progress {
	const char *label;	/* NULL: nothing is shown */
	uint64_t total;
	unsigned shown;		/* percent */
};
void mfa_progress_begin(struct mfa_progress *progress, uint64_t total, const char *label);
void mfa_progress_step(struct mfa_progress *progress, uint64_t done);
void mfa_progress_end(struct mfa_progress *progress);

#endif
