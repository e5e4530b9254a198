/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "address/network.h"

static void test_addresses(void **state)
{
	static const struct { const char *text; int r; bool v4; bool loopback; } rows[] = {
		{ "192.0.2.1", 0, true, false },
		{ "127.0.0.1", 0, true, true },
		{ "127.255.0.9", 0, true, true },
		{ "::ffff:192.0.2.1", 0, true, false },
		{ "::FFFF:c000:0201", 0, true, false },
		{ "::ffff:127.0.0.1", 0, true, true },
		{ "::1", 0, false, true },
		{ "::", 0, false, false },
		/* Deprecated, and another thing than a mapped address. */
		{ "::127.0.0.1", 0, false, false },
		{ "2001:db8::1", 0, false, false },
		{ "fe80::1%eth0", 0, false, false },
		{ "fe80::1%", -EINVAL, false, false },
		{ "2001:db8::1%eth0", -EINVAL, false, false },
		{ "192.0.2.1%eth0", -EINVAL, false, false },
		{ "", -EINVAL, false, false },
		{ "localhost", -EINVAL, false, false },
		{ "192.0.2", -EINVAL, false, false },
		{ "192.0.2.256", -EINVAL, false, false },
		{ "192.0.2.01", -EINVAL, false, false },
		{ "0x7f.1", -EINVAL, false, false },
		{ "3221225985", -EINVAL, false, false },
		{ " 192.0.2.1", -EINVAL, false, false },
		{ "192.0.2.1 ", -EINVAL, false, false },
		{ "192.0.2.1/32", -EINVAL, false, false },
		{ "[::1]", -EINVAL, false, false },
		{ "1:2:3:4:5:6:7:8:9", -EINVAL, false, false },
		{ "0000:0000:0000:0000:0000:ffff:192.168.100.2288888888", -EINVAL, false, false },
	};
	struct mfa_address address;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_address_parse(rows[i].text, &address);

		if (r != rows[i].r ||
		    (r == 0 && (address.v4 != rows[i].v4 ||
				mfa_address_is_loopback(&address) != rows[i].loopback)))
			fail_msg("%s: %d", rows[i].text, r);
	}
}

static void test_networks(void **state)
{
	static const struct { const char *text; int r; const char *as; } rows[] = {
		{ "192.0.2.0/24", 0, "192.0.2.0/24" },
		{ "192.0.2.1", 0, "192.0.2.1/32" },
		{ "0.0.0.0/0", 0, "0.0.0.0/0" },
		{ "10.128.0.0/9", 0, "10.128.0.0/9" },
		{ "2001:db8::/32", 0, "2001:db8::/32" },
		{ "2001:db8::1", 0, "2001:db8::1/128" },
		{ "::/0", 0, "::/0" },
		{ "::ffff:192.0.2.0/120", 0, "192.0.2.0/24" },
		{ "::ffff:192.0.2.1", 0, "192.0.2.1/32" },
		{ "192.0.2.1/24", -EDOM, NULL },
		{ "10.1.0.0/8", -EDOM, NULL },
		{ "10.129.0.0/9", -EDOM, NULL },
		{ "2001:db8::1/64", -EDOM, NULL },
		{ "192.0.2.0/33", -EINVAL, NULL },
		{ "192.0.2.0/", -EINVAL, NULL },
		{ "192.0.2.0/-1", -EINVAL, NULL },
		{ "192.0.2.0/+8", -EINVAL, NULL },
		{ "192.0.2.0/024", -EINVAL, NULL },
		{ "192.0.2.0/24/24", -EINVAL, NULL },
		{ "192.0.2.0/255.255.255.0", -EINVAL, NULL },
		{ "2001:db8::/129", -EINVAL, NULL },
		{ "::ffff:0:0/95", -EINVAL, NULL },
		{ "fe80::%eth0/64", -EINVAL, NULL },
		{ "school.example.org", -EINVAL, NULL },
		{ "/24", -EINVAL, NULL },
		{ "", -EINVAL, NULL },
	};
	char text[MFA_NETWORK_TEXT_MAX];
	struct mfa_network network;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_network_parse(rows[i].text, &network);

		if (r != rows[i].r)
			fail_msg("%s: %d", rows[i].text, r);
		if (r != 0)
			continue;
		mfa_network_format(&network, text);
		assert_string_equal(text, rows[i].as);
	}
}

static void test_has(void **state)
{
	static const struct { const char *network, *address; bool has; } rows[] = {
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.0/24", "::ffff:192.0.2.1", true },
		{ "::ffff:192.0.2.0/120", "192.0.2.1", true },
		{ "10.128.0.0/9", "10.255.255.255", true },
		{ "10.128.0.0/9", "10.127.255.255", false },
		{ "192.0.2.4/31", "192.0.2.5", true },
		{ "192.0.2.4/31", "192.0.2.6", false },
		{ "192.0.2.4", "192.0.2.4", true },
		{ "192.0.2.4", "192.0.2.5", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		/* All of IPv6 is not all of IPv4, however it is spelt. */
		{ "::/0", "203.0.113.9", false },
		{ "::/0", "::ffff:203.0.113.9", false },
		{ "::/0", "2001:db8::1", true },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "fe80::/10", "fe80::1%eth0", true },
	};
	struct mfa_network network;
	struct mfa_address address;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(mfa_network_parse(rows[i].network, &network), 0);
		assert_int_equal(mfa_address_parse(rows[i].address, &address), 0);
		if (mfa_network_has(&network, &address) != rows[i].has)
			fail_msg("%s in %s", rows[i].address, rows[i].network);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
