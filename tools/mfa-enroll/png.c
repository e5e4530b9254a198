/* SPDX-License-Identifier: BSD-2-Clause */
#include "png.h"

#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#define DOTS 8
#define QUIET 4

static void fill_row(const struct mfa_qr *qr, unsigned y, png_byte *row, unsigned width)
{
	unsigned size = mfa_qr_size(qr), x, module;

	for (x = 0; x < width; x++) {
		module = x / DOTS;
		row[x] = module >= QUIET && module < QUIET + size && y >= QUIET &&
			 y < QUIET + size && mfa_qr_dark(qr, module - QUIET, y - QUIET) ? 0 : 255;
	}
}

/* libpng comes back here when it fails: nothing of ours is changed after that point. */
static int write_rows(png_structp png, png_infop info, FILE *to, const struct mfa_qr *qr,
		      png_byte *row, unsigned width)
{
	unsigned y;

	if (setjmp(png_jmpbuf(png)) != 0)
		return -EIO;
	png_init_io(png, to);
	png_set_IHDR(png, info, width, width, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (y = 0; y < width; y++) {
		fill_row(qr, y / DOTS, row, width);
		png_write_row(png, row);
	}
	png_write_end(png, NULL);
	return 0;
}

int png_write(const struct mfa_qr *qr, FILE *to)
{
	unsigned width = (mfa_qr_size(qr) + 2 * QUIET) * DOTS;
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
	png_byte *row = malloc(width);
	int r = -EIO;

	if (info != NULL && row != NULL)
		r = write_rows(png, info, to, qr, row, width);
	png_destroy_write_struct(&png, &info);
	if (row != NULL)
		explicit_bzero(row, width);
	free(row);
	return r == 0 && fflush(to) == 0 ? 0 : -EIO;
}
