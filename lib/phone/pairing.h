/* SPDX-License-Identifier: BSD-2-Clause */
/* A phone that is being paired. */
#ifndef MFA_PAIRING_H
#define MFA_PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "policy/policy.h"
#include "vault/vault.h"

#define MFA_KEY_PAIRING "phone/pairing/"	/* DEVICE: sealed; a key of the store */
#define MFA_DEVICE_ID_SIZE 17		/* 16 hexadecimal digits, and a NUL */
#define MFA_TOKEN_SIZE 23		/* 128 random bits in base64url, and a NUL */
#define MFA_TOKEN_HASH_SIZE 32

struct mfa_pairing {
	uint64_t device;		/* the id that the device will have: of the token's hash, so that both
					 * find it, and whoever reads the store finds neither */
	uint8_t hash[MFA_TOKEN_HASH_SIZE];	/* SHA-256 of the token */
	char account[MFA_ACCOUNT_NAME_MAX + 1];
	enum mfa_verify_user verify;
	int64_t created, expires;
	bool claimed;			/* a phone has come; then: */
	unsigned number;		/* that it shows, and the terminal asks for */
	char name[MFA_LABEL_MAX + 1];
	struct mfa_phone phone;
};

/* A random token, with the device id and hash that follow from it; the rest is the caller's.
 * Returns 0 or -EIO. */
int mfa_pairing_new(struct mfa_pairing *out, char token[MFA_TOKEN_SIZE]);
/* The device id and the hash of a token.  Returns 0, -EINVAL (not of the form of one) or -EIO. */
int mfa_token_hash(const char *token, uint64_t *device, uint8_t hash[MFA_TOKEN_HASH_SIZE]);

void mfa_device_id_format(uint64_t id, char out[MFA_DEVICE_ID_SIZE]);
/* Returns 0 or -EINVAL. */
int mfa_device_id_parse(const char *text, uint64_t *out);

/* As those of requests (request.h). */
int mfa_pairing_get(const struct mfa_vault *vault, uint64_t device, struct mfa_pairing *out, uint64_t *version);
int mfa_pairing_put(const struct mfa_vault *vault, const struct mfa_pairing *pairing, uint64_t version);
void mfa_pairing_drop(const struct mfa_vault *vault, uint64_t device);

#endif
