/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions on a real pseudo-terminal, and texts made harmless. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "terminal/terminal.h"

#define PATIENCE_MS 20000
#define PROMPT "Code? "

/* --- answers from a pipe ------------------------------------------------- */

static void answers_come_from_a_pipe(void **state)
{
	static const struct {
		const char *input;
		size_t size;
		int r;
		const char *out, *rest;
	} rows[] = {
		{ "123456\nnext\n", 16, 0, "123456", "next\n" },
		{ "\nnext\n", 16, 0, "", "next\n" },
		{ "crlf\r\n", 16, 0, "crlf", "" },
		{ "no end", 16, 0, "no end", "" },
		{ "", 16, -ECANCELED, "", "" },
		{ "1234567\n", 8, 0, "1234567", "" },
		{ "12345678\nnext\n", 8, -ENOBUFS, "", "next\n" },
	};
	int saved_in = dup(STDIN_FILENO), saved_out = dup(STDOUT_FILENO), r, ends[2];
	char out[16], rest[32];
	FILE *shown = tmpfile();
	ssize_t n;
	size_t i;

	(void)state;
	assert_non_null(shown);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], rows[i].input, strlen(rows[i].input)),
				 strlen(rows[i].input));
		(void)close(ends[1]);
		(void)fflush(stdout);
		(void)dup2(ends[0], STDIN_FILENO);
		(void)dup2(fileno(shown), STDOUT_FILENO);
		memset(out, 'x', sizeof(out));
		r = mfa_terminal_ask(PROMPT, false, out, rows[i].size);
		n = read(STDIN_FILENO, rest, sizeof(rest) - 1);
		(void)dup2(saved_in, STDIN_FILENO);
		(void)dup2(saved_out, STDOUT_FILENO);
		(void)close(ends[0]);
		assert_true(n >= 0);
		rest[n] = '\0';
		assert_int_equal(r, rows[i].r);
		assert_string_equal(out, rows[i].out);
		assert_string_equal(rest, rows[i].rest);
	}
	(void)fclose(shown);
	(void)close(saved_in);
	(void)close(saved_out);
}

/* --- a person at a terminal ---------------------------------------------- */

struct bench {
	int master, slave;	/* slave: kept, to look at the modes after the end */
	int go[2];		/* a byte: let the stopped program go on */
	pid_t shell;
	char screen[4096];	/* all that was shown so far */
	size_t len;
};

/* What a shell's job does: ask, and say how that went. */
static void ask_as_job(bool echo)
{
	char answer[32];
	int r = mfa_terminal_ask(PROMPT, echo, answer, sizeof(answer));

	printf("<%d:%s>\n", r, r == 0 && !echo ? (strcmp(answer, "zq3456") == 0 ? "same" : "other")
						: answer);
	(void)fflush(stdout);
	_exit(0);
}

/* A shell, as small as can be: a stop needs somebody in the session to go on from it. */
static void be_shell(struct bench *b, bool echo)
{
	int status;
	pid_t job;
	char c;

	(void)close(b->master);
	(void)close(b->go[1]);
	(void)login_tty(b->slave);
	(void)signal(SIGTTOU, SIG_IGN);
	job = fork();
	if (job == 0) {
		(void)setpgid(0, 0);
		(void)tcsetpgrp(STDIN_FILENO, getpid());
		(void)signal(SIGTTOU, SIG_DFL);
		ask_as_job(echo);
	}
	printf("job=%d;\n", (int)job);
	(void)fflush(stdout);
	for (;;) {
		if (waitpid(job, &status, WUNTRACED) != job)
			_exit(1);
		if (!WIFSTOPPED(status))
			break;
		printf("<stopped>\n");
		(void)fflush(stdout);
		if (read(b->go[0], &c, 1) != 1)
			_exit(1);
		(void)kill(-job, SIGCONT);
	}
	printf("<end %d>\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	(void)fflush(stdout);
	_exit(0);
}

static void start(struct bench *b, bool echo)
{
	memset(b, 0, sizeof(*b));
	assert_int_equal(openpty(&b->master, &b->slave, NULL, NULL, NULL), 0);
	assert_int_equal(pipe(b->go), 0);
	(void)fflush(NULL);
	b->shell = fork();
	assert_true(b->shell >= 0);
	if (b->shell == 0)
		be_shell(b, echo);
}

/* Reads the screen on until it shows text `times` times. */
static void expect(struct bench *b, const char *text, unsigned times)
{
	struct pollfd pfd = { .fd = b->master, .events = POLLIN };
	const char *at;
	unsigned seen;
	ssize_t n;

	for (;;) {
		for (seen = 0, at = b->screen; (at = strstr(at, text)) != NULL; at++)
			seen++;
		if (seen >= times)
			return;
		if (poll(&pfd, 1, PATIENCE_MS) != 1)
			fail_msg("no \"%s\" on the screen: %s", text, b->screen);
		n = read(b->master, b->screen + b->len, sizeof(b->screen) - 1 - b->len);
		assert_true(n > 0);
		b->len += (size_t)n;
		b->screen[b->len] = '\0';
	}
}

static bool echoes(const struct bench *b)
{
	struct termios modes;

	assert_int_equal(tcgetattr(b->slave, &modes), 0);
	return (modes.c_lflag & ECHO) != 0;
}

static pid_t job_of(struct bench *b)
{
	expect(b, ";", 1);
	return (pid_t)atol(strstr(b->screen, "job=") + 4);
}

static void type(struct bench *b, const char *keys)
{
	assert_int_equal(write(b->master, keys, strlen(keys)), strlen(keys));
}

static void finish(struct bench *b)
{
	assert_int_equal(waitpid(b->shell, NULL, 0), b->shell);
	(void)close(b->master);
	(void)close(b->slave);
	(void)close(b->go[0]);
	(void)close(b->go[1]);
}

static void a_person_answers(void **state)
{
	static const struct {
		bool echo;
		const char *keys;
		int sig;
		const char *want[2];	/* on the screen afterwards */
	} rows[] = {
		{ true, "zq3456\n", 0, { "<0:zq3456>", "<end 0>" } },
		{ false, "zq3456\n", 0, { "<0:same>", "<end 0>" } },
		{ false, "\n", 0, { "<0:other>", "<end 0>" } },
		{ true, "\004", 0, { "<-125:>", "<end 0>" } },		/* ^D: ECANCELED */
		{ false, "\004", 0, { "<-125:>", "<end 0>" } },
		{ true, "zq\003", 0, { "<-4:>", "<end 0>" } },		/* ^C: EINTR */
		{ false, "zq\003", 0, { "<-4:>", "<end 0>" } },
		{ false, "zq", SIGTERM, { "<end 15>", "<end 15>" } },
		{ false, "zq", SIGHUP, { "<end 1>", "<end 1>" } },
		{ false, "zq\034", 0, { "<end 3>", "<end 3>" } },	/* ^\: SIGQUIT */
	};
	struct bench b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(&b, rows[i].echo);
		expect(&b, PROMPT, 1);
		assert_int_equal(echoes(&b), rows[i].echo);
		type(&b, rows[i].keys);
		if (rows[i].sig != 0)
			(void)kill(job_of(&b), rows[i].sig);
		expect(&b, rows[i].want[0], 1);
		expect(&b, rows[i].want[1], 1);
		assert_true(echoes(&b));
		if (!rows[i].echo)
			assert_null(strstr(b.screen, "zq"));
		finish(&b);
	}
}

