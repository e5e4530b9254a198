/* SPDX-License-Identifier: BSD-2-Clause */
/* A sign-in, from top to bottom. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account/alert.h"
#include "account/decoy.h"
#include "clock/clock.h"
#include "language/language.h"
#include "log/log.h"
#include "mfad/ask/ask.h"
#include "mfad/ask/judged.h"
#include "mfad/ask/sent_place.h"
#include "mfad/base/metrics.h"
#include "mfad/base/subject.h"
#include "mfad/phones/notice.h"
#include "mfad/signin/facts.h"
#include "mfad/signin/handlers.h"
#include "mfad/signin/remember.h"
#include "mfad/signin/signin_enrol.h"
#include "mfad/signin/signin_limit.h"
#include "policy/policy.h"
#include "table/table.h"

#define FIELD_MAX 255
#define ADDED_MAX (MFA_DEVICES_MAX * (MFA_LABEL_MAX + 32))

struct signin {
	struct conversation *c;
	struct subject subject;
	char service[FIELD_MAX + 1];
	char rhost[FIELD_MAX + 1];
	char tty[FIELD_MAX + 1];
	char session[FIELD_MAX + 1];
	char command[FIELD_MAX + 1];
	struct mfa_presence presence;
	uint8_t place[MFA_PLACE_SIZE];	/* sent_place.h; of zeros: none */
	char shown_service[2 * FIELD_MAX];	/* marked where it is not root's word */
	const struct mfa_policy *policy;
	struct mfa_policy_facts facts;
	struct mfa_record record;	/* what is asked about: the account's, or a decoy */
	struct mfa_record bare;		/* the account's, where it has nothing to show yet */
	struct mfa_decision decision;
	struct challenge challenge;
	struct change enrolment;	/* within the sign-in; .what is NULL if there was none */
	bool postponed;			/* it was put off */
	bool spent;			/* a code that came along was used up, though none was asked for */
	char added[ADDED_MAX];		/* devices that its owner has yet to hear of */
	enum mfa_result result;
	const char *reason;		/* for the log */
	int error;
};

static int optional_text(struct conversation *c, enum mfa_field_tag tag, char *out)
{
	int r = mfa_frame_text(&c->frame, tag, out, FIELD_MAX + 1);

	return r == -ENOENT ? 0 : r;
}

static void mark_service(struct signin *s)
{
	switch (subject_voice(&s->subject)) {
	case MFA_VOICE_CALLER:
		(void)snprintf(s->shown_service, sizeof(s->shown_service), MFA_CALLER "%s (%s)", s->service,
			       s->subject.caller);
		break;
	case MFA_VOICE_OWN:
		(void)snprintf(s->shown_service, sizeof(s->shown_service), MFA_LOCAL "%s", s->service);
		break;
	default:
		(void)snprintf(s->shown_service, sizeof(s->shown_service), "%s", s->service);
		break;
	}
}

static int read_request(struct signin *s)
{
	struct conversation *c = s->c;
	int r;

	/* What is logged of a request that makes no sense is a claim as well. */
	s->subject.local = c->peer.kind != PEER_ROOT;
	s->challenge.echo = mfa_frame_byte(&c->frame, MFA_FIELD_ECHO, 0) == 1;
	r = optional_text(c, MFA_FIELD_SERVICE, s->service);
	if (r == 0)
		r = optional_text(c, MFA_FIELD_RHOST, s->rhost);
	if (r == 0)
		r = optional_text(c, MFA_FIELD_TTY, s->tty);
	if (r == 0)
		r = optional_text(c, MFA_FIELD_SESSION, s->session);
	if (r == 0)
		r = optional_text(c, MFA_FIELD_COMMAND, s->command);
	if (r == 0 && s->service[0] == '\0')
		r = -EINVAL;
	if (r != 0) {
		s->reason = "bad-request";
		return -EINVAL;
	}
	s->policy = mfa_conf_policy(c->conf, s->service);
	mfa_presence_read(&c->frame, &s->presence);
	r = subject_read(c, s->policy, &s->subject);
	mark_service(s);
	s->reason = s->subject.refusal;
	/* What an administrator who wants it has to say. */
	if (r == -EPERM)
		(void)snprintf(s->decision.detail, sizeof(s->decision.detail), "see callers in [policy %.48s]",
			       s->service);
	return r;
}

