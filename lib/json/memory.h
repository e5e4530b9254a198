/* SPDX-License-Identifier: BSD-2-Clause */
/* jansson's memory while a record is read or written.
 *
 * A record is a few hundred small values, and each may be (part of) a secret.  Between the two calls what the
 * thread's jansson asks for is cut from a few blocks, which are wiped and freed as a whole: there is
 * nothing that could be left out of the wiping, and it takes half the time.  Elsewhere jansson's memory is
 * malloc's, wiped piece by piece. */
#ifndef MFA_JSON_MEMORY_H
#define MFA_JSON_MEMORY_H

#include <stdbool.h>

/* From now on what jansson frees is wiped; reading a text does it (read.h). */
void mfa_json_wipes(void);
void mfa_json_begin(void);
/* Whether memory has run out since then, in jansson or for who has noted so: what could not be read for that says nothing
 * of the text. */
bool mfa_json_lacked(void);
void mfa_json_note_lack(void);
/* Ends every json_t and string that jansson made since; none of them needs json_decref. */
void mfa_json_end(void);

#endif
