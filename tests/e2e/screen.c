/* SPDX-License-Identifier: BSD-2-Clause */
/* screen: draws a terminal's text as a picture, for zbarimg to look at.
 *
 *	tmux capture-pane -p -e | screen [dark|light] >picture.pgm
 *
 * A cell is 8 pixels wide and 16 high, as on a terminal.  Block characters fill
 * their part of it, '#' all of it, near enough to how dense it looks; any other
 * character but a space is a box with a hole.  Understood are inverse video, the
 * 16 colours, the 256 and true colour; without any a dark terminal is light on
 * dark, a light one dark on light. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 200
#define COLS 300
#define CELL_W 8
#define CELL_H 16

static uint8_t picture[ROWS * CELL_H][COLS * CELL_W];

struct pen {
	int fg, bg;		/* luminance, as shown */
	int default_fg, default_bg;
	int inverse;
};

/* 0 to 15 as xterm has them, then the 6x6x6 cube and the greys. */
static int luminance(int colour)
{
	static const int base[16] = { 0, 60, 150, 170, 30, 80, 180, 229,
				      127, 120, 190, 220, 100, 130, 210, 255 };

	if (colour < 16)
		return base[colour];
	if (colour < 232) {
		int c = colour - 16;

		return (c / 36 * 30 + c / 6 % 6 * 59 + c % 6 * 11) * 51 / 100;
	}
	return 8 + (colour - 232) * 10;
}

static int true_colour(const int *arg)
{
	return (arg[0] * 30 + arg[1] * 59 + arg[2] * 11) / 100;
}

/* SGR: the arguments of ESC [ ... m. */
static void set_pen(struct pen *pen, const int *arg, int count)
{
	for (int i = 0; i < count; i++) {
		int a = arg[i], *to = a >= 48 || (a >= 40 && a < 48) ? &pen->bg : &pen->fg;

		if (a == 0) {
			pen->fg = pen->default_fg;
			pen->bg = pen->default_bg;
			pen->inverse = 0;
		} else if (a == 7 || a == 27) {
			pen->inverse = a == 7;
		} else if ((a == 38 || a == 48) && i + 2 < count && arg[i + 1] == 5) {
			*to = luminance(arg[i + 2]);
			i += 2;
		} else if ((a == 38 || a == 48) && i + 4 < count && arg[i + 1] == 2) {
			*to = true_colour(arg + i + 2);
			i += 4;
		} else if (a == 39) {
			pen->fg = pen->default_fg;
		} else if (a == 49) {
			pen->bg = pen->default_bg;
		} else if ((a >= 30 && a < 38) || (a >= 90 && a < 98)) {
			pen->fg = luminance(a < 90 ? a - 30 : a - 90 + 8);
		} else if ((a >= 40 && a < 48) || (a >= 100 && a < 108)) {
			pen->bg = luminance(a < 100 ? a - 40 : a - 100 + 8);
		}
	}
}

/* Whether a pixel of the cell belongs to the character. */
static int inked(unsigned ch, int x, int y)
{
	switch (ch) {
	case ' ': case 0xa0:
		return 0;
	case '#': case 0x2588:
		return 1;
	case 0x2580:
		return y < CELL_H / 2;
	case 0x2584:
		return y >= CELL_H / 2;
	case 0x258c:
		return x < CELL_W / 2;
	case 0x2590:
		return x >= CELL_W / 2;
	default:
		return x > 0 && x < CELL_W - 1 && y > 3 && y < CELL_H - 3 && (x < 3 || y < 6);
	}
}

static void draw(unsigned ch, int row, int col, const struct pen *pen)
{
	int fg = pen->inverse ? pen->bg : pen->fg, bg = pen->inverse ? pen->fg : pen->bg;

	if (row >= ROWS || col >= COLS)
		return;
	for (int y = 0; y < CELL_H; y++)
		for (int x = 0; x < CELL_W; x++)
			picture[row * CELL_H + y][col * CELL_W + x] =
				(uint8_t)(inked(ch, x, y) ? fg : bg);
}

/* A character of UTF-8, EOF at the end. */
static int next_char(void)
{
	int c = getchar(), more, value;

	if (c < 0x80)
		return c;
	more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	value = c & (0x3f >> more);
	while (more-- > 0)
		value = value << 6 | (getchar() & 0x3f);
	return value;
}

static void read_escape(struct pen *pen)
{
	int arg[32] = { 0 }, count = 1, c;

	if (getchar() != '[')
		return;
	while ((c = getchar()) != EOF && (c < '@' || c > '~')) {
		if (c >= '0' && c <= '9')
			arg[count - 1] = arg[count - 1] * 10 + c - '0';
		else if ((c == ';' || c == ':') && count < 32)
			arg[count++] = 0;
	}
	if (c == 'm')
		set_pen(pen, arg, count);
}

int main(int argc, char **argv)
{
	int light = argc > 1 && strcmp(argv[1], "light") == 0;
	struct pen pen = { .default_fg = light ? 0 : 229, .default_bg = light ? 255 : 0 };
	int c, row = 0, col = 0, rows;

	pen.fg = pen.default_fg;
	pen.bg = pen.default_bg;
	memset(picture, pen.default_bg, sizeof(picture));
	while ((c = next_char()) != EOF) {
		if (c == '\033') {
			read_escape(&pen);
		} else if (c == '\n') {
			row++;
			col = 0;
		} else if (c >= ' ') {
			draw((unsigned)c, row, col++, &pen);
		}
	}
	rows = row < ROWS ? row + 1 : ROWS;
	printf("P5\n%d %d\n255\n", COLS * CELL_W, rows * CELL_H);
	for (row = 0; row < rows * CELL_H; row++)
		if (fwrite(picture[row], sizeof(picture[row]), 1, stdout) != 1)
			return 1;
	return 0;
}
