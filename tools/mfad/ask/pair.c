/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/pair.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/phones/feed.h"
#include "mfad/phones/push.h"
#include "phone/pairing.h"
#include "ratelimit/ratelimit.h"

#define PAIRING_SECONDS 600
#define URI_MAX 256
#define NUMBER_TRIES 3		/* wrong ones: whoever has photographed the picture can't type here */
#define EARLY_TRIES 20		/* before any phone has come */
#define WAITS_MAX 20
#define TESTS_MOST 20.0F	/* of an account; then one in three minutes */
#define TESTS_RATE (1.0F / 180)

struct pair {
	struct change *ch;
	struct enrolment *e;
	const struct mfa_vault *vault;
	char token[MFA_TOKEN_SIZE];
	struct mfa_pairing pairing;
};

bool pair_offered(const struct conversation *c, const struct mfa_policy *policy)
{
	return c->conf->portal.url != NULL && (policy->methods & MFA_METHOD_PUSH) != 0 && feed_heard();
}

/* The token stands behind a #, which no browser sends to anybody. */
static int show(struct pair *p)
{
	char uri[URI_MAX];
	int r;

	(void)snprintf(uri, sizeof(uri), "%s/pair#%s", p->ch->c->conf->portal.url, p->token);
	r = p->e->show(p->ch, p->e, uri);
	explicit_bzero(uri, sizeof(uri));
	return r;
}

static int begin(struct pair *p)
{
	const struct mfa_policy *policy = mfa_conf_policy(p->ch->c->conf, p->e->service);
	int r = mfa_pairing_new(&p->pairing, p->token);

	if (r != 0)
		return r;
	(void)snprintf(p->pairing.account, sizeof(p->pairing.account), "%s", p->ch->record.account->name);
	p->pairing.verify = policy->verify_user;
	p->pairing.created = mfa_clock_now();
	p->pairing.expires = p->pairing.created + PAIRING_SECONDS;
	return mfa_pairing_put(p->vault, &p->pairing, 0);
}

/* Two digits and nothing else; 0: something else. */
static unsigned number_of(const char *answer)
{
	char plain[MFA_ANSWER_MAX];

	unsigned number = 0;

	mfa_typed_plain(answer, plain);
	if (strlen(plain) == 2 && strspn(plain, "0123456789") == 2)
		number = (unsigned)(plain[0] - '0') * 10 + (unsigned)(plain[1] - '0');
	explicit_bzero(plain, sizeof(plain));
	return number;
}

/* One answer to the question for the number.  Returns 1: it is right; 0: ask again; or a negative
 * errno, -EACCES: it was wrong too often. */
static int judge_number(struct pair *p, const char *answer, unsigned *wrong)
{
	struct conversation *c = p->ch->c;
	int r = mfa_pairing_get(p->vault, p->pairing.device, &p->pairing, NULL);

	if (r != 0)
		return r == -ENOENT ? -ETIME : r;
	if (!p->pairing.claimed)
		return conversation_say(c, MFA_ERROR, "No phone has opened it yet. Scan the picture, and type the number "
					"that the phone\nshows.");
	if (number_of(answer) == p->pairing.number)
		return 1;
	if (++*wrong == NUMBER_TRIES)
		return -EACCES;
	return conversation_say(c, MFA_ERROR, "That is not the number. Look at your own phone; if it says that the picture was\n"
				"used already, stop here with Ctrl-C: somebody else has scanned it.");
}

/* The phone that has come shows a number: only whoever sees both it and this terminal can type it here. */
static int ask_number(struct pair *p)
{
	struct enrolment *e = p->e;
	const char *prompt = e->wants_other != NULL && !p->ch->c->waits
		? N_("Number that the phone shows (p, i, q: other pictures): ")
		: N_("Number that the phone shows: ");
	unsigned wrong = 0, i;
	char answer[16];
	bool other, fresh = true;
	int r = show(p);

	for (i = 0; r == 0 && i < EARLY_TRIES; i++) {
		r = conversation_ask(p->ch->c, true, prompt, answer, sizeof(answer));
		if (r != 0 && r != -EBADMSG)
			return r;
		if (fresh && p->ch->c->unshown)
			return -EOPNOTSUPP;
		if (mfa_clock_now() >= p->pairing.expires)
			return -ETIME;
		other = r == 0 && e->wants_other != NULL && e->wants_other(e, answer);
		r = other ? show(p) : judge_number(p, answer, &wrong);
		explicit_bzero(answer, sizeof(answer));
		fresh = other;
		if (r == 1)
			return 0;
	}
	return r != 0 ? r : -EACCES;
}

