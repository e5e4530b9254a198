/* SPDX-License-Identifier: BSD-2-Clause */
/* What a phone's page says, as mfa-portal hands it on: JSON of anybody's making (doc/PROTOCOL). */
#ifndef MFA_CALL_H
#define MFA_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "phone/pairing.h"
#include "phone/request.h"

#define MFA_ORIGIN_MAX 200
#define MFA_CALL_MAX 15000		/* bytes of a call */
#define MFA_CLIENT_DATA_MAX 2048
#define MFA_AUTHENTICATOR_DATA_MAX 1024
#define MFA_DER_SIGNATURE_MAX 80

enum mfa_call_kind {
	MFA_CALL_HELLO, MFA_CALL_LOOK, MFA_CALL_PAIR, MFA_CALL_LIST, MFA_CALL_ANSWER,
	MFA_CALL_SUBSCRIBE, MFA_CALL_UNPAIR, MFA_CALL_PUSHED,
};

/* What a passkey says (WebAuthn level 2, section 5.2). */
struct mfa_webauthn {
	bool given;
	size_t client_data_len;
	uint8_t client_data[MFA_CLIENT_DATA_MAX];
	size_t data_len;
	uint8_t data[MFA_AUTHENTICATOR_DATA_MAX];
	size_t id_len;			/* of an assertion: which passkey, */
	uint8_t id[MFA_CREDENTIAL_MAX];
	size_t signature_len;		/* and its signature, in DER */
	uint8_t signature[MFA_DER_SIGNATURE_MAX];
};

struct mfa_call {
	enum mfa_call_kind kind;
	json_t *json;
	const char *payload;		/* the text that is signed: PAIR, LIST, ANSWER, SUBSCRIBE, UNPAIR; not
					 * a word of it counts before mfa_call_verify */
	uint8_t signature[MFA_P256_SIGNATURE_SIZE];
	char origin[MFA_ORIGIN_MAX + 1];
	char account[MFA_ACCOUNT_NAME_MAX + 1];
	uint64_t device;
	int64_t time;
	char token[MFA_TOKEN_SIZE];	/* LOOK, PAIR */
	char name[MFA_LABEL_MAX + 1];	/* PAIR */
	struct mfa_phone phone;		/* PAIR; of SUBSCRIBE its subscription and language */
	struct mfa_phone_request shown;	/* ANSWER: which one, and what the phone showed of it */
	bool approves;
	unsigned number;		/* that was typed; 0: none, or no number */
	struct mfa_webauthn webauthn;
	char push[MFA_PHONE_REQUEST_ID_SIZE];	/* PUSHED: which one */
	int64_t status;			/* of HTTP; 0: there was no answer */
};

/* Reads a call.  Returns 0, -EBADMSG or -ENOMEM.  *out is NULL on error; free it. */
int mfa_call_parse(const char *text, size_t len, struct mfa_call **out);
void mfa_call_free(struct mfa_call **call);

/* Whether the payload is signed with this key.  Returns 0, -EBADMSG or -EINVAL (not a key). */
int mfa_call_verify(const struct mfa_call *call, const uint8_t key[MFA_P256_PUBLIC_SIZE]);
/* Whether what the phone showed is what the request says. */
bool mfa_call_shows(const struct mfa_call *call, const struct mfa_phone_request *request);

/* Passkeys: both return 0 or -EBADMSG.  host: of the page's origin. */

/* Whether one was made for this page and this token, after the phone's own unlock, and has the id and
 * the key that the payload gives.  No attestation is asked for: the page's word is taken once. */
int mfa_webauthn_check_made(const struct mfa_call *call, const char *origin, const char *host);
/* Whether the phone was unlocked for this very payload: level 2, section 7.2. */
int mfa_webauthn_check_used(const struct mfa_call *call, const struct mfa_phone *phone,
			    const char *origin, const char *host);

#endif
