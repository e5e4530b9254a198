/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "address/server.h"

static void test_parse(void **state)
{
	static const struct { const char *text; int r; const char *host; unsigned port; bool loopback; size_t len; } rows[] = {
		{ "mail.example.org", 0, "mail.example.org", 0, false, 16 },
		{ "mail.example.org:587", 0, "mail.example.org", 587, false, 20 },
		{ "mail.example.org:25/path", 0, "mail.example.org", 25, false, 19 },
		{ "api.example.org?x=1", 0, "api.example.org", 0, false, 15 },
		{ "localhost", 0, "localhost", 0, true, 9 },
		{ "LOCALHOST:25", 0, "LOCALHOST", 25, true, 12 },
		{ "127.0.0.1:25", 0, "127.0.0.1", 25, true, 12 },
		{ "127.9.9.9", 0, "127.9.9.9", 0, true, 9 },
		{ "192.0.2.1", 0, "192.0.2.1", 0, false, 9 },
		{ "[::1]:25", 0, "::1", 25, true, 8 },
		{ "[2001:db8::1]/x", 0, "2001:db8::1", 0, false, 13 },
		{ "localhost.example.org", 0, "localhost.example.org", 0, false, 21 },
		{ "x:65535", 0, "x", 65535, false, 7 },
		{ "", -EINVAL, NULL, 0, false, 0 },
		{ "/path", -EINVAL, NULL, 0, false, 0 },
		{ ":25", -EINVAL, NULL, 0, false, 0 },
		{ "x:", -EINVAL, NULL, 0, false, 0 },
		{ "x:0", -EINVAL, NULL, 0, false, 0 },
		{ "x:65536", -EINVAL, NULL, 0, false, 0 },
		{ "x:99999999999999999999", -EINVAL, NULL, 0, false, 0 },
		{ "x:25a", -EINVAL, NULL, 0, false, 0 },
		{ "user@example.org", -EINVAL, NULL, 0, false, 0 },
		{ "user:pw@example.org", -EINVAL, NULL, 0, false, 0 },
		{ "127.0.0.1@example.org", -EINVAL, NULL, 0, false, 0 },
		{ "[::1", -EINVAL, NULL, 0, false, 0 },
		{ "[]", -EINVAL, NULL, 0, false, 0 },
		{ "[::1]x", -EINVAL, NULL, 0, false, 0 },
		{ "[fe80::1%eth0]", -EINVAL, NULL, 0, false, 0 },
		{ "[127.0.0.1]", -EINVAL, NULL, 0, false, 0 },
		{ "::1", -EINVAL, NULL, 0, false, 0 },
		{ "a b", -EINVAL, NULL, 0, false, 0 },
		{ "a\nb", -EINVAL, NULL, 0, false, 0 },
		{ ".a", -EINVAL, NULL, 0, false, 0 },
		{ "a..b", -EINVAL, NULL, 0, false, 0 },
		{ "-a", -EINVAL, NULL, 0, false, 0 },
		{ "\xc3\xa9.nl", -EINVAL, NULL, 0, false, 0 },
	};
	struct mfa_server server;
	char name[300];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_server_parse(rows[i].text, &server);

		if (r != rows[i].r || (r == 0 && (strcmp(server.host, rows[i].host) != 0 || server.port != rows[i].port ||
						  server.loopback != rows[i].loopback || server.len != rows[i].len)))
			fail_msg("%s: %d, %s, %u, %d, %zu", rows[i].text, r, server.host, server.port, server.loopback, server.len);
	}
	memset(name, 'a', sizeof(name));
	name[MFA_SERVER_HOST_MAX] = '\0';
	assert_int_equal(mfa_server_parse(name, &server), 0);
	name[MFA_SERVER_HOST_MAX] = 'a';
	name[MFA_SERVER_HOST_MAX + 1] = '\0';
	assert_int_equal(mfa_server_parse(name, &server), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
