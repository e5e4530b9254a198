/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/signin/signin_enrol.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/devices/enrol.h"
#include "otp/otpauth.h"
#include "qr/qr.h"
#include "table/table.h"

#define KEY_GROUP 4
#define TEXT_MAX 15000		/* within a frame */
#define QUIET 2			/* modules; less does not scan everywhere */
#define QUIET_NARROW 1
#define COLUMNS_MAX 80		/* of a usual window */

/* What may be wrong with a picture: its theme, its letters. */
enum view { VIEW_DARK, VIEW_LIGHT, VIEW_PLAIN, VIEW_PLAIN_LIGHT, VIEW_NONE };

static const struct { char letter; enum view view; } views[] = {
	{ 'i', VIEW_LIGHT }, { 'p', VIEW_PLAIN }, { 'q', VIEW_PLAIN_LIGHT }, { 'k', VIEW_NONE },
	{ 'd', VIEW_DARK },
};

static bool wants_other(struct enrolment *e, const char *answer)
{
	char plain[MFA_ANSWER_MAX];
	bool found = false;
	size_t i;

	mfa_typed_plain(answer, plain);
	for (i = 0; i < sizeof(views) / sizeof(views[0]) && !found; i++) {
		found = (plain[0] | 0x20) == views[i].letter && plain[1] == '\0';
		if (found)
			e->view = views[i].view;
	}
	explicit_bzero(plain, sizeof(plain));
	return found;
}

/* Without its last newline: sshd adds one of its own. */
static int draw(const char *uri, unsigned view, char **out)
{
	static const enum mfa_qr_style styles[] = {
		[VIEW_DARK] = MFA_QR_HALF_BLOCKS, [VIEW_LIGHT] = MFA_QR_HALF_BLOCKS_INVERTED,
		[VIEW_PLAIN] = MFA_QR_ASCII, [VIEW_PLAIN_LIGHT] = MFA_QR_ASCII_INVERTED,
	};
	MFA_TABLE_FITS(styles, VIEW_NONE);
	unsigned columns, rows;
	struct mfa_qr *qr = NULL;
	int r;

	*out = NULL;
	r = mfa_qr_new(uri, &qr);
	if (r == 0) {
		mfa_qr_extent(qr, styles[view], QUIET, &columns, &rows);
		r = mfa_qr_draw(qr, styles[view], columns <= COLUMNS_MAX ? QUIET : QUIET_NARROW,
				out);
	}
	if (r == 0)
		(*out)[strlen(*out) - 1] = '\0';
	mfa_qr_free(&qr);
	return r;
}

/* The key in groups of four, for typing. */
static void key_of(const char *uri, char *out, size_t size)
{
	static const char name[] = "secret=";
	const char *at = strstr(uri, name);
	size_t n = 0, i;

	out[0] = '\0';
	if (at == NULL)
		return;
	at += sizeof(name) - 1;
	for (i = 0; at[i] != '\0' && at[i] != '&' && n + 2 < size; i++) {
		if (i > 0 && i % KEY_GROUP == 0)
			out[n++] = ' ';
		out[n++] = at[i];
	}
	out[n] = '\0';
}

static const char *const time_left = N_(
	"You have ten minutes. If the connection is closed before that, sign in\n"
	"again: nothing is saved until the last question was answered.");

/* What the question has letters for, or no room. */
static const char *other_pictures(const struct change *ch, const char *picture)
{
	return picture != NULL ? conversation_words(ch->c, N_(
		"If it does not look right, type p (plain), i (for a light background), or\n"
		"q (plain, for a light background), and Enter.\n")) : "";
}

/* The words come first, so that in a small window the picture is what stays. */
static int compose(const struct change *ch, const char *key, const char *picture, char *text)
{
	static const char *const with_picture = N_(
		"Scan the picture with an authenticator app on your phone (Microsoft\n"
		"Authenticator, Google Authenticator or another): Add account, Other.");
	static const char *const without_picture = N_(
		"Add an account to the authenticator app on your phone (Microsoft\n"
		"Authenticator, Google Authenticator or another) by typing a key.");
	const char *how = picture != NULL ? with_picture : without_picture;
	const char *key_is = picture != NULL ? N_("Or type this key into the app: ") : N_("Key: ");
	int n = snprintf(text, TEXT_MAX, "%s\n%s%s\n%s%s\n%s", conversation_words(ch->c, how), other_pictures(ch, picture),
			 conversation_words(ch->c, time_left), conversation_words(ch->c, key_is),
			 key, picture != NULL ? picture : "");

	return n > 0 && n < TEXT_MAX ? 0 : -EMSGSIZE;
}

