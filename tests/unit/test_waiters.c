/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/create.h"
#include "mfad/phones/waiters.h"
#include "talk.h"

#define NOW 1800000000
#define MINE "phone/0000000000000001"
#define OTHERS "phone/0000000000000002"
#define AT_MOST 10	/* seconds that a change may take to be told of: it is told at once */

enum { CHANGED = 1, CLIENT = 2 };

struct fixture {
	char folder[SCRATCH_FOLDER];
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
	struct mfa_store *store;
};

static int set_up(void **state)
{
	static struct fixture f;
	char url[SCRATCH_URL];

	*state = &f;
	mfa_clock_test_now = NOW;
	if (scratch_make(f.folder, url) != 0)
		return -1;
	if (mfa_keyring_new(&f.ring) != 0 || mfa_accounts_create(url, f.ring) != 0 ||
	    mfa_accounts_open(url, MFA_STORE_OPEN, f.ring, &f.accounts) != 0)
		return -1;
	f.store = mfa_accounts_store(f.accounts);
	return waiters_open(f.store);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	mfa_accounts_close(&f->accounts);
	mfa_keyring_free(&f->ring);
	return scratch_remove(f->folder);
}

static void change(struct fixture *f, const char *key, bool drop)
{
	struct mfa_entry entry = { 0 };
	int r = mfa_store_get(f->store, key, &entry);

	assert_true(r == 0 || r == -ENOENT);
	r = drop ? mfa_store_delete_if(f->store, key, entry.version)
		 : mfa_store_put_if(f->store, key, entry.version, (const uint8_t *)"x", 1, 0, NULL);
	assert_int_equal(r, 0);
	mfa_entry_release(&entry);
}

static void test_wait(void **state)
{
	static const struct {
		const char *name; const char *put, *drop; bool wake, says, gone, no_client; int64_t seconds; int expect;
	} rows[] = {
		{ "the time has come", .seconds = 0, .expect = 0 },
		{ "the time was before", .seconds = -100, .expect = 0 },
		{ "no client, the time has come", .no_client = true, .expect = 0 },
		{ "it has changed", .put = MINE, .seconds = AT_MOST, .expect = CHANGED },
		{ "and again", .put = MINE, .seconds = AT_MOST, .expect = CHANGED },
		{ "no client", .put = MINE, .no_client = true, .seconds = AT_MOST, .expect = CHANGED },
		{ "it has gone", .drop = MINE, .seconds = AT_MOST, .expect = CHANGED },
		{ "another's", .put = OTHERS, .expect = 0 },
		{ "woken", .wake = true, .expect = CHANGED },
		{ "the client speaks", .says = true, .seconds = AT_MOST, .expect = CLIENT },
		{ "the client is gone", .gone = true, .seconds = AT_MOST, .expect = CLIENT },
		{ "an answer as the client goes", .put = MINE, .gone = true, .seconds = AT_MOST, .expect = CHANGED },
		{ "the last moment", .wake = true, .gone = true, .seconds = -1, .expect = CHANGED },
	};
	struct fixture *f = *state;
	struct waiter mine, others;
	struct talk talk;
	size_t i;
	int r;

	for (i = 0; i < ROWS(rows); i++) {
		talk_begin(&talk);
		assert_int_equal(waiter_begin(&mine, MINE), 0);
		assert_int_equal(waiter_begin(&others, OTHERS), 0);
		if (rows[i].put != NULL)
			change(f, rows[i].put, false);
		if (rows[i].drop != NULL)
			change(f, rows[i].drop, true);
		/* Who is told of another's change has been told of those before it. */
		if (rows[i].put != NULL || rows[i].drop != NULL) {
			change(f, OTHERS, false);
			assert_int_equal(waiter_wait(&others, -1, NOW + AT_MOST), CHANGED);
		}
		if (rows[i].wake)
			waiter_wake(&mine);
		if (rows[i].says)
			talk_send(&talk, MFA_ENOUGH, NULL);
		if (rows[i].gone)
			talk_hang_up(&talk);
		r = waiter_wait(&mine, rows[i].no_client ? -1 : talk.c.fd, NOW + rows[i].seconds);
		if (r != rows[i].expect)
			fail_msg("%s: %d", rows[i].name, r);
		/* Once for all that has happened. */
		if (r == CHANGED)
			assert_int_equal(waiter_wait(&mine, -1, NOW), 0);
		waiter_end(&mine);
		waiter_end(&others);
		talk_end(&talk);
	}
}

static int waited_ms;

static int note_time(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	(void)fds, (void)count;
	waited_ms = timeout_ms;
	return 0;
}

/* Until a time of the clock. */
static void test_until(void **state)
{
	static const struct { int64_t until; int least, most; } rows[] = {
		{ NOW + 90, 89000, 90000 }, { NOW + 1, 0, 1000 }, { NOW, 0, 0 }, { NOW - 90, 0, 0 },
	};
	struct waiter w;
	size_t i;

	(void)state;
	assert_int_equal(waiter_begin(&w, MINE), 0);
	poll_test = note_time;
	for (i = 0; i < ROWS(rows); i++) {
		waited_ms = -1;
		assert_int_equal(waiter_wait(&w, -1, rows[i].until), 0);
		assert_true(waited_ms >= rows[i].least && waited_ms <= rows[i].most);
	}
	poll_test = NULL;
	waiter_end(&w);
}

/* Many wait for the same, and those in the middle leave. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	struct waiter waiters[5];
	size_t i;

	for (i = 0; i < ROWS(waiters); i++)
		assert_int_equal(waiter_begin(&waiters[i], MINE), 0);
	waiter_end(&waiters[2]);
	waiter_end(&waiters[2]);
	waiter_wake(&waiters[2]);
	waiter_end(&waiters[0]);
	change(f, MINE, false);
	for (i = 0; i < ROWS(waiters); i++)
		if (waiters[i].fd >= 0)
			assert_int_equal(waiter_wait(&waiters[i], -1, NOW + AT_MOST), CHANGED);
	for (i = 0; i < ROWS(waiters); i++)
		waiter_end(&waiters[i]);
	change(f, MINE, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
