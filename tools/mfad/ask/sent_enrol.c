/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding an address: a code is sent there, and typed.  Until then it is in this conversation alone. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "clock/clock.h"
#include "factor/sent.h"
#include "language/language.h"
#include "mfad/ask/sent.h"
#include "mfad/ask/sent_limit.h"
#include "table/table.h"

#define ADDRESS_TRIES 3		/* addresses that a code is sent to */
#define TYPING_TRIES 5		/* that make no sense, each */
#define CODE_TRIES 5
#define SENDS 3			/* of one code */
#define KNOWN_MS 10000		/* that a question may wait for what became of a message */
#define TEXT_MAX 400

struct adding {
	const struct sent_way *way;
	struct change *ch;
	struct enrolment *e;
	char code[MFA_SENT_SIZE];
	int64_t at;			/* when it was last sent */
	struct sent_limit_ask counted[SENDS];
	unsigned sends;
	enum sender_state state;
};

static bool too_late(const struct enrolment *e)
{
	return e->until != 0 && mfa_clock_now() >= e->until;
}

/* As conversation_ask; an answer that is too long is "", and -ETIME says that there is no time left. */
static int ask(const struct adding *a, const char *prompt, char *answer, size_t size)
{
	int r = conversation_ask(a->ch->c, true, prompt, answer, size);

	if (r == -EBADMSG)
		r = 0;
	return r == 0 && too_late(a->e) ? -ETIME : r;
}

static int say_failed(const struct adding *a)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text), conversation_words(a->ch->c, N_("No code could be sent to %s.")),
		       a->e->address);
	return conversation_say(a->ch->c, MFA_ERROR, text);
}

static bool has_already(const struct adding *a)
{
	const struct mfa_account *account = a->ch->record.account;
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if ((unsigned)account->devices[i].type == (unsigned)a->way->method &&
		    account->devices[i].address != NULL && strcmp(account->devices[i].address, a->e->address) == 0 &&
		    (a->e->replaces == NULL || strcmp(account->devices[i].label, a->e->replaces) != 0))
			return true;
	return false;
}

/* Why what was typed can't be added.  NULL: it can. */
static const char *objection(const struct adding *a, const char *typed)
{
	const struct mfa_conf *conf = a->ch->c->conf;

	if (a->way->read(conf, typed, a->e->address) != 0)
		return a->way->invalid;
	if (!a->way->reaches(conf, a->e->address))
		return a->way->unreachable;
	return has_already(a) ? N_("That is one of this account's already.") : NULL;
}

static int ask_address(struct adding *a)
{
	char prompt[TEXT_MAX], typed[MFA_RECIPIENT_SIZE];
	const char *why = NULL;
	unsigned i;
	int r;

	a->way->question(a->ch->c, prompt, sizeof(prompt));
	for (i = 0; i < TYPING_TRIES; i++) {
		r = ask(a, prompt, typed, sizeof(typed));
		if (r != 0)
			return r;
		why = objection(a, typed);
		if (why == NULL)
			return 0;
		r = conversation_say(a->ch->c, MFA_ERROR, why);
		if (r != 0)
			return r;
	}
	return -EDOM;
}

/* Returns 1: it is right, 0: it is not, or a negative errno. */
static int read_back(const struct adding *a)
{
	enum mfa_typed_word word = MFA_TYPED_OTHER;
	char prompt[TEXT_MAX], answer[16];
	unsigned i;
	int r = 0;

	(void)snprintf(prompt, sizeof(prompt), conversation_words(a->ch->c, N_("Is %s right? [y/N] ")), a->e->address);
	for (i = 0; i < TYPING_TRIES && r == 0; i++) {
		r = ask(a, prompt, answer, sizeof(answer));
		word = r == 0 ? mfa_typed_word(answer) : MFA_TYPED_OTHER;
		if (r != 0 || word != MFA_TYPED_OTHER)
			return r != 0 ? r : word == MFA_TYPED_YES;
		r = conversation_say(a->ch->c, MFA_ERROR, N_("That is neither yes nor no."));
	}
	return r != 0 ? r : -EDOM;
}

/* Counted, or why not.  Where there is an address it is on root's word, and so is the service. */
static enum sent_limit count(struct adding *a)
{
	const struct mfa_conf *conf = a->ch->c->conf;
	struct sent_limit_ask *counted = &a->counted[a->sends];
	bool from = a->e->rhost != NULL && a->e->rhost[0] != '\0';

	*counted = (struct sent_limit_ask){
		.method = a->way->method, .enrols = a->ch->subject.identity.name, .to = a->e->address,
		.address = from ? a->e->rhost : a->ch->subject.identity.name,
		.known_address = from && sent_known_address(mfa_conf_policy(conf, a->e->service), a->e->rhost),
		.address_hour = conf->sender.address_hour, .hour = conf->sender.hour, .now = mfa_clock_now(),
	};
	return sent_limit_take(counted);
}