static struct mfa_remember_place place_of(const struct signin *s)
{
	return (struct mfa_remember_place){ .name = s->subject.identity.name, .service = s->service,
					    .rhost = s->rhost, .session = s->session };
}

/* Reads the account, or what stands in for it, and weighs the service's rules. */
static int decide(struct signin *s)
{
	const struct mfa_identity *id = &s->subject.identity;
	struct mfa_remember_place place = place_of(s);
	bool eligible;
	int r;

	eligible = s->subject.barred == NULL && (id->known || !s->policy->nss);
	r = mfa_accounts_load_or_decoy(s->c->verifier->accounts, id->name, eligible, mfa_clock_now(),
				       &s->record, &s->bare);
	if (r == 0)
		r = subject_check_record(s->c, &s->subject,
					 s->bare.account != NULL ? &s->bare : &s->record);
	if (r != 0) {
		s->reason = s->subject.refusal != NULL ? s->subject.refusal : "record";
		return r;
	}
	r = facts_gather(s->c, &s->subject, s->policy, s->record.decoy ? s->bare.account : s->record.account,
			 s->rhost, &s->facts);
	if (r != 0) {
		s->reason = "directory-slow";
		return r;
	}
	facts_place(&s->subject, s->policy, s->service, &s->presence, &s->facts);
	s->facts.remembered = remember_check(s->c, s->policy, &s->facts, &place, &s->record);
	s->decision = mfa_policy_decide(s->policy, &s->facts);
	s->reason = s->decision.rule;
	return 0;
}

static void write_time(int64_t time, char *out, size_t size)
{
	time_t when = (time_t)time;
	struct tm tm;

	(void)snprintf(out, size, "?");
	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(out, size, "%Y-%m-%d %H:%M", &tm);
}

/* Devices that came since the last sign-in: their owner may not know of them. */
static void gather_alerts(struct signin *s)
{
	const struct mfa_account *account = s->record.account;
	const struct mfa_device *d;
	size_t at = 0, n = 0;

	if (s->record.decoy || s->subject.local)
		return;
	s->challenge.said = mfa_alert_until(account);
	while (n < sizeof(s->added) && (d = mfa_alert_next(account, &at)) != NULL) {
		char when[32];

		write_time(d->created, when, sizeof(when));
		n += (size_t)snprintf(s->added + n, sizeof(s->added) - n, "%s\"%s\" (%s)", n > 0 ? ", " : "",
				      d->label, when);
	}
}

/* Before the prompt it is only said that there is something: whoever knows the password alone need not
 * read which. */
static int announce(struct signin *s)
{
	int r = 0;

	if (s->policy->intro != NULL)
		r = conversation_say(s->c, MFA_INFO, s->policy->intro);
	if (r == 0 && s->added[0] != '\0')
		r = conversation_say(s->c, MFA_INFO,
			"A device was added to this account since your last sign-in.\n"
			"If that was not you, tell your administrator.");
	return r;
}

/* The same for whoever has guessed and for who has not, for an account and for a name without one, and
 * whatever its owner did meanwhile: how many, when and from where comes after the right answer. */
static int warn(struct signin *s)
{
	uint32_t name = s->record.decoy ? s->record.name : 0;

	if (!s->challenge.tells || !mfa_factor_guessed_lately(s->record.account, name, mfa_clock_now()))
		return 0;
	return conversation_say(s->c, MFA_INFO,
		"Wrong codes were given for this account in the last days. More is said after\n"
		"a right one, and by: mfa-enroll status");
}

/* Where a code that is sent now can be typed; without that, none is sent. */
static bool find_place(struct signin *s)
{
	return sent_place(s->subject.identity.name, s->shown_service, s->rhost, s->session, s->tty, s->place) == 0;
}

static void challenge(struct signin *s)
{
	struct challenge *ch = &s->challenge;

	ch->c = s->c;
	ch->subject = &s->subject;
	ch->record = &s->record;
	ch->policy = s->policy;
	ch->service = s->shown_service;
	ch->rhost = s->rhost;
	ch->place = find_place(s) ? s->place : NULL;
	ch->place_not_known = subject_voice(&s->subject) != MFA_VOICE_OWN && mfa_policy_place(&s->facts) == MFA_PLACE_NOT_KNOWN;
	ch->command = s->command;
	ch->hopeless = s->decision.kind != MFA_DECISION_REQUIRE || s->record.decoy;
	ch->tells = !s->subject.local;
	gather_alerts(s);
	if (announce(s) != 0 || warn(s) != 0) {
		s->result = MFA_RESULT_ABORTED;
		return;
	}
	s->result = challenge_run(ch, &s->error);
	if (s->result == MFA_RESULT_OK && ch->hopeless)
		s->result = MFA_RESULT_DENIED;
	if (s->error != 0)
		s->result = failure_of(s->error).result;
}

