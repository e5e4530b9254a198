/* SPDX-License-Identifier: BSD-2-Clause */
/* Where key and store are, and as whom each is touched.
 *
 * The store lies in a folder of the user MFA_USER, so root never touches it: a child that has
 * become that user does. */
#ifndef MFA_ADMIN_SITE_H
#define MFA_ADMIN_SITE_H

#include <pwd.h>
#include <stdio.h>
#include <sys/types.h>

#include "command.h"
#include "conf/conf.h"
#include "seal/seal.h"

struct site {
	struct mfa_conf *conf;
	const struct passwd *owner;	/* of the store; NULL: ourselves */
};

/* Reads the configuration and finds the owner.  Returns 0, or MFA_EXIT_INVALID, and has said why.
 * Close it either way. */
int site_open(const struct command_options *options, struct site *out);
void site_close(struct site *site);
/* The group of the key file; (gid_t)-1: ours. */
gid_t site_group(const struct site *site);

/* Calls fn as the owner of the store: in a child, which ends when we do, unless that is who we are.
 * Returns what fn does, 0 or a negative errno; or why it could not be called. */
int site_as_owner(const struct site *site, int (*fn)(void *ctx), void *ctx);

/* Makes the folder that key or store is to lie in, if it is not there.  Returns 0 or a negative
 * errno; what others may write to on the way there is refused with -EPERM. */
int site_make_key_folder(const struct site *site);
int site_make_store_folder(const struct site *site);

/* Says what happened to what.  Returns MFA_EXIT_FAILED. */
int site_say(const char *what, int error);
/* Says why the key could not be loaded (mfa_keyring_load), and what to do. */
void site_print_key_fault(FILE *to, const struct site *site, int error);
/* The same on standard error.  Returns MFA_EXIT_FAILED. */
int site_say_key(const struct site *site, int error);

#endif
