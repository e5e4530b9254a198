/* SPDX-License-Identifier: BSD-2-Clause */
/* QR codes: the matrix by libqrencode, and drawings of it for terminals and
 * pages.  No I/O. */
#ifndef MFA_QR_H
#define MFA_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mfa_qr;

/* Encodes text at level L in the smallest version that holds it.
 * Returns 0, -E2BIG (does not fit any version), -EINVAL or -ENOMEM. */
int mfa_qr_new(const char *text, struct mfa_qr **out);
/* Wipes (the matrix is the secret), frees, sets NULL. */
void mfa_qr_free(struct mfa_qr **qr);

/* Modules on a side, without the quiet zone. */
unsigned mfa_qr_size(const struct mfa_qr *qr);
/* Light outside of the matrix, as the quiet zone is. */
bool mfa_qr_dark(const struct mfa_qr *qr, unsigned x, unsigned y);

/* How a drawing is made of characters.  A terminal with a dark theme shows
 * written cells light, one with a light theme shows them dark; the
 * drawing must fit or it does not scan.  Those in colour set black and white
 * with ESC sequences in each line: right on every theme, but not over PAM. */
enum mfa_qr_style {
	MFA_QR_HALF_BLOCKS,		/* UTF-8, two modules a character; blocks are light */
	MFA_QR_HALF_BLOCKS_INVERTED,	/* the same for light themes: blocks are dark */
	MFA_QR_ASCII,			/* '#' twice a module, for dark themes: '#' is light */
	MFA_QR_ASCII_INVERTED,		/* the same for light themes: '#' is dark */
	MFA_QR_HALF_BLOCKS_COLOUR,	/* UTF-8, black blocks on white */
	MFA_QR_ASCII_COLOUR,		/* spaces with black and white backgrounds */
	MFA_QR_STYLE_COUNT
};

/* Modules around the matrix: 4 by the standard, 2 is enough for phones.  What
 * lies outside of these bounds counts as the nearer one. */
#define MFA_QR_QUIET_MIN 1
#define MFA_QR_QUIET_MAX 16

/* Columns and rows that the drawing takes, with its quiet zone of `quiet` modules. */
void mfa_qr_extent(const struct mfa_qr *qr, enum mfa_qr_style style, unsigned quiet,
		   unsigned *columns, unsigned *rows);

/* Draws into a new string, lines ended by '\n'.  Returns 0 or -ENOMEM; the
 * string is a secret: the caller frees it with mfa_qr_text_free. */
int mfa_qr_draw(const struct mfa_qr *qr, enum mfa_qr_style style, unsigned quiet, char **out);
/* An SVG document, quiet zone of 4. */
int mfa_qr_svg(const struct mfa_qr *qr, char **out);
/* Wipes, frees, sets NULL. */
void mfa_qr_text_free(char **text);

#endif
