/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/frame.h"

static void test_check(void **state)
{
	static const struct { const char *name; size_t len; uint8_t data[8]; int expect; } rows[] = {
		{ "empty", 0, { 0 }, -EBADMSG },
		{ "a type alone", 1, { 1 }, 0 },
		{ "a field", 5, { 1, 2, 0, 1, 'x' }, 0 },
		{ "an empty field", 4, { 1, 2, 0, 0 }, 0 },
		{ "half a head", 3, { 1, 2, 0 }, -EBADMSG },
		{ "a field that is cut", 4, { 1, 2, 0, 1 }, -EBADMSG },
		{ "a field longer than the frame", 5, { 1, 2, 255, 255, 'x' }, -EBADMSG },
		{ "bytes behind the last field", 6, { 1, 2, 0, 1, 'x', 9 }, -EBADMSG },
	};
	struct mfa_frame frame;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		memset(&frame, 0xff, sizeof(frame));
		frame.len = rows[i].len;
		memcpy(frame.data, rows[i].data, sizeof(rows[i].data));
		if (mfa_frame_check(&frame) != rows[i].expect)
			fail_msg("%s", rows[i].name);
	}
	frame.len = MFA_FRAME_MAX + 1;
	assert_int_equal(mfa_frame_check(&frame), -EBADMSG);
}

static void test_build_and_read(void **state)
{
	struct mfa_frame frame;
	struct mfa_field field;
	char text[8];
	size_t at = 0;

	(void)state;
	mfa_frame_start(&frame, MFA_SIGNIN);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, 1);
	mfa_frame_put_text(&frame, MFA_FIELD_USER, "alice");
	mfa_frame_put_text(&frame, MFA_FIELD_RHOST, NULL);
	mfa_frame_put(&frame, MFA_FIELD_TTY, "a\0b", 3);
	assert_int_equal(mfa_frame_check(&frame), 0);
	assert_int_equal(mfa_frame_type(&frame), MFA_SIGNIN);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_PROTOCOL, 9), 1);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_ECHO, 9), 9);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_USER, 9), 9);
	assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_USER, text, sizeof(text)), 0);
	assert_string_equal(text, "alice");
	assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_USER, text, 5), -ENOBUFS);
	assert_string_equal(text, "");
	assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_RHOST, text, sizeof(text)), -ENOENT);
	assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_TTY, text, sizeof(text)), -EBADMSG);
	assert_int_equal(mfa_frame_next(&frame, &at, &field), 1);
	assert_int_equal(field.tag, MFA_FIELD_PROTOCOL);
	assert_int_equal(mfa_frame_next(&frame, &at, &field), 1);
	assert_int_equal(mfa_frame_next(&frame, &at, &field), 1);
	assert_int_equal(field.len, 3);
	assert_int_equal(mfa_frame_next(&frame, &at, &field), 0);
}

static void test_too_long(void **state)
{
	static const uint8_t bytes[MFA_FRAME_MAX];
	struct mfa_frame frame;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	mfa_frame_start(&frame, MFA_ANSWER);
	assert_int_equal(mfa_frame_room(&frame), MFA_FRAME_MAX - 1);
	mfa_frame_put(&frame, MFA_FIELD_TEXT, bytes, MFA_FRAME_MAX - 4);
	assert_int_equal(mfa_frame_room(&frame), 0);
	assert_int_equal(mfa_frame_send(fds[0], &frame, 1000), 0);
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 1000), 0);
	/* One byte more, and nothing after it can mend it. */
	mfa_frame_start(&frame, MFA_ANSWER);
	mfa_frame_put(&frame, MFA_FIELD_TEXT, bytes, MFA_FRAME_MAX - 3);
	mfa_frame_put(&frame, MFA_FIELD_TEXT, bytes, 1);
	assert_int_equal(mfa_frame_send(fds[0], &frame, 1000), -EMSGSIZE);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void test_receive(void **state)
{
	static uint8_t large[MFA_FRAME_MAX + 1] = { 1 };
	struct mfa_frame frame;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 0), -ETIMEDOUT);
	assert_int_equal(send(fds[0], large, sizeof(large), 0), sizeof(large));
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 1000), -EBADMSG);
	assert_int_equal(send(fds[0], "\1\2", 2, 0), 2);
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 1000), -EBADMSG);
	(void)close(fds[0]);
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 1000), -EPIPE);
	mfa_frame_start(&frame, MFA_ANSWER);
	assert_int_equal(mfa_frame_send(fds[1], &frame, 1000), -EPIPE);
	(void)close(fds[1]);
}

