/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user (or root) does with the devices of an account. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/ask/ask.h"
#include "mfad/ask/recovery.h"
#include "mfad/change/change.h"
#include "mfad/devices/handlers.h"
#include "mfad/devices/listing.h"
#include "mfad/devices/prove.h"
#include "terminal/terminal.h"

#define SERVICE "mfa-enroll"

void request_devices(struct conversation *c)
{
	struct change ch;
	size_t i;
	int r = 0;

	if (!change_begin(&ch, c, "devices", false)) {
		/* An account without a record has no devices: nothing is wrong with that. */
		if (ch.error == -ENOENT) {
			ch.error = 0;
			change_stop(&ch, MFA_RESULT_OK, NULL);
		}
		change_end(&ch);
		return;
	}
	for (i = 0; r == 0 && i < ch.record.account->device_count; i++) {
		char *row = row_device(&ch.record.account->devices[i], i + 1);

		r = row != NULL ? conversation_row(c, row) : -ENOMEM;
		free(row);
	}
	if (r != 0)
		change_fail(&ch, r);
	else
		change_stop(&ch, MFA_RESULT_OK, NULL);
	change_end(&ch);
}

/* How one's own account stands; no secret is in it. */
void request_status(struct conversation *c)
{
	struct change ch;
	char *row = NULL;

	/* Whoever has no record yet has nothing to see, and nothing is wrong with that. */
	if (change_begin(&ch, c, "status", true)) {
		row = row_account_whole(ch.record.account, mfa_clock_now());
		if (row != NULL && conversation_row(c, row) == 0)
			change_stop(&ch, MFA_RESULT_OK, NULL);
		else
			change_fail(&ch, -ENOMEM);
	}
	change_end(&ch);
	free(row);
}

/* Reads DEVICE and finds it; its label stands in ch->label. */
static bool choose_device(struct change *ch, const char *which)
{
	const struct mfa_device *device = mfa_account_find_device(ch->record.account, which);

	if (device == NULL) {
		change_stop(ch, MFA_RESULT_NOT_FOUND,
			    "There is no such device. `mfa-enroll list` shows those that there are.");
		return false;
	}
	memcpy(ch->label, device->label, sizeof(ch->label));
	return true;
}

static int rename_device(struct change *ch, void *ctx)
{
	const char *label = ctx;
	struct mfa_device *device = mfa_account_device(ch->record.account, ch->label);

	if (device == NULL)
		return -ENOENT;
	if (mfa_account_device(ch->record.account, label) != NULL)
		return -EEXIST;
	memcpy(device->label, label, strlen(label) + 1);
	return 0;
}

static void apply(struct change *ch, change_fn *fn, void *ctx, const char *done)
{
	int r = change_apply(ch, fn, ctx);

	if (r == 0)
		change_stop(ch, MFA_RESULT_OK, done);
	else if (r == -EEXIST)
		change_stop(ch, MFA_RESULT_EXISTS,
			    "There is a device with that label already. Choose another label.");
	else
		change_fail(ch, r);
}

void request_rename(struct conversation *c)
{
	char which[MFA_LABEL_MAX + 1] = "", label[MFA_LABEL_MAX + 1] = "";
	bool labels_ok = mfa_frame_text(&c->frame, MFA_FIELD_DEVICE, which, sizeof(which)) == 0 &&
			 mfa_frame_text(&c->frame, MFA_FIELD_LABEL, label, sizeof(label)) == 0 &&
			 mfa_label_valid(label);
	struct change ch;

	if (change_begin(&ch, c, "rename", false)) {
		if (!labels_ok)
			change_stop(&ch, MFA_RESULT_INVALID, "A label has 1 to 64 bytes of plain text.");
		else if (choose_device(&ch, which) && prove(&ch))
			apply(&ch, rename_device, label, N_("Renamed."));
	}
	change_end(&ch);
}

