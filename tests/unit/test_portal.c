/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "portal/body.h"
#include "portal/forwarded.h"
#include "portal/public.h"
#include "portal/ticket.h"
#include "ratelimit/ratelimit.h"

#define NOW 1800000000

static void test_public(void **state)
{
	static const struct { const char *address; bool expect; } rows[] = {
		{ "142.250.1.1", true }, { "17.57.144.1", true }, { "1.1.1.1", true }, { "223.255.255.254", true },
		{ "0.0.0.0", false }, { "0.1.2.3", false }, { "10.0.0.1", false }, { "100.64.0.1", false },
		{ "100.63.255.255", true }, { "100.128.0.1", true }, { "127.0.0.1", false }, { "127.255.255.255", false },
		{ "169.254.169.254", false }, { "172.15.0.1", true }, { "172.16.0.1", false }, { "172.31.255.255", false },
		{ "172.32.0.1", true }, { "192.0.0.8", false }, { "192.0.2.1", false }, { "192.168.1.1", false },
		{ "198.18.0.1", false }, { "198.20.0.1", true }, { "198.51.100.1", false }, { "203.0.113.1", false },
		{ "224.0.0.1", false }, { "239.1.1.1", false }, { "240.0.0.1", false }, { "255.255.255.255", false },
		{ "2a00:1450:4001::1", true }, { "2606:4700::1", true },
		{ "::", false }, { "::1", false }, { "fe80::1", false }, { "fc00::1", false }, { "fd12::1", false },
		{ "ff02::1", false }, { "2001:db8::1", false }, { "2002:7f00:1::", false }, { "2001::1", false },
		{ "64:ff9b::7f00:1", false }, { "64:ff9b:1::1", false }, { "100::1", false }, { "5f00::1", false },
		{ "3fff::1", false }, { "::ffff:127.0.0.1", false }, { "::ffff:10.0.0.1", false },
		{ "::ffff:1.1.1.1", true }, { "::127.0.0.1", false },
	};
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct mfa_network allowed[2];
	struct mfa_networks none = { NULL, 0 }, some = { allowed, 2 };
	size_t i;

	(void)state;
	assert_int_equal(mfa_network_parse("10.1.0.0/16", &allowed[0]), 0);
	assert_int_equal(mfa_network_parse("fd12::/16", &allowed[1]), 0);
	for (i = 0; i < ROWS(rows); i++) {
		bool v4 = inet_pton(AF_INET, rows[i].address, &in.sin_addr) == 1;
		const struct sockaddr *from = v4 ? (struct sockaddr *)&in : (struct sockaddr *)&in6;

		if (!v4)
			assert_int_equal(inet_pton(AF_INET6, rows[i].address, &in6.sin6_addr), 1);
		if (mfa_address_may_be_pushed(from, &none) != rows[i].expect)
			fail_msg("%s", rows[i].address);
	}
	assert_false(mfa_address_may_be_pushed(&local, &none));
	/* What the configuration lists, however it is spelt. */
	(void)inet_pton(AF_INET, "10.1.2.3", &in.sin_addr);
	assert_true(mfa_address_may_be_pushed((struct sockaddr *)&in, &some));
	(void)inet_pton(AF_INET6, "::ffff:10.1.2.3", &in6.sin6_addr);
	assert_true(mfa_address_may_be_pushed((struct sockaddr *)&in6, &some));
	(void)inet_pton(AF_INET, "10.2.0.1", &in.sin_addr);
	assert_false(mfa_address_may_be_pushed((struct sockaddr *)&in, &some));
	(void)inet_pton(AF_INET6, "fd12::1", &in6.sin6_addr);
	assert_true(mfa_address_may_be_pushed((struct sockaddr *)&in6, &some));
}