/* Returns 1: it is sent, or may be; 0: it surely is not, which was said; or a negative errno. */
static int send(struct adding *a)
{
	const char *name = a->ch->subject.identity.name;
	struct sent_letter letter = {
		.way = a->way, .to = a->e->address, .kind = "code", .code = a->code, .service = a->e->service,
		.address = a->e->rhost, .until = mfa_clock_now() + a->ch->c->conf->sender.lifetime,
	};
	static const char *const limits[] = {
		[SENT_LIMIT_ADDRESS] = "address", [SENT_LIMIT_HOUSE] = "house", [SENT_LIMIT_ALL_OF] = "account",
		[SENT_LIMIT_ENROLMENT] = "account", [SENT_LIMIT_STRANGER_TO] = "recipient",
	};
	MFA_TABLE_FITS(limits, SENT_LIMIT_COUNT);
	struct sent_message message;
	char why[MFA_ORDER_WHY_SIZE];
	enum sent_limit limit;
	int r;

	limit = count(a);
	if (limit != SENT_LIMIT_FREE) {
		sent_log("limited", limits[limit], a->way, name, a->e->device.label);
		return -EDQUOT;
	}
	r = sent_send(a->ch->c, a->ch->subject.identity.name, &letter, &message);
	a->state = r == 0 ? sender_wait(&message, KNOWN_MS) : SENDER_FAILED;
	sent_why(r == 0 ? &message : NULL, why);
	sent_log(a->state == SENDER_FAILED ? "failed" : a->state == SENDER_SENT ? "sent" : "unknown", why, a->way, name,
		 a->e->device.label);
	if (r == 0)
		sender_forget(&message);
	if (a->state == SENDER_FAILED) {
		if (!sent_was_taken(why))
			sent_limit_give_back(&a->counted[a->sends], false);
		return say_failed(a);
	}
	a->at = mfa_clock_now();
	a->sends++;
	return 1;
}

/* Enter: it did not come.  The same code, so that whichever comes is right. */
static int send_again(struct adding *a)
{
	int r;

	if (a->sends == SENDS || mfa_clock_now() - a->at < MFA_SENT_AGAIN)
		return conversation_say(a->ch->c, MFA_ERROR,
					N_("It was sent a moment ago; that can take some minutes. Type it when it has come."));
	r = send(a);
	return r < 0 ? r : 0;
}

/* Returns 1: it was typed, 0: not, and another address may be tried, or a negative errno. */
static int ask_code(struct adding *a)
{
	char prompt[TEXT_MAX], answer[MFA_ANSWER_MAX], plain[MFA_ANSWER_MAX];
	unsigned wrong = 0, empty = 0;
	bool right = false;
	int r = 0;

	while (r == 0 && !right && wrong < CODE_TRIES && empty < 2 * TYPING_TRIES) {
		(void)snprintf(prompt, sizeof(prompt), conversation_words(a->ch->c, a->state == SENDER_SENT
			? N_("A code was sent to %s. Code (Enter: again): ")
			: N_("Code on its way to %s. Code (Enter: again): ")), a->e->address);
		r = ask(a, prompt, answer, sizeof(answer));
		if (r != 0)
			break;
		mfa_typed_plain(answer, plain);
		right = strlen(plain) == MFA_SENT_DIGITS && CRYPTO_memcmp(plain, a->code, MFA_SENT_DIGITS) == 0;
		if (plain[0] == '\0') {
			empty++;
			r = send_again(a);
		} else if (!right) {
			wrong++;
			r = conversation_say(a->ch->c, MFA_ERROR, N_("That is not the code that was sent."));
		}
	}
	explicit_bzero(answer, sizeof(answer));
	explicit_bzero(plain, sizeof(plain));
	return r != 0 ? r : right ? 1 : -EACCES;
}

/* Returns 1: it has proven itself, 0: it has not, and another may be tried, or a negative errno. */
static int try_address(struct adding *a)
{
	int r = ask_address(a);

	if (r == 0)
		r = read_back(a);
	if (r != 1)
		return r;
	a->sends = 0;
	r = mfa_sent_draw(a->ch->record.account, mfa_clock_now(), a->code);
	if (r == 0)
		r = send(a);
	return r == 1 ? ask_code(a) : r;
}

static void stop(struct change *ch, int error)
{
	switch (error) {
	case -EDQUOT:
		change_stop(ch, MFA_RESULT_BUSY,
			    N_("Too many codes were sent in the last hour. Nothing was saved; please try again later."));
		break;
	case -EACCES:
	case -EDOM:
	case 0:
		change_stop(ch, MFA_RESULT_MAXTRIES, N_("Nothing was saved."));
		break;
	case -ETIME:
	case -ETIMEDOUT:
		change_stop(ch, MFA_RESULT_BUSY, N_("That took too long. Nothing was saved; please start again."));
		break;
	case -ECANCELED:
	case -EPIPE:
		change_stop(ch, MFA_RESULT_ABORTED, N_("Nothing was saved."));
		break;
	default:
		change_fail(ch, error);
	}
}

bool sent_enrol(const struct sent_way *way, struct change *ch, struct enrolment *e)
{
	struct adding a = { .way = way, .ch = ch, .e = e };
	unsigned i;
	int r = 0;

	for (i = 0; i < ADDRESS_TRIES && r == 0; i++)
		r = try_address(&a);
	explicit_bzero(a.code, sizeof(a.code));
	if (r != 1) {
		stop(ch, r);
		return false;
	}
	/* But an account changes its addresses no oftener than that: each that goes is written to as well. */
	for (i = 0; i < a.sends; i++)
		sent_limit_give_back(&a.counted[i], true);
	e->device.type = (enum mfa_device_type)way->method;
	e->device.address = e->address;
	e->device.created = mfa_clock_now();
	e->until = 0;
	return true;
}
