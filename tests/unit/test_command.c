/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"
#include "module/command.h"
#include "module/quote.h"

#define CUT MFA_QUOTE_CUT

/* Words with | between them, as /proc/PID/cmdline has them with NUL. */
static void show(const char *words, bool is_sudo, char out[MFA_COMMAND_SIZE])
{
	size_t len = strlen(words) + 1, i;
	char *args = strdup(words);

	assert_non_null(args);
	for (i = 0; i < len; i++)
		if (args[i] == '|')
			args[i] = '\0';
	mfa_command_show(args, len, is_sudo, out);
	free(args);
}

struct row { const char *words, *expect; };

static void check(const struct row *rows, size_t count, bool is_sudo)
{
	char out[MFA_COMMAND_SIZE];
	size_t i;

	for (i = 0; i < count; i++) {
		show(rows[i].words, is_sudo, out);
		if (strcmp(out, rows[i].expect) != 0)
			fail_msg("%s\n shows %s\n and not %s", rows[i].words, out, rows[i].expect);
	}
}

static void test_sudo(void **state)
{
	static const struct row rows[] = {
		{ "sudo|id", "id" },
		{ "/usr/bin/sudo|apt|upgrade", "apt upgrade" },
		{ "sudo", "" },
		/* A prompt is not what runs, however it looks. */
		{ "sudo|-p|apt upgrade      |sh|-c|rm -rf /srv", "sh -c 'rm -rf /srv'" },
		{ "sudo|--prompt=apt upgrade|sh", "sh" },
		{ "sudo|--prompt|apt upgrade|sh", "sh" },
		{ "sudo|-papt upgrade|sh", "sh" },
		{ "sudo|--pro=x|sh", "sh" },
		{ "sudo|-p|--|sh", "sh" },
		/* Options that change nothing of it, alone and together. */
		{ "sudo|-k|-n|-S|-H|-A|-B|-b|-P|id", "id" },
		{ "sudo|-knSHABbP|id", "id" },
		{ "sudo|-N|id", "id" },
		{ "sudo|-C|3|-T|10|-a|x|-c|-|id", "id" },
		{ "sudo|--close-from=3|--command-timeout|10|--stdin|id", "id" },
		/* As whom. */
		{ "sudo|-u|www-data|id", "(as www-data) id" },
		{ "sudo|-uwww-data|id", "(as www-data) id" },
		{ "sudo|--user|www-data|id", "(as www-data) id" },
		{ "sudo|--user=www-data|id", "(as www-data) id" },
		{ "sudo|--us=www-data|id", "(as www-data) id" },
		{ "sudo|-nu|root|id", "(as root) id" },
		{ "sudo|-nuroot|id", "(as root) id" },
		{ "sudo|-u|bob|-u|root|id", "(as root) id" },
		{ "sudo|-u|#0|id", "(as '#0') id" },
		{ "sudo|-u|-n|id", "(as -n) id" },
		{ "sudo|-g|staff|id", "(as :staff) id" },
		{ "sudo|-u|bob|-g|staff|id", "(as bob:staff) id" },
		{ "sudo|-g|staff|-u|bob|id", "(as bob:staff) id" },
		{ "sudo|-u|root) rm (x|id", "(as 'root) rm (x') id" },
		/* Where. */
		{ "sudo|-D|/srv|ls", "(in /srv) ls" },
		{ "sudo|-R|/tmp/x|--chdir=/srv|-u|bob|ls", "(as bob, chroot /tmp/x, in /srv) ls" },
		{ "sudo|-h|other|ls", "(on other) ls" },
		{ "sudo|-hother|ls", "(on other) ls" },
		{ "sudo|--host=other|ls", "(on other) ls" },
		{ "sudo|-h|-n|ls", "(not understood) -h -n ls" },
		{ "sudo|-nh|other|ls", "(not understood) -nh other ls" },
		{ "sudo|-r|r|-t|t|ls", "(role r, type t) ls" },
		{ "sudo|-E|ls", "(environment kept) ls" },
		{ "sudo|--preserve-env|ls", "(environment kept) ls" },
		{ "sudo|--preserve-env=LD_PRELOAD|ls", "(environment kept LD_PRELOAD) ls" },
		/* Variables, which stand between options too. */
		{ "sudo|LD_PRELOAD=/tmp/x.so|ls", "LD_PRELOAD=/tmp/x.so ls" },
		{ "sudo|A=1|-u|bob|B=x y|ls|C=3", "(as bob) A=1 'B=x y' ls C=3" },
		{ "sudo|/A=1|B=2", "'/A=1' B=2" },
		{ "sudo|--|A=1|ls", "'A=1' ls" },
		{ "sudo|-u|--|A=1|ls", "(as --) 'A=1' ls" },
		{ "sudo|B=2|--|./A=1|ls", "B=2 './A=1' ls" },
		/* Where the options end. */
		{ "sudo|--|ls", "ls" },
		{ "sudo|--|-u|bob", "-u bob" },
		{ "sudo|-n|ls|-u|bob", "ls -u bob" },
		{ "sudo|ls|--user=bob", "ls --user=bob" },
		{ "sudo|-|ls", "- ls" },
		{ "sudo||ls", "'' ls" },
		/* Shells. */
		{ "sudo|-i", "(login shell)" },
		{ "sudo|-s", "(shell)" },
		{ "sudo|-i|-u|bob", "(as bob, login shell)" },
		{ "sudo|-iu|bob|id|-a", "(as bob, login shell) id -a" },
		{ "sudo|-s|echo|$HOME", "(shell) echo '$HOME'" },
		{ "sudo|--shell|id", "(shell) id" },
		/* Files. */
		{ "sudo|-e|/etc/hosts", "(edit) /etc/hosts" },
		{ "sudoedit|/etc/hosts|a b", "(edit) /etc/hosts 'a b'" },
		{ "/usr/bin/sudoedit|-u|bob|/etc/hosts", "(as bob, edit) /etc/hosts" },
		{ "edit|/etc/hosts", "/etc/hosts" },
		/* Lists, and being asked in advance. */
		{ "sudo|-l", "(list)" },
		{ "sudo|-ll|-U|bob", "(list, of bob)" },
		{ "sudo|-l|rm|x", "(list) rm x" },
		{ "sudo|-v", "(validate)" },
		{ "sudo|-vn", "(validate)" },
		/* What no sudo that is known here takes. */
		{ "sudo|-z|ls", "(not understood) -z ls" },
		{ "sudo|-nz|ls", "(not understood) -nz ls" },
		{ "sudo|--unknown|ls", "(not understood) --unknown ls" },
		{ "sudo|--unknown=apt upgrade|ls", "(not understood) '--unknown=apt upgrade' ls" },
		{ "sudo|-E|-Ex|ls", "(not understood) -E -Ex ls" },
		{ "sudo|--log|ls", "(not understood) --log ls" },
		{ "sudo|--=x|ls", "(not understood) '--=x' ls" },
		{ "sudo|--stdin=x|ls", "(not understood) '--stdin=x' ls" },
		{ "sudo|--pre|ls", "(not understood) --pre ls" },
		{ "sudo|A=1|-u", "(not understood) 'A=1' -u" },
		{ "sudo|-V", "(not understood) -V" },
		{ "sudo|--help", "(not understood) --help" },
		/* The command can't pass for what is said of it. */
		{ "sudo|(as|bob)|ls", "'(as' 'bob)' ls" },
		{ "sudo|(as bob) ls", "'(as bob) ls'" },
	};

	(void)state;
	check(rows, ROWS(rows), true);
}

