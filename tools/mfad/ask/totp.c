/* SPDX-License-Identifier: BSD-2-Clause */
/* An authenticator app: its key is shown, and a code from it is the proof. */
#include <errno.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "clock/clock.h"
#include "language/language.h"
#include "log/log.h"
#include "mfad/ask/ask.h"
#include "otp/otpauth.h"
#include "otp/totp.h"

#define SECRET_SIZE 20		/* RFC 4226 section 4, R6: 160 bits */
#define FIRST_CODE_TRIES 5
#define OTHER_VIEWS 20		/* how often it is shown differently */
#define WARN_SECONDS 300		/* when it is said how long there is still */

extern const struct ask ask_totp;

static bool offered(const struct conversation *c, const struct mfa_policy *policy)
{
	return (policy->methods & MFA_METHOD_TOTP) != 0;
}

static int new_device(struct mfa_device *device)
{
	device->type = MFA_DEVICE_TOTP;
	device->hash = MFA_HASH_SHA1;
	device->digits = MFA_OTP_DIGITS_MIN;
	device->period = MFA_TOTP_PERIOD_DEFAULT;
	device->secret_len = SECRET_SIZE;
	device->created = mfa_clock_now();
	return RAND_bytes(device->secret, SECRET_SIZE) == 1 ? 0 : -EIO;
}

static int show_key(struct change *ch, const struct enrolment *e)
{
	const struct mfa_device *device = &e->device;
	struct mfa_otpauth otpauth = {
		.type = MFA_OTPAUTH_TOTP, .hash = device->hash, .digits = device->digits,
		.period = device->period, .secret_len = device->secret_len,
	};
	char uri[MFA_OTPAUTH_URI_MAX];
	int r;

	memcpy(otpauth.secret, device->secret, device->secret_len);
	(void)snprintf(otpauth.issuer, sizeof(otpauth.issuer), "%s", ch->c->conf->issuer);
	(void)snprintf(otpauth.account, sizeof(otpauth.account), "%.*s", MFA_OTPAUTH_NAME_MAX,
		       ch->record.account->name);
	r = mfa_otpauth_format(&otpauth, uri, sizeof(uri));
	if (r == 0)
		r = e->show(ch, e, uri);
	mfa_otpauth_wipe(&otpauth);
	explicit_bzero(uri, sizeof(uri));
	return r;
}

static bool too_late(const struct enrolment *e)
{
	return e->until != 0 && mfa_clock_now() >= e->until;
}

/* Shows the key, again and differently as long as that is wanted, and reads an answer that is
 * a code. */
static int ask_code(struct change *ch, struct enrolment *e, bool shown, char *answer, size_t size)
{
	unsigned views;
	int r = shown ? 0 : show_key(ch, e);

	for (views = 0; r == 0 && views < OTHER_VIEWS; views++, shown = false) {
		r = conversation_ask(ch->c, true, e->prompt, answer, size);
		if ((r == 0 || r == -EBADMSG) && !shown && ch->c->unshown)
			return -EOPNOTSUPP;
		if ((r == 0 || r == -EBADMSG) && too_late(e))
			return -ETIME;
		if (r == -EBADMSG)
			return 0;
		if (r != 0 || e->wants_other == NULL || !e->wants_other(e, answer))
			return r;
		r = show_key(ch, e);
	}
	return r != 0 ? r : -ECANCELED;
}

/* Time that runs out is said before it does. */
static int complain(struct change *ch, const struct enrolment *e, bool again)
{
	int64_t left = e->until - mfa_clock_now();
	char text[160];
	int r = conversation_say(ch->c, MFA_ERROR,
		"That is not the code. Look at the entry that you have just added, and check\n"
		"that the phone's time is set automatically.");

	if (r != 0 || e->until == 0 || left > WARN_SECONDS || !again)
		return r;
	(void)snprintf(text, sizeof(text), left < 120
		       ? conversation_words(ch->c, "There are %lld seconds left for this.")
		       : conversation_words(ch->c, "There are %lld minutes left for this."),
		       (long long)(left < 120 ? left : left / 60));
	return conversation_say(ch->c, MFA_INFO, text);
}

/* Asks until a code from the device was right. */
static bool first_code(struct change *ch, struct enrolment *e)
{
	char answer[MFA_ANSWER_MAX];
	unsigned i;
	int r = 0;

	for (i = 0; i < FIRST_CODE_TRIES; i++) {
		r = ask_code(ch, e, i > 0, answer, sizeof(answer));
		if (r != 0)
			break;
		r = mfa_totp_first_code(&e->device, answer, mfa_clock_now());
		explicit_bzero(answer, sizeof(answer));
		if (r != -ENOENT)
			break;
		r = complain(ch, e, i + 1 < FIRST_CODE_TRIES);
		if (r != 0)
			break;
	}
	explicit_bzero(answer, sizeof(answer));
	if (r == 0 && i < FIRST_CODE_TRIES) {
		/* Writing down what else is shown may take as long as it takes. */
		e->until = 0;
		return true;
	}
	if (r == -EOPNOTSUPP)
		change_stop_unshown(ch);
	else if (r == 0)
		change_stop(ch, MFA_RESULT_MAXTRIES,
			    "Nothing was saved. Remove the entry from the app and start again.");
	else if (r == -ETIMEDOUT || r == -ETIME)
		change_stop(ch, r == -ETIME ? MFA_RESULT_DENIED : MFA_RESULT_BUSY,
			    "That took too long. Nothing was saved. Remove the entry from the app and start\n"
			    "again.");
	else
		change_stop(ch, MFA_RESULT_ABORTED, "Nothing was saved.");
	return false;
}

static bool enrol(struct change *ch, struct enrolment *e)
{
	int r = new_device(&e->device);

	if (r != 0) {
		change_fail(ch, r);
		return false;
	}
	return first_code(ch, e);
}

/* One look a second: it costs thousands of HMACs. */
static bool may_look(int64_t now)
{
	static _Atomic int64_t last;
	int64_t before = atomic_load(&last);

	return before != now && atomic_compare_exchange_strong(&last, &before, now);
}

/* Whether wrong codes were those of a wrong clock. */
static void after_wrong(const struct challenge *ch)
{
	char label[MFA_LABEL_MAX + 1];
	struct mfa_log_line line;
	int64_t seconds, now = mfa_clock_now();

	if (ch->wrong_count > 1 && !ch->record->decoy && ch->record->account != NULL && may_look(now) &&
	    mfa_totp_find_far(ch->record->account, ch->wrong, ch->wrong_count, &seconds, label) == 0) {
		mfa_log_begin(&line, "clock");
		mfa_log_text(&line, "user", ch->subject->identity.name);
		mfa_log_text(&line, "device", label);
		mfa_log_number(&line, "device_ahead_seconds", seconds);
		mfa_log_text(&line, "msg",
			     "refused codes would be right at another time: the clock of this system "
			     "or of the device is wrong");
		mfa_log_write(&line, LOG_WARNING);
	}
}

const struct ask ask_totp = {
	.method = MFA_METHOD_ID_TOTP,
	.choice = N_("code from an authenticator app"),
	.brief = N_("code from an app"),
	.word = "app",
	.offered = offered,
	.enrol = enrol,
	.proven = N_("The code is right."),
	.way = N_("code from your app or token"),
	.way_brief = N_("app or token"),
	.covers = MFA_METHOD_HOTP,
	.after_wrong = after_wrong,
};
