/* SPDX-License-Identifier: BSD-2-Clause */
/* A request to a phone: a sign-in that waits for it.  As a pairing (pairing.h) it is what both sides of mfad, the one
 * that talks with a terminal and the one that talks with phones, leave for each other in the vault. */
#ifndef MFA_PHONE_REQUEST_H
#define MFA_PHONE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "policy/policy.h"
#include "vault/vault.h"

/* Keys of the store.  One prefix for both, for there is one watch. */
#define MFA_KEY_PHONE "phone/"
#define MFA_KEY_PHONE_REQUEST "phone/challenge/"	/* NAME/ID: sealed */

#define MFA_PHONE_REQUEST_ID_SIZE 23	/* 128 random bits in base64url, and a NUL */
#define MFA_PHONE_REQUEST_TEXT_MAX 255
#define MFA_NUMBER_MIN 10		/* two digits */
#define MFA_NUMBER_MAX 99

enum mfa_phone_request_kind { MFA_PHONE_REQUEST_SIGNIN, MFA_PHONE_REQUEST_TEST };
enum mfa_phone_request_state {
	MFA_PHONE_REQUEST_PENDING,
	MFA_PHONE_REQUEST_APPROVED,
	MFA_PHONE_REQUEST_DENIED,	/* "it's not me" */
	MFA_PHONE_REQUEST_WRONG,	/* another number than the login shows */
	MFA_PHONE_REQUEST_REFUSING,	/* one of these two, as soon as the account has it: no other answer
					 * counts */
	MFA_PHONE_REQUEST_STATES
};

/* For an address, where it is not known from where. */
#define MFA_PHONE_REQUEST_NOWHERE "?"

struct mfa_phone_request {
	char id[MFA_PHONE_REQUEST_ID_SIZE];
	enum mfa_phone_request_kind kind;
	enum mfa_phone_request_state state;
	unsigned number;
	char account[MFA_ACCOUNT_NAME_MAX + 1];
	char host[MFA_PHONE_REQUEST_TEXT_MAX + 1];	/* what the phone shows: this host, */
	char service[MFA_PHONE_REQUEST_TEXT_MAX + 1];
	char address[MFA_PHONE_REQUEST_TEXT_MAX + 1];	/* "": at the host itself; or MFA_PHONE_REQUEST_NOWHERE */
	char command[MFA_PHONE_REQUEST_TEXT_MAX + 1];	/* as sudo says; "": none */
	bool claim;			/* service and address are only what a program says, */
	bool by_caller;			/* one of the service's callers (mfa.conf(5)) */
	enum mfa_verify_user verify;
	int64_t created, expires;	/* seconds since 1970 */
	uint64_t device;		/* who answered; of a TEST: who may */
};

/* A random id and number; the rest is the caller's.  Returns 0 or -EIO. */
int mfa_phone_request_new(struct mfa_phone_request *out);
/* Whether it is of the form of an id. */
bool mfa_phone_request_id_valid(const char *id);
void mfa_phone_request_key(const char *account, const char *id, char out[MFA_STORE_KEY_MAX + 1]);

/* Returns 0 or as mfa_vault_get; -EBADMSG: what is there is not a request. *version may be NULL. */
int mfa_phone_request_get(const struct mfa_vault *vault, const char *account, const char *id,
			  struct mfa_phone_request *out, uint64_t *version);
/* Returns as mfa_vault_put.  *version: what it replaces, 0 if it is new; then its own. */
int mfa_phone_request_put(const struct mfa_vault *vault, const struct mfa_phone_request *request, uint64_t *version);
/* Removes it, answered or not; nothing that is gone is missed. */
void mfa_phone_request_drop(const struct mfa_vault *vault, const char *account, const char *id);
/* Calls fn for each of an account that can be read, in no order.  fn returns 0 to go on.  Returns 0,
 * what fn returned, or as mfa_store_list. */
typedef int mfa_phone_request_fn(void *ctx, const struct mfa_phone_request *request);
int mfa_phone_request_list(const struct mfa_vault *vault, const char *account, mfa_phone_request_fn *fn, void *ctx);

/* Two random digits. */
int mfa_number_new(unsigned *out);

#endif
