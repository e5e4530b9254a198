/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"

static void test_printable(void **state)
{
	static const struct { const char *name; const char *text; size_t len; bool expect; } rows[] = {
		{ "nothing", "", 0, true },
		{ "ASCII", "alice ~", 7, true },
		{ "the first of two bytes", "\xc2\xa0", 2, true },
		{ "two bytes", "Zo\xc3\xab", 4, true },
		{ "the last of two", "\xdf\xbf", 2, true },
		{ "the first of three", "\xe0\xa0\x80", 3, true },
		{ "three", "\xe2\x82\xac", 3, true },
		{ "before the surrogates", "\xed\x9f\xbf", 3, true },
		{ "behind the surrogates", "\xee\x80\x80", 3, true },
		{ "the first of four", "\xf0\x90\x80\x80", 4, true },
		{ "four", "\xf0\x9f\x93\xb1", 4, true },
		{ "the last of all", "\xf4\x8f\xbf\xbf", 4, true },
		{ "a tab", "a\tb", 3, false },
		{ "a line feed", "a\n", 2, false },
		{ "an escape sequence", "\x1b[1m", 4, false },
		{ "a NUL", "a\0b", 3, false },
		{ "DEL", "\x7f", 1, false },
		{ "the first of C1", "\xc2\x80", 2, false },
		{ "CSI of C1", "\xc2\x9b", 2, false },
		{ "the last of C1", "\xc2\x9f", 2, false },
		{ "a continuation alone", "\x80", 1, false },
		{ "cut after one of two", "\xc3", 1, false },
		{ "cut, with a letter next", "\xc3z", 2, false },
		{ "cut after two of three", "\xe2\x82", 2, false },
		{ "cut after three of four", "\xf0\x9f\x93", 3, false },
		{ "over-long in two", "\xc0\xaf", 2, false },
		{ "over-long in two, the last", "\xc1\xbf", 2, false },
		{ "over-long in three", "\xe0\x80\xaf", 3, false },
		{ "over-long in three, the last", "\xe0\x9f\xbf", 3, false },
		{ "over-long in four", "\xf0\x8f\xbf\xbf", 4, false },
		{ "the first surrogate", "\xed\xa0\x80", 3, false },
		{ "the last surrogate", "\xed\xbf\xbf", 3, false },
		{ "higher than all", "\xf4\x90\x80\x80", 4, false },
		{ "five bytes", "\xf8\x88\x80\x80\x80", 5, false },
		{ "0xff", "\xff", 1, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (mfa_text_printable_bytes(rows[i].text, rows[i].len) != rows[i].expect)
			fail_msg("%s", rows[i].name);
		if (strlen(rows[i].text) == rows[i].len &&
		    mfa_text_printable(rows[i].text) != rows[i].expect)
			fail_msg("%s, with a NUL behind it", rows[i].name);
	}
	/* What lies behind the length is not looked at. */
	assert_false(mfa_text_printable_bytes("\xe2\x82\xac", 2));
	assert_true(mfa_text_printable_bytes("a\n", 1));
}

static void test_copy(void **state)
{
	static const struct { const char *text; size_t size; const char *expect; } rows[] = {
		{ "", 1, "" },
		{ "alice", 1, "" },
		{ "alice", 5, "alic" },
		{ "alice", 6, "alice" },
		{ "Zo\xc3\xab", 5, "Zo\xc3\xab" },
		{ "Zo\xc3\xab", 4, "Zo" },
		{ "\xe2\x82\xac", 3, "" },
		/* Nothing of what comes after the cut. */
		{ "\xe2\x82\xac" "a", 3, "" },
		{ "a\nb\xff", 16, "a?b?" },
		{ "\x1b[2J", 16, "?[2J" },
		{ "a\xe2\x82", 16, "a??" },
		{ "\xed\xa0\x80", 16, "???" },
	};
	char out[17];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		memset(out, '#', sizeof(out));
		mfa_text_copy(out, rows[i].size, rows[i].text);
		if (strcmp(out, rows[i].expect) != 0 || out[rows[i].size] != '#')
			fail_msg("row %zu: %s", i, out);
		assert_true(mfa_text_printable(out));
	}
}

