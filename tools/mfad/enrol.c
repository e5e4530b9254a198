/* Enrolling a device: show its key, and save it only when a code from it was right. */
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "clock/clock.h"
#include "otp/otpauth.h"
#include "otp/totp.h"
#include "recovery.h"
#include "requests.h"

#define SECRET_SIZE 20		/* RFC 4226 section 4, R6: 160 bits */
#define FIRST_CODE_TRIES 5
#define SERVICE "mfa-enroll"

struct enrol {
	struct mfa_device device;
	bool first;		/* the account had no device when it began */
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	bool new_codes;
};

/* A stolen password must not enrol its thief: root may, else only where the rules say so. */
static bool may_enrol_first(struct change *ch)
{
	if (!ch->subject.local || ch->record.account->device_count > 0)
		return true;
	if (mfa_conf_policy(ch->c->conf, SERVICE)->enrol_local)
		return true;
	ch->subject.refusal = "enrol_local=no";
	change_stop(ch, MFA_RESULT_DENIED,
		    "A first device can't be added from here. Please ask your administrator, who can "
		    "run\nmfa-enroll for you.");
	return false;
}

static bool choose_label(struct change *ch, struct mfa_device *device, const char *asked)
{
	struct mfa_account *account = ch->record.account;
	unsigned i;

	if (account->device_count >= MFA_DEVICES_MAX) {
		change_stop(ch, MFA_RESULT_DENIED,
			    "This account has as many devices as it may have. Remove one first.");
		return false;
	}
	if (asked[0] != '\0') {
		if (!mfa_label_valid(asked)) {
			change_stop(ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
			return false;
		}
		if (mfa_account_device(account, asked) != NULL) {
			change_stop(ch, MFA_RESULT_EXISTS,
				    "There is a device with that label already. Choose another label.");
			return false;
		}
		memcpy(device->label, asked, strlen(asked) + 1);
		return true;
	}
	(void)strcpy(device->label, "Phone");
	for (i = 2; mfa_account_device(account, device->label) != NULL; i++)
		(void)snprintf(device->label, sizeof(device->label), "Phone %u", i);
	return true;
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

static int show_key(struct change *ch, const struct mfa_device *device)
{
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
		r = conversation_key(ch->c, uri, device->label);
	mfa_otpauth_wipe(&otpauth);
	explicit_bzero(uri, sizeof(uri));
	return r;
}

/* Asks until a code from the device was right. */
static bool first_code(struct change *ch, struct mfa_device *device)
{
	char answer[MFA_ANSWER_MAX];
	unsigned i;
	int r = 0;

	for (i = 0; i < FIRST_CODE_TRIES; i++) {
		r = conversation_ask(ch->c, true, "Code that the app shows now: ", answer,
				     sizeof(answer));
		if (r != 0 && r != -EBADMSG)
			break;
		r = mfa_totp_first_code(device, answer, mfa_clock_now());
		explicit_bzero(answer, sizeof(answer));
		if (r != -ENOENT)
			break;
		r = conversation_say(ch->c, MFA_ERROR,
			"That is not the code. Look at the entry that you have just added, and check that "
			"the\nphone's time is set automatically.");
		if (r != 0)
			break;
	}
	if (r == 0 && i < FIRST_CODE_TRIES)
		return true;
	if (r == 0)
		change_stop(ch, MFA_RESULT_MAXTRIES,
			    "Nothing was saved. Remove the entry from the app and start again.");
	else
		change_stop(ch, r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED,
			    "Nothing was saved.");
	return false;
}

static int add_device(struct change *ch, void *ctx)
{
	struct enrol *e = ctx;
	struct mfa_account *account = ch->record.account;
	int r;

	/* Who began without a device proved nothing; if somebody enrolled meanwhile, that stands. */
	if (e->first && account->device_count > 0 && ch->subject.local)
		return -EALREADY;
	r = mfa_account_add_device(account, &e->device);
	if (r != 0)
		return r;
	e->new_codes = account->recovery_count == 0 && account->device_count == 1;
	if (e->new_codes)
		r = mfa_recovery_generate(account, e->codes);
	if (r == 0)
		mfa_account_add_event(account, mfa_clock_now(), SERVICE, "", "totp", "enrolled");
	return r;
}

static void save(struct change *ch, struct enrol *e)
{
	char text[MFA_LABEL_MAX + 64];
	int r = change_apply(ch, add_device, e);

	if (r == -EALREADY || r == -EEXIST) {
		change_stop(ch, MFA_RESULT_EXISTS,
			    "Somebody else has just added a device to this account; yours was not saved.");
		return;
	}
	if (r != 0) {
		change_fail(ch, r);
		return;
	}
	(void)snprintf(text, sizeof(text), "The code is right. Saved as \"%s\".", e->device.label);
	(void)conversation_say(ch->c, MFA_INFO, text);
	if (e->new_codes)
		recovery_show(ch->c, e->codes);
	change_stop(ch, MFA_RESULT_OK, NULL);
}

void request_enrol(struct conversation *c)
{
	struct change ch;
	struct enrol e = { .first = false };
	char label[MFA_LABEL_MAX + 1];
	bool label_ok = true;
	int r;

	r = mfa_frame_text(&c->frame, MFA_FIELD_LABEL, label, sizeof(label));
	label_ok = r == 0 || r == -ENOENT;
	if (change_begin(&ch, c, "enrol", true) && may_enrol_first(&ch) && change_prove(&ch)) {
		e.first = ch.record.account->device_count == 0;
		if (!label_ok)
			change_stop(&ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
		else if (choose_label(&ch, &e.device, label)) {
			memcpy(ch.label, e.device.label, sizeof(ch.label));
			r = new_device(&e.device);
			if (r == 0)
				r = show_key(&ch, &e.device);
			if (r != 0)
				change_fail(&ch, r);
			else if (first_code(&ch, &e.device))
				save(&ch, &e);
		}
	}
	change_end(&ch);
	explicit_bzero(&e, sizeof(e));
}
