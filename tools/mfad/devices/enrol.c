/* Enrolling a device: show its key, and save it only when a code from it was right. */
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/ask/pair.h"
#include "mfad/devices/change.h"
#include "mfad/devices/enrol.h"
#include "mfad/devices/recovery.h"
#include "mfad/requests/requests.h"
#include "otp/otpauth.h"
#include "otp/totp.h"
#include "terminal/terminal.h"

#define SECRET_SIZE 20		/* RFC 4226 section 4, R6: 160 bits */
#define FIRST_CODE_TRIES 5
#define OTHER_VIEWS 20		/* how often it is shown differently */
#define WARN_SECONDS 300		/* when it is said how long there is still */
#define SERVICE "mfa-enroll"

/* A stolen password must not enrol its thief: root may, else only where the rules say so. */
static bool may_enrol_first(struct change *ch)
{
	const struct mfa_policy *policy = mfa_conf_policy(ch->c->conf, SERVICE);
	const char *bar = mfa_policy_bars_own_first(policy, mfa_service_is_local(policy->on_host, SERVICE, false));

	if (!ch->subject.local || ch->record.account->device_count > 0)
		return true;
	if (mfa_account_has_pass(ch->record.account, mfa_clock_now())) {
		ch->by_pass = true;
		return true;
	}
	if (bar == NULL)
		return true;
	ch->subject.refusal = bar;
	change_stop(ch, MFA_RESULT_DENIED,
		    "A first device can't be added from here without a pass. Please ask your administrator "
		    "for\none (mfa-admin pass).");
	return false;
}