/* Other programs' words stand as they are. */
static void test_others(void **state)
{
	static const struct row rows[] = {
		{ "doas|-u|bob|ls", "-u bob ls" },
		{ "doas", "" },
		{ "doas|--|A=1|sh|-c|x y", "-- A=1 sh -c 'x y'" },
		{ "doas|-p|x", "-p x" },
	};

	(void)state;
	check(rows, ROWS(rows), false);
}

static void test_quotes(void **state)
{
	static const struct row rows[] = {
		{ "x|a b", "'a b'" },
		{ "x|a  b", "'a \\x20b'" },
		{ "x|apt upgrade      ", "'apt upgrade \\x20\\x20\\x20\\x20\\x20'" },
		{ "x| ", "' '" },
		{ "x|it's", "'it\\'s'" },
		{ "x|a\\b", "'a\\\\b'" },
		{ "x|a\\u2026", "'a\\\\u2026'" },
		{ "x|a\"b", "'a\"b'" },
		{ "x|;|&&|$(id)|*|~|#|{}", "';' '&&' '$(id)' '*' '~' '#' '{}'" },
		{ "x|a\nb\tc\rd", "'a\\nb\\tc\\x0dd'" },
		{ "x|\x1b[2Kapt\x7f", "'\\x1b[2Kapt\\x7f'" },
		{ "x|\xc2\x9b", "'\\xc2\\x9b'" },
		{ "x|caf\xc3\xa9", "caf\xc3\xa9" },
		{ "x|\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "x|\xf0\x9f\x93\xb1", "\xf0\x9f\x93\xb1" },
		{ "x|caf\xe9", "'caf\\xe9'" },
		{ "x|\xc3", "'\\xc3'" },
		{ "x|a\xe2\x80\xae" "b\xe2\x80\xac", "'a\\u202eb\\u202c'" },		/* from right to left */
		{ "x|a\xe2\x81\xa6" "b\xe2\x81\xa9", "'a\\u2066b\\u2069'" },
		{ "x|a\xe2\x80\x8b" "b", "'a\\u200bb'" },		/* no width */
		{ "x|a\xc2\xa0" "b", "'a\\u00a0b'" },			/* blanks of other kinds */
		{ "x|a\xe3\x80\x80" "b", "'a\\u3000b'" },
		{ "x|a\xe2\xa0\x80" "b", "'a\\u2800b'" },
		{ "x|a\xe3\x85\xa4" "b", "'a\\u3164b'" },
		{ "x|e\xcc\xb6", "'e\\u0336'" },			/* struck through */
		{ "x|\xd7\xa9", "'\\u05e9'" },				/* turns what is beside it */
		{ "x|\xf3\xa0\x81\x81", "'\\U000e0041'" },		/* a letter that nobody sees */
		{ "x|a\xe2\x80\xa6" "b", "'a\\u2026b'" },		/* the mark of a cut */
	};

	(void)state;
	check(rows, ROWS(rows), false);
}

/* text, with FILL as often as it takes for `len` bytes in place of its %s. */
static char *filled(const char *format, const char *fill, size_t times)
{
	size_t n, unit = strlen(fill);
	char *middle = calloc(1, times * unit + 1), *text = malloc(strlen(format) + times * unit + 1), *at = text;
	const char *hole = strstr(format, "%s");

	assert_non_null(middle);
	assert_non_null(text);
	for (n = 0; n < times; n++)
		memcpy(middle + n * unit, fill, unit);
	memcpy(at, format, (size_t)(hole - format));
	at += hole - format;
	memcpy(at, middle, times * unit);
	at += times * unit;
	(void)strcpy(at, hole + 2);
	free(middle);
	return text;
}

/* Head and tail stay, and what is between them is seen to be left out. */
static void test_cut(void **state)
{
	static const struct { const char *words, *fill; size_t times; bool is_sudo, cut; const char *head, *tail; } rows[] = {
		{ "x|%s", "a", 254, false, false, "aaa", "aaa" },
		{ "x|%s", "a", 255, false, false, "aaa", "aaa" },
		{ "x|%s", "a", 256, false, true, "aaa", "aaa" },
		{ "x|begin|%s|end", "a|", 200, false, true, "begin a a", "a a '' end" },
		{ "x|sh|-c|%s rm", ": ;", 1000, false, true, "sh -c ': ;: ;", ": ; rm'" },
		{ "x|%s", "a\xc3\xa9", 200, false, true, "a\xc3\xa9" "a", "a\xc3\xa9" },
		{ "x|%s.", "\xe2\x82\xac", 200, false, true, "\xe2\x82\xac", "\xe2\x82\xac." },
		{ "x|%s.", "\x01", 200, false, true, "'\\x01", "\\x01.'" },
		{ "x|%s.", "\xe2\x80\x8e", 200, false, true, "'\\u200e", "\\u200e.'" },
		{ "x|a|%s", "b", 1 << 20, false, true, "a bbb", "bbb" },
		/* What is said of it has its own room. */
		{ "sudo|-u|%s|ls", "b", 1000, true, true, "(as bbb", "bbb) ls" },
		{ "sudo|-D|%s/x|ls|-l", "/a", 1000, true, true, "(in /a/a", "/x) ls -l" },
		{ "sudo|A=%s|rm|-r|/srv", "x", 1000, true, true, "A=xxx", "xxx rm -r /srv" },
		{ "sudo|%s|rm|-r|/srv", "A=1|", 1000, true, true, "A=1 A=1", "'' rm -r /srv" },
		{ "sudo|-p|%s|rm", "apt ", 1000, true, false, "rm", "rm" },
		{ "sudo|-Z|%s|rm", "apt|", 1000, true, true, "(not understood) -Z apt apt", "apt '' rm" },
	};
	char out[MFA_COMMAND_SIZE], *words;
	size_t i, len;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		words = filled(rows[i].words, rows[i].fill, rows[i].times);
		show(words, rows[i].is_sudo, out);
		free(words);
		len = strlen(out);
		if (strncmp(out, rows[i].head, strlen(rows[i].head)) != 0 || len < strlen(rows[i].tail) ||
		    strcmp(out + len - strlen(rows[i].tail), rows[i].tail) != 0 ||
		    (strstr(out, CUT) != NULL) != rows[i].cut || !mfa_text_printable(out))
			fail_msg("%zu: %s", i, out);
		if (rows[i].cut && !rows[i].is_sudo)
			assert_in_range(len, MFA_COMMAND_SIZE - 12, MFA_COMMAND_SIZE - 1);
	}
}