/* What send refuses before anything is sent. */
static void test_not_sent(void **state)
{
	struct mfa_frame frame;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	frame.len = 0;
	assert_int_equal(mfa_frame_send(fds[0], &frame, 1000), -EMSGSIZE);
	mfa_frame_start(&frame, MFA_ANSWER);
	mfa_frame_put(&frame, MFA_FIELD_TEXT, NULL, UINT16_MAX + 1);
	assert_int_equal(mfa_frame_send(fds[0], &frame, 1000), -EMSGSIZE);
	assert_int_equal(mfa_frame_room(&frame), 0);
	assert_int_equal(mfa_frame_check(&frame), -EBADMSG);
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 0), -ETIMEDOUT);
	/* A frame that starts anew is good again. */
	mfa_frame_start(&frame, MFA_ANSWER);
	mfa_frame_put(&frame, MFA_FIELD_TEXT, NULL, 0);
	assert_int_equal(mfa_frame_send(fds[0], &frame, 1000), 0);
	assert_int_equal(mfa_frame_recv(fds[1], &frame, 1000), 0);
	assert_int_equal(frame.len, 4);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* What decides something comes once: of two neither counts, whichever comes first. */
static void test_twice(void **state)
{
	struct mfa_frame frame;
	struct mfa_field field;
	char text[8];

	(void)state;
	mfa_frame_start(&frame, MFA_SIGNIN);
	mfa_frame_put_text(&frame, MFA_FIELD_USER, "alice");
	mfa_frame_put_text(&frame, MFA_FIELD_USER, "bob");
	mfa_frame_put_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_OK);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_COUNT), MFA_RESULT_OK);
	mfa_frame_put_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_OK);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_COUNT), MFA_RESULT_COUNT);
	assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_USER, text, sizeof(text)), -EBADMSG);
	assert_string_equal(text, "");
	/* Where fields are walked, as in IMPORT, the first is found. */
	assert_int_equal(mfa_frame_find(&frame, MFA_FIELD_USER, &field), 0);
	assert_memory_equal(field.data, "alice", field.len);
	assert_int_equal(mfa_frame_find(&frame, MFA_FIELD_TTY, &field), -ENOENT);
	assert_null(field.data);
	assert_int_equal(field.len, 0);
}

static int free_descriptors(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 64; fd++)
		n += fcntl(fd, F_GETFD) == -1;
	return n;
}

/* Descriptors that a peer sends along do not pile up in the receiver. */
static void test_descriptors_dropped(void **state)
{
	union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)"\1", .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room,
			      .msg_controllen = sizeof(control.room) };
	struct cmsghdr *head;
	struct mfa_frame frame;
	int fds[2], before, r;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	memset(&control, 0, sizeof(control));
	head = CMSG_FIRSTHDR(&msg);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fds[0], sizeof(int));
	before = free_descriptors();
	assert_int_equal(sendmsg(fds[0], &msg, 0), 1);
	r = mfa_frame_recv(fds[1], &frame, 1000);
	assert_true(r == 0 || r == -EBADMSG);
	assert_int_equal(free_descriptors(), before);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void test_wipe(void **state)
{
	static const uint8_t zeros[MFA_FRAME_MAX];
	struct mfa_frame frame;

	(void)state;
	memset(&frame, 0, sizeof(frame));
	mfa_frame_start(&frame, MFA_ANSWER);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, "123456");
	mfa_frame_wipe(&frame);
	assert_int_equal(frame.len, 0);
	assert_memory_equal(frame.data, zeros, sizeof(zeros));
	/* A spoilt one is wiped, too. */
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, "123456");
	mfa_frame_put(&frame, MFA_FIELD_TEXT, zeros, sizeof(zeros));
	mfa_frame_wipe(&frame);
	assert_memory_equal(frame.data, zeros, sizeof(zeros));
}

/* A peer that takes nothing in does not hold the sender for ever. */
static void test_send_times_out(void **state)
{
	static const uint8_t bytes[8192];
	struct mfa_frame frame;
	int fds[2], i, r = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	mfa_frame_start(&frame, MFA_INFO);
	mfa_frame_put(&frame, MFA_FIELD_TEXT, bytes, sizeof(bytes));
	for (i = 0; r == 0 && i < 1000; i++)
		r = mfa_frame_send(fds[0], &frame, 1);
	assert_int_equal(r, -ETIMEDOUT);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_build_and_read),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_not_sent),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_descriptors_dropped),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_send_times_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
