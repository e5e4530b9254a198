/* SPDX-License-Identifier: BSD-2-Clause */
/* The passphrase of a backup. */
#ifndef MFA_ADMIN_PASSPHRASE_H
#define MFA_ADMIN_PASSPHRASE_H

#include <stdbool.h>

#include "command.h"

#define PASSPHRASE_SIZE 1024	/* with its NUL */
#define PASSPHRASE_MIN 12	/* bytes, of a new one */

/* From --passphrase-file, the terminal (a new one twice), or the first line of standard input.
 * Returns 0, or the exit status, and has said why.  The caller wipes out. */
int passphrase_read(const struct command_options *options, bool is_new, char out[PASSPHRASE_SIZE]);

#endif
