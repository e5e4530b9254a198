/* SPDX-License-Identifier: BSD-2-Clause */
#include "qr/qr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "table/table.h"

/* Black and white for sure.  The 16 colours of old come first, for terminals
 * that know no others (and may take the 5 in what follows for "blink": 25 ends
 * that); the fixed 256-colour cube then overrides them, because themes redefine
 * the 16, some light ones even with black and white swapped. */
#define ALL_LIGHT "\033[37;47m\033[38;5;231;48;5;231;25m"
#define LIGHT_ON_DARK "\033[37;40m\033[38;5;231;48;5;16;25m"
#define COLOUR_MAX (sizeof(ALL_LIGHT) - 1)
/* Before the line ends, or the terminal paints the rest of the row. */
#define COLOUR_END "\033[0m"

#define SVG_QUIET 4
#define SVG_SCALE 8		/* pixels a module, where nobody gives a size */

static const struct style {
	bool half;		/* two modules above each other in a character */
	bool dark_is_written;
	bool colour;
	size_t cell_max;	/* bytes of a column */
} styles[] = {
	[MFA_QR_HALF_BLOCKS] = { .half = true, .cell_max = 3 },
	[MFA_QR_HALF_BLOCKS_INVERTED] = { .half = true, .dark_is_written = true, .cell_max = 3 },
	[MFA_QR_HALF_BLOCKS_COLOUR] = {
		.half = true, .colour = true, .cell_max = 3,
	},
	[MFA_QR_ASCII] = { .cell_max = 1 },
	[MFA_QR_ASCII_INVERTED] = { .dark_is_written = true, .cell_max = 1 },
	[MFA_QR_ASCII_COLOUR] = { .colour = true, .cell_max = 1 + COLOUR_MAX },
};
MFA_TABLE_FITS(styles, MFA_QR_STYLE_COUNT);

/* A text in one piece of memory from the start: growing it would leave copies
 * of the secret behind. */
struct text {
	char *start;
	size_t len, size;
	bool full;		/* something did not fit: a wrong sum in here */
};

static int text_new(struct text *t, size_t size)
{
	*t = (struct text){ .start = calloc(1, size), .size = size };
	return t->start != NULL ? 0 : -ENOMEM;
}

static void put(struct text *t, const char *s)
{
	size_t len = strlen(s);

	if (len >= t->size - t->len) {
		t->full = true;
		return;
	}
	memcpy(t->start + t->len, s, len);
	t->len += len;
}

