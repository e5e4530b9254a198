#include "signin_enrol.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "enrol.h"
#include "language/language.h"
#include "otp/otpauth.h"
#include "qr/qr.h"
#include "recovery.h"

#define KEY_GROUP 4
#define TEXT_MAX 15000		/* within a frame */
#define QUIET 2

/* What may be wrong with a picture: its theme, its letters. */
enum view { VIEW_DARK, VIEW_LIGHT, VIEW_PLAIN, VIEW_PLAIN_LIGHT, VIEW_NONE };

static const struct { char letter; enum view view; } views[] = {
	{ 'i', VIEW_LIGHT }, { 'p', VIEW_PLAIN }, { 'q', VIEW_PLAIN_LIGHT }, { 'k', VIEW_NONE },
	{ 'd', VIEW_DARK },
};

static bool wants_other(struct enrolment *e, const char *answer)
{
	size_t i;

	for (i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if ((answer[0] | 0x20) == views[i].letter && answer[1] == '\0') {
			e->view = views[i].view;
			return true;
		}
	}
	return false;
}

static int draw(const char *uri, unsigned view, char **out)
{
	static const enum mfa_qr_style styles[] = {
		[VIEW_DARK] = MFA_QR_HALF_BLOCKS, [VIEW_LIGHT] = MFA_QR_HALF_BLOCKS_INVERTED,
		[VIEW_PLAIN] = MFA_QR_ASCII, [VIEW_PLAIN_LIGHT] = MFA_QR_ASCII_INVERTED,
	};
	struct mfa_qr *qr = NULL;
	int r;

	*out = NULL;
	if (view == VIEW_NONE)
		return 0;
	r = mfa_qr_new(uri, &qr);
	if (r == 0)
		r = mfa_qr_draw(qr, styles[view], QUIET, out);
	mfa_qr_free(&qr);
	return r;
}

/* The key in groups of four, for typing. */
static void key_of(const char *uri, char *out, size_t size)
{
	const char *at = strstr(uri, "secret=");
	size_t n = 0, i;

	for (i = 0, at = at != NULL ? at + strlen("secret=") : ""; *at != '\0' && *at != '&' && n + 2 < size;
	     at++, i++) {
		if (i > 0 && i % KEY_GROUP == 0)
			out[n++] = ' ';
		out[n++] = *at;
	}
	out[n] = '\0';
}

/* All in one text: sshd shows it with the prompt that follows. */
static int show(struct change *ch, const struct enrolment *e, const char *uri)
{
	char *picture = NULL, *text = malloc(TEXT_MAX), key[256];
	int n, r = text != NULL ? draw(uri, e->view, &picture) : -ENOMEM;

	key_of(uri, key, sizeof(key));
	if (r == 0) {
		n = snprintf(text, TEXT_MAX, "%s\n\n%s\n%s%s\n%s\n%s",
			     conversation_words(ch->c, N_("Scan this with the authenticator app on your phone\n"
				"(Microsoft Authenticator, Google Authenticator or another):")),
			     picture != NULL ? picture : "",
			     conversation_words(ch->c, N_("Or type this key into the app: ")), key,
			     conversation_words(ch->c, N_("If the picture does not look right, type i (for a light "
				"background),\np (plain) or q (plain, for a light background).")),
			     conversation_words(ch->c, N_("There are ten minutes for this, or less if this server "
				"says so.")));
		r = n > 0 && n < TEXT_MAX ? conversation_say(ch->c, MFA_INFO, text) : -EMSGSIZE;
	}
	if (text != NULL)
		explicit_bzero(text, TEXT_MAX);
	free(text);
	mfa_qr_text_free(&picture);
	explicit_bzero(key, sizeof(key));
	return r;
}

static int count_postponement(struct change *ch, void *ctx)
{
	struct signin_enrol *se = ctx;

	if (se->first && ch->record.account->device_count > 0)
		return -EALREADY;
	ch->record.account->postponed++;
	return 0;
}

static void postpone(struct change *ch, struct signin_enrol *se)
{
	int r;

	/* A pass stands in for the phone; nothing is counted off. */
	if (strcmp(se->decision->rule, "pass") == 0) {
		se->postponed = true;
		change_stop(ch, MFA_RESULT_OK, NULL);
		return;
	}
	r = change_apply(ch, count_postponement, se);
	if (r == 0) {
		se->postponed = true;
		change_stop(ch, MFA_RESULT_OK, NULL);
	} else if (r == -EALREADY) {
		change_stop(ch, MFA_RESULT_DENIED,
			    "Somebody else has just changed the devices of this account. Please sign in again.");
	} else {
		change_fail(ch, r);
	}
}

/* Says why, and asks whether now where it may be later.  Returns whether to go on. */
static bool introduce(struct change *ch, struct signin_enrol *se)
{
	const struct mfa_decision *d = se->decision;
	char answer[16], prompt[200];
	int r;

	r = conversation_say(ch->c, MFA_INFO, ch->record.account->device_count > 0
		? N_("More information is required: please add another device to your account.")
		: N_("More information is required: this account has no second factor yet. Please set up an\n"
		     "authenticator app on your phone; sign-ins ask for its code from then on."));
	if (r == 0 && !d->may_postpone)
		return true;
	if (d->left > 0)
		(void)snprintf(prompt, sizeof(prompt),
			       conversation_words(ch->c, "Press Enter to do it now, or type n for not now (%u left): "),
			       d->left);
	else
		(void)snprintf(prompt, sizeof(prompt), "%s",
			       conversation_words(ch->c, "Press Enter to do it now, or type n for not now: "));
	if (r == 0)
		r = conversation_ask(ch->c, true, prompt, answer, sizeof(answer));
	if (r != 0) {
		change_stop(ch, r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED, NULL);
		return false;
	}
	if (answer[0] != 'n' && answer[0] != 'N')
		return true;
	postpone(ch, se);
	return false;
}

/* Whoever is let in at once would not see them: sshd shows a text with the next prompt. */
static void hand_out_codes(struct change *ch, struct enrolment *e)
{
	char answer[16];

	recovery_show(ch->c, e->codes);
	(void)conversation_say(ch->c, MFA_INFO, ENROL_SECOND_IS_WISE);
	(void)conversation_ask(ch->c, true, "Press Enter when you have written them down: ", answer,
			       sizeof(answer));
}

/* Nor would anybody see why it failed. */
static void hold_the_end(struct change *ch)
{
	char answer[16];

	if (ch->text == NULL || ch->result == MFA_RESULT_ABORTED || ch->result == MFA_RESULT_BUSY)
		return;
	if (conversation_say(ch->c, MFA_ERROR, ch->text) == 0)
		(void)conversation_ask(ch->c, true, "Press Enter to end this sign-in: ", answer,
				       sizeof(answer));
	ch->text = NULL;
}

void signin_enrol(struct change *ch, struct signin_enrol *se)
{
	struct enrolment e = {
		.first = se->first, .service = se->service, .show = show, .wants_other = wants_other,
		.prompt = N_("Code that the app shows: "), .view = VIEW_DARK,
	};

	if (!introduce(ch, se))
		return;
	enrol_device(ch, &e, "");
	if (ch->result == MFA_RESULT_OK && e.new_codes)
		hand_out_codes(ch, &e);
	else if (ch->result != MFA_RESULT_OK)
		hold_the_end(ch);
	enrolment_wipe(&e);
}
