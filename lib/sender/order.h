/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfad asks mfa-sender to send, and what that says of it: rows of JSON (doc/PROTOCOL).  mfad is believed; yet each
 * value is looked at before it goes into another protocol. */
#ifndef MFA_ORDER_H
#define MFA_ORDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "address/email.h"

#define MFA_ORDER_ID_SIZE 24
#define MFA_ORDER_TEXT_SIZE 257
#define MFA_ORDER_ANSWER_SIZE 512
#define MFA_ORDER_WHY_SIZE 32

enum mfa_order_method { MFA_ORDER_EMAIL, MFA_ORDER_SMS, MFA_ORDER_METHOD_COUNT };
extern const char *const mfa_order_methods[MFA_ORDER_METHOD_COUNT];

enum mfa_order_kind {
	MFA_ORDER_CODE,		/* a code to sign in, or to enrol the address */
	MFA_ORDER_ADDED,	/* the address gets codes of an account from now on */
	MFA_ORDER_REMOVED,	/* and no more */
	MFA_ORDER_TEST,		/* mfa-admin test-send */
	MFA_ORDER_KIND_COUNT
};
extern const char *const mfa_order_kinds[MFA_ORDER_KIND_COUNT];

struct mfa_order {
	char id[MFA_ORDER_ID_SIZE];
	enum mfa_order_method method;
	enum mfa_order_kind kind;
	char to[MFA_EMAIL_MAX + 1];		/* by its method mfa_email_valid or mfa_number_valid */
	const char *language;			/* of mfa_language_find; NULL: English */
	char code[12];				/* digits; "" unless it is a MFA_ORDER_CODE */
	char account[MFA_ORDER_TEXT_SIZE];	/* printable, as what follows; may be "" */
	char host[MFA_ORDER_TEXT_SIZE], service[MFA_ORDER_TEXT_SIZE], address[MFA_ORDER_TEXT_SIZE];
	int64_t time, until;			/* seconds since 1970 */
};

/* Reads {"event":"send",...}.  Returns 0 or -EINVAL: something is missing, or not fit for where it goes; out->id is
 * then what there is of it, so that it can be answered.  Wipe *out. */
int mfa_order_read(const json_t *row, struct mfa_order *out);

enum mfa_order_result {
	MFA_ORDER_UNKNOWN,	/* it may have been taken, and is not sent again */
	MFA_ORDER_SENT,	/* somebody has taken it, who may still lose it */
	MFA_ORDER_FAILED,
	MFA_ORDER_RETRY,	/* surely not taken, and it is tried again */
	MFA_ORDER_RESULT_COUNT
};
extern const char *const mfa_order_results[MFA_ORDER_RESULT_COUNT];

#define MFA_ORDER_WHY_ANSWER "answer"	/* FAILED: it was taken, with words that are not those of success */

struct mfa_order_report {
	char id[MFA_ORDER_ID_SIZE];
	enum mfa_order_result result;
	int status;				/* of the other side; 0: none */
	char why[MFA_ORDER_WHY_SIZE];		/* a word for the log; "" */
	char answer[MFA_ORDER_ANSWER_SIZE];	/* what the other side said, of a test alone; printable */
};

/* {"id","result","why","status"[,"answer"]}.  Returns 0 or -EINVAL. */
int mfa_order_report_read(const json_t *row, struct mfa_order_report *out);
/* NULL: memory ran out.  The caller has the reference. */
json_t *mfa_order_report_json(const struct mfa_order_report *report);

#endif