static void test_tickets(void **state)
{
	static const uint8_t key[MFA_TICKET_KEY_SIZE] = { 1 }, other[MFA_TICKET_KEY_SIZE] = { 2 };
	const struct mfa_ticket ticket = { 0x123456789abcdef0, 42, NOW };
	struct mfa_ticket got;
	char text[MFA_TICKET_SIZE], bad[MFA_TICKET_SIZE];
	size_t i;

	(void)state;
	assert_int_equal(mfa_ticket_make(key, &ticket, text), 0);
	assert_int_equal(mfa_ticket_read(key, text, NOW, &got), 0);
	assert_memory_equal(&ticket, &got, sizeof(ticket));
	assert_int_equal(mfa_ticket_read(other, text, NOW, &got), -EACCES);
	assert_int_equal(mfa_ticket_read(key, text, NOW + MFA_TICKET_SECONDS - 1, &got), 0);
	assert_int_equal(mfa_ticket_read(key, text, NOW + MFA_TICKET_SECONDS, &got), -EACCES);
	assert_int_equal(mfa_ticket_read(key, text, NOW - 61, &got), -EACCES);
	assert_int_equal(mfa_ticket_read(key, "", NOW, &got), -EACCES);
	for (i = 0; text[i] != '\0'; i++) {
		memcpy(bad, text, sizeof(bad));
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		assert_int_equal(mfa_ticket_read(key, bad, NOW, &got), -EACCES);
	}
}

static void test_ring(void **state)
{
	struct mfa_ring *ring = calloc(1, sizeof(*ring));
	uint64_t i;

	(void)state;
	assert_non_null(ring);
	assert_false(mfa_ring_has(ring, 7, 0));
	mfa_ring_add(ring, 7);
	mfa_ring_add(ring, 8);
	assert_true(mfa_ring_has(ring, 7, 0));
	assert_false(mfa_ring_has(ring, 7, 1));
	assert_true(mfa_ring_has(ring, 8, 1));
	assert_false(mfa_ring_has(ring, 8, 2));
	/* A ticket of what has not been, and one that is too old to tell. */
	assert_true(mfa_ring_has(ring, 9, 3));
	for (i = 0; i < MFA_RING_SIZE; i++)
		mfa_ring_add(ring, 1);
	assert_true(mfa_ring_has(ring, 9, 2));
	assert_false(mfa_ring_has(ring, 9, 3));
	i = ring->serial;
	mfa_ring_miss(ring);
	assert_true(mfa_ring_has(ring, 9, i));
	assert_false(mfa_ring_has(ring, 9, ring->serial));
	free(ring);
}

static void test_limits(void **state)
{
	struct mfa_ratelimit *ratelimit;
	struct mfa_address a, b, same64, other64;
	unsigned i;

	(void)state;
	assert_int_equal(mfa_ratelimit_new(&ratelimit), 0);
	assert_int_equal(mfa_address_parse("192.0.2.1", &a), 0);
	assert_int_equal(mfa_address_parse("192.0.2.2", &b), 0);
	for (i = 0; i < 5; i++)
		assert_true(mfa_ratelimit_allow(ratelimit, &a, 0, 1, 5, 1, 1000));
	assert_false(mfa_ratelimit_allow(ratelimit, &a, 0, 1, 5, 1, 1000));
	/* Another address, and another purpose. */
	assert_true(mfa_ratelimit_allow(ratelimit, &b, 0, 1, 5, 1, 1000));
	assert_true(mfa_ratelimit_allow(ratelimit, &a, 1, 1, 5, 1, 1000));
	assert_true(mfa_ratelimit_allow_name(ratelimit, "alice", 1, 1, 0.1F, 1000));
	assert_false(mfa_ratelimit_allow_name(ratelimit, "alice", 1, 1, 0.1F, 2000));
	assert_true(mfa_ratelimit_allow_name(ratelimit, "bob", 1, 1, 0.1F, 2000));
	assert_true(mfa_ratelimit_allow_name(ratelimit, "alice", 1, 1, 0.1F, 12000));
	/* It fills again, and no further than it holds. */
	assert_true(mfa_ratelimit_allow(ratelimit, &a, 0, 1, 5, 1, 2000));
	assert_false(mfa_ratelimit_allow(ratelimit, &a, 0, 1, 5, 1, 2000));
	for (i = 0; i < 5; i++)
		assert_true(mfa_ratelimit_allow(ratelimit, &a, 0, 1, 5, 1, 1000000));
	assert_false(mfa_ratelimit_allow(ratelimit, &a, 0, 1, 5, 1, 1000000));
	/* Of IPv6 somebody has a /64. */
	assert_int_equal(mfa_address_parse("2001:db8::1", &a), 0);
	assert_int_equal(mfa_address_parse("2001:db8::ffff:2", &same64), 0);
	assert_int_equal(mfa_address_parse("2001:db8:0:1::1", &other64), 0);
	assert_true(mfa_ratelimit_allow(ratelimit, &a, 0, 5, 5, 1, 1000));
	assert_false(mfa_ratelimit_allow(ratelimit, &same64, 0, 1, 5, 1, 1000));
	assert_true(mfa_ratelimit_allow(ratelimit, &other64, 0, 1, 5, 1, 1000));
	free(ratelimit);
}

