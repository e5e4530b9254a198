/* SPDX-License-Identifier: BSD-2-Clause */
#include "address/mask.h"

#include <stdio.h>
#include <string.h>

#include "address/email.h"
#include "address/number.h"

#define NOTHING "***"

void mfa_mask_email(const char *email, char out[MFA_MASK_SIZE])
{
	const char *domain;

	if (!mfa_email_valid(email)) {
		(void)strcpy(out, NOTHING);
		return;
	}
	domain = mfa_email_domain(email);
	(void)snprintf(out, MFA_MASK_SIZE, "%c***@%c***%s", email[0], domain[0], strrchr(domain, '.'));
}

void mfa_mask_number(const char *number, char out[MFA_MASK_SIZE])
{
	if (!mfa_number_valid(number)) {
		(void)strcpy(out, NOTHING);
		return;
	}
	(void)snprintf(out, MFA_MASK_SIZE, "%.*s ** **** *%s", (int)(1 + mfa_number_country_digits(number)), number,
		       number + strlen(number) - 2);
}

/* A number below `below` from some of the bits; what is drawn from others does not follow from it.  The lowest bit is
 * always set (lib/account/decoy.c). */
static unsigned draw(uint32_t name, unsigned shift, unsigned below)
{
	return (name >> shift) % below;
}

void mfa_mask_made_up_email(uint32_t name, char out[MFA_MASK_SIZE])
{
	/* As often as names begin so, and as mailboxes are there. */
	static const char letters[] = "jjjjmmmmaaassscccdddeerrllbbkkhhttppffnnggwwiivvooyz";
	static const char *const domains[] = {
		"gmail.com", "gmail.com", "gmail.com", "outlook.com", "hotmail.com", "hotmail.com", "live.com", "icloud.com",
	};
	char email[32];

	(void)snprintf(email, sizeof(email), "%c@%s", letters[draw(name, 1, sizeof(letters) - 1)],
		       domains[draw(name, 16, sizeof(domains) / sizeof(domains[0]))]);
	mfa_mask_email(email, out);
}

void mfa_mask_made_up_number(uint32_t name, unsigned country, const char *prefixes, char out[MFA_MASK_SIZE])
{
	char number[MFA_NUMBER_SIZE + 16];
	const char *prefix = NULL;
	size_t len = 0, count = mfa_number_prefixes_count(prefixes);

	if (count > 0)
		len = mfa_number_prefix(prefixes, draw(name, 16, (unsigned)count), &prefix);
	if (len > 0)
		len = (size_t)snprintf(number, sizeof(number), "%.*s", (int)len, prefix);
	else
		len = (size_t)snprintf(number, sizeof(number), "+%u", country);
	/* Only its country and its last two digits are seen.  A beginning may be a whole number. */
	if (len > MFA_NUMBER_DIGITS_MAX - 1)
		len = MFA_NUMBER_DIGITS_MAX - 1;
	if (len < MFA_NUMBER_DIGITS_MIN - 1) {
		memset(number + len, '0', MFA_NUMBER_DIGITS_MIN - 1 - len);
		len = MFA_NUMBER_DIGITS_MIN - 1;
	}
	(void)snprintf(number + len, sizeof(number) - len, "%02u", draw(name, 1, 100));
	mfa_mask_number(number, out);
}
