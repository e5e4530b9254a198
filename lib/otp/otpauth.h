/* SPDX-License-Identifier: BSD-2-Clause */
/* The otpauth:// URI that authenticator apps read from a QR code
 * (github.com/google/google-authenticator/wiki/Key-Uri-Format). */
#ifndef MFA_OTPAUTH_H
#define MFA_OTPAUTH_H

#include <stddef.h>
#include <stdint.h>

#include "otp/hotp.h"

#define MFA_OTPAUTH_NAME_MAX 128	/* bytes of an issuer or an account */
#define MFA_OTPAUTH_URI_MAX 2048	/* bytes without the NUL; each valid struct fits */

enum mfa_otpauth_type { MFA_OTPAUTH_TOTP, MFA_OTPAUTH_HOTP, MFA_OTPAUTH_COUNT };

struct mfa_otpauth {
	enum mfa_otpauth_type type;
	enum mfa_hash hash;
	unsigned digits;			/* 6 to 8 */
	unsigned period;			/* seconds; TOTP */
	uint64_t counter;			/* the next one; HOTP */
	size_t secret_len;
	uint8_t secret[MFA_OTP_SECRET_MAX];
	char issuer[MFA_OTPAUTH_NAME_MAX + 1];	/* UTF-8, "" if none */
	char account[MFA_OTPAUTH_NAME_MAX + 1];	/* UTF-8 */
};

/* Parses uri[0..len).  Missing parameters get the format's defaults (SHA1, 6
 * digits, 30 seconds); an unknown one is ignored (as are a TOTP's counter and an
 * HOTP's period), a known one given twice is an error; HOTP needs its counter; an
 * issuer in the label and one in the parameter that differ: the parameter wins.
 * The account must have a name; spaces around names are dropped; a '+' in a
 * parameter is a space, as in forms.  Control characters and invalid UTF-8 are
 * refused, escaped ones too.
 * Returns 0 or -EINVAL; *why (may be NULL) then is a constant sentence without
 * any of the input, else NULL.  *out is wiped on error; it holds a secret, so the
 * caller wipes it with mfa_otpauth_wipe when done. */
int mfa_otpauth_parse(const char *uri, size_t len, struct mfa_otpauth *out,
		      const char **why);

/* Writes the URI with a NUL into buf; the issuer goes both into the label and
 * the parameter, as Microsoft and Google Authenticator want it, spaces as %20.
 * Parameters that have the default value are left out (a smaller QR code;
 * Microsoft Authenticator shows no others), but the secret is always there,
 * the issuer unless it is "", and an HOTP's counter.  Returns 0, -EINVAL (*in is
 * not what mfa_otpauth_parse could have made) or -ENOBUFS; buf is "" on error, a
 * size of MFA_OTPAUTH_URI_MAX + 1 is always enough. */
int mfa_otpauth_format(const struct mfa_otpauth *in, char *buf, size_t size);

void mfa_otpauth_wipe(struct mfa_otpauth *otpauth);

#endif