/* A phone's camera opens the page by itself. */
static int compose_address(const struct change *ch, const char *uri, const char *picture, char *text)
{
	static const char *const with_picture = N_(
		"Scan the picture with the camera of your phone; it opens a page there.");
	static const char *const without_picture = N_("Open this page on your phone.");
	int n = snprintf(text, TEXT_MAX, "%s\n%s%s\n%s%s\n%s",
			 conversation_words(ch->c, picture != NULL ? with_picture : without_picture),
			 other_pictures(ch, picture), conversation_words(ch->c, time_left),
			 conversation_words(ch->c, N_("Its address: ")), uri, picture != NULL ? picture : "");

	return n > 0 && n < TEXT_MAX ? 0 : -EMSGSIZE;
}

/* All in one text: sshd shows it with the prompt that follows. */
static int show(struct change *ch, const struct enrolment *e, const char *uri)
{
	int (*compose_it)(const struct change *ch, const char *words, const char *picture, char *text) = compose;
	char *picture = NULL, *text = malloc(TEXT_MAX), key[256];
	const char *words = key;
	int r = text != NULL ? 0 : -ENOMEM;

	key_of(uri, key, sizeof(key));
	if (e->ask->shows_page) {
		compose_it = compose_address;
		words = uri;
	}
	/* One that does not fit is left out. */
	if (r == 0 && e->view != VIEW_NONE && draw(uri, e->view, &picture) == 0 &&
	    compose_it(ch, words, picture, text) != 0)
		mfa_qr_text_free(&picture);
	if (r == 0 && picture == NULL)
		r = compose_it(ch, words, NULL, text);
	if (r == 0)
		r = conversation_say(ch->c, MFA_INFO, text);
	if (text != NULL)
		explicit_bzero(text, TEXT_MAX);
	free(text);
	mfa_qr_text_free(&picture);
	explicit_bzero(key, sizeof(key));
	return r;
}

struct postponement {
	bool first;
	unsigned most;		/* how often it may be put off; 0: until the date */
};

static int count_postponement(struct change *ch, void *ctx)
{
	const struct postponement *p = ctx;
	struct mfa_account *account = ch->record.account;

	if (p->first && account->device_count > 0)
		return -EALREADY;
	/* Many who stand at the question at once share what is left. */
	if (p->most > 0 && account->postponed >= p->most)
		return -EDQUOT;
	account->postponed++;
	mfa_account_add_event(account, mfa_clock_now(), ch->what, "", "", "postponed");
	return 0;
}

static void postpone(struct change *ch, struct signin_enrol *se)
{
	const struct mfa_decision *d = se->decision;
	struct postponement p = { .first = se->first };
	int r = 0;

	if (d->left > 0)
		p.most = ch->record.account->postponed + d->left;
	/* Then nothing is counted off. */
	if (!d->stood_in)
		r = change_apply(ch, count_postponement, &p);
	if (r == 0) {
		se->postponed = true;
		change_stop(ch, MFA_RESULT_OK, NULL);
	} else if (r == -EALREADY) {
		change_stop(ch, MFA_RESULT_DENIED,
			    "Somebody else has just changed the devices of this account. Please sign\n"
			    "in again.");
	} else if (r == -EDQUOT) {
		change_stop(ch, MFA_RESULT_DENIED,
			    "It was put off elsewhere meanwhile, and can't be any more. Please sign in\n"
			    "again.");
	} else {
		change_fail(ch, r);
	}
}

/* How long, or how often, it may still be put off: as a sentence before a short question, or as what stands in the
 * question itself.  Translated. */
static void write_choice(const struct change *ch, const struct signin_enrol *se, char *out, size_t size)
{
	const struct conversation *c = ch->c;
	time_t last = (time_t)se->policy->offer_until - 1;
	char day[32] = "";
	struct tm tm;

	if (se->decision->left > 0)
		(void)snprintf(out, size, c->waits
			? conversation_words(c, N_("Press Enter to do it now, or type n for \"not now\" (%u left)."))
			: conversation_words(c, N_("[Y/n; n: %u left] ")), se->decision->left);
	else if (se->policy->offer_until > 0 && !se->decision->stood_in &&
		 localtime_r(&last, &tm) != NULL && strftime(day, sizeof(day), "%Y-%m-%d", &tm) > 0)
		(void)snprintf(out, size, c->waits
			? conversation_words(c, N_("Press Enter to do it now, or type n for \"not now\" (until %s)."))
			: conversation_words(c, N_("[Y/n; n: until %s] ")), day);
	else
		(void)snprintf(out, size, "%s", c->waits
			? conversation_words(c, N_("Press Enter to do it now, or type n for \"not now\"."))
			: conversation_words(c, N_("[Y/n] ")));
}

/* Whether it is to be now, where it may be later.  *no: it is not. */
/* Told to type n for "not now", people type that. */
static enum mfa_typed_word word_of(const char *answer)
{
	enum mfa_typed_word word = mfa_typed_word(answer);

