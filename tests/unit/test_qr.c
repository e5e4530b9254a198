/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "qr/qr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define URI "otpauth://totp/Caf%C3%A9%20Corp:alice@host.example?secret=" \
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Caf%C3%A9%20Corp"

#define SIDE_MAX 256
#define PIXELS 4	/* a module, for zbarimg */

/* What a camera sees. */
struct bitmap {
	unsigned width, height;
	bool dark[SIDE_MAX][SIDE_MAX];
};

/* What the terminal knows of colours, and how its theme shows the 16. */
struct theme {
	bool light;		/* background of what has no colour */
	bool cube;		/* knows 256 colours */
	bool swapped;		/* shows "black" light and "white" dark */
};

static const struct theme dark_theme = { false, true, false };
static const struct theme light_theme = { true, true, false };
static const struct theme themes[] = {
	{ false, true, false },
	{ true, true, false },
	{ false, false, false },
	{ true, false, false },
	{ true, true, true },
};

struct pen {
	bool fg_dark, bg_dark;
	bool blink;
};

static struct pen plain_pen(const struct theme *theme)
{
	return (struct pen){ .fg_dark = theme->light, .bg_dark = !theme->light };
}

static bool sixteen_is_dark(const struct theme *theme, unsigned long colour)
{
	assert_true(colour == 0 || colour == 7);
	return (colour == 0) != theme->swapped;
}

/* The 256 colours that never change: 16 is black, 231 is white. */
static bool cube_is_dark(unsigned long colour)
{
	assert_true(colour == 16 || colour == 231);
	return colour == 16;
}

/* Select Graphic Rendition, ECMA-48 section 8.3.117: from ESC to the 'm'. */
static const char *select_rendition(const char *p, const struct theme *theme, struct pen *pen)
{
	unsigned long n[16] = { 0 };
	size_t i, count = 0;
	char *end;

	assert_true(p[0] == '\033' && p[1] == '[');
	for (p += 2;; p = end + 1) {
		assert_true(count < COUNT(n));
		n[count++] = strtoul(p, &end, 10);
		assert_true(end > p && (*end == ';' || *end == 'm'));
		if (*end == 'm')
			break;
	}
	for (i = 0; i < count; i++) {
		if (n[i] == 0) {
			*pen = plain_pen(theme);
		} else if (n[i] == 5 || n[i] == 25) {
			pen->blink = n[i] == 5;
		} else if (theme->cube && (n[i] == 38 || n[i] == 48)) {
			assert_true(i + 2 < count && n[i + 1] == 5);
			*(n[i] == 38 ? &pen->fg_dark : &pen->bg_dark) = cube_is_dark(n[i + 2]);
			i += 2;
		} else if (n[i] >= 30 && n[i] <= 37) {
			pen->fg_dark = sixteen_is_dark(theme, n[i] - 30);
		} else if (n[i] >= 40 && n[i] <= 47) {
			pen->bg_dark = sixteen_is_dark(theme, n[i] - 40);
		}
	}
	return end + 1;
}

/* Which halves of a cell the character writes. */
static const char *read_cell(const char *p, bool *upper, bool *lower)
{
	static const struct { const char *text; bool upper, lower; } cells[] = {
		{ " ", false, false },
		{ "#", true, true },
		{ "\xe2\x96\x80", true, false },	/* U+2580 */
		{ "\xe2\x96\x84", false, true },	/* U+2584 */
		{ "\xe2\x96\x88", true, true },		/* U+2588 */
	};
	size_t i;

	for (i = 0; i < COUNT(cells); i++) {
		if (strncmp(p, cells[i].text, strlen(cells[i].text)) == 0) {
			*upper = cells[i].upper;
			*lower = cells[i].lower;
			return p + strlen(cells[i].text);
		}
	}
	fail_msg("not a cell: %.8s", p);
	return NULL;
}

/* A terminal that shows the drawing: a pixel across and two down for each cell. */
static void show(const char *text, const struct theme *theme, struct bitmap *out)
{
	struct pen pen = plain_pen(theme), plain = pen;
	unsigned x = 0, y = 0;
	bool upper = false, lower = false;

	memset(out, 0, sizeof(*out));
	while (*text != '\0') {
		if (*text == '\033') {
			text = select_rendition(text, theme, &pen);
			continue;
		}
		if (*text == '\n') {
			/* Or colour runs to the end of the window and into the next line. */
			assert_memory_equal(&pen, &plain, sizeof(pen));
			assert_true(out->width == 0 || out->width == x);
			out->width = x;
			x = 0;
			y += 2;
			text++;
			continue;
		}
		assert_true(x < SIDE_MAX && y + 1 < SIDE_MAX);
		assert_false(pen.blink);
		text = read_cell(text, &upper, &lower);
		out->dark[y][x] = upper ? pen.fg_dark : pen.bg_dark;
		out->dark[y + 1][x] = lower ? pen.fg_dark : pen.bg_dark;
		x++;
	}
	assert_int_equal(x, 0);		/* ends with a whole line */
	out->height = y;
}

