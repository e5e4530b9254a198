/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program was asked to run, for a person to see.  libc only: the module links this. */
#ifndef MFA_COMMAND_H
#define MFA_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define MFA_COMMAND_SIZE 256	/* with the NUL: what mfad takes */

/* args[0..len): words that each end with NUL, the program's name first.  out gets the words after that, quoted
 * (module/quote.h), the middle left out where they are too many.  Of sudo's own options it gets what they mean, between
 * parentheses, and then what runs:
 *
 *	(as www-data, in /srv) LANG=C sh -c 'rm -r cache'
 *
 * or, where they are not understood, "(not understood)" and all of them.  It is what the caller wrote: a claim, to be
 * shown and never to be believed.  "" if memory runs out. */
void mfa_command_show(const char *args, size_t len, bool is_sudo, char out[MFA_COMMAND_SIZE]);
/* The same of this process; "" if its words can't be read. */
void mfa_command_line(bool is_sudo, char out[MFA_COMMAND_SIZE]);

/* Whether a service is that of a program which is asked to run something, and whether its options are sudo's. */
bool mfa_command_of_service(const char *service, bool *is_sudo);
/* Whether args, which are sudo's, say that a program of the caller's asks in its place (-A). */
bool mfa_command_has_askpass(const char *args, size_t len);
/* The same of this process; false if its words can't be read. */
bool mfa_command_line_has_askpass(void);

#endif