static void putf(struct text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void putf(struct text *t, const char *format, ...)
{
	size_t room = t->size - t->len;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->start + t->len, room, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		t->full = true;
	else
		t->len += (size_t)n;
}

static int text_finish(struct text *t, char **out)
{
	if (t->full) {
		OPENSSL_cleanse(t->start, t->size);
		free(t->start);
		return -ENOMEM;
	}
	*out = t->start;
	return 0;
}

struct canvas {
	const struct mfa_qr *qr;
	const struct style *style;
	unsigned quiet;
	unsigned side;		/* modules with the quiet zone */
};

static struct canvas canvas_of(const struct mfa_qr *qr, const struct style *style, unsigned quiet)
{
	unsigned q = quiet;

	if (q < MFA_QR_QUIET_MIN)
		q = MFA_QR_QUIET_MIN;
	if (q > MFA_QR_QUIET_MAX)
		q = MFA_QR_QUIET_MAX;
	return (struct canvas){ qr, style, q, mfa_qr_size(qr) + 2 * q };
}

/* Left of and above the matrix the difference wraps around, and what is
 * outside of it is light. */
static bool dark_at(const struct canvas *c, unsigned x, unsigned y)
{
	return mfa_qr_dark(c->qr, x - c->quiet, y - c->quiet);
}

static unsigned columns_of(const struct canvas *c)
{
	return c->style->half ? c->side : 2 * c->side;
}

static unsigned rows_of(const struct canvas *c)
{
	return c->style->half ? (c->side + 1) / 2 : c->side;
}

/* An odd last row gets another row of quiet zone. */
static void draw_half_blocks(const struct canvas *c, unsigned row, struct text *t)
{
	static const char *const blocks[2][2] = {	/* upper and lower half written? */
		{ " ", "\u2584" },
		{ "\u2580", "\u2588" },
	};
	bool upper, lower;
	unsigned x;

	if (c->style->colour)
		put(t, LIGHT_ON_DARK);
	for (x = 0; x < c->side; x++) {
		upper = dark_at(c, x, 2 * row) == c->style->dark_is_written;
		lower = dark_at(c, x, 2 * row + 1) == c->style->dark_is_written;
		put(t, blocks[upper][lower]);
	}
}

static void draw_ascii(const struct canvas *c, unsigned row, struct text *t)
{
	bool dark, before = false;
	unsigned x;

	for (x = 0; x < c->side; x++) {
		dark = dark_at(c, x, row);
		if (!c->style->colour) {
			put(t, dark == c->style->dark_is_written ? "##" : "  ");
			continue;
		}
		if (x == 0 || dark != before)
			put(t, dark ? LIGHT_ON_DARK : ALL_LIGHT);
		/* The characters alone are right on a dark theme, for whoever copies them. */
		put(t, dark ? "  " : "##");
		before = dark;
	}
}

void mfa_qr_extent(const struct mfa_qr *qr, enum mfa_qr_style style, unsigned quiet,
		   unsigned *columns, unsigned *rows)
{
	struct canvas c = canvas_of(qr, &styles[style], quiet);

	*columns = columns_of(&c);
	*rows = rows_of(&c);
}

int mfa_qr_draw(const struct mfa_qr *qr, enum mfa_qr_style style, unsigned quiet, char **out)
{
	struct canvas c = canvas_of(qr, &styles[style], quiet);
	size_t line = columns_of(&c) * c.style->cell_max + COLOUR_MAX + strlen(COLOUR_END "\n");
	struct text t;
	unsigned row;
	int r;

	*out = NULL;
	r = text_new(&t, rows_of(&c) * line + 1);
	if (r != 0)
		return r;
	for (row = 0; row < rows_of(&c); row++) {
		if (c.style->half)
			draw_half_blocks(&c, row, &t);
		else
			draw_ascii(&c, row, &t);
		put(&t, c.style->colour ? COLOUR_END "\n" : "\n");
	}
	return text_finish(&t, out);
}

/* The dark modules as bars, one for each run in a row. */
static void draw_bars(const struct canvas *c, struct text *t)
{
	unsigned x, y, run;

	for (y = 0; y < c->side; y++) {
		for (x = 0; x < c->side; x += run + 1) {
			for (run = 0; dark_at(c, x + run, y); run++)
				;
			if (run > 0)
				putf(t, "M%u %uh%uv1h-%uz", x, y, run, run);
		}
	}
}

int mfa_qr_svg(const struct mfa_qr *qr, char **out)
{
	struct canvas c = canvas_of(qr, NULL, SVG_QUIET);
	size_t bars = (size_t)c.side * ((c.side + 1) / 2);
	struct text t;
	int r;

	*out = NULL;
	r = text_new(&t, 512 + bars * strlen("M999 999h999v1h-999z"));
	if (r != 0)
		return r;
	putf(&t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
		 "viewBox=\"0 0 %u %u\" shape-rendering=\"crispEdges\">\n"
		 "<path fill=\"#fff\" d=\"M0 0h%uv%uH0z\"/>\n<path fill=\"#000\" d=\"",
	     c.side * SVG_SCALE, c.side * SVG_SCALE, c.side, c.side, c.side, c.side);
	draw_bars(&c, &t);
	put(&t, "\"/>\n</svg>\n");
	return text_finish(&t, out);
}

void mfa_qr_text_free(char **text)
{
	if (*text == NULL)
		return;
	OPENSSL_cleanse(*text, strlen(*text));
	free(*text);
	*text = NULL;
}
