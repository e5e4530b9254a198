/* SPDX-License-Identifier: BSD-2-Clause */
/* Telephone numbers as people type them, and as they are kept: "+" and all digits (E.164).  By rule, not by a list of
 * the world's numbers: whether somebody has it shows when a code that was sent there is typed.  Pure. */
#ifndef MFA_NUMBER_H
#define MFA_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define MFA_NUMBER_DIGITS_MIN 7
#define MFA_NUMBER_DIGITS_MAX 15
#define MFA_NUMBER_SIZE (1 + MFA_NUMBER_DIGITS_MAX + 1)	/* with the plus and the NUL */
#define MFA_NUMBER_TYPED_MAX 64		/* bytes of what is read */
#define MFA_COUNTRY_MAX 999		/* the largest country calling code */

/* Reads a number with its country's code behind + or 00, or with a 0 as it is dialled within the country whose calling
 * code is `country` (0: none).  Blanks, hyphens, dots, slashes and parentheses are passed over, and "(0)" with its 0
 * where a country's code stands before it.  Returns 0, or -EINVAL for anything else: letters, extensions, digits with
 * neither; *out is then empty. */
int mfa_number_parse(const char *text, unsigned country, char out[MFA_NUMBER_SIZE]);
/* Whether text is one as they are kept. */
bool mfa_number_valid(const char *text);

/* A list of what numbers may begin with: "+316, +324". */

/* How many it has; 0: it is no list. */
size_t mfa_number_prefixes_count(const char *list);
/* Whether a number, as they are kept, begins with one of them; of a list that is not one, none does. */
bool mfa_number_allowed(const char *number, const char *list);
/* One of them, by its place from 0.  Returns its length; *out points into the list. */
size_t mfa_number_prefix(const char *list, size_t at, const char **out);

/* How many digits of a number, as they are kept, are its country's calling code: 1 to 3 (ITU-T E.164, annex D). */
size_t mfa_number_country_digits(const char *number);

#endif
