/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a code is sent, as it is shown to whoever has given a password: enough for the owner to know it again, and no
 * more.  ASCII, for a C locale shows anything else as numbers.  Pure. */
#ifndef MFA_MASK_H
#define MFA_MASK_H

#include <stdint.h>

#define MFA_MASK_SIZE 80

/* "j***@s***.nl"; the same number of asterisks whatever they stand for.  "***" for what is not valid. */
void mfa_mask_email(const char *email, char out[MFA_MASK_SIZE]);
/* "+31 ** **** *78": the country and the last two digits. */
void mfa_mask_number(const char *number, char out[MFA_MASK_SIZE]);

/* The same for a name without an account, made up from `name`: 32 bits of a keyed hash of it (mfa_record.name), so that
 * it stays what it is for as long as the key does. */

void mfa_mask_made_up_email(uint32_t name, char out[MFA_MASK_SIZE]);
/* One of those that prefixes allows (address/number.h); where that is no list, of the country with that calling code. */
void mfa_mask_made_up_number(uint32_t name, unsigned country, const char *prefixes, char out[MFA_MASK_SIZE]);

#endif
