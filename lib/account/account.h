/* SPDX-License-Identifier: BSD-2-Clause */
/* A person's record: devices, recovery codes, throttles, the last sign-ins; and
 * its form at rest, JSON with a format version (before it is sealed). */
#ifndef MFA_ACCOUNT_H
#define MFA_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/known.h"
#include "method/method.h"
#include "otp/hotp.h"
#include "policy/policy.h"
#include "throttle/lately.h"
#include "throttle/throttle.h"
#include "throttle/total.h"
#include "webpush/webpush.h"

#define MFA_ACCOUNT_NAME_MAX 256
#define MFA_LABEL_MAX 64		/* bytes of a device's label */
#define MFA_DEVICES_MAX 16
#define MFA_RECOVERY_COUNT 10
#define MFA_RECOVERY_HASH_SIZE 16
#define MFA_EVENTS_MAX 20
#define MFA_EVENT_TEXT_MAX 64
#define MFA_FAILURES_MAX 8		/* places where answers were wrong */

#define MFA_ENDPOINT_MAX 1000		/* bytes of a push service's URL */
#define MFA_CREDENTIAL_MAX 512		/* bytes of a passkey's id */
#define MFA_ASKED_MAX 10		/* of what was asked for within an hour: requests to phones, codes that were sent */
#define MFA_SENT_DIGITS 6		/* of a code that is sent */
#define MFA_PLACE_SIZE 16		/* bytes that tell one place from another */
#define MFA_FAR_MAX 16			/* counters of a token that are no longer good by themselves */

/* A phone with our page: what its answers are verified with, and where it can be reached. */
struct mfa_phone {
	uint8_t key[MFA_P256_PUBLIC_SIZE];
	char language[3];		/* of its notifications: "nl" */
	bool subscribed;		/* to Web Push: then both of these */
	char endpoint[MFA_ENDPOINT_MAX + 1];
	struct mfa_subscription_keys push;
	size_t credential_len;		/* 0: the phone has no unlock of its own (WebAuthn) */
	uint8_t credential[MFA_CREDENTIAL_MAX];
	uint8_t credential_key[MFA_P256_PUBLIC_SIZE];
};

struct mfa_device {
	uint64_t id;			/* random, of this device alone; never 0 */
	char label[MFA_LABEL_MAX + 1];
	enum mfa_device_type type;
	enum mfa_hash hash;
	unsigned digits;
	unsigned period;		/* seconds; TOTP */
	size_t secret_len;
	uint8_t secret[MFA_OTP_SECRET_MAX];
	uint64_t last_step;		/* TOTP: the newest time step whose code was accepted; 0: none */
	int drift;			/* TOTP: learned, in steps: how far ahead the device's clock is */
	uint64_t counter;		/* HOTP: the next one that may be accepted (RFC 4226 section 7.2) */
	uint64_t resync;		/* HOTP: the counter whose code must follow one that was right but
					 * too far ahead (section 7.4); 0: none */
	size_t far_count;		/* HOTP: counters whose codes were shown when they were too far ahead: */
	uint64_t far[MFA_FAR_MAX];	/* right only with the next one after them.  None is below counter */
	int64_t created;		/* seconds since 1970 */
	int64_t used;			/* 0: never */
	struct mfa_phone *phone;	/* PUSH: the account's, as the device is */
	char *address;			/* EMAIL, SMS: likewise; where codes are sent, "x@y" or "+31612345678" */
};

/* What was asked for on somebody's word: requests to the phones of an account, codes that were sent to it. */
struct mfa_asked {
	size_t count;			/* that nobody has answered, */
	int64_t times[MFA_ASKED_MAX];	/* the oldest first */
};
struct mfa_push_state {
	struct mfa_asked asked, asked_local, asked_caller;	/* on whose word (enum mfa_voice) */
	int64_t wrong;			/* when a wrong number was last typed; 0: never */
	int64_t stopped;		/* since when phones are not asked; 0: they are */
	int64_t caller_wrong;		/* the same of requests that callers made, which */
	int64_t caller_stopped;		/* stop no others */
};