static int spend_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct mfa_attempt *attempt = ctx;
	struct mfa_judgement judgement;

	(void)again;
	return mfa_factor_spend(record->account, attempt, &judgement) ? 0 : 1;
}

/* Where nothing is asked, a code that came with the password would stay good for whoever has seen it on its way.  The
 * module answers with it by itself; nothing depends on whether it was right, and nobody is told.  From a user's own
 * programs none is taken: the record is theirs to read, and guesses would count nowhere. */
static enum mfa_result spend(struct signin *s)
{
	struct conversation *c = s->c;
	char answer[MFA_ANSWER_MAX];
	struct mfa_attempt attempt = {
		.answer = answer, .now = mfa_clock_now(), .voice = subject_voice(&s->subject),
		.place = find_place(s) ? s->place : NULL, .methods = mfa_methods_typed(),
		.window = c->conf->totp_window,
	};
	int r;

	if (!c->has_code || subject_voice(&s->subject) == MFA_VOICE_OWN || s->record.decoy || s->record.account == NULL)
		return MFA_RESULT_OK;
	c->asks_code = true;
	r = conversation_ask(c, false, N_("Authenticator code: "), answer, sizeof(answer));
	c->asks_code = false;
	if (r == 0)
		r = mfa_accounts_change(c->verifier->accounts, &s->record, spend_in, &attempt);
	s->spent = r == 0;
	if (r < 0 && r != -EBADMSG && r != -ECANCELED && r != -EPIPE)
		mfa_log_message(LOG_ERR, "spend", "a code that was not asked for could not be used up", r);
	explicit_bzero(answer, sizeof(answer));
	return MFA_RESULT_OK;
}

/* An account that has no record yet gets an empty one, which is in no store. */
static int make_record(const struct signin *s, struct mfa_record *record)
{
	int r = 0;

	if (record->account == NULL)
		r = mfa_record_new(s->subject.identity.name, record);
	if (r != 0 || record->account == NULL)
		return r != 0 ? r : -ENOMEM;
	if (record->version == 0)
		record->account->created = mfa_clock_now();
	return 0;
}

/* Leads through enrolment, with the account's own record. */
static void enrol(struct signin *s, const struct mfa_decision *decision, struct mfa_record *record)
{
	struct change *ch = &s->enrolment;
	struct signin_enrol se = {
		.policy = s->policy, .decision = decision, .service = s->shown_service,
		.rhost = s->subject.local ? NULL : s->rhost, .first = s->challenge.answers == 0,
	};

	*ch = (struct change){ .c = s->c, .what = "enrol", .subject = s->subject,
			       .result = MFA_RESULT_FAILED };
	s->error = make_record(s, record);
	if (s->error != 0) {
		s->result = MFA_RESULT_FAILED;
		return;
	}
	ch->record = *record;
	if (!se.first)
		change_take_proof(ch, &s->challenge.judgement);
	else
		(void)announce(s);
	signin_enrol(ch, &se);
	s->result = ch->result;
	s->error = ch->error;
	s->postponed = se.postponed;
	*record = ch->record;
	memset(&ch->record, 0, sizeof(ch->record));
}

/* What more there is to be done before somebody who has shown a factor gets in. */
static void enrol_more(struct signin *s)
{
	struct mfa_decision more;

	if (s->result != MFA_RESULT_OK || s->subject.local || s->decision.kind != MFA_DECISION_REQUIRE)
		return;
	s->facts.devices = (unsigned)s->record.account->device_count;
	more = mfa_policy_decide_more(s->policy, &s->facts, s->challenge.judgement.kind);
	if (more.kind == MFA_DECISION_ENROL)
		enrol(s, &more, &s->record);
}

