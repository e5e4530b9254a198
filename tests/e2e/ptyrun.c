/* SPDX-License-Identifier: BSD-2-Clause */
/* ptyrun: run a program on a terminal of its own and play its user.
 *
 *	ptyrun [-t SECONDS] COMMAND [ARG]... <SCRIPT
 *
 * A line of SCRIPT is one step:
 *	expect TEXT	read the screen until TEXT was shown (after the last match)
 *	send TEXT	type TEXT and Enter
 *	key NAME	type ^C, ^D, ^\ or Enter
 *	interrupt	press ^C until the program ends: sudo writes its prompt a moment before it reads, and a
 *			signal between the two is not seen
 *	run COMMAND	let bash do something while the program waits
 *	hangup		close the terminal, then wait for the program's end
 *	end [TEXT]	read until the program ends; hang up if it shows TEXT
 * All that the program showed goes to standard output, as it came.  The exit
 * status is the program's (128 + n for signal n), 124 when a step took longer
 * than its deadline (-t, 20 s).  A program that ends early ends the script;
 * "ptyrun:" lines on standard error say which step it did not reach. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCREEN_MAX (1024 * 1024)
#define LATE 124

struct play {
	int master;		/* -1 once hung up */
	pid_t child;
	int seconds;
	size_t seen;		/* bytes of screen[] */
	size_t matched;		/* where the next expect starts */
	char screen[SCREEN_MAX];
};

struct step {
	const char *verb;
	int (*act)(struct play *p, const char *arg);
};

enum { GO_ON, ENDED, TOO_LATE };

static long long now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* One read of the terminal; EIO is how a pty says that its last user left. */
static int take(struct play *p, long long deadline)
{
	struct pollfd pfd = { .fd = p->master, .events = POLLIN };
	long long left = deadline - now_ms();
	char buf[4096];
	ssize_t n;

	if (left <= 0 || poll(&pfd, 1, (int)left) == 0)
		return TOO_LATE;
	n = read(p->master, buf, sizeof(buf));
	if (n < 0 && errno == EINTR)
		return GO_ON;
	if (n <= 0)
		return ENDED;
	if ((size_t)n >= sizeof(p->screen) - p->seen)
		return ENDED;
	(void)fwrite(buf, 1, (size_t)n, stdout);
	(void)fflush(stdout);
	memcpy(p->screen + p->seen, buf, (size_t)n);
	p->seen += (size_t)n;
	return GO_ON;
}

static int shown(struct play *p, const char *text)
{
	size_t len = strlen(text);
	const char *at = memmem(p->screen + p->matched, p->seen - p->matched, text, len);

	if (at == NULL)
		return 0;
	p->matched = (size_t)(at - p->screen) + len;
	return 1;
}

static int do_expect(struct play *p, const char *text)
{
	long long deadline = now_ms() + p->seconds * 1000LL;
	int r = GO_ON;

	while (!shown(p, text) && r == GO_ON)
		r = take(p, deadline);
	return r;
}

static int type(struct play *p, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(p->master, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ENDED;
		text += n;
		len -= (size_t)n;
	}
	return GO_ON;
}

static int do_send(struct play *p, const char *text)
{
	int r = type(p, text, strlen(text));

	return r == GO_ON ? type(p, "\r", 1) : r;
}

static int do_key(struct play *p, const char *name)
{
	static const struct { const char *name, *bytes; } keys[] = {
		{ "^C", "\003" }, { "^D", "\004" }, { "^\\", "\034" }, { "Enter", "\r" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(name, keys[i].name) == 0)
			return type(p, keys[i].bytes, 1);
	fprintf(stderr, "ptyrun: no key %s\n", name);
	return ENDED;
}

static int do_interrupt(struct play *p, const char *arg)
{
	long long last = now_ms() + p->seconds * 1000LL, again;
	int r = GO_ON;

	(void)arg;
	while (r == GO_ON && now_ms() < last) {
		r = type(p, "\003", 1);
		for (again = now_ms() + 500; r == GO_ON;)
			r = take(p, again);
		if (r == TOO_LATE)
			r = GO_ON;
	}
	return r == GO_ON ? TOO_LATE : r;
}

/* As at a login: a shell's "&" makes what it starts, and this program, ignore some. */
static void begin_with_defaults(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int do_run(struct play *p, const char *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)close(p->master);
		begin_with_defaults();
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execlp("bash", "bash", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, NULL, 0) == pid ? GO_ON : ENDED;
}

static int do_hangup(struct play *p, const char *arg)
{
	(void)close(p->master);
	p->master = -1;
	return ENDED;
}

static int do_end(struct play *p, const char *text)
{
	long long deadline = now_ms() + p->seconds * 1000LL;
	int r = GO_ON;

	while (r == GO_ON)
		r = *text != '\0' && shown(p, text) ? do_hangup(p, NULL) : take(p, deadline);
	return r;
}

static const struct step steps[] = {
	{ "expect", do_expect }, { "send", do_send }, { "key", do_key },
	{ "interrupt", do_interrupt },
	{ "run", do_run }, { "hangup", do_hangup }, { "end", do_end },
};

static int play_line(struct play *p, char *line)
{
	char *arg = line + strcspn(line, " ");

	if (*arg != '\0')
		*arg++ = '\0';
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(line, steps[i].verb) == 0)
			return steps[i].act(p, arg);
	fprintf(stderr, "ptyrun: no step %s\n", line);
	return TOO_LATE;
}

static int play_script(struct play *p, FILE *script)
{
	char *line = NULL;
	size_t size = 0;
	int r = GO_ON;
	ssize_t n;

	while (r == GO_ON && (n = getline(&line, &size, script)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		r = *line == '\0' ? GO_ON : play_line(p, line);
		if (r == TOO_LATE)
			fprintf(stderr, "ptyrun: too late: %s\n", line);
	}
	free(line);
	return r == GO_ON ? do_end(p, "") : r;
}

/* The program's own end, within the deadline: a hung-up program may linger. */
static int status_of(struct play *p)
{
	long long deadline = now_ms() + p->seconds * 1000LL;
	int status;

	while (waitpid(p->child, &status, WNOHANG) == 0) {
		if (now_ms() > deadline) {
			fprintf(stderr, "ptyrun: the program did not end\n");
			return LATE;
		}
		(void)poll(NULL, 0, 5);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	static struct play play;
	struct winsize size = { .ws_row = 60, .ws_col = 100 };
	int r, opt;

	play.seconds = 20;
	while ((opt = getopt(argc, argv, "+t:")) != -1) {
		if (opt != 't')
			return 2;
		play.seconds = atoi(optarg);
	}
	if (optind >= argc)
		return 2;
	(void)signal(SIGPIPE, SIG_IGN);
	play.child = forkpty(&play.master, NULL, NULL, &size);
	if (play.child == 0) {
		begin_with_defaults();
		(void)execvp(argv[optind], argv + optind);
		_exit(127);
	}
	if (play.child < 0)
		return 2;
	r = play_script(&play, stdin);
	if (r == TOO_LATE) {
		if (play.master >= 0)
			(void)close(play.master);
		(void)kill(play.child, SIGKILL);
		return LATE;
	}
	return status_of(&play);
}
