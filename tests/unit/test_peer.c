/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/peer.h"
#include "unit.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALICE 64998
#define OWN 64999
#define PORTAL 64997
#define SENDER 64996
#define OVERFLOW 65534

/* What a socket whose other end a uid made says of it. */
static struct peer peer_as(uid_t uid, uid_t own, uid_t overflow)
{
	struct peer peer;
	int fds[2];
	bool other = uid != geteuid();

	if (other)
		assert_int_equal(seteuid(uid), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	if (other)
		assert_int_equal(seteuid(0), 0);
	peer = peer_of(fds[0], own, PORTAL, SENDER, overflow);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return peer;
}

static void test_uids(void **state)
{
	static const struct {
		const char *name; uid_t uid, own, overflow; enum peer_kind kind;
	} rows[] = {
		{ "root", 0, OWN, OVERFLOW, PEER_ROOT },
		{ "root, to root's own", 0, 0, OVERFLOW, PEER_ROOT },
		{ "whose mfad it is", OWN, OWN, OVERFLOW, PEER_ROOT },
		{ "a user", ALICE, OWN, OVERFLOW, PEER_SELF },
		{ "a user, to root's own", ALICE, 0, OVERFLOW, PEER_SELF },
		{ "mfa-portal", PORTAL, OWN, OVERFLOW, PEER_PORTAL },
		{ "mfa-portal, where it is this very user", PORTAL, PORTAL, OVERFLOW, PEER_ROOT },
		{ "mfa-portal, hidden", PORTAL, OWN, PORTAL, PEER_NOBODY },
		{ "mfa-sender", SENDER, OWN, OVERFLOW, PEER_SENDER },
		{ "mfa-sender, where it is this very user", SENDER, SENDER, OVERFLOW, PEER_ROOT },
		{ "mfa-sender, hidden", SENDER, OWN, SENDER, PEER_NOBODY },
		{ "hidden by a namespace", OVERFLOW, OWN, OVERFLOW, PEER_NOBODY },
		{ "the usual number where it is another", OVERFLOW, OWN, OWN, PEER_SELF },
		{ "hidden, to an mfad of that very user", OVERFLOW, OVERFLOW, OVERFLOW, PEER_NOBODY },
		{ "hidden as another number", ALICE, ALICE, ALICE, PEER_NOBODY },
	};
	struct peer peer;
	size_t i;

	(void)state;
	if (geteuid() != 0)
		skip();
	for (i = 0; i < ROWS(rows); i++) {
		peer = peer_as(rows[i].uid, rows[i].own, rows[i].overflow);
		if (peer.kind != rows[i].kind || peer.uid != rows[i].uid)
			fail_msg("%s: %d, uid %u", rows[i].name, (int)peer.kind, peer.uid);
		assert_int_equal(peer.pid, getpid());
	}
}

/* The same with the one uid that whoever runs this has. */
static void test_own_uid(void **state)
{
	uid_t me = geteuid();

	(void)state;
	assert_int_equal(peer_as(me, me, OVERFLOW).kind, PEER_ROOT);
	if (me != 0) {
		assert_int_equal(peer_as(me, OWN, OVERFLOW).kind, PEER_SELF);
		assert_int_equal(peer_as(me, OWN, me).kind, PEER_NOBODY);
	}
}

/* Whoever can't be told is nobody. */
static void test_no_socket(void **state)
{
	struct peer peer;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	peer = peer_of(fds[0], OWN, PORTAL, SENDER, OVERFLOW);
	assert_int_equal(peer.kind, PEER_NOBODY);
	assert_int_equal(peer.uid, (uid_t)-1);
	(void)close(fds[0]);
	(void)close(fds[1]);
	assert_int_equal(peer_of(fds[0], OWN, PORTAL, SENDER, OVERFLOW).kind, PEER_NOBODY);
	/* Not even to an mfad that does not know its own uid. */
	assert_int_equal(peer_of(-1, (uid_t)-1, (uid_t)-1, (uid_t)-1, OVERFLOW).kind, PEER_NOBODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uids),
		cmocka_unit_test(test_own_uid),
		cmocka_unit_test(test_no_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