static int remove_device(struct change *ch, void *ctx)
{
	struct gone *gone = ctx;
	struct mfa_account *account = ch->record.account;
	struct mfa_device *device = mfa_account_device(account, ch->label);

	if (device == NULL)
		return -ENOENT;
	gone_note(gone, device);
	mfa_account_add_event(account, mfa_clock_now(), SERVICE, "", mfa_device_type_word(device->type), "removed");
	mfa_account_drop_device(account, device);
	return 0;
}

/* The last one is easily removed in a moment of tidying, and then nobody gets in. */
static bool confirm_last(struct change *ch)
{
	static const char *const words[] = {
		N_("This is the only device of the account. Without one, the account (and its recovery\n"
		   "codes) can't be used to sign in until a device is enrolled again."),
		N_("What is left then is not meant to be all that an account has. Better add another device\n"
		   "first, or replace this one: mfa-enroll replace."),
	};
	char answer[8];
	int r;

	if (mfa_account_is_enough(ch->record.account, mfa_conf_policy(ch->c->conf, SERVICE)->alone, ch->label))
		return true;
	if (conversation_say(ch->c, MFA_INFO, words[ch->record.account->device_count > 1]) != 0) {
		change_stop(ch, MFA_RESULT_ABORTED, NULL);
		return false;
	}
	r = conversation_ask(ch->c, true, "Remove it? [y/N] ", answer, sizeof(answer));
	if (r == 0 && mfa_terminal_is_yes(answer))
		return true;
	change_stop(ch, MFA_RESULT_ABORTED, "Nothing was changed.");
	return false;
}

void request_remove(struct conversation *c)
{
	char which[MFA_LABEL_MAX + 1] = "";
	struct change ch;
	struct gone gone;
	int r = mfa_frame_text(&c->frame, MFA_FIELD_DEVICE, which, sizeof(which));

	if (change_begin(&ch, c, "remove", false)) {
		if (r != 0)
			change_stop(&ch, MFA_RESULT_INVALID, "Which device?");
		else if (choose_device(&ch, which) && prove(&ch) && confirm_last(&ch))
			apply(&ch, remove_device, &gone, N_("Removed."));
		if (ch.result == MFA_RESULT_OK)
			ask_tell_gone(c, ch.record.account->name, &gone);
	}
	change_end(&ch);
}

static int replace_codes(struct change *ch, void *ctx)
{
	return mfa_recovery_generate(ch->record.account, ctx);
}

static bool has_device(struct change *ch)
{
	if (ch->record.account->device_count > 0)
		return true;
	change_stop(ch, MFA_RESULT_NOT_FOUND,
		    "This account has no device yet. `mfa-enroll` adds one.");
	return false;
}

void request_codes(struct conversation *c)
{
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	struct change ch;

	if (change_begin(&ch, c, "codes", false) && has_device(&ch) && prove(&ch)) {
		apply(&ch, replace_codes, codes, N_("Codes from before no longer work."));
		if (ch.result == MFA_RESULT_OK)
			recovery_show(c, codes);
	}
	change_end(&ch);
	explicit_bzero(codes, sizeof(codes));
}

void request_test(struct conversation *c)
{
	char text[MFA_LABEL_MAX + 160];
	struct mfa_judgement judgement;
	struct change ch;

	if (change_begin(&ch, c, "test", false) && has_device(&ch)) {
		prove_ask(&ch, &judgement);
		if (ch.result == MFA_RESULT_OK) {
			memcpy(ch.label, judgement.label, sizeof(ch.label));
			if (ch.label[0] != '\0')
				(void)snprintf(text, sizeof(text),
					       conversation_words(c, "That works: it is a code of \"%s\"."),
					       ch.label);
			else
				(void)snprintf(text, sizeof(text), "%s",
					       conversation_words(c, "That works. That recovery code is used now."));
			ch.text = text;
		}
	}
	change_end(&ch);
}