static bool is_half(enum mfa_qr_style style)
{
	return style == MFA_QR_HALF_BLOCKS || style == MFA_QR_HALF_BLOCKS_INVERTED ||
	       style == MFA_QR_HALF_BLOCKS_COLOUR;
}

/* From pixels to modules: an ASCII module is two of them each way. */
static void shrink(struct bitmap *b)
{
	unsigned x, y;

	assert_true(b->width % 2 == 0 && b->height % 2 == 0);
	for (y = 0; y < b->height; y++)
		for (x = 0; x < b->width; x++)
			assert_int_equal(b->dark[y][x], b->dark[y & ~1U][x & ~1U]);
	b->width /= 2;
	b->height /= 2;
	for (y = 0; y < b->height; y++)
		for (x = 0; x < b->width; x++)
			b->dark[y][x] = b->dark[2 * y][2 * x];
}

static void draw(const struct mfa_qr *qr, enum mfa_qr_style style, unsigned quiet,
		 const struct theme *theme, struct bitmap *out)
{
	unsigned columns, rows;
	char *text = NULL;

	assert_int_equal(mfa_qr_draw(qr, style, quiet, &text), 0);
	show(text, theme, out);
	mfa_qr_text_free(&text);
	assert_null(text);
	mfa_qr_extent(qr, style, quiet, &columns, &rows);
	assert_int_equal(columns, out->width);
	assert_int_equal(rows, out->height / 2);
	if (!is_half(style))
		shrink(out);
}

/* The matrix in the middle, light around it, and at most one row more. */
static void assert_shows(const struct bitmap *b, const struct mfa_qr *qr, unsigned quiet)
{
	unsigned size = mfa_qr_size(qr), side = size + 2 * quiet, x, y;
	bool inside, expect;

	assert_int_equal(b->width, side);
	assert_in_range(b->height, side, side + 1);
	for (y = 0; y < b->height; y++) {
		for (x = 0; x < side; x++) {
			inside = x >= quiet && y >= quiet && x < quiet + size && y < quiet + size;
			expect = inside && mfa_qr_dark(qr, x - quiet, y - quiet);
			if (b->dark[y][x] != expect)
				fail_msg("module %u,%u", x, y);
		}
	}
}

static struct mfa_qr *encode(const char *text)
{
	struct mfa_qr *qr = NULL;

	assert_int_equal(mfa_qr_new(text, &qr), 0);
	assert_non_null(qr);
	return qr;
}

/* ISO/IEC 18004, table 7: bytes that a version holds at level L. */
static void test_smallest_version(void **state)
{
	static const struct { unsigned bytes, version; } rows[] = {
		{ 1, 1 }, { 17, 1 }, { 18, 2 }, { 32, 2 }, { 33, 3 }, { 53, 3 }, { 54, 4 },
		{ 78, 4 }, { 79, 5 }, { 106, 5 }, { 107, 6 }, { 134, 6 }, { 135, 7 },
		{ 271, 10 }, { 272, 11 }, { 2953, 40 },
	};
	char text[2955];
	struct mfa_qr *qr;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		memset(text, 'a', rows[i].bytes);
		text[rows[i].bytes] = '\0';
		qr = encode(text);
		assert_int_equal(mfa_qr_size(qr), 17 + 4 * rows[i].version);
		mfa_qr_free(&qr);
		assert_null(qr);
	}
}

static void test_refused(void **state)
{
	struct mfa_qr *qr = (struct mfa_qr *)(uintptr_t)state;
	char text[2955];

	memset(text, 'a', 2954);
	text[2954] = '\0';
	assert_int_equal(mfa_qr_new(text, &qr), -E2BIG);
	assert_null(qr);
	assert_int_equal(mfa_qr_new("", &qr), -EINVAL);
	assert_null(qr);
	mfa_qr_free(&qr);	/* of nothing: nothing */
}

