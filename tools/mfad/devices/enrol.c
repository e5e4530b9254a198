/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolling a device: show its key, and save it only when a code from it was right. */
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/ask/pair.h"
#include "mfad/ask/recovery.h"
#include "mfad/change/change.h"
#include "mfad/devices/enrol.h"
#include "mfad/devices/handlers.h"
#include "mfad/devices/prove.h"
#include "otp/otpauth.h"
#include "otp/totp.h"
#include "terminal/terminal.h"

#define SERVICE "mfa-enroll"

const char enrol_nothing_alone[] = N_("No device that is enough for an account can be added just now. Please ask your\n"
				      "administrator.");

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
	const char *word = mfa_method(e->ask->method)->label;
	bool same_place = e->replaces != NULL && strcmp(e->replaces, asked) == 0;
	unsigned i;

	if (account->device_count >= MFA_DEVICES_MAX && e->replaces == NULL) {
		change_stop(ch, MFA_RESULT_DENIED,
			    "This account has as many devices as it may have. Remove one first.");
		return false;
	}
	if (asked[0] == '\0' && e->ask->names_itself)
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
	(void)snprintf(device->label, sizeof(device->label), "%s", word);
	for (i = 2; mfa_account_device(account, device->label) != NULL; i++)
		(void)snprintf(device->label, sizeof(device->label), "%s %u", word, i);
	return true;
}

/* Codes come with a first device, where the account has none. */
static int give_codes(struct mfa_account *account, struct enrolment *e)
{
	bool due = account->recovery_count == 0 && account->device_count == 1;

	/* What was handed out must be what counts. */
	if (e->paper != NULL && !due)
		return -EALREADY;
	e->new_codes = due;
	if (!due)
		return 0;
	if (e->paper == NULL)
		return mfa_recovery_generate(account, e->codes);
	memcpy(account->recovery_salt, e->paper->recovery_salt, sizeof(account->recovery_salt));
	memcpy(account->recovery, e->paper->recovery, sizeof(account->recovery));
	account->recovery_count = e->paper->recovery_count;
	return 0;
}

static int add_device(struct change *ch, void *ctx)
{
	struct enrolment *e = ctx;
	struct mfa_account *account = ch->record.account;
	struct mfa_device *old;
	int r;

	/* Whoever began without a device proved nothing; if somebody enrolled meanwhile, that stands. */
	if (e->first && account->device_count > 0)
		return -EALREADY;
	if (e->replaces != NULL) {
		old = mfa_account_device(account, e->replaces);
		if (old == NULL)
			return -EALREADY;
		gone_note(&e->gone, old);
		mfa_account_remove_device(account, old);
	}
	r = mfa_account_add_device(account, &e->device);
	if (r != 0)
		return r;
	r = give_codes(account, e);
	if (r == 0)
		mfa_account_add_event(account, mfa_clock_now(), e->service, "",
				      mfa_device_type_word(e->device.type),
				      e->replaces != NULL ? "replaced" : "enrolled");
	return r;
}

static void save(struct change *ch, struct enrolment *e)
{
	char text[MFA_LABEL_MAX + 240];
	int n = 0, r = change_apply(ch, add_device, e);

	if (r == -EALREADY || r == -EEXIST) {
		change_stop(ch, MFA_RESULT_EXISTS,
			    "Somebody else has just changed the devices of this account; yours was not saved.");
		return;
	}
	if (r != 0) {
		change_fail(ch, r);
		return;
	}
	if (e->replaces != NULL)
		ask_tell_gone(ch->c, ch->record.account->name, &e->gone);
	/* Before codes were handed out it was said already. */
	if (e->paper == NULL)
		n = snprintf(text, sizeof(text), "%s ", conversation_words(ch->c, e->ask->proven));
	(void)snprintf(text + n, sizeof(text) - (size_t)n, conversation_words(ch->c, N_("Saved as \"%s\".")),
		       e->device.label);
	(void)conversation_say(ch->c, MFA_INFO, text);
	change_stop(ch, MFA_RESULT_OK, NULL);
}