/* A code that was sent and is not used yet: one at a time of each voice, so that nobody's code is replaced, or its tries
 * used up, by what a user's own programs or callers ask for.  Kept as it is, not as a hash, so that it can be sent
 * again (doc/THREATS): the record is sealed. */
struct mfa_sent {
	char code[MFA_SENT_DIGITS + 1];	/* "": there is none */
	uint8_t place[MFA_PLACE_SIZE];	/* where it is good */
	enum mfa_method_id method;	/* how it was sent, */
	uint64_t device;		/* and to which; none of the account's where it was made for show */
	int64_t created, until;		/* no longer good then */
	int64_t said_at;		/* when it was last sent */
	unsigned left;			/* how often an answer is compared with it yet; 0: it is void */
};

/* Wrong codes of an app or token within four weeks, whatever was right meanwhile. */
enum mfa_total_kind {
	MFA_TOTAL_CODE,			/* on root's word */
	MFA_TOTAL_LOCAL_CODE,		/* by the user's own programs */
	MFA_TOTAL_CALLER_CODE,		/* by callers */
	MFA_TOTAL_COUNT
};

/* A temporary access pass: gets in until it ends or is used up, and may enrol a phone. */
struct mfa_pass {
	uint8_t salt[MFA_RECOVERY_HASH_SIZE];
	uint8_t hash[MFA_RECOVERY_HASH_SIZE];
	int64_t created;
	int64_t until;			/* seconds since 1970: no longer good then */
	uint32_t uses;			/* left; 0: there is no pass */
};

struct mfa_event {
	int64_t time;
	char service[MFA_EVENT_TEXT_MAX + 1];
	char rhost[MFA_EVENT_TEXT_MAX + 1];
	char method[16];
	char result[16];
};

#define MFA_ELSEWHERE "*"		/* service and address of what is put together */
#define MFA_LOCAL "local:"		/* before a service that a user's own program claims */
#define MFA_CALLER "caller:"		/* before a service that a caller asks for, who stands behind it in parentheses */
#define MFA_FAILURES_CLAIMED_MAX 2	/* of MFA_FAILURES_MAX, places that each of the two claims: any number */

/* Wrong answers at one place (service and address): the last of them, and how many. */
struct mfa_failure {
	struct mfa_event last;
	int64_t first;
	uint32_t count;
};

/* Wrong answers on root's word that no sign-in has told the owner of. */
struct mfa_unheard {
	uint32_t count;
	int64_t first, last;
	int64_t pushed;			/* when the account's phones were last told; 0: never */
};

struct mfa_account {
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	bool has_uid;			/* false: imported under a name that the system did not know */
	uint32_t uid;
	int64_t created;
	size_t device_count;
	struct mfa_device devices[MFA_DEVICES_MAX];
	uint8_t recovery_salt[MFA_RECOVERY_HASH_SIZE];
	size_t recovery_count;		/* codes not used yet */
	uint8_t recovery[MFA_RECOVERY_COUNT][MFA_RECOVERY_HASH_SIZE];
	struct mfa_pass pass;
	struct mfa_push_state push;
	struct mfa_sent sent[MFA_VOICE_COUNT];
	struct mfa_asked asked_sent[MFA_VOICE_COUNT];	/* codes that were sent and not used */
	uint32_t epoch;			/* what is remembered, or was shown, of another epoch is void */
	uint32_t postponed;		/* how often enrolment was put off */
	int64_t told;			/* devices that are newer have not been told of at a sign-in */
	struct mfa_throttle throttles[MFA_BUDGET_COUNT];
	struct mfa_total totals[MFA_TOTAL_COUNT];
	struct mfa_known known;		/* codes that it has seen */
	struct mfa_lately lately;	/* of a decoy: the names that it stood in for */
	size_t event_count;
	struct mfa_event events[MFA_EVENTS_MAX];	/* the newest last */
	size_t failure_count;
	struct mfa_failure failures[MFA_FAILURES_MAX];	/* the newest last */
	struct mfa_unheard unheard;
	char *unknown;			/* members of a later version's, JSON (lib/account/unknown.h); NULL: none */
	unsigned unknown_format;	/* with them: the record's, which is then not lowered */
};