/* The finder pattern in three corners, and light outside of the matrix. */
static void test_matrix(void **state)
{
	static const char *const finder[] = {
		"#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######",
	};
	struct mfa_qr *qr = encode(URI);
	unsigned far = mfa_qr_size(qr) - 7, x, y;

	for (y = 0; y < 7; y++) {
		for (x = 0; x < 7; x++) {
			assert_int_equal(mfa_qr_dark(qr, x, y), finder[y][x] == '#');
			assert_int_equal(mfa_qr_dark(qr, far + x, y), finder[y][x] == '#');
			assert_int_equal(mfa_qr_dark(qr, x, far + y), finder[y][x] == '#');
		}
	}
	assert_false(mfa_qr_dark(qr, mfa_qr_size(qr), 0));
	assert_false(mfa_qr_dark(qr, 0, mfa_qr_size(qr)));
	assert_false(mfa_qr_dark(qr, (unsigned)-1, 0));
	mfa_qr_free(&qr);
}

static const struct { enum mfa_qr_style style; const struct theme *theme; } plain_styles[] = {
	{ MFA_QR_HALF_BLOCKS, &dark_theme },
	{ MFA_QR_HALF_BLOCKS_INVERTED, &light_theme },
	{ MFA_QR_ASCII, &dark_theme },
	{ MFA_QR_ASCII_INVERTED, &light_theme },
};
static const enum mfa_qr_style colour_styles[] = {
	MFA_QR_HALF_BLOCKS_COLOUR, MFA_QR_ASCII_COLOUR,
};

static void test_drawings(void **state)
{
	static const char *const texts[] = { "a", URI, URI URI URI URI };
	static const struct { unsigned quiet, drawn; } quiets[] = {
		{ 0, MFA_QR_QUIET_MIN }, { 1, 1 }, { 2, 2 }, { 4, 4 },
		{ (unsigned)-1, MFA_QR_QUIET_MAX },
	};
	static struct bitmap shown;
	struct mfa_qr *qr;
	size_t t, q, s;

	for (t = 0; t < COUNT(texts); t++) {
		qr = encode(texts[t]);
		for (q = 0; q < COUNT(quiets); q++) {
			for (s = 0; s < COUNT(plain_styles); s++) {
				draw(qr, plain_styles[s].style, quiets[q].quiet,
				     plain_styles[s].theme, &shown);
				assert_shows(&shown, qr, quiets[q].drawn);
			}
		}
		mfa_qr_free(&qr);
	}
}

static void test_colour_on_every_theme(void **state)
{
	static struct bitmap shown;
	struct mfa_qr *qr = encode(URI);
	size_t i, s;

	for (i = 0; i < COUNT(themes); i++) {
		for (s = 0; s < COUNT(colour_styles); s++) {
			draw(qr, colour_styles[s], 2, &themes[i], &shown);
			assert_shows(&shown, qr, 2);
		}
	}
	mfa_qr_free(&qr);
}

/* Over PAM, sshd shows an ESC as "\033", and other bytes only as the locale lets it. */
static void test_plain_bytes(void **state)
{
	static const struct { enum mfa_qr_style style; const char *bytes; } rows[] = {
		{ MFA_QR_HALF_BLOCKS, " \n\xe2\x96\x80\x84\x88" },
		{ MFA_QR_HALF_BLOCKS_INVERTED, " \n\xe2\x96\x80\x84\x88" },
		{ MFA_QR_ASCII, " #\n" },
		{ MFA_QR_ASCII_INVERTED, " #\n" },
		{ MFA_QR_ASCII_COLOUR, "# \n\033[;m0123456789" },
	};
	struct mfa_qr *qr = encode(URI);
	char *text;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mfa_qr_draw(qr, rows[i].style, 2, &text), 0);
		assert_int_equal(strspn(text, rows[i].bytes), strlen(text));
		mfa_qr_text_free(&text);
	}
	mfa_qr_free(&qr);
}

/* What fits a window of 80 x 24: the figures that mfa-enroll counts on. */
static void test_extent(void **state)
{
	static const struct { enum mfa_qr_style style; unsigned quiet, columns, rows; } rows[] = {
		{ MFA_QR_HALF_BLOCKS, 4, 49, 25 },
		{ MFA_QR_HALF_BLOCKS, 2, 45, 23 },
		{ MFA_QR_HALF_BLOCKS_COLOUR, 1, 43, 22 },
		{ MFA_QR_ASCII, 2, 90, 45 },
		{ MFA_QR_ASCII_COLOUR, 1, 86, 43 },
	};
	struct mfa_qr *qr = encode(URI);	/* version 6 */
	unsigned columns, lines;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		mfa_qr_extent(qr, rows[i].style, rows[i].quiet, &columns, &lines);
		assert_int_equal(columns, rows[i].columns);
		assert_int_equal(lines, rows[i].rows);
	}
	mfa_qr_free(&qr);
}

