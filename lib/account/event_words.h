/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of a sign-in or a change (mfa_event), as people read it in their language; records, logs and JSON keep
 * the English word. */
#ifndef MFA_EVENT_WORDS_H
#define MFA_EVENT_WORDS_H

/* In the environment's language; a word that is not known stays as it is. */
const char *mfa_event_words(const char *result);

#endif
