/* What a judgement is called, and what of it goes into the account's record. */
#ifndef MFAD_JUDGED_H
#define MFAD_JUDGED_H

#include "challenge.h"

/* Puts what ch->judgement says into the record, which is then to be saved.  Returns 0, -EPERM (the uid is another
 * account's), or as mfa_accounts_claim_uid. */
int judged_record(struct challenge *ch);

/* What a judgement is called in log and record. */
const char *judged_word(const struct mfa_judgement *judgement);

#endif