static void ctrl_z_asks_again(void **state)
{
	struct bench b;

	(void)state;
	start(&b, false);
	expect(&b, PROMPT, 1);
	type(&b, "zq\032");
	expect(&b, "<stopped>", 1);
	assert_true(echoes(&b));
	assert_int_equal(write(b.go[1], "", 1), 1);
	expect(&b, PROMPT, 2);
	assert_false(echoes(&b));
	type(&b, "zq3456\n");
	expect(&b, "<0:same>", 1);
	expect(&b, "<end 0>", 1);
	assert_true(echoes(&b));
	assert_null(strstr(b.screen, "zq"));
	finish(&b);
}

/* --- text from elsewhere -------------------------------------------------- */

static void text_is_harmless(void **state)
{
	static const struct {
		const char *locale, *text, *want;
	} rows[] = {
		{ "C.UTF-8", "two\nlines", "two\nlines\n" },
		{ "C.UTF-8", "caf\u00e9 \u2588", "caf\u00e9 \u2588\n" },
		{ "C.UTF-8", "\033[2Jgone\a\r\b\177", "?[2Jgone????\n" },
		{ "C.UTF-8", "a\tb", "a?b\n" },
		{ "C.UTF-8", "\xc2\x9b" "31m", "?31m\n" },		/* CSI as a character of C1 */
		{ "C.UTF-8", "\x9b" "31m", "?31m\n" },		/* and as a byte */
		{ "C.UTF-8", "\xc0\x9b\xff", "???\n" },
		{ "C.UTF-8", "cut \xe2\x96", "cut ??\n" },
		/* NOLINTNEXTLINE(misc-misleading-bidirectional) */
		{ "C.UTF-8", "\xe2\x80\xae" "enohP" "\xe2\x81\xa6", "?enohP?\n" },	/* turned around */
		{ "C", "plain", "plain\n" },
		{ "C", "caf\u00e9", "caf??\n" },
		{ "C", "\033\x9b", "??\n" },
	};
	char *got = NULL;
	size_t i, len;
	FILE *to;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_non_null(setlocale(LC_ALL, rows[i].locale));
		to = open_memstream(&got, &len);
		assert_non_null(to);
		mfa_terminal_show(to, rows[i].text);
		(void)fclose(to);
		assert_string_equal(got, rows[i].want);
		free(got);
	}
	(void)setlocale(LC_ALL, "C");
}

static void columns_line_up(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "ab", "ab   |" },
		{ "", "     |" },
		{ "caf\u00e9", "caf\u00e9 |" },
		{ "\u96fb\u8a71", "\u96fb\u8a71 |" },	/* two columns each */
		{ "longer", "longer|" },
		{ "\033", "?    |" },
	};
	char *got = NULL;
	size_t i, len;
	FILE *to;

	(void)state;
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		to = open_memstream(&got, &len);
		assert_non_null(to);
		mfa_terminal_column(to, rows[i].text, 5);
		(void)fputc('|', to);
		(void)fclose(to);
		assert_string_equal(got, rows[i].want);
		free(got);
	}
	(void)setlocale(LC_ALL, "C");
}

static void colours_need_a_terminal(void **state)
{
	static const struct {
		const char *term;
		bool tty, want;
	} rows[] = {
		{ "xterm", true, true },
		{ "xterm", false, false },
		{ "dumb", true, false },
		{ "", true, false },
		{ NULL, true, false },
	};
	int master, slave, ends[2];
	size_t i;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(pipe(ends), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].term != NULL)
			(void)setenv("TERM", rows[i].term, 1);
		else
			(void)unsetenv("TERM");
		assert_int_equal(mfa_terminal_colour(rows[i].tty ? slave : ends[1]), rows[i].want);
	}
	(void)close(master);
	(void)close(slave);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_from_a_pipe),
		cmocka_unit_test(a_person_answers),
		cmocka_unit_test(ctrl_z_asks_again),
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(columns_line_up),
		cmocka_unit_test(colours_need_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
