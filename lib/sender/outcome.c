/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/outcome.h"

#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#define OUTCOME(r, w) ((struct mfa_outcome){ .result = MFA_ORDER_##r, .why = (w) })

/* No connection came about, or it broke before anything of the message had left: by curl's codes.  All others are
 * mistakes that another try does not mend. */
static const struct { CURLcode code; const char *why; } passing[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, "name" },
	{ CURLE_COULDNT_CONNECT, "connection" },
	{ CURLE_OPERATION_TIMEDOUT, "time-out" },
	{ CURLE_GOT_NOTHING, "hung-up" },
	{ CURLE_SEND_ERROR, "hung-up" },
	{ CURLE_RECV_ERROR, "hung-up" },
	{ CURLE_WEIRD_SERVER_REPLY, "reply" },
};

static const struct { CURLcode code; const char *why; } lasting[] = {
	{ CURLE_LOGIN_DENIED, "login" },
	{ CURLE_USE_SSL_FAILED, "no-tls" },
	{ CURLE_PEER_FAILED_VERIFICATION, "certificate" },
	{ CURLE_SSL_CONNECT_ERROR, "tls" },
	{ CURLE_SSL_CACERT_BADFILE, "certificates" },
};

static struct mfa_outcome by_code(CURLcode code)
{
	size_t i;

	for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (passing[i].code == code)
			return OUTCOME(RETRY, passing[i].why);
	for (i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
		if (lasting[i].code == code)
			return OUTCOME(FAILED, lasting[i].why);
	return OUTCOME(FAILED, "error");
}

struct mfa_outcome mfa_outcome_smtp(CURLcode code, int status, bool body_begun)
{
	if (code == CURLE_OK)
		return OUTCOME(SENT, "");
	/* Its last word: also of the message itself (RFC 5321 section 4.2.1). */
	if (status >= 500 && status <= 599)
		return OUTCOME(FAILED, code == CURLE_LOGIN_DENIED ? "login" : "refused");
	if (status >= 400 && status <= 499)
		return OUTCOME(RETRY, "later");
	if (body_begun)
		return OUTCOME(UNKNOWN, code == CURLE_OPERATION_TIMEDOUT ? "time-out" : "hung-up");
	return by_code(code);
}

/* Whether an answer has a text, whatever blanks stand in either: JSON may have them anywhere. */
static bool has_text(const char *answer, const char *text)
{
	static const char blanks[] = " \t\r\n";
	const char *a, *t;

	text += strspn(text, blanks);
	for (; *answer != '\0'; answer++) {
		for (a = answer, t = text; *t != '\0' && *a == *t;) {
			a += 1 + strspn(a + 1, blanks);
			t += 1 + strspn(t + 1, blanks);
		}
		if (*t == '\0')
			return true;
	}
	return *text == '\0';
}

struct mfa_outcome mfa_outcome_http(CURLcode code, int status, bool began, const char *success, const char *answer)
{
	bool said = success == NULL || has_text(answer, success);

	if (status >= 200 && status <= 299) {
		if (said && (code == CURLE_OK || success != NULL))
			return OUTCOME(SENT, "");
		return code == CURLE_OK ? OUTCOME(FAILED, MFA_ORDER_WHY_ANSWER)
					: OUTCOME(UNKNOWN, MFA_ORDER_WHY_ANSWER);
	}
	if (status == 429 || status == 503)
		return OUTCOME(RETRY, "later");
	/* Something behind the gateway went wrong, which may have had it already; so, too, with a number of its own, as
	 * those that stand before others have (520 to 527). */
	if (status >= 500)
		return OUTCOME(UNKNOWN, "gateway");
	if (status >= 300)
		return OUTCOME(FAILED, "refused");
	if (began)
		return OUTCOME(UNKNOWN, code == CURLE_OPERATION_TIMEDOUT ? "time-out" : "hung-up");
	return by_code(code);
}

struct mfa_outcome mfa_outcome_command(int status, bool timed_out)
{
	if (timed_out || !WIFEXITED(status))
		return OUTCOME(UNKNOWN, timed_out ? "time-out" : "signal");
	if (WEXITSTATUS(status) == EX_TEMPFAIL)
		return OUTCOME(RETRY, "later");
	return WEXITSTATUS(status) == 0 ? OUTCOME(SENT, "") : OUTCOME(FAILED, "command");
}

int64_t mfa_outcome_pause(unsigned tries)
{
	static const int64_t seconds[] = { 2, 5, 15, 45 };
	size_t i = tries > 0 ? tries - 1 : 0;

	/* Greylisting takes minutes: the last goes on until the message is of no use any more. */
	return seconds[i < sizeof(seconds) / sizeof(seconds[0]) ? i : sizeof(seconds) / sizeof(seconds[0]) - 1] * 1000;
}
