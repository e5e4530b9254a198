/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MFA_ENROLL_PNG_H
#define MFA_ENROLL_PNG_H

#include <stdio.h>

#include "qr/qr.h"

/* Writes a black and white PNG, quiet zone of 4, eight dots a module.  Returns 0 or -EIO. */
int png_write(const struct mfa_qr *qr, FILE *to);

#endif
