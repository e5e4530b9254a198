/* SPDX-License-Identifier: BSD-2-Clause */
/* The QR code of an otpauth URI: on the terminal, or in a file. */
#ifndef MFA_ENROLL_PICTURE_H
#define MFA_ENROLL_PICTURE_H

#include <stdbool.h>

struct picture_options {
	bool plain;		/* no ESC sequences */
	bool inverted;		/* plain, for a terminal with a light background */
	const char *png;	/* files to write; NULL: none */
	const char *svg;
};

/* Draws it to fit the window, and what it says in words: names, and the key for typing.
 * Returns 0 or a negative errno, after having said what went wrong. */
int picture_show(const struct picture_options *options, const char *uri);

#endif
