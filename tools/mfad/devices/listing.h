/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of lists, as JSON; no secret in any.  Each is new, to be freed, or NULL
 * when memory ran out. */
#ifndef MFAD_LISTING_H
#define MFAD_LISTING_H

#include <stddef.h>

#include "account/account.h"

/* {"number","label","type","created","used"} */
char *row_device(const struct mfa_device *device, size_t number);
/* {"name","uid","devices","methods","recovery","locked","last"} */
char *row_account(struct mfa_account *account, int64_t now);
/* {"name","error"}: a record that can't be read. */
char *row_unreadable(const char *name, int error);
/* All but secrets. */
char *row_account_whole(struct mfa_account *account, int64_t now);
/* {"user","pass","until","uses","enrols"}: enrols says whether sign-ins lead through enrolment; the only time that
 * a pass is seen; wipe it. */
char *row_pass(const char *name, const char *pass, int64_t until, uint32_t uses, bool enrols);
/* {"name","result","why"}: an account that was not imported. */
char *row_import(const char *name, const char *result, const char *why);

#endif
