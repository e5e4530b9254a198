/* SPDX-License-Identifier: BSD-2-Clause */
/* What came of a message, by what the connection came to.  Pure.
 *
 * Only what was surely not taken may be sent again: two text messages cost twice.  What can't be known is unknown, and
 * never "failed", nor is a status of 2xx "sent" where the answer's own words say otherwise. */
#ifndef MFA_OUTCOME_H
#define MFA_OUTCOME_H

#include "outgoing/outgoing.h"
#include "sender/order.h"

struct mfa_outcome {
	enum mfa_order_result result;
	const char *why;		/* a word for the log; "" where it was sent */
};

/* SMTP.  body_begun: the server has asked for the message, and some of it may have gone out. */
struct mfa_outcome mfa_outcome_smtp(CURLcode code, int status, bool body_begun);
/* HTTP.  began: the request may have gone out; success: NULL, or what the answer must contain, blanks aside; answer:
 * its body, as much as was kept of it. */
struct mfa_outcome mfa_outcome_http(CURLcode code, int status, bool began, const char *success, const char *answer);
/* A command.  status: of waitpid(2); timed_out: it was ended for having taken too long. */
struct mfa_outcome mfa_outcome_command(int status, bool timed_out);

/* Milliseconds until the next try after so many, at least one. */
int64_t mfa_outcome_pause(unsigned tries);

#endif