static void test_visible(void **state)
{
	static const struct { const char *name; uint32_t value; bool expect; } rows[] = {
		{ "a letter", 'a', true }, { "a blank", ' ', false }, { "NUL", 0, false }, { "DEL", 0x7f, false },
		{ "a blank that does not break", 0xa0, false }, { "a sign", 0xa1, true },
		{ "a hyphen that is not there", 0xad, false }, { "e with two dots", 0xeb, true },
		{ "a mark over any letter", 0x301, false }, { "Greek", 0x3b1, true }, { "Cyrillic", 0x434, true },
		{ "Hebrew", 0x5d0, false }, { "Arabic", 0x627, false }, { "Devanagari", 0x915, true },
		{ "a wide blank", 0x2003, false }, { "no width", 0x200b, false }, { "from right to left", 0x202e, false },
		{ "isolated", 0x2067, false }, { "a line's end", 0x2028, false }, { "Braille of no dots", 0x2800, false },
		{ "the euro", 0x20ac, true }, { "a blank of Japanese", 0x3000, false }, { "Hiragana", 0x3042, true },
		{ "a filler", 0x3164, false }, { "for private use", 0xe000, false }, { "a selector", 0xfe0f, false },
		{ "the mark of byte order", 0xfeff, false }, { "U+FFFD", 0xfffd, false }, { "a telephone", 0x1f4f1, true },
		{ "a tag", 0xe0041, false }, { "beyond all", 0x110000, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_text_visible(rows[i].value) != rows[i].expect)
			fail_msg("%s", rows[i].name);
}

/* FNV's own: draft-eastlake-fnv, test vectors of 64 bits. */
static void test_hash(void **state)
{
	static const struct { const char *text; uint64_t expect; } rows[] = {
		{ "", 0xcbf29ce484222325U }, { "a", 0xaf63dc4c8601ec8cU }, { "foobar", 0x85944171f73967e8U },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(mfa_text_hash(rows[i].text), rows[i].expect);
}

static void test_wrap(void **state)
{
	static const struct { const char *name, *text; size_t first, others; const char *expect; } rows[] = {
		{ "what fits", "one two", 7, 7, "one two" },
		{ "what does not", "one two", 6, 7, "one\ntwo" },
		{ "a blank at the edge", "one two three", 7, 7, "one two\nthree" },
		{ "others are wider", "one two three four", 3, 14, "one\ntwo three four" },
		{ "and are broken as well", "one two three four", 3, 9, "one\ntwo three\nfour" },
		{ "the rest goes before the next line", "one two\nthree", 3, 9, "one\ntwo three" },
		{ "which is broken as well", "one two\nthree four\nfive", 3, 10, "one\ntwo three\nfour five" },
		{ "after a sentence where there is room", "one two.\nThree", 3, 10, "one\ntwo. Three" },
		{ "and only there", "one two.\nThree", 3, 9, "one\ntwo.\nThree" },
		{ "not into an empty line", "one two\n\nthree", 3, 9, "one\ntwo\n\nthree" },
		{ "nor into a table", "one two\n  1. x", 3, 9, "one\ntwo\n  1. x" },
		{ "nor into a picture", "one two\n\xe2\x96\x84 x", 3, 9, "one\ntwo\n\xe2\x96\x84 x" },
		{ "a table stays", "  one two three", 3, 3, "  one two three" },
		{ "a picture stays", "\xe2\x96\x84 \xe2\x96\x84 \xe2\x96\x84", 3, 3, "\xe2\x96\x84 \xe2\x96\x84 \xe2\x96\x84" },
		{ "one of letters too", "#### ####", 3, 3, "#### ####" },
		{ "and one in colours", "\033[7m one two", 3, 3, "\033[7m one two" },
		{ "a word that is longer", "https://mfa.example.org/ there", 9, 9, "https://mfa.example.org/ there" },
		{ "one after a short word", "open https://mfa.example.org/", 9, 9, "open\nhttps://mfa.example.org/" },
		{ "columns, not bytes", "\303\251\303\251\303\251 \303\251", 5, 5, "\303\251\303\251\303\251 \303\251" },
		{ "a line that begins with such a letter", "\303\211t\303\251 x", 3, 3, "\303\211t\303\251\nx" },
		{ "nothing", "", 3, 3, "" },
		{ "ends with a newline", "one two\n", 3, 9, "one\ntwo\n" },
		{ "begins with one", "\none two", 3, 9, "\none two" },
	};
	char text[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", rows[i].text);
		mfa_text_wrap(text, rows[i].first, rows[i].others);
		if (strcmp(text, rows[i].expect) != 0)
			fail_msg("%s: %s", rows[i].name, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable), cmocka_unit_test(test_copy), cmocka_unit_test(test_visible),
		cmocka_unit_test(test_hash), cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