/* An empty record.  Returns 0, -EINVAL (mfa_account_name_valid) or -ENOMEM. */
int mfa_account_new(const char *name, struct mfa_account **out);
/* Wipes, frees, sets NULL. */
void mfa_account_free(struct mfa_account **account);

/* 1 to MFA_ACCOUNT_NAME_MAX bytes of valid UTF-8, no control character, no slash or space, not
 * beginning with a hyphen. */
bool mfa_account_name_valid(const char *name);
/* 1 to MFA_LABEL_MAX bytes of valid UTF-8, no control character. */
bool mfa_label_valid(const char *label);

/* The device with a label, or NULL. */
struct mfa_device *mfa_account_device(struct mfa_account *account, const char *label);
/* The device with an id, or NULL. */
struct mfa_device *mfa_account_device_by_id(struct mfa_account *account, uint64_t id);
/* A copy, with what it owns; gives it an id if it has none.  Returns 0, -ENOSPC (MFA_DEVICES_MAX are there),
 * -EEXIST (that label or id is), -EINVAL (it has no address that codes of its method can be sent to, or has one and
 * should not), -ENOMEM or -EIO. */
int mfa_account_add_device(struct mfa_account *account, const struct mfa_device *device);
/* Wipes and frees what it owns. */
void mfa_device_release(struct mfa_device *device);
/* By its label, or else by its number in the list, from 1.  NULL if there is none. */
struct mfa_device *mfa_account_find_device(struct mfa_account *account, const char *which);
/* The same as mfa_account_remove_device, and with the last one go the recovery codes, and the epoch: without a device
 * the account is as one that never enrolled, and codes that outlive it would let in whoever finds the paper. */
void mfa_account_drop_device(struct mfa_account *account, struct mfa_device *device);
/* device points into the account.  With it goes a code that was sent to it. */
void mfa_account_remove_device(struct mfa_account *account, struct mfa_device *device);
/* Keeps the last MFA_EVENTS_MAX; what was wrong is added up by its place instead, so that guesses do not drive out what
 * was right: MFA_FAILURES_MAX places, and then the oldest are put together as place "*" (those that a user's own
 * programs claim as "local:*", those of callers as "caller:*", never with others).  Texts are cut to what fits, at whole UTF-8 characters; a space becomes '_'. */
void mfa_account_add_event(struct mfa_account *account, int64_t time, const char *service,
			   const char *rhost, const char *method, const char *result);
/* Whether its service and address are no more than what a program says that is not root's. */
bool mfa_event_is_claim(const struct mfa_event *event);

/* Of which kind its devices are: enum mfa_method_kind. */
enum mfa_method_kind mfa_device_kind(const struct mfa_device *device);
unsigned mfa_account_methods(const struct mfa_account *account);
/* Whether one of its devices is enough for the account (alone: of which methods one is), also without the one of that
 * label (NULL: with all). */
bool mfa_account_is_enough(const struct mfa_account *account, unsigned alone, const char *without);
/* Whether the account has a pass that is good at `now`. */
bool mfa_account_has_pass(const struct mfa_account *account, int64_t now);
/* What a type of device is called in the record and in lists. */
const char *mfa_device_type_word(enum mfa_device_type type);
/* Only of methods that have devices.  Returns 0 or -ENOENT. */
int mfa_device_type_of_word(const char *word, enum mfa_device_type *out);

/* Writes the record as JSON, in the lowest format that holds what it has, so that an older version can still read
 * it where nothing in it is newer; *out is a secret: wipe it (len bytes) and free() it.
 * Returns 0 or -ENOMEM. */
int mfa_account_format(const struct mfa_account *account, char **out, size_t *len);
/* Reads it; members that this version does not know are kept, and written again.  Returns 0, -EBADMSG (not a
 * record, or one that breaks a rule above), -EPROTONOSUPPORT (a newer format) or -ENOMEM.  *out is NULL on error. */
int mfa_account_parse(const char *text, size_t len, struct mfa_account **out);

#endif