/* Spares the next sign-ins, once this one is let in by a device. */
static void remember(const struct signin *s)
{
	struct mfa_remember_place place = place_of(s);

	if (s->result == MFA_RESULT_OK && s->decision.kind == MFA_DECISION_REQUIRE)
		remember_write(s->c, s->policy, &s->facts, &place, &s->record, &s->challenge.judgement);
}

/* "between 2027-01-15 08:00 and 2027-01-16 21:15", or "at" one of them. */
static void write_times(const struct conversation *c, const struct mfa_unheard *unheard, char *out, size_t size)
{
	char first[32], last[32];

	write_time(unheard->first, first, sizeof(first));
	write_time(unheard->last, last, sizeof(last));
	if (strcmp(first, last) == 0)
		(void)snprintf(out, size, conversation_words(c, N_("at %s")), last);
	else
		(void)snprintf(out, size, conversation_words(c, N_("between %s and %s")), first, last);
}

/* Wrong answers that were no part of this sign-in. */
static void tell_wrong(struct signin *s)
{
	const struct mfa_unheard *unheard = &s->challenge.unheard;
	char text[CHALLENGE_PLACES_MAX + 400], when[128];

	if (unheard->count == 0)
		return;
	write_times(s->c, unheard, when, sizeof(when));
	(void)snprintf(text, sizeof(text), conversation_words(s->c,
		N_("Wrong codes in the last days: %lu, %s\n(%s).\n"
		   "If that was not you, somebody may know your password: change it.")),
		(unsigned long)unheard->count, when, s->challenge.places);
	(void)conversation_say(s->c, MFA_INFO, text);
}

/* What is in the record as heard by now, whatever the sign-in comes to after this. */
static void tell_alerts(struct signin *s)
{
	char text[ADDED_MAX + 160];

	if (s->result != MFA_RESULT_OK || s->challenge.answers == 0)
		return;
	if (s->added[0] != '\0') {
		(void)snprintf(text, sizeof(text), conversation_words(s->c, "Added since your last sign-in: %s"),
			       s->added);
		(void)conversation_say(s->c, MFA_INFO, text);
	}
	tell_wrong(s);
}

static void tell_success(struct signin *s)
{
	const struct ask *row = ask_of(s->challenge.judgement.kind);

	if (row != NULL && row->told != NULL)
		row->told(s->c, s->record.account);
	conversation_done(s->c, MFA_RESULT_OK, NULL);
}

static void tell(struct signin *s)
{
	const char *text = NULL;

	switch (s->result) {
	case MFA_RESULT_OK:
		tell_success(s);
		return;
	case MFA_RESULT_MAXTRIES:
	case MFA_RESULT_ABORTED:
		break;
	case MFA_RESULT_BUSY:
		text = N_("That took too long. Please sign in again.");
		break;
	default:
		if (s->enrolment.what != NULL)
			break;
		text = s->error != 0 ? subject_failure_text(&s->subject, s->error) : N_("Sign-in refused.");
		break;
	}
	if (s->enrolment.text != NULL)
		text = s->enrolment.text;
	if (s->policy != NULL && s->policy->help != NULL && s->result != MFA_RESULT_ABORTED)
		(void)conversation_say(s->c, MFA_INFO, s->policy->help);
	conversation_done(s->c, s->result, text);
}

/* Whoever had gone while mfad was at work has heard of no outcome. */
static const char *result_word(const struct signin *s)
{
	static const char *const words[] = {
		[MFA_RESULT_OK] = "ok", [MFA_RESULT_DENIED] = "denied",
		[MFA_RESULT_MAXTRIES] = "denied", [MFA_RESULT_ABORTED] = "aborted",
		[MFA_RESULT_REFUSED] = "refused", [MFA_RESULT_BUSY] = "timeout",
		[MFA_RESULT_UNAVAILABLE] = "unavailable", [MFA_RESULT_FAILED] = "failed",
	};
	MFA_TABLE_FITS(words, MFA_RESULT_COUNT);

	if (s->c->unheard && s->error != -ETIME)
		return "given-up";
	return words[s->result] != NULL ? words[s->result] : "denied";
}

static int priority(const struct signin *s)
{
	if (s->result == MFA_RESULT_OK)
		return LOG_INFO;
	return s->error != 0 && s->error != -EINVAL ? LOG_ERR : LOG_NOTICE;
}