/* Shows the codes that the account is to get, and waits until they were taken.  Returns whether to go on. */
static bool hand_out_first(struct change *ch, struct enrolment *e)
{
	const struct mfa_account *account = ch->record.account;
	int r;

	if (e->hand_out == NULL || account->recovery_count > 0 || account->device_count > 0)
		return true;
	r = mfa_account_new(account->name, &e->paper);
	if (r == 0)
		r = mfa_recovery_generate(e->paper, e->codes);
	if (r != 0) {
		change_fail(ch, r);
		return false;
	}
	r = conversation_say(ch->c, MFA_INFO, e->ask->proven);
	if (r == 0)
		r = e->hand_out(ch, e);
	if (r == 0 && e->until != 0 && mfa_clock_now() >= e->until)
		r = -ETIMEDOUT;
	if (r == -EOPNOTSUPP)
		change_stop_unshown(ch);
	else if (r == -ETIMEDOUT)
		change_stop(ch, MFA_RESULT_BUSY, "That took too long. Nothing was saved; please start again.");
	else if (r != 0)
		change_stop(ch, MFA_RESULT_ABORTED, "Nothing was saved.");
	return r == 0;
}

void enrol_device(struct change *ch, struct enrolment *e, const char *label)
{
	bool proven;

	if (!choose_label(ch, e, label))
		return;
	proven = e->ask->enrol(ch, e);
	memcpy(ch->label, e->device.label, sizeof(ch->label));
	if (!proven)
		return;
	if (hand_out_first(ch, e))
		save(ch, e);
	if (e->ask->enrolled != NULL)
		e->ask->enrolled(ch, e);
}

static bool is_alone(const struct mfa_policy *policy, const struct ask *row)
{
	return (policy->alone & 1U << row->method) != 0;
}

/* Those that can be added just now.  Where no other device is enough for the account (alone), it must be by itself.
 * Returns how many. */
static size_t gather(const struct change *ch, const struct mfa_policy *policy, bool alone, const struct ask **out)
{
	const struct ask *row;
	size_t i, n = 0;

	for (i = 0; (row = ask_row(i)) != NULL; i++)
		if (row->enrol != NULL && row->offered(ch->c, policy) && (!alone || is_alone(policy, row)))
			out[n++] = row;
	return n;
}

/* The menu, before a short question; where texts may come late or not at all it is the question itself. */
static int say_menu(struct conversation *c, const struct ask *const *rows, size_t count, char *prompt, size_t size)
{
	const char *title = conversation_words(c, N_("How do you want to sign in from now on?"));
	char text[400];
	size_t i, n;

	if (!c->waits) {
		for (i = 0, n = 0; i < count && n < size; i++)
			n += (size_t)snprintf(prompt + n, size - n, "%s%zu: %s", i > 0 ? ", " : "", i + 1,
					      conversation_words(c, rows[i]->brief));
		if (n < size)
			(void)snprintf(prompt + n, size - n, " [1]: ");
		return conversation_say(c, MFA_INFO, title);
	}
	n = (size_t)snprintf(text, sizeof(text), "%s", title);
	for (i = 0; i < count && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\n  %zu. %s", i + 1,
				      conversation_words(c, rows[i]->choice));
	(void)snprintf(prompt, size, "%s", conversation_words(c, N_("Your choice [1]: ")));
	return conversation_say(c, MFA_INFO, text);
}

/* The row that an answer means: Enter the first, or by its number or a word of it.  NULL: none. */
static const struct ask *chosen(const struct ask *const *rows, size_t count, const char *answer)
{
	const struct ask *found = NULL;
	char plain[MFA_ANSWER_MAX], number[24];
	size_t i;

	mfa_typed_plain(answer, plain);
	if (plain[0] == '\0')
		found = rows[0];
	for (i = 0; i < count && found == NULL; i++) {
		(void)snprintf(number, sizeof(number), "%zu", i + 1);
		if (strcmp(plain, number) == 0 || strcasecmp(plain, mfa_method(rows[i]->method)->word) == 0 ||
		    (rows[i]->word != NULL && strcasecmp(plain, rows[i]->word) == 0))
			found = rows[i];
	}
	explicit_bzero(plain, sizeof(plain));
	return found;
}

