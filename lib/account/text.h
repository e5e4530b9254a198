/* What may stand in the texts of a record. */
#ifndef MFA_ACCOUNT_TEXT_H
#define MFA_ACCOUNT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Valid UTF-8 (RFC 3629: no surrogates, no over-long forms) without control
 * characters (C0, DEL, C1). */
bool mfa_text_printable(const char *text);
/* Copies what fits into size bytes with the NUL, cut at a whole character; what is not
 * valid UTF-8 or is a control character becomes '?'. */
void mfa_text_copy(char *out, size_t size, const char *text);

#endif