/* All three parts at their longest. */
static void test_room(void **state)
{
	char *words = filled("sudo|-u|%s|A=1|-g|x|-D|y|-R|z|B=2|sh|-c|evil", "b", 500), *more;
	char out[MFA_COMMAND_SIZE];

	(void)state;
	more = filled("sudo|-u|bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb|-g|gggggggggggggggggggggggggggggggggggggggg|"
		      "-D|dddddddddddddddddddddddddddddddddddd|-R|rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr|"
		      "A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|sh|-c|evil%s", "x", 500);
	show(words, true, out);
	assert_non_null(strstr(out, ":x, chroot z, in y) A=1 B=2 sh -c evil"));
	show(more, true, out);
	assert_non_null(strstr(out, " sh -c evilxxxx"));
	assert_in_range(strlen(out), MFA_COMMAND_SIZE - 12, MFA_COMMAND_SIZE - 1);
	free(words);
	free(more);
}

static void test_own(void **state)
{
	char out[MFA_COMMAND_SIZE];

	(void)state;
	mfa_command_line(false, out);
	assert_string_equal(out, "");
	mfa_command_show("", 0, true, out);
	assert_string_equal(out, "");
}

/* Who asks in sudo's place; the command's own options are not sudo's. */
static void test_askpass(void **state)
{
	static const struct { const char *words; bool expect; } rows[] = {
		{ "sudo|-A|id", true }, { "sudo|--askpass|id", true }, { "sudo|--ask|id", true },
		{ "sudo|-kA|id", true }, { "sudo|-Ak|id", true }, { "sudo|-u|root|-A|id", true },
		{ "sudo|A=1|-A|id", true }, { "sudoedit|-A|file", true }, { "sudo|-A|-Z|id", true },
		{ "sudo|id|-A", false }, { "sudo|--|-A", false }, { "sudo|-u|-A|id", false }, { "sudo|-uA|id", false },
		{ "sudo|-p|-A|id", false }, { "sudo|-S|id", false }, { "sudo|--auth-type|x|id", false }, { "sudo", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		char *words = strdup(rows[i].words), *at;
		size_t len = strlen(rows[i].words) + 1;

		assert_non_null(words);
		for (at = words; at < words + len; at++)
			if (*at == '|')
				*at = '\0';
		if (mfa_command_has_askpass(words, len) != rows[i].expect)
			fail_msg("%s", rows[i].words);
		free(words);
	}
	assert_false(mfa_command_has_askpass("", 0));
	assert_false(mfa_command_line_has_askpass());
}

static void test_services(void **state)
{
	bool is_sudo;

	(void)state;
	assert_true(mfa_command_of_service("sudo", &is_sudo) && is_sudo);
	assert_true(mfa_command_of_service("sudo-i", &is_sudo) && is_sudo);
	assert_true(mfa_command_of_service("doas", &is_sudo) && !is_sudo);
	assert_false(mfa_command_of_service("su", &is_sudo));
	assert_false(mfa_command_of_service(NULL, &is_sudo));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sudo), cmocka_unit_test(test_others), cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_cut), cmocka_unit_test(test_room), cmocka_unit_test(test_own),
		cmocka_unit_test(test_askpass), cmocka_unit_test(test_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