	return word == MFA_TYPED_OTHER && (answer[0] == 'n' || answer[0] == 'N') ? MFA_TYPED_NO : word;
}

static int ask_whether(struct change *ch, const struct signin_enrol *se, bool *no)
{
	enum mfa_typed_word word = MFA_TYPED_OTHER;
	char choice[240], prompt[400], answer[16];
	unsigned tries;
	int r = 0;

	*no = false;
	write_choice(ch, se, choice, sizeof(choice));
	if (ch->c->waits) {
		(void)snprintf(prompt, sizeof(prompt), "%s", conversation_words(ch->c, N_("Set it up now? [Y/n] ")));
		r = conversation_say(ch->c, MFA_INFO, choice);
	} else {
		(void)snprintf(prompt, sizeof(prompt), "%s %s", conversation_words(ch->c,
			ch->record.account->device_count > 0 ? N_("Add another device now?")
							     : N_("Set up your phone now?")), choice);
	}
	for (tries = 0; r == 0 && tries < ENROL_CHOICE_TRIES; tries++) {
		r = conversation_ask(ch->c, true, prompt, answer, sizeof(answer));
		word = r == 0 ? word_of(answer) : MFA_TYPED_OTHER;
		explicit_bzero(answer, sizeof(answer));
		*no = word == MFA_TYPED_NO;
		if (word != MFA_TYPED_OTHER || (r != 0 && r != -EBADMSG))
			return r;
		r = conversation_say(ch->c, MFA_ERROR, N_("That is neither yes nor no."));
	}
	return r != 0 ? r : -EDOM;
}

/* Nobody has understood the other, or nobody answers any more. */
static void stop_unanswered(struct change *ch, int r)
{
	if (r == -EDOM)
		change_stop(ch, MFA_RESULT_MAXTRIES, N_("Nothing was saved."));
	else if (r == -ENODEV)
		change_stop(ch, MFA_RESULT_DENIED, enrol_nothing_alone);
	else
		change_stop(ch, r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED, NULL);
}

/* Says why, and asks whether now where it may be later.  Returns whether to go on. */
static bool introduce(struct change *ch, struct signin_enrol *se)
{
	bool no = false;
	int r;

	r = conversation_say(ch->c, MFA_INFO, ch->record.account->device_count > 0
		? N_("More information is required: please add another device to your account.")
		: N_("More information is required: this account has no second factor yet. Please\n"
		     "set up your phone as one now; from then on a sign-in asks for it."));
	if (r == 0 && se->decision->may_postpone)
		r = ask_whether(ch, se, &no);
	if (r != 0) {
		stop_unanswered(ch, r);
		return false;
	}
	if (no)
		postpone(ch, se);
	return !no;
}

/* Whoever is let in at once would not see them: sshd shows a text with the next prompt. */
static int hand_out_codes(struct change *ch, struct enrolment *e)
{
	char answer[MFA_ANSWER_MAX];
	int r = enrol_tell_codes(ch->c, e);

	if (r == 0)
		r = conversation_ask(ch->c, true, "Press Enter when you have written down the recovery codes: ",
				     answer, sizeof(answer));
	explicit_bzero(answer, sizeof(answer));
	r = r == -EBADMSG ? 0 : r;
	return r == 0 && ch->c->unshown ? -EOPNOTSUPP : r;
}

/* Nor would anybody see why it failed, but where nothing is shown at all. */
static void hold_the_end(struct change *ch)
{
	char answer[MFA_ANSWER_MAX];

	if (ch->text == NULL || ch->result == MFA_RESULT_ABORTED || ch->c->left || ch->c->unshown)
		return;
	if (conversation_say(ch->c, MFA_ERROR, ch->text) == 0)
		(void)conversation_ask(ch->c, true, "That did not work. Press Enter to end this sign-in: ", answer,
				       sizeof(answer));
	explicit_bzero(answer, sizeof(answer));
	ch->text = NULL;
}

void signin_enrol(struct change *ch, struct signin_enrol *se)
{
	struct enrolment e = {
		.first = se->first, .service = se->service, .rhost = se->rhost,
		.show = show, .wants_other = wants_other, .hand_out = hand_out_codes,
		.prompt = ch->c->waits ? N_("Code that the app shows: ")
			: N_("Code that the app shows (p, i, q: other pictures): "),
		.view = VIEW_DARK,
	};
	int r;

	if (introduce(ch, se)) {
		e.until = mfa_clock_now() + SIGNIN_ENROL_SECONDS;
		r = enrol_choose(ch, se->policy, "", &e);
		if (r == 0)
			enrol_device(ch, &e, "");
		else
			stop_unanswered(ch, r);
	}
	if (ch->result != MFA_RESULT_OK)
		hold_the_end(ch);
	enrolment_wipe(&e);
}