static void log_signin(const struct signin *s)
{
	const struct challenge *ch = &s->challenge;
	bool claimed = subject_voice(&s->subject) == MFA_VOICE_OWN;
	struct mfa_log_line line;

	metrics_signin(s->service, claimed, judged_seen_method(&ch->judgement), result_word(s));
	mfa_log_begin(&line, "signin");
	mfa_log_text(&line, "result", result_word(s));
	mfa_log_text(&line, "user", s->subject.identity.name);
	mfa_log_text(&line, "asked_as", s->subject.asked_as);
	mfa_log_text(&line, claimed ? "claimed_service" : "service", s->service);
	mfa_log_text(&line, s->subject.local ? "claimed_rhost" : "rhost", s->rhost);
	mfa_log_text(&line, "tty", s->tty);
	if (s->subject.local)
		mfa_log_number(&line, "peer_uid", (int64_t)s->c->peer.uid);
	mfa_log_text(&line, "rule", s->reason);
	mfa_log_text(&line, "detail", s->decision.detail);
	mfa_log_text(&line, "other", s->subject.other);
	if (ch->answers > 0) {
		mfa_log_text(&line, "method", ch->judgement.method);
		mfa_log_text(&line, "answer", judged_word(&ch->judgement));
		mfa_log_text(&line, "device", ch->judgement.label);
		mfa_log_number(&line, "answers", ch->answers);
		if (ch->judgement.drift != 0)
			mfa_log_number(&line, "drift_steps", ch->judgement.drift);
	}
	if (ch->answers > 0 && ch->judgement.repeated)
		mfa_log_text(&line, "repeated", "yes");
	if (s->spent)
		mfa_log_text(&line, "code", "used-up");
	if (s->postponed)
		mfa_log_text(&line, "enrolment", "postponed");
	/* For `mfa-admin explain --session`. */
	if (s->policy != NULL && s->policy->remember > 0 && mfa_policy_place(&s->facts) == MFA_PLACE_HERE &&
	    !s->subject.local)
		mfa_log_text(&line, "session", s->session);
	if (s->error != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-s->error));
	/* As its owner was told. */
	if (ch->judgement.verdict == MFA_VERDICT_RIGHT && ch->unheard.count > 0)
		mfa_log_number(&line, "wrong_before", ch->unheard.count);
	mfa_log_text(&line, "caller", s->subject.caller);
	mfa_log_write(&line, priority(s));
}

void signin_log_open(const char *user, const char *service, const char *why)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "failopen");
	mfa_log_text(&line, "user", user);
	mfa_log_text(&line, "service", service);
	mfa_log_text(&line, "rule", "failmode=open");
	mfa_log_text(&line, "msg", why);
	mfa_log_write(&line, LOG_ALERT);
}

/* Only where the store has gone; never for what a record says, nor after a prompt. */
static bool fails_open(const struct signin *s)
{
	if (failure_of(s->error).result != MFA_RESULT_UNAVAILABLE || s->policy == NULL || !s->policy->fail_open ||
	    s->subject.local || s->challenge.answers > 0 || working_said(&s->c->working))
		return false;
	signin_log_open(s->subject.identity.name, s->service, "the store is missing");
	return true;
}

void request_signin(struct conversation *c)
{
	struct signin s = { .c = c, .result = MFA_RESULT_DENIED };
	struct signin_limit_place place;

	s.error = read_request(&s);
	signin_limit_enter(&place, subject_voice(&s.subject), s.subject.identity.name, c->fd);
	if (s.error == 0)
		s.error = decide(&s);
	if (s.error != 0)
		s.result = fails_open(&s) ? MFA_RESULT_OK : failure_of(s.error).result;
	else if (s.decision.kind == MFA_DECISION_ALLOW)
		s.result = spend(&s);
	else if (s.decision.kind == MFA_DECISION_ENROL)
		enrol(&s, &s.decision, &s.bare);
	else
		challenge(&s);
	tell_alerts(&s);
	enrol_more(&s);
	remember(&s);
	tell(&s);
	log_signin(&s);
	if (s.enrolment.what != NULL && !s.postponed)
		change_log(&s.enrolment);
	if (s.result != MFA_RESULT_OK && s.challenge.mistakes > 0)
		notice_wrong(c, &s.record);
	challenge_aftermath(&s.challenge);
	signin_limit_leave(&place);
	mfa_record_release(&s.record);
	mfa_record_release(&s.bare);
}
