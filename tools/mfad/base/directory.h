/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in the system's directory of users and groups (NSS) for somebody who waits: it may be on another
 * machine, and slow.  [directory] timeout says how long all look-ups of one step may take together.
 *
 * Some libraries of directories have one lock for the process (winbind's), so that whoever asks for slow names again and
 * again would keep everybody waiting: what is not on root's word has DIRECTORY_OTHERS look-ups at a time, and one of
 * each user; callers, who speak for many, have DIRECTORY_CALLERS of their own. */
#ifndef MFAD_DIRECTORY_H
#define MFAD_DIRECTORY_H

#include "account/identity.h"
#include "mfad/base/conversation.h"

#define DIRECTORY_OTHERS 2
#define DIRECTORY_CALLERS 8	/* of all callers (mfa.conf(5)) together */

/* As mfa_identity_of_name; or -ETIME: it took too long, the client was told (failure_of), and only ending the
 * conversation makes sense. */
int directory_identity(struct conversation *c, const char *name, struct mfa_identity *out);
/* As mfa_identity_groups, or -ETIME. */
int directory_groups(struct conversation *c, const struct mfa_identity *identity, struct mfa_gids *out);
/* As mfa_group_find, or -ETIME. */
int directory_group(struct conversation *c, const char *group, uint32_t *gid);

#endif
