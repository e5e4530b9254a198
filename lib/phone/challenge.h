/* SPDX-License-Identifier: BSD-2-Clause */
/* A sign-in that waits for a phone, and a phone that is being paired: what both sides of mfad, the one
 * that talks with a terminal and the one that talks with phones, leave for each other in the
 * store. */
#ifndef MFA_CHALLENGE_H
#define MFA_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "policy/policy.h"
#include "vault/vault.h"

/* Keys of the store.  One prefix, for there is one watch. */
#define MFA_KEY_PHONE "phone/"
#define MFA_KEY_CHALLENGE "phone/challenge/"	/* NAME/ID: sealed */
#define MFA_KEY_PAIRING "phone/pairing/"	/* DEVICE: sealed */

#define MFA_CHALLENGE_ID_SIZE 23	/* 128 random bits in base64url, and a NUL */
#define MFA_CHALLENGE_TEXT_MAX 255
#define MFA_NUMBER_MIN 10		/* two digits */
#define MFA_NUMBER_MAX 99
#define MFA_DEVICE_ID_SIZE 17		/* 16 hexadecimal digits, and a NUL */

enum mfa_challenge_kind { MFA_CHALLENGE_SIGNIN, MFA_CHALLENGE_TEST };
enum mfa_challenge_state {
	MFA_CHALLENGE_PENDING,
	MFA_CHALLENGE_APPROVED,
	MFA_CHALLENGE_DENIED,		/* "it's not me" */
	MFA_CHALLENGE_WRONG,		/* another number than the login shows */
	MFA_CHALLENGE_REFUSING,		/* one of these two, as soon as the account has it: no other answer counts */
};

/* For an address, where it is not known from where. */
#define MFA_CHALLENGE_NOWHERE "?"

struct mfa_challenge {
	char id[MFA_CHALLENGE_ID_SIZE];
	enum mfa_challenge_kind kind;
	enum mfa_challenge_state state;
	unsigned number;
	char account[MFA_ACCOUNT_NAME_MAX + 1];
	char host[MFA_CHALLENGE_TEXT_MAX + 1];		/* what the phone shows: this host, */
	char service[MFA_CHALLENGE_TEXT_MAX + 1];
	char address[MFA_CHALLENGE_TEXT_MAX + 1];	/* "": at the host itself; or MFA_CHALLENGE_NOWHERE */
	char command[MFA_CHALLENGE_TEXT_MAX + 1];	/* as sudo says; "": none */
	bool claim;			/* service and address are only what a program says */
	enum mfa_verify_user verify;
	int64_t created, expires;	/* seconds since 1970 */
	uint64_t device;		/* who answered; of a TEST: who may */
};

/* A random id and number; the rest is the caller's.  Returns 0 or -EIO. */
int mfa_challenge_new(struct mfa_challenge *out);
/* Whether it is of the form of an id. */
bool mfa_challenge_id_valid(const char *id);
void mfa_challenge_key(const char *account, const char *id, char out[MFA_STORE_KEY_MAX + 1]);

/* Returns 0 or as mfa_vault_get; -EBADMSG: what is there is not a challenge. *version may be NULL. */
int mfa_challenge_get(const struct mfa_vault *vault, const char *account, const char *id,
		      struct mfa_challenge *out, uint64_t *version);
/* Returns as mfa_vault_put.  *version: what it replaces, 0 if it is new; then its own. */
int mfa_challenge_put(const struct mfa_vault *vault, const struct mfa_challenge *challenge, uint64_t *version);
/* Removes it, answered or not; nothing that is gone is missed. */
void mfa_challenge_drop(const struct mfa_vault *vault, const char *account, const char *id);
/* Calls fn for each of an account that can be read, in no order.  fn returns 0 to go on.  Returns 0,
 * what fn returned, or as mfa_store_list. */
typedef int mfa_challenge_fn(void *ctx, const struct mfa_challenge *challenge);
int mfa_challenge_list(const struct mfa_vault *vault, const char *account, mfa_challenge_fn *fn, void *ctx);

/* Pairing. */

#define MFA_TOKEN_SIZE 23		/* 128 random bits in base64url, and a NUL */
#define MFA_TOKEN_HASH_SIZE 32

struct mfa_pairing {
	uint64_t device;		/* the id that the device will have: of the token's hash, so that both
					 * find it, and who reads the store finds neither */
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
/* Two random digits. */
int mfa_number_new(unsigned *out);

void mfa_device_id_format(uint64_t id, char out[MFA_DEVICE_ID_SIZE]);
/* Returns 0 or -EINVAL. */
int mfa_device_id_parse(const char *text, uint64_t *out);

/* As those of challenges. */
int mfa_pairing_get(const struct mfa_vault *vault, uint64_t device, struct mfa_pairing *out, uint64_t *version);
int mfa_pairing_put(const struct mfa_vault *vault, const struct mfa_pairing *pairing, uint64_t version);
void mfa_pairing_drop(const struct mfa_vault *vault, uint64_t device);

#endif
