/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may send which request, written down a second time: what is not in this table is for nobody. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mfad/requests/requests.h"

#define ALICE 64998
#define NOBODY_ELSE 64999
#define LEAST "[store]\nurl = sqlite:///nowhere/s\n[seal]\nkey_file = /nowhere/k\n[policy lax]\nfailmode = open\n"

enum { ROOT = 1, SELF = 2, PORTAL = 4, SENDER = 8 };

static const struct { enum mfa_frame_type type; unsigned peers; bool lasts; } allowed[] = {
	{ MFA_SIGNIN, ROOT | SELF },
	{ MFA_ENROL, ROOT | SELF },
	{ MFA_DEVICES, ROOT | SELF },
	{ MFA_RENAME, ROOT | SELF },
	{ MFA_REMOVE, ROOT | SELF },
	{ MFA_TEST, ROOT | SELF },
	{ MFA_CODES, ROOT | SELF },
	{ MFA_STATUS, ROOT | SELF },
	{ MFA_REPLACE, ROOT | SELF },
	{ MFA_FORGET, ROOT | SELF },
	{ MFA_LIST, ROOT },
	{ MFA_SHOW, ROOT },
	{ MFA_RESET, ROOT },
	{ MFA_UNLOCK, ROOT },
	{ MFA_IMPORT, ROOT },
	{ MFA_EXPLAIN, ROOT },
	{ MFA_PASS, ROOT },
	{ MFA_REPORT, ROOT },
	{ MFA_METRICS, ROOT },
	{ MFA_PHONE, ROOT | PORTAL, true },
	{ MFA_EVENTS, ROOT | PORTAL, true },
	{ MFA_SENDER, ROOT | SENDER, true },
	{ MFA_TEST_SEND, ROOT },
};

struct fixture {
	uid_t uid;			/* of the client */
	struct verifier verifier;
};

/* A verifier with neither key nor store: no request gets as far as that. */
static int set_up(void **state)
{
	static struct fixture f;
	char path[] = "/tmp/mfa-requests.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, LEAST, strlen(LEAST)) != (ssize_t)strlen(LEAST))
		return -1;
	(void)close(fd);
	f.uid = geteuid() == 0 ? ALICE : geteuid();
	*state = &f;
	fd = verifier_load(&f.verifier, path);
	(void)unlink(path);
	return fd;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	verifier_close(&f->verifier);
	return 0;
}

/* Both ends are the client's, as SO_PEERCRED has it. */
static void connect_as(uid_t uid, int fds[2])
{
	bool other = uid != geteuid();

	if (other)
		assert_int_equal(seteuid(uid), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	if (other)
		assert_int_equal(seteuid(0), 0);
}

static void note_lasts(void *ctx, bool lasts)
{
	int *noted = ctx;

	*noted = lasts;
}

/* The result that a request ends with. */
static unsigned ask(struct fixture *f, unsigned type, uint8_t protocol, int *lasts)
{
	struct mfa_frame frame;
	int fds[2];

	*lasts = -1;
	connect_as(f->uid, fds);
	mfa_frame_start(&frame, (enum mfa_frame_type)type);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, protocol);
	assert_int_equal(mfa_frame_send(fds[0], &frame, 0), 0);
	request_run(&f->verifier, fds[1], note_lasts, lasts);
	assert_int_equal(mfa_frame_recv(fds[0], &frame, 0), 0);
	assert_int_equal(mfa_frame_type(&frame), MFA_DONE);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255);
}

/* With a protocol that is not there a request that its peer may send ends at that, and any other before it. */
static void test_who_may(void **state)
{
	static const struct { const char *name; unsigned kind; bool own, portal, sender, hidden; } peers[] = {
		{ "root", ROOT, .own = true },
		{ "a user", SELF },
		{ "mfa-portal", PORTAL, .portal = true },
		{ "mfa-sender", SENDER, .sender = true },
		{ "nobody", 0, .hidden = true },
		{ "mfa-portal, hidden", 0, .portal = true, .hidden = true },
	};
	struct fixture *f = *state;
	unsigned type;
	size_t i, j;

	for (i = 0; i < ROWS(peers); i++) {
		f->verifier.own_uid = peers[i].own ? f->uid : NOBODY_ELSE;
		f->verifier.portal_uid = peers[i].portal ? f->uid : (uid_t)-1;
		f->verifier.sender_uid = peers[i].sender ? f->uid : (uid_t)-1;
		f->verifier.overflow_uid = peers[i].hidden ? f->uid : NOBODY_ELSE;
		for (type = 0; type < 256; type++) {
			int lasts, expect_lasts = 0;
			unsigned may = 0, result = ask(f, type, MFA_PROTOCOL + 1, &lasts);

			for (j = 0; j < ROWS(allowed); j++) {
				if (allowed[j].type != type)
					continue;
				may = allowed[j].peers;
				expect_lasts = allowed[j].lasts;
			}
			if (result != ((may & peers[i].kind) != 0 ? MFA_RESULT_INVALID : MFA_RESULT_DENIED) ||
			    lasts != expect_lasts)
				fail_msg("%s, request %u: result %u", peers[i].name, type, result);
		}
	}
}