static void test_forwarded(void **state)
{
	static const struct { const char *header; const char *expect; } rows[] = {
		{ "192.0.2.1", "192.0.2.1" }, { "203.0.113.9, 192.0.2.1", "192.0.2.1" }, { " 192.0.2.1 ", "192.0.2.1" },
		{ "unknown,2001:db8::1", "2001:db8::1" }, { "192.0.2.1,", NULL }, { "", NULL }, { "localhost", NULL },
		{ "192.0.2.1 192.0.2.2", NULL }, { "192.0.2.1:80", NULL }, { "[::1]", NULL },
		{ "1111111111111111111111111111111111111111111111111111111111111111111", NULL },
	};
	struct mfa_address got, expect;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		r = mfa_forwarded_for(rows[i].header, &got);
		if (r != (rows[i].expect != NULL ? 0 : -EINVAL))
			fail_msg("%s", rows[i].header);
		if (rows[i].expect == NULL)
			continue;
		assert_int_equal(mfa_address_parse(rows[i].expect, &expect), 0);
		assert_memory_equal(&got, &expect, sizeof(got));
	}
}

static void test_body(void **state)
{
	static const struct { const char *body; const char *expect; } rows[] = {
		{ "{}", "{\"call\":\"list\"}" },
		{ "{\"a\":\"b\"}", "{\"a\":\"b\",\"call\":\"list\"}" },
		{ "{ \"a\" : {\"b\":\"\\u00e9\"} }", "{\"a\":{\"b\":\"\303\251\"},\"call\":\"list\"}" },
		{ "{\"call\":\"pushed\"}", "{\"call\":\"list\"}" },	/* which call it is, we say */
		{ "{\"a\":1}", NULL }, { "{\"a\":null}", NULL }, { "{\"a\":[]}", NULL }, { "[]", NULL }, { "", NULL },
		{ "{\"a\":{\"b\":{}}}", NULL }, { "{\"a\":{\"b\":1}}", NULL }, { "{\"a\":\"b\",\"a\":\"c\"}", NULL },
		{ "{\"a\":\"b\"} x", NULL }, { "{\"a\":\"\xff\"}", NULL },
		{ "{\"0123456789012345678901234567890123456789\":\"\"}", NULL },
	};
	char *big = malloc(MFA_BODY_MAX + 16), *out;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		r = mfa_body_rewrite("list", rows[i].body, strlen(rows[i].body), &out);
		if (r != (rows[i].expect != NULL ? 0 : -EBADMSG) || (out == NULL) != (rows[i].expect == NULL))
			fail_msg("%s: %d", rows[i].body, r);
		if (out != NULL)
			assert_string_equal(out, rows[i].expect);
		free(out);
	}
	assert_non_null(big);
	memset(big, ' ', MFA_BODY_MAX + 1);
	memcpy(big, "{}", 2);
	assert_int_equal(mfa_body_rewrite("list", big, MFA_BODY_MAX, &out), 0);
	free(out);
	assert_int_equal(mfa_body_rewrite("list", big, MFA_BODY_MAX + 1, &out), -EBADMSG);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public), cmocka_unit_test(test_tickets), cmocka_unit_test(test_ring),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_forwarded), cmocka_unit_test(test_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
