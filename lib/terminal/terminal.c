#include "terminal/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define BAR_WIDTH 40

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/* Signals that would leave the terminal without its echo, while a line is read. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

struct quiet {
	struct sigaction before[SIGNAL_COUNT];
	struct termios modes;
	bool changed;
};

static void begin_quiet(struct quiet *q, int fd, bool echo)
{
	struct sigaction action = { .sa_handler = on_signal };	/* no SA_RESTART: read() ends */
	struct termios modes;
	size_t i;

	caught = 0;
	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigaction(signals[i], &action, &q->before[i]);
	q->changed = false;
	if (echo || tcgetattr(fd, &q->modes) != 0)
		return;
	modes = q->modes;
	modes.c_lflag &= (tcflag_t)~(ECHO | ECHONL);
	q->changed = tcsetattr(fd, TCSAFLUSH, &modes) == 0;
}

static void end_quiet(struct quiet *q, int fd)
{
	size_t i;

	if (q->changed)
		(void)tcsetattr(fd, TCSAFLUSH, &q->modes);
	for (i = 0; i < SIGNAL_COUNT; i++)
		(void)sigaction(signals[i], &q->before[i], NULL);
}

/* A byte at a time: what follows the line is for whoever reads next. */
static int read_line(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got;
	char c;

	for (;;) {
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR && caught == 0)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return n > 0 ? 0 : -ECANCELED;
		if (c == '\n')
			return n < size ? 0 : -ENOBUFS;
		if (n + 1 < size)
			out[n] = c;
		n++;
		if (n < size)
			out[n] = '\0';
	}
}

int mfa_terminal_ask(const char *prompt, bool echo, char *out, size_t size)
{
	bool tty = isatty(STDIN_FILENO) == 1;
	struct quiet q;
	int r;

	out[0] = '\0';
	(void)fputs(prompt, stdout);
	(void)fflush(stdout);
	begin_quiet(&q, STDIN_FILENO, echo || !tty);
	r = read_line(STDIN_FILENO, out, size);
	end_quiet(&q, STDIN_FILENO);
	if (!tty || !echo || r != 0)
		(void)fputs("\n", stdout);
	(void)fflush(stdout);
	if (r == 0 && out[0] != '\0' && out[strlen(out) - 1] == '\r')
		out[strlen(out) - 1] = '\0';
	if (r != 0)
		explicit_bzero(out, size);
	return r;
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
	bool utf8 = mfa_terminal_utf8();

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0;

		if ((c < ' ' && c != '\n') || c == 0x7f || c1 || (c >= 0x80 && !utf8))
			(void)fputc('?', to);
		else
			(void)fputc(c, to);
		if (c1)
			text++;
	}
	(void)fputc('\n', to);
	(void)fflush(to);
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
