/* SPDX-License-Identifier: BSD-2-Clause */
/* What a judgement is called, and what of it goes into the account's record. */
#ifndef MFAD_JUDGED_H
#define MFAD_JUDGED_H

#include "mfad/ask/challenge.h"

/* Puts what ch->judgement says into the record, which is then to be saved.  Returns 0, -EPERM (the uid is another
 * account's), or as mfa_uid_index_claim. */
int judged_put_in_record(struct challenge *ch);

/* Whether it was a wrong answer of which the account's owner is to hear. */
bool judged_is_news(const struct challenge *ch);

/* By which method it was, where others than root see it: a token's code that is far ahead is a wrong one, of the kind
 * that digits are taken for. */
const char *judged_seen_method(const struct mfa_judgement *judgement);

/* What a judgement is called in the log. */
const char *judged_word(const struct mfa_judgement *judgement);

#endif