static int choose(struct conversation *c, const struct ask *const *rows, size_t count, const struct ask **out)
{
	const struct ask *row = NULL;
	char answer[16], prompt[400];
	unsigned tries;
	int r = say_menu(c, rows, count, prompt, sizeof(prompt));

	for (tries = 0; r == 0 && tries < ENROL_CHOICE_TRIES; tries++) {
		r = conversation_ask(c, true, prompt, answer, sizeof(answer));
		if (r != 0 && r != -EBADMSG)
			return r;
		row = r == 0 ? chosen(rows, count, answer) : NULL;
		explicit_bzero(answer, sizeof(answer));
		if (row != NULL) {
			*out = row;
			return 0;
		}
		r = conversation_say(c, MFA_ERROR, N_("That is none of these. Type the number of one."));
	}
	return r != 0 ? r : -EDOM;
}

/* Where nothing can be added, one that needs nothing is: the rules may change. */
static const struct ask *last_resort(void)
{
	const struct ask *row;
	size_t i;

	for (i = 0; (row = ask_row(i)) != NULL; i++)
		if (row->enrol != NULL && row->not_offered == NULL)
			break;
	return row;
}

int enrol_choose(struct change *ch, const struct mfa_policy *policy, const char *asked, struct enrolment *e)
{
	const struct ask *rows[MFA_METHOD_COUNT], *wanted = ask_by_word(asked);
	bool alone = !mfa_account_is_enough(ch->record.account, policy->alone, e->replaces);
	size_t i, n = gather(ch, policy, alone, rows);

	for (i = 0; i < n && rows[i] != wanted; i++)
		;
	e->ask = i < n ? wanted : n > 0 ? rows[0] : last_resort();
	/* What is enough the rules have said, and what counts at all. */
	if (wanted == NULL && n == 0 && alone && (!is_alone(policy, e->ask) || !ask_is_allowed(e->ask, policy->methods)))
		return -ENODEV;
	if (wanted == NULL)
		return n < 2 ? 0 : choose(ch->c, rows, n, &e->ask);
	if (i < n)
		return 0;
	/* Where no other kind can be added first, nobody is told to. */
	if (alone && !is_alone(policy, wanted))
		return n > 0 ? -EPERM : -ENODEV;
	if (wanted->not_offered == NULL)
		return 0;
	e->ask = wanted;
	return -EINVAL;
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
	mfa_account_free(&e->paper);
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
	char method[16];		/* "": to be asked */
};

static void read_wanted(const struct conversation *c, struct wanted *w)
{
	int label = mfa_frame_text(&c->frame, MFA_FIELD_LABEL, w->label, sizeof(w->label));
	int method = mfa_frame_text(&c->frame, MFA_FIELD_METHOD, w->method, sizeof(w->method));

	w->ok = (label == 0 || label == -ENOENT) && (method == 0 || method == -ENOENT) &&
		(w->method[0] == '\0' || ask_by_word(w->method) != NULL);
}

/* Once it is clear who it is. */
static void enrol_wanted(struct change *ch, struct enrolment *e, const struct wanted *w, const char *label)
{
	int r;

	if (!w->ok) {
		change_stop(ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
		return;
	}
	r = enrol_choose(ch, mfa_conf_policy(ch->c->conf, SERVICE), w->method, e);
	if (r == 0)
		enrol_device(ch, e, label);
	else if (r == -EINVAL)
		change_stop(ch, MFA_RESULT_DENIED, e->ask->not_offered);
	else if (r == -ENODEV)
		change_stop(ch, MFA_RESULT_DENIED, enrol_nothing_alone);
	else if (r == -EPERM)
		change_stop(ch, MFA_RESULT_DENIED, "That can't be the only device of an account. Add another kind first.");
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
	    prove(&ch)) {
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
			if (prove(&ch))
				enrol_wanted(&ch, &e, &wanted, wanted.label[0] != '\0' ? wanted.label : which);
		}
		tell_saved(&ch, &e);
	}
	change_end(&ch);
	enrolment_wipe(&e);
}
