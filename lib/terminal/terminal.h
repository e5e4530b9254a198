/* The person's terminal: questions, text that came from elsewhere, a progress bar.
 *
 * For programs with one thread: signal handling is changed while a question is open. */
#ifndef MFA_TERMINAL_H
#define MFA_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Asks one question, on /dev/tty when stdin is a terminal; otherwise the prompt goes to
 * stderr and the answer is a line of stdin, read byte by byte so that the rest stays for
 * the next reader.  out gets the line without its end.
 *
 * With echo false the terminal shows nothing of the answer; what it was set to is put
 * back whatever happens, also when a signal ends or stops the program.
 *
 * Returns 0; -ECANCELED: end of input; -EINTR: Ctrl-C, or SIGINT, SIGTERM or SIGHUP (SIGTERM and
 * SIGHUP are delivered once the terminal is put back); -ENOBUFS: a longer line, read to its
 * end; or another negative errno.  On error out is wiped. */
int mfa_terminal_ask(const char *prompt, bool echo, char *out, size_t size);

/* Whether the locale (setlocale was called) writes UTF-8. */
bool mfa_terminal_utf8(void);
/* Whether fd is a terminal that shows colours: TERM is neither unset nor dumb, and NO_COLOR is not set. */
bool mfa_terminal_colour(int fd);
/* The window of stdout.  Returns 0 or -ENOTTY. */
int mfa_terminal_size(unsigned *columns, unsigned *rows);
/* Writes text from elsewhere: what could move the cursor or change the terminal
 * becomes '?': control characters other than newline, those of C1 and bytes that are not UTF-8. */
void mfa_terminal_show(FILE *to, const char *text);

/* A bar on stderr, if that is a terminal; otherwise nothing is shown. */
struct mfa_progress {
	bool shown;
	const char *label;
	uint64_t total;
	unsigned percent;	/* as drawn last */
};
/* label must stay. */
void mfa_progress_begin(struct mfa_progress *progress, uint64_t total, const char *label);
void mfa_progress_step(struct mfa_progress *progress, uint64_t done);
/* Takes the bar off the screen. */
void mfa_progress_end(struct mfa_progress *progress);

#endif