static bool choose_label(struct change *ch, struct enrolment *e, const char *asked)
{
	struct mfa_account *account = ch->record.account;
	struct mfa_device *device = &e->device;
	bool same_place = e->replaces != NULL && strcmp(e->replaces, asked) == 0;
	unsigned i;

	if (account->device_count >= MFA_DEVICES_MAX && e->replaces == NULL) {
		change_stop(ch, MFA_RESULT_DENIED,
			    "This account has as many devices as it may have. Remove one first.");
		return false;
	}
	/* A phone is asked for its own name. */
	if (asked[0] == '\0' && e->type == MFA_DEVICE_PUSH)
		return true;
	if (asked[0] != '\0') {
		if (!mfa_label_valid(asked)) {
			change_stop(ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
			return false;
		}
		if (!same_place && mfa_account_device(account, asked) != NULL) {
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

	for (views = 0; r == 0 && views < OTHER_VIEWS; views++) {
		r = conversation_ask(ch->c, true, e->prompt, answer, size);
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
	if (r == 0 && i < FIRST_CODE_TRIES)
		return true;
	if (r == 0)
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

static int add_device(struct change *ch, void *ctx)
{
	struct enrolment *e = ctx;
	struct mfa_account *account = ch->record.account;
	struct mfa_device *old;
	int r;

	/* Who began without a device proved nothing; if somebody enrolled meanwhile, that stands. */
	if (e->first && account->device_count > 0)
		return -EALREADY;
	if (e->replaces != NULL) {
		old = mfa_account_device(account, e->replaces);
		if (old == NULL)
			return -EALREADY;
		mfa_account_remove_device(account, old);
	}
	r = mfa_account_add_device(account, &e->device);
	if (r != 0)
		return r;
	e->new_codes = account->recovery_count == 0 && account->device_count == 1;
	if (e->new_codes)
		r = mfa_recovery_generate(account, e->codes);
	if (r == 0)
		mfa_account_add_event(account, mfa_clock_now(), e->service, "",
				      mfa_device_type_word(e->device.type),
				      e->replaces != NULL ? "replaced" : "enrolled");
	return r;
}

static void save(struct change *ch, struct enrolment *e)
{
	char text[MFA_LABEL_MAX + 160];
	int r = change_apply(ch, add_device, e);

	if (r == -EALREADY || r == -EEXIST) {
		change_stop(ch, MFA_RESULT_EXISTS,
			    "Somebody else has just changed the devices of this account; yours was not saved.");
		return;
	}
	if (r != 0) {
		change_fail(ch, r);
		return;
	}
	(void)snprintf(text, sizeof(text), e->type == MFA_DEVICE_PUSH
		       ? conversation_words(ch->c, "The phone is paired. Saved as \"%s\".")
		       : conversation_words(ch->c, "The code is right. Saved as \"%s\"."),
		       e->device.label);
	(void)conversation_say(ch->c, MFA_INFO, text);
	change_stop(ch, MFA_RESULT_OK, NULL);
}

void enrol_device(struct change *ch, struct enrolment *e, const char *label)
{
	bool proven = false;
	int r;

	if (!choose_label(ch, e, label))
		return;
	if (e->type == MFA_DEVICE_PUSH) {
		proven = pair_phone(ch, e);
	} else {
		r = new_device(&e->device);
		if (r != 0)
			change_fail(ch, r);
		else
			proven = first_code(ch, e);
	}
	memcpy(ch->label, e->device.label, sizeof(ch->label));
	if (proven)
		save(ch, e);
	if (proven && e->type == MFA_DEVICE_PUSH)
		pair_end(ch, e);
}

int enrol_choose_type(struct conversation *c, const struct mfa_policy *policy, const char *asked,
		      enum mfa_device_type *type)
{
	bool push = pair_offered(c, policy), totp = (policy->methods & MFA_METHOD_TOTP) != 0;
	char answer[16];
	int r;

	if (asked[0] != '\0' || !push || !totp) {
		if (strcmp(asked, "push") == 0 && !push)
			return -EINVAL;
		*type = push && (strcmp(asked, "push") == 0 || !totp) ? MFA_DEVICE_PUSH : MFA_DEVICE_TOTP;
		return 0;
	}
	r = conversation_say(c, MFA_INFO, "How do you want to sign in from now on?\n"
			     "  1. number matching on this phone (recommended)\n"
			     "  2. code from an authenticator app");
	if (r == 0)
		r = conversation_ask(c, true, "Your choice [1]: ", answer, sizeof(answer));
	if (r == 0 || r == -EBADMSG)
		*type = r == 0 && answer[0] == '2' ? MFA_DEVICE_TOTP : MFA_DEVICE_PUSH;
	return r == -EBADMSG ? 0 : r;
}

int enrol_tell_codes(struct conversation *c, struct enrolment *e)
{
	recovery_show(c, e->codes);
	return conversation_say(c, MFA_INFO,
		"If this phone is lost, these codes are the only way in but for your\n"
		"administrator. A second device is wise; `mfa-enroll` adds one.");
}

void enrolment_wipe(struct enrolment *e)
{
	explicit_bzero(e, sizeof(*e));
}

/* mfa-enroll draws it itself. */
static int send_key(struct change *ch, const struct enrolment *e, const char *uri)
{
	return conversation_key(ch->c, uri, e->device.label);
}

static void tell_saved(struct change *ch, struct enrolment *e)
{
	if (ch->result != MFA_RESULT_OK)
		return;
	if (e->new_codes)
		(void)enrol_tell_codes(ch->c, e);
}

/* What the request says of the device that is to be. */
struct wanted {
	bool ok;			/* as far as it could be read */
	char label[MFA_LABEL_MAX + 1];	/* "": any that is free */
	char method[8];			/* "": to be asked */
};

static void read_wanted(const struct conversation *c, struct wanted *w)
{
	int label = mfa_frame_text(&c->frame, MFA_FIELD_LABEL, w->label, sizeof(w->label));
	int method = mfa_frame_text(&c->frame, MFA_FIELD_METHOD, w->method, sizeof(w->method));

	w->ok = (label == 0 || label == -ENOENT) && (method == 0 || method == -ENOENT) &&
		(w->method[0] == '\0' || strcmp(w->method, "push") == 0 || strcmp(w->method, "totp") == 0);
}

/* Once it is clear who it is. */
static void enrol_wanted(struct change *ch, struct enrolment *e, const struct wanted *w, const char *label)
{
	int r;

	if (!w->ok) {
		change_stop(ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
		return;
	}
	r = enrol_choose_type(ch->c, mfa_conf_policy(ch->c->conf, SERVICE), w->method, &e->type);
	if (r == 0)
		enrol_device(ch, e, label);
	else if (r == -EINVAL)
		change_stop(ch, MFA_RESULT_DENIED, "Number matching is not set up on this system, or mfa-portal does not run.\n"
			    "`mfa-enroll add --totp` sets up an authenticator app.");
	else
		change_stop(ch, r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED, "Nothing was saved.");
}

/* A slip of the pen makes no account: a name that neither the system nor the store knows must be meant. */
static bool name_is_meant(struct change *ch, bool is_new)
{
	char answer[8];
	int r;

	if (!ch->created || ch->subject.identity.known || is_new)
		return true;
	r = conversation_ask(ch->c, true,
			     N_("Nobody of that name is known here. Enrol a phone for it all the same? [y/N] "),
			     answer, sizeof(answer));
	if (r == 0 && mfa_terminal_is_yes(answer))
		return true;
	change_stop(ch, r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED,
		    N_("Nothing was saved. If the name is spelt right, for a VPN's user: --new."));
	return false;
}

void request_enrol(struct conversation *c)
{
	bool is_new = mfa_frame_byte(&c->frame, MFA_FIELD_MODE, 0) == MFA_ENROL_NEW;
	struct change ch;
	struct enrolment e = { .service = SERVICE, .show = send_key,
			       .prompt = N_("Code that the app shows now: ") };
	struct wanted wanted;

	read_wanted(c, &wanted);
	if (change_begin(&ch, c, "enrol", true) && may_enrol_first(&ch) && name_is_meant(&ch, is_new) &&
	    change_prove(&ch)) {
		/* Root enrols whom it likes. */
		e.first = ch.record.account->device_count == 0 && ch.subject.local && !ch.by_pass;
		enrol_wanted(&ch, &e, &wanted, wanted.label);
		tell_saved(&ch, &e);
	}
	change_end(&ch);
	enrolment_wipe(&e);
}

/* Another phone in the place of one that was shown just now, or of one that is gone: then a
 * recovery code shows who it is. */
void request_replace(struct conversation *c)
{
	struct change ch;
	struct enrolment e = { .service = SERVICE, .show = send_key,
			       .prompt = N_("Code that the app shows now: ") };
	char which[MFA_LABEL_MAX + 1] = "";
	const struct mfa_device *old;
	struct wanted wanted;

	read_wanted(c, &wanted);
	wanted.ok = wanted.ok && mfa_frame_text(&c->frame, MFA_FIELD_DEVICE, which, sizeof(which)) == 0;
	if (change_begin(&ch, c, "replace", false)) {
		old = mfa_account_find_device(ch.record.account, which);
		if (!wanted.ok)
			change_stop(&ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
		else if (old == NULL)
			change_stop(&ch, MFA_RESULT_NOT_FOUND,
				    "There is no such device. `mfa-enroll list` shows those that there are.");
		else {
			(void)snprintf(which, sizeof(which), "%s", old->label);
			e.replaces = which;
			if (change_prove(&ch))
				enrol_wanted(&ch, &e, &wanted, wanted.label[0] != '\0' ? wanted.label : which);
		}
		tell_saved(&ch, &e);
	}
	change_end(&ch);
	enrolment_wipe(&e);
}