static char scratch[] = "/tmp/mfa-test-qr.XXXXXX";
static char picture[64], drawing[64];

static int make_scratch(void **state)
{
	if (mkdtemp(scratch) == NULL)
		return -1;
	snprintf(picture, sizeof(picture), "%s/qr.pbm", scratch);
	snprintf(drawing, sizeof(drawing), "%s/qr.svg", scratch);
	return 0;
}

static int remove_scratch(void **state)
{
	unlink(picture);
	unlink(drawing);
	return rmdir(scratch);
}

static void need(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	if (system(command) != 0) {
		print_message("%s is not installed\n", program);
		skip();
	}
}

/* A portable bitmap: 1 is black. */
static void write_picture(const struct bitmap *b)
{
	FILE *f = fopen(picture, "w");
	unsigned x, y;

	assert_non_null(f);
	fprintf(f, "P1\n%u %u\n", b->width * PIXELS, b->height * PIXELS);
	for (y = 0; y < b->height * PIXELS; y++) {
		for (x = 0; x < b->width * PIXELS; x++)
			fputc(b->dark[y / PIXELS][x / PIXELS] ? '1' : '0', f);
		fputc('\n', f);
	}
	assert_int_equal(fclose(f), 0);
}

static void assert_scans(const char *command, const char *expect)
{
	char line[4096] = "";
	FILE *f = popen(command, "r");

	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	assert_int_equal(fgetc(f), EOF);
	assert_int_equal(pclose(f), 0);
	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, expect);
}

static void assert_bitmap_scans(const struct bitmap *b, const char *expect)
{
	char command[256];

	write_picture(b);
	snprintf(command, sizeof(command), "zbarimg --nodbus -q --raw -Sdisable -Sqr.enable %s",
		 picture);
	assert_scans(command, expect);
}

static void test_drawings_scan(void **state)
{
	static const unsigned quiets[] = { 4, 2, 1 };
	static struct bitmap shown;
	struct mfa_qr *qr = encode(URI);
	size_t i, q;

	need("zbarimg");
	for (q = 0; q < COUNT(quiets); q++) {
		for (i = 0; i < COUNT(plain_styles); i++) {
			draw(qr, plain_styles[i].style, quiets[q], plain_styles[i].theme, &shown);
			assert_bitmap_scans(&shown, URI);
		}
		for (i = 0; i < COUNT(colour_styles); i++) {
			draw(qr, colour_styles[i], quiets[q], &themes[i], &shown);
			assert_bitmap_scans(&shown, URI);
		}
	}
	mfa_qr_free(&qr);
}

static void test_svg_scans(void **state)
{
	struct mfa_qr *qr = encode(URI);
	char *svg = NULL, command[256];
	FILE *f;

	need("zbarimg");
	need("rsvg-convert");
	assert_int_equal(mfa_qr_svg(qr, &svg), 0);
	f = fopen(drawing, "w");
	assert_non_null(f);
	assert_true(fputs(svg, f) >= 0);
	assert_int_equal(fclose(f), 0);
	snprintf(command, sizeof(command), "rsvg-convert %s | "
		 "zbarimg --nodbus -q --raw -Sdisable -Sqr.enable -", drawing);
	assert_scans(command, URI);
	mfa_qr_text_free(&svg);
	mfa_qr_free(&qr);
}

/* Room was counted right for the largest there is. */
static void test_largest(void **state)
{
	char text[2954], *out;
	struct mfa_qr *qr;
	int style;

	memset(text, 'a', 2953);
	text[2953] = '\0';
	qr = encode(text);
	for (style = MFA_QR_HALF_BLOCKS; style <= MFA_QR_ASCII_COLOUR; style++) {
		assert_int_equal(mfa_qr_draw(qr, (enum mfa_qr_style)style, MFA_QR_QUIET_MAX,
					     &out), 0);
		mfa_qr_text_free(&out);
	}
	assert_int_equal(mfa_qr_svg(qr, &out), 0);
	mfa_qr_text_free(&out);
	mfa_qr_free(&qr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest_version),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_drawings),
		cmocka_unit_test(test_colour_on_every_theme),
		cmocka_unit_test(test_plain_bytes),
		cmocka_unit_test(test_extent),
		cmocka_unit_test(test_drawings_scan),
		cmocka_unit_test(test_svg_scans),
		cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
