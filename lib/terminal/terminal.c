/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal/terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#define BAR_WIDTH 40

/* Characters without a picture of their own, and those that turn the direction of what
 * follows: with them a label could show what it is not. */
static bool harmless(wchar_t c)
{
	return iswprint((wint_t)c) && wcwidth(c) >= 0 && !(c >= 0x202a && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069);
}

static void write_bytes(FILE *to, const char *bytes, size_t n)
{
	if (to != NULL)
		(void)fwrite(bytes, 1, n, to);
}

/* Returns the columns that the text takes.  to: NULL for no more than that. */
static unsigned write_text(FILE *to, const char *text)
{
	const char *end = text + strlen(text);
	bool utf8 = mfa_terminal_utf8();
	mbstate_t state = { 0 };
	unsigned columns = 0;
	size_t n;
	wchar_t c;

	for (; text < end; text += n) {
		n = 1;
		if (*text == '\n') {
			write_bytes(to, "\n", 1);
			continue;
		}
		/* Texts are UTF-8, whatever the locale. */
		if (utf8)
			n = mbrtowc(&c, text, (size_t)(end - text), &state);
		else
			c = (unsigned char)*text < 0x80 ? *text : L'\0';
		if (n > (size_t)(end - text)) {
			state = (mbstate_t){ 0 };
			c = L'\0';
			n = 1;
		}
		if (harmless(c)) {
			write_bytes(to, text, n);
			columns += (unsigned)wcwidth(c);
		} else {
			write_bytes(to, "?", 1);
			columns++;
		}
	}
	return columns;
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/* What would end or stop the program and leave the terminal without its echo. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

/* As it was before. */
struct question {
	struct sigaction actions[SIGNAL_COUNT];
	sigset_t mask;
	struct termios modes;
	bool modes_changed;
};

/* The signals stay blocked but while poll waits: none can come between a look at `caught` and
 * a read that would then wait for ever. */
static void begin_question(struct question *q, int fd, bool echo)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct termios modes;
	sigset_t ours;
	size_t i;

	caught = 0;
	(void)sigemptyset(&ours);
	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigaddset(&ours, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &ours, &q->mask);
	for (i = 0; i < SIGNAL_COUNT; i++) {
		(void)sigaction(signals[i], NULL, &q->actions[i]);
		/* nohup stays in force; Ctrl-C works also where a script's & ignored it. */
		if (signals[i] == SIGINT || q->actions[i].sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &action, NULL);
	}
	q->modes_changed = false;
	if (echo || tcgetattr(fd, &q->modes) != 0)
		return;
	modes = q->modes;
	modes.c_lflag &= (tcflag_t)~(ECHO | ECHONL);
	q->modes_changed = tcsetattr(fd, TCSAFLUSH, &modes) == 0;
}

/* The terminal first: a signal that waited may end the program at the mask. */
static void end_question(const struct question *q, int fd)
{
	size_t i;

	if (q->modes_changed)
		(void)tcsetattr(fd, TCSADRAIN, &q->modes);
	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigaction(signals[i], &q->actions[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &q->mask, NULL);
}

static int wait_for_input(int fd, const sigset_t *mask)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	sigset_t open = *mask;
	size_t i;

	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigdelset(&open, signals[i]);
	while (ppoll(&pfd, 1, NULL, &open) < 0) {
		if (errno != EINTR)
			return -errno;
		if (caught != 0)
			return -EINTR;
	}
	return 0;
}

/* A byte at a time: what follows the line is for whoever reads next. */
static int read_line(int fd, const sigset_t *mask, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got;
	char c;
	int r;

	for (;;) {
		r = wait_for_input(fd, mask);
		if (r != 0)
			return r;
		got = read(fd, &c, 1);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return -errno;
		if (got == 0 && n == 0)
			return -ECANCELED;
		if (got == 0 || c == '\n')
			break;
		if (n + 1 < size)
			out[n] = c;
		n++;
	}
	if (n >= size)
		return -ENOBUFS;
	out[n > 0 && out[n - 1] == '\r' ? n - 1 : n] = '\0';
	return 0;
}

static int ask_once(FILE *to, const char *prompt, bool echo, char *out, size_t size)
{
	bool tty = isatty(STDIN_FILENO) == 1;
	struct question q;
	int r;

	/* The echo goes before the prompt comes: nobody answers too early. */
	begin_question(&q, STDIN_FILENO, echo || !tty);
	(void)write_text(to, prompt);
	(void)fflush(to);
	r = read_line(STDIN_FILENO, &q.mask, out, size);
	/* Where the terminal has not shown the person's Enter. */
	if (!tty || !echo || r != 0)
		(void)fputs("\n", to);
	(void)fflush(to);
	end_question(&q, STDIN_FILENO);
	if (r != 0)
		explicit_bzero(out, size);
	return r;
}

/* The person is at the terminal also when the output goes elsewhere. */
static FILE *prompt_stream(void)
{
	FILE *tty;

	if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) == 1)
		return stdout;
	tty = fopen("/dev/tty", "we");
	if (tty == NULL)
		return stderr;
	return tty;
}

int mfa_terminal_ask(const char *prompt, bool echo, char *out, size_t size)
{
	FILE *to = prompt_stream();
	int r, sig;

	(void)fflush(stdout);
	do {
		r = ask_once(to, prompt, echo, out, size);
		sig = r == -EINTR ? caught : 0;
		/* As if it had come with the terminal as it is now: Ctrl-Z stops the program here,
		 * and asks again when it goes on. */
		if (sig != 0 && sig != SIGINT)
			(void)raise(sig);
	} while (sig == SIGTSTP);
	if (to != stdout && to != stderr)
		(void)fclose(to);
	return r;
}

bool mfa_terminal_is_yes(const char *answer)
{
	return answer[0] != '\0' && strchr("yYjJoO", answer[0]) != NULL;
}

bool mfa_terminal_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool mfa_terminal_colour(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) == 1 && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

int mfa_terminal_size(unsigned *columns, unsigned *rows)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		return -ENOTTY;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return 0;
}

void mfa_terminal_show(FILE *to, const char *text)
{
	(void)write_text(to, text);
	(void)fputc('\n', to);
	(void)fflush(to);
}

unsigned mfa_terminal_columns(const char *text)
{
	return write_text(NULL, text);
}

void mfa_terminal_column(FILE *to, const char *text, unsigned width)
{
	unsigned used = write_text(to, text);

	(void)fprintf(to, "%*s", used < width ? (int)(width - used) : 0, "");
}

void mfa_progress_begin(struct mfa_progress *progress, uint64_t total, const char *label)
{
	*progress = (struct mfa_progress){ .label = isatty(STDERR_FILENO) == 1 ? label : NULL,
					   .total = total, .shown = UINT8_MAX };
	mfa_progress_step(progress, 0);
}

void mfa_progress_step(struct mfa_progress *progress, uint64_t done)
{
	static const char full[BAR_WIDTH + 1] = "########################################";
	unsigned percent = progress->total > 0 ? (unsigned)(done * 100 / progress->total) : 100;

	if (percent > 100)
		percent = 100;
	if (progress->label == NULL || percent == progress->shown)
		return;
	progress->shown = percent;
	(void)fprintf(stderr, "\r%-10s [%-*.*s] %3u%%", progress->label, BAR_WIDTH,
		      (int)(percent * BAR_WIDTH / 100), full, percent);
}

void mfa_progress_end(struct mfa_progress *progress)
{
	if (progress->label != NULL)
		(void)fputc('\n', stderr);
	progress->label = NULL;
}