/* An mfad that cannot serve lets in nobody but by failmode = open, on root's word, where all of it is gone. */
static void test_not_set_up(void **state)
{
	static const struct {
		const char *name; enum mfa_frame_type type; const char *service; bool conf, root, gone;
		unsigned expect;
	} rows[] = {
		{ "a sign-in", MFA_SIGNIN, "sshd", true, true, true, MFA_RESULT_UNAVAILABLE },
		{ "damaged", MFA_SIGNIN, "sshd", true, true, false, MFA_RESULT_FAILED },
		{ "failmode = open", MFA_SIGNIN, "lax", true, true, true, MFA_RESULT_OK },
		{ "the same, damaged", MFA_SIGNIN, "lax", true, true, false, MFA_RESULT_FAILED },
		{ "the same, not on root's word", MFA_SIGNIN, "lax", true, false, true, MFA_RESULT_UNAVAILABLE },
		{ "the same, no configuration", MFA_SIGNIN, "lax", false, true, true, MFA_RESULT_UNAVAILABLE },
		{ "no service", MFA_SIGNIN, NULL, true, true, true, MFA_RESULT_UNAVAILABLE },
		{ "no sign-in", MFA_ENROL, "lax", true, true, true, MFA_RESULT_BUSY },
	};
	struct fixture *f = *state;
	const struct mfa_conf *conf = conf_ref_conf(f->verifier.current);
	struct mfa_frame frame;
	int fds[2];
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		/* Who is not root has nobody's word but his own. */
		if (rows[i].root && geteuid() != 0)
			continue;
		connect_as(rows[i].root ? 0 : f->uid, fds);
		mfa_frame_start(&frame, rows[i].type);
		mfa_frame_put_text(&frame, MFA_FIELD_USER, "alice");
		mfa_frame_put_text(&frame, MFA_FIELD_SERVICE, rows[i].service);
		assert_int_equal(mfa_frame_send(fds[0], &frame, 0), 0);
		request_refuse(rows[i].conf ? conf : NULL, fds[1], MFA_RESULT_BUSY, rows[i].gone, -EINVAL);
		assert_int_equal(mfa_frame_recv(fds[0], &frame, 0), 0);
		if (mfa_frame_type(&frame) != MFA_DONE || mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255) != rows[i].expect)
			fail_msg("%s: %u", rows[i].name, mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255));
		(void)close(fds[0]);
		(void)close(fds[1]);
	}
}

/* A store that is busy is no mistake of an administrator's. */
static void test_reasons(void **state)
{
	static const struct { int error; const char *says; } rows[] = {
		{ -EBUSY, "try again" }, { -ENOMEM, "try again" }, { -EMFILE, "try again" },
		{ -ENOSPC, "full" }, { -EIO, "read or write" }, { -ESTALE, "missing" },
		{ -EMEDIUMTYPE, "damaged" }, { -ENOENT, "set up" }, { -ENOKEY, "set up" }, { -EACCES, "set up" },
	};
	const struct fixture *f = *state;
	struct mfa_frame frame;
	char text[256];
	int fds[2];
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		connect_as(f->uid, fds);
		mfa_frame_start(&frame, MFA_DEVICES);
		assert_int_equal(mfa_frame_send(fds[0], &frame, 0), 0);
		request_refuse(NULL, fds[1], MFA_RESULT_FAILED, false, rows[i].error);
		assert_int_equal(mfa_frame_recv(fds[0], &frame, 0), 0);
		assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text)), 0);
		assert_non_null(strstr(text, rows[i].says));
		assert_int_equal(strstr(text, "set up") != NULL, strcmp(rows[i].says, "set up") == 0);
		(void)close(fds[0]);
		(void)close(fds[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_may),
		cmocka_unit_test(test_not_set_up),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