/* Until the phone has answered.  text: for whoever sees it at once.  Returns 0: it has confirmed; or a negative errno. */
static int wait_for(struct conversation *c, struct push *push, const char *text)
{
	enum push_outcome outcome = PUSH_PENDING;
	char answer[MFA_ANSWER_MAX], prompt[160];
	unsigned i;
	int r = 0;

	for (i = 0; i < WAITS_MAX && r == 0; i++) {
		if (c->waits) {
			r = conversation_wait(c, text);
		} else {
			(void)snprintf(prompt, sizeof(prompt), conversation_words(c,
				N_("Now the other way round: enter %u on the phone, then press Enter here: ")),
				push->request.number);
			r = conversation_ask(c, true, prompt, answer, sizeof(answer));
			explicit_bzero(answer, sizeof(answer));
			r = r == -EBADMSG ? 0 : r;
		}
		if (r == 0)
			outcome = push_wait(push);
		if (outcome == PUSH_APPROVED)
			return 0;
		if (outcome != PUSH_ENOUGH)
			break;
	}
	if (r != 0)
		return r;
	return outcome == PUSH_WRONG || outcome == PUSH_DENIED ? -EACCES
	       : outcome == PUSH_GONE ? -EPIPE : outcome == PUSH_FAILED ? -EIO : -ETIME;
}

/* Whether this account may have another phone asked: each asks a push service that the phone named. */
static bool may_test(const char *account)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct mfa_ratelimit *ratelimit;
	struct timespec now;
	bool may;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)pthread_mutex_lock(&lock);
	may = (ratelimit != NULL || mfa_ratelimit_new(&ratelimit) == 0) &&
	      mfa_ratelimit_allow_name(ratelimit, account, 1, TESTS_MOST, TESTS_RATE,
				       (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	(void)pthread_mutex_unlock(&lock);
	return may;
}

/* And the other way round, as at every sign-in from then on. */
static int ask_phone(struct pair *p)
{
	struct conversation *c = p->ch->c;
	struct push push;
	char text[MFA_LABEL_MAX + 160];
	int r = may_test(p->pairing.account) ? push_begin_test(&push, c, &p->pairing, p->e->service) : -EDQUOT;

	if (r != 0)
		return r;
	(void)snprintf(text, sizeof(text), conversation_words(c,
		N_("Now the other way round: enter %u on the phone (\"%s\").")),
		push.request.number, p->pairing.name);
	r = wait_for(c, &push, text);
	push_end(&push);
	return r;
}

/* The phone's own name for itself, or one like it. */
static void name_device(const struct pair *p, struct mfa_device *device)
{
	struct mfa_account *account = p->ch->record.account;
	unsigned i;

	if (device->label[0] != '\0')
		return;
	(void)snprintf(device->label, sizeof(device->label), "%s", p->pairing.name);
	for (i = 2; mfa_account_device(account, device->label) != NULL && i < MFA_DEVICES_MAX + 2; i++)
		(void)snprintf(device->label, sizeof(device->label), "%.*s %u", MFA_LABEL_MAX - 4, p->pairing.name, i);
	if (!mfa_label_valid(device->label))
		(void)snprintf(device->label, sizeof(device->label), "Phone %u", i);
}

static void stop(struct change *ch, int error)
{
	switch (error) {
	case -EACCES:
		change_stop(ch, MFA_RESULT_DENIED, "The phone did not prove to be yours. Nothing was saved; please start again.");
		break;
	case -ETIME:
	case -ETIMEDOUT:
		change_stop(ch, MFA_RESULT_BUSY, "That took too long. Nothing was saved; please start again.");
		break;
	case -EOPNOTSUPP:
		change_stop_unshown(ch);
		break;
	case -EDQUOT:
		change_stop(ch, MFA_RESULT_BUSY, "Too many phones were tried. Nothing was saved; please wait some minutes.");
		break;
	case -ECANCELED:
	case -EPIPE:
		change_stop(ch, MFA_RESULT_ABORTED, "Nothing was saved.");
		break;
	default:
		change_fail(ch, error);
	}
}

bool pair_phone(struct change *ch, struct enrolment *e)
{
	struct pair p = { .ch = ch, .e = e, .vault = mfa_accounts_vault(ch->c->verifier->accounts) };
	int r = begin(&p);

	if (r == 0) {
		r = ask_number(&p);
		if (r == 0)
			r = ask_phone(&p);
	}
	if (r == 0) {
		e->phone = p.pairing.phone;
		e->device.type = MFA_DEVICE_PUSH;
		e->device.id = p.pairing.device;
		e->device.created = mfa_clock_now();
		e->device.phone = &e->phone;
		name_device(&p, &e->device);
		/* The phone is told until then. */
		e->until = p.pairing.expires;
	} else {
		mfa_pairing_drop(p.vault, p.pairing.device);
		feed_changed(p.pairing.device);
		stop(ch, r);
	}
	explicit_bzero(p.token, sizeof(p.token));
	return r == 0;
}

void pair_end(struct change *ch, const struct enrolment *e)
{
	mfa_pairing_drop(mfa_accounts_vault(ch->c->verifier->accounts), e->device.id);
	feed_changed(e->device.id);
}
