/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log/log.h"
#include "log/sink.h"

#define MANY 3000

static void test_fields(void **state)
{
	static const struct { const char *value, *expect; } rows[] = {
		{ "alice", "event=e k=alice" },
		{ "192.0.2.1", "event=e k=192.0.2.1" },
		{ "fe80::1%eth0", "event=e k=fe80::1%eth0" },
		{ "", "event=e" },
		{ NULL, "event=e" },
		{ "two words", "event=e k=\"two words\"" },
		{ "a=b", "event=e k=\"a=b\"" },
		{ "x\" result=ok y=\"", "event=e k=\"x\\\" result=ok y=\\\"\"" },
		{ "a\nevent=signin result=ok", "event=e k=\"a\\x0aevent=signin result=ok\"" },
		{ "\x1b[2J", "event=e k=\"\\x1b[2J\"" },
		{ "Zo\xc3\xab", "event=e k=\"Zo\\xc3\\xab\"" },
		{ "back\\slash", "event=e k=\"back\\\\slash\"" },
	};
	struct mfa_log_line line;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_log_begin(&line, "e");
		mfa_log_text(&line, "k", rows[i].value);
		assert_string_equal(line.text, rows[i].expect);
	}
	mfa_log_begin(&line, "e");
	mfa_log_number(&line, "n", -7);
	assert_string_equal(line.text, "event=e n=-7");
}

/* However long, the line ends where it must, with whole fields. */
static void test_long(void **state)
{
	struct mfa_log_line line;
	char value[3000];
	int i;

	(void)state;
	memset(value, '\n', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	mfa_log_begin(&line, "e");
	for (i = 0; i < 100; i++)
		mfa_log_text(&line, "key", value);
	assert_in_range(line.len, 600, sizeof(line.text) - 1);
	assert_int_equal(strlen(line.text), line.len);
	assert_int_equal(line.text[line.len - 1], '"');
}

/* Who reads the log, or does not. */
static int listen_on(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void write_number(struct mfa_sink *sink, int number)
{
	char text[16];

	mfa_sink_write(sink, text, (size_t)snprintf(text, sizeof(text), "%d\n", number));
}

/* -1: nothing is there to read. */
static int read_number(int fd)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	char text[2048];
	size_t len = 0;

	if (poll(&readable, 1, 0) != 1)
		return -1;
	/* A datagram at once, a stream byte by byte. */
	do {
		ssize_t n = read(fd, text + len, 1);

		if (n != 1)
			return -1;
		len++;
	} while (text[len - 1] != '\n' && len < sizeof(text) - 1);
	text[len] = '\0';
	return (int)strtol(text, NULL, 10);
}

static int receive_number(int fd)
{
	char text[2048];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (n <= 0)
		return -1;
	text[n] = '\0';
	return (int)strtol(text, NULL, 10);
}

static char *socket_path(void)
{
	static char folder[32], path[64];

	(void)strcpy(folder, "/tmp/mfa-log.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	return path;
}

static void remove_socket(char *path)
{
	(void)unlink(path);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
}

/* However many nobody reads, nobody waits; the first of them come in order, and the rest are counted. */
static void check_stuck(struct mfa_sink *sink, int fd, int (*next)(int))
{
	int i, last, got;

	for (i = 0; i < MANY; i++)
		write_number(sink, i);
	assert_int_equal(sink->count, MFA_SINK_LINES);
	assert_int_equal(mfa_sink_dropped(sink), 0);	/* not before the rest has gone */
	last = -1;
	do {
		(void)mfa_sink_flush(sink);
		got = next(fd);
		if (got >= 0)
			assert_int_equal(got, last + 1);
		last = got >= 0 ? got : last;
	} while (got >= 0);
	assert_int_equal(sink->count, 0);
	assert_int_equal(mfa_sink_dropped(sink), MANY - 1 - last);
	assert_in_range(last, MFA_SINK_LINES, MANY - 2);
	mfa_sink_tell(sink, "77\n", 3);
	assert_int_equal(mfa_sink_dropped(sink), 0);
	assert_int_equal(next(fd), 77);
	write_number(sink, 5);
	assert_int_equal(next(fd), 5);
}

static void test_stuck_socket(void **state)
{
	char *path = socket_path();
	int fd = listen_on(path, SOCK_DGRAM), small = 4096;
	struct mfa_sink sink = { .path = path, .fd = -1 };

	(void)state;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	check_stuck(&sink, fd, receive_number);
	(void)close(sink.fd);
	(void)close(fd);
	free(sink.queue);
	remove_socket(path);
}

static void test_stuck_pipe(void **state)
{
	struct mfa_sink sink = { .path = NULL };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_in_range(fcntl(fds[1], F_SETPIPE_SZ, 4096), 4096, 8192);
	sink.fd = fds[1];
	check_stuck(&sink, fds[0], read_number);
	(void)close(fds[0]);
	(void)close(fds[1]);
	free(sink.queue);
}

/* Nobody is there, then somebody, then somebody else. */
static void test_restarted(void **state)
{
	char *path = socket_path();
	struct mfa_sink sink = { .path = path, .fd = -1 };
	int fd, i;

	(void)state;
	write_number(&sink, 1);
	assert_int_equal(mfa_sink_dropped(&sink), 1);
	for (i = 0; i < 3; i++) {
		fd = listen_on(path, SOCK_DGRAM);
		write_number(&sink, 10 + i);
		assert_int_equal(receive_number(fd), 10 + i);
		(void)close(fd);
		write_number(&sink, 20);
	}
	assert_int_equal(mfa_sink_dropped(&sink), 4);
	assert_int_equal(sink.count, 0);
	if (sink.fd >= 0)
		(void)close(sink.fd);
	remove_socket(path);
}

/* A process that was forked leaves what waits to the one that forked it. */
static void test_forget(void **state)
{
	struct mfa_sink sink = { .path = NULL };
	int fds[2], i;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_in_range(fcntl(fds[1], F_SETPIPE_SZ, 4096), 4096, 8192);
	sink.fd = fds[1];
	for (i = 0; i < MANY; i++)
		write_number(&sink, i);
	assert_int_equal(sink.count, MFA_SINK_LINES);
	mfa_sink_forget(&sink);
	assert_int_equal(mfa_sink_dropped(&sink), 0);
	while (read_number(fds[0]) >= 0)
		;
	assert_true(mfa_sink_flush(&sink));
	assert_int_equal(read_number(fds[0]), -1);
	write_number(&sink, 5);
	assert_int_equal(read_number(fds[0]), 5);
	(void)close(fds[0]);
	(void)close(fds[1]);
	free(sink.queue);
}

static void test_stream(void **state)
{
	char *path = socket_path(), text[8];
	int listener = listen_on(path, SOCK_STREAM), fd;
	struct mfa_sink sink = { .path = path, .fd = -1 };

	(void)state;
	assert_int_equal(mfa_sink_connect(&sink), 0);
	fd = accept(listener, NULL, NULL);
	mfa_sink_write(&sink, "one", 3);
	mfa_sink_write(&sink, "two", 3);
	assert_int_equal(recv(fd, text, sizeof(text), 0), 8);
	assert_memory_equal(text, "one\0two", 8);
	(void)close(fd);
	(void)close(listener);
	(void)close(sink.fd);
	remove_socket(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_stuck_socket),
		cmocka_unit_test(test_stuck_pipe),
		cmocka_unit_test(test_restarted),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
