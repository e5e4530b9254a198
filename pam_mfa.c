/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa: asks for a second factor.
 *
 * Knows no method: mfad drives the conversation in steps that are PAM's own, and this
 * module relays them to the application.  It links libpam and libc and nothing
 * else, for it is loaded into sshd, sudo and su. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_SESSION
#define PAM_SM_PASSWORD
#include <security/pam_modules.h>
#include <security/pam_ext.h>

#include "module/authtok.h"
#include "module/command.h"
#include "module/manner.h"
#include "module/options.h"
#include "module/say.h"
#include "module/session.h"
#include "table/table.h"
#include "wire/frame.h"
#include "wire/presence.h"
#include "wire/wait.h"

#define SEND_MS 120000

struct options {
	struct mfa_module_options set;
	bool ask_once;			/* what is at hand has one try */
	int limit_ms;			/* of mfa_wait_step */
	enum mfa_manner manner;		/* how the application puts questions */
};

/* Says what is wrong with each of them. */
static int read_options(pam_handle_t *pamh, int argc, const char **argv, struct options *out)
{
	struct mfa_option_fault fault;
	int i, r = 0;

	*out = (struct options){ .ask_once = false };
	mfa_module_defaults(&out->set);
	for (i = 0; i < argc; i++) {
		if (mfa_module_option(argv[i], &out->set, &fault) == 0)
			continue;
		r = -EINVAL;
		pam_syslog(pamh, LOG_ERR, "option %s: %s: %s; nobody is let in until it is mended", argv[i],
			   mfa_option_words(fault.kind), fault.text);
	}
	return r;
}

/* What the application says of this sign-in. */

static const char *text_item(pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	return pam_get_item(pamh, item, &value) == PAM_SUCCESS ? value : NULL;
}

/* A phone shows what it is that sudo asks for. */
static void put_command(pam_handle_t *pamh, struct mfa_frame *request)
{
	char command[MFA_COMMAND_SIZE];
	bool is_sudo;

	if (!mfa_command_of_service(text_item(pamh, PAM_SERVICE), &is_sudo))
		return;
	mfa_command_line(is_sudo, command);
	mfa_frame_put_text(request, MFA_FIELD_COMMAND, command[0] != '\0' ? command : NULL);
}

static int build_request(pam_handle_t *pamh, const struct options *o, struct mfa_frame *request)
{
	char session[MFA_SESSION_SIZE];
	struct mfa_presence presence;
	const char *user = NULL;
	int r = pam_get_user(pamh, &user, NULL);

	if (r != PAM_SUCCESS)
		return r;
	if (user == NULL || user[0] == '\0')
		return PAM_USER_UNKNOWN;
	mfa_frame_start(request, MFA_SIGNIN);
	mfa_frame_put_byte(request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_byte(request, MFA_FIELD_KNOWS_WORKING, 1);
	mfa_frame_put_text(request, MFA_FIELD_USER, user);
	mfa_frame_put_text(request, MFA_FIELD_SERVICE, text_item(pamh, PAM_SERVICE));
	mfa_frame_put_text(request, MFA_FIELD_RHOST, text_item(pamh, PAM_RHOST));
	mfa_frame_put_text(request, MFA_FIELD_TTY, text_item(pamh, PAM_TTY));
	if (mfa_session_name(session) == 0)
		mfa_frame_put_text(request, MFA_FIELD_SESSION, session);
	if (o->set.echo)
		mfa_frame_put_byte(request, MFA_FIELD_ECHO, 1);
	/* Where a text is seen at once the person can be told to look at a phone, and this goes on by itself. */
	if (o->manner == MFA_MANNER_TERMINAL)
		mfa_frame_put_byte(request, MFA_FIELD_WAIT, 1);
	put_command(pamh, request);
	mfa_presence_look(text_item(pamh, PAM_TTY), &presence);
	mfa_presence_put(request, &presence);
	return PAM_SUCCESS;
}

/* Whether sshd says that a key was accepted before.  From PAM's environment, which the
 * application alone writes; never from the process's, which may be the user's. */
static bool key_accepted(pam_handle_t *pamh)
{
	const char *info = pam_getenv(pamh, "SSH_AUTH_INFO_0");
	static const char method[] = "publickey ";

	while (info != NULL && *info != '\0') {
		if (strncmp(info, method, sizeof(method) - 1) == 0)
			return true;
		info = strchr(info, '\n');
		info = info != NULL ? info + 1 : NULL;
	}
	return false;
}

/* The conversation. */

/* What became of it so far. */
struct talk {
	bool asked;			/* a question was put, or a phone is waited for */
	bool worked;			/* mfad said that something takes long */
	bool answered;			/* with what was at hand */
	bool unshown;			/* some text since the last question could not be shown */
};

/* An application that can't show a text (OpenVPN's, some lockers) has still asked, and can still hear the answer: only
 * a question ends a sign-in.  Returns whether it was shown. */
static bool show(pam_handle_t *pamh, const struct options *o, const struct mfa_frame *frame, int style)
{
	struct mfa_field field;
	int r;

	if (mfa_frame_find(frame, MFA_FIELD_TEXT, &field) != 0 || field.len == 0)
		return true;
	r = pam_prompt(pamh, style, NULL, "%.*s", (int)field.len, (const char *)field.data);
	if (r != PAM_SUCCESS && o->set.debug)
		pam_syslog(pamh, LOG_DEBUG, "the application could not show a text: %s", pam_strerror(pamh, r));
	return r == PAM_SUCCESS;
}

/* A code that came with the password. */
#define KEPT_CODE "pam_mfa_code"

static void wipe_kept(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh, (void)status;
	if (data != NULL)
		explicit_bzero(data, strlen(data));
	free(data);
}

/* Takes the code (or a word in its place) off the password, and keeps it for the line after the one that checks the
 * password: so nobody without a right password can try codes.  Asks nobody, and lets nobody in. */
static int split(pam_handle_t *pamh, const struct options *o)
{
	const char *given = text_item(pamh, PAM_AUTHTOK);
	char *typed = NULL, *code = NULL;
	size_t at, from;
	int r = PAM_SUCCESS;

	if (given != NULL)
		typed = strdup(given);
	else
		r = pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, &typed, "%s", mfa_say(MFA_SAY_PASSWORD_AND_CODE, o->set.language));
	if (r != PAM_SUCCESS || typed == NULL) {
		free(typed);
		return r != PAM_SUCCESS ? r : PAM_AUTH_ERR;
	}
	at = from = mfa_authtok_split(typed, o->set.forward_digits);
	if (o->set.forward_words)
		at = mfa_authtok_split_word(typed, o->set.forward_digits, &from);
	if (typed[from] != '\0') {
		code = strdup(typed + from);
		r = code != NULL ? pam_set_data(pamh, KEPT_CODE, code, wipe_kept) : PAM_BUF_ERR;
		if (r != PAM_SUCCESS && code != NULL)
			wipe_kept(pamh, code, 0);
	}
	explicit_bzero(typed + at, strlen(typed + at));
	if (r == PAM_SUCCESS)
		r = pam_set_item(pamh, PAM_AUTHTOK, typed);
	explicit_bzero(typed, strlen(typed));
	free(typed);
	return r == PAM_SUCCESS ? PAM_IGNORE : r;
}

/* What is there already to answer with, as a new string; NULL: the person is asked. */
static char *answer_at_hand(pam_handle_t *pamh, const struct options *o)
{
	const void *kept = NULL;
	const char *typed = o->set.first_pass ? text_item(pamh, PAM_AUTHTOK) : NULL;
	unsigned digits;

	if (pam_get_data(pamh, KEPT_CODE, &kept) == PAM_SUCCESS && kept != NULL)
		return strdup(kept);
	/* A password is no try at a code, and mfad need not see it. */
	for (digits = 6; typed != NULL && typed[0] != '\0' && digits <= 8; digits++)
		if (mfa_authtok_split(typed, digits) == 0)
			return strdup(typed);
	return NULL;
}

static int answer(int fd, struct mfa_frame *frame, const char *text, bool unshown)
{
	int step;

	mfa_frame_start(frame, MFA_ANSWER);
	if (text != NULL)
		mfa_frame_put_text(frame, MFA_FIELD_TEXT, text);
	if (unshown)
		mfa_frame_put_byte(frame, MFA_FIELD_CANNOT_SHOW, 1);
	step = mfa_frame_send(fd, frame, SEND_MS);
	mfa_frame_wipe(frame);
	return step;
}

/* Nobody knows what to do at the phone: then the question has to say it. */
static int skip_wait(int fd, struct mfa_frame *frame)
{
	mfa_frame_start(frame, MFA_ENOUGH);
	mfa_frame_put_byte(frame, MFA_FIELD_CANNOT_SHOW, 1);
	return mfa_frame_send(fd, frame, SEND_MS);
}

static void free_answer(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* Some programs answer each question with the login password (lib/module/manner.c).  That is no try at a code,
 * and mfad need not see it.  sshd's method "none" does so with an empty one; elsewhere an empty answer is one. */
static bool is_password_again(pam_handle_t *pamh, const struct options *o, const char *text)
{
	const char *password = text_item(pamh, PAM_AUTHTOK);

	if (text[0] == '\0')
		return o->manner == MFA_MANNER_SSHD_PASSWORD && (password == NULL || password[0] == '\0');
	return mfa_authtok_equal(text, password);
}

/* Asks until the answer is not the password once more.  *out is NULL when it stays that. */
static int ask_person(pam_handle_t *pamh, const struct options *o, int style, bool code, const struct mfa_field *prompt,
		      char **out)
{
	bool is_empty = false;
	int tries, r = PAM_SUCCESS;

	for (tries = 0; tries < 2; tries++) {
		r = pam_prompt(pamh, style, out, "%.*s", (int)prompt->len, (const char *)prompt->data);
		if (r != PAM_SUCCESS || *out == NULL || !is_password_again(pamh, o, *out))
			return r;
		is_empty = (*out)[0] == '\0';
		free_answer(*out);
		*out = NULL;
		(void)pam_error(pamh, "%s", mfa_say(code ? MFA_SAY_IS_PASSWORD : MFA_SAY_IS_PASSWORD_HERE,
						o->set.language));
	}
	pam_syslog(pamh, LOG_NOTICE, "the answer to %s was the login password: %s",
		   code ? "the question for a code" : "a question that asks for no code",
		   mfa_manner_advice(o->manner, text_item(pamh, PAM_SERVICE), is_empty));
	return PAM_CONV_ERR;
}

/* *step gets what came of sending the answer.  hand: what is there to answer with, for the first question. */
static int ask(pam_handle_t *pamh, const struct options *o, int fd, struct mfa_frame *frame, int style, char **hand,
	       bool unshown, int *step)
{
	bool code = mfa_frame_byte(frame, MFA_FIELD_CODE, 0) == 1;
	struct mfa_field field;
	char *text = *hand;
	int r = PAM_SUCCESS;

	*hand = NULL;
	if (mfa_frame_find(frame, MFA_FIELD_TEXT, &field) != 0)
		r = PAM_SYSTEM_ERR;
	if (r == PAM_SUCCESS && text == NULL)
		r = ask_person(pamh, o, style, code, &field, &text);
	/* No answer at all is a wrong answer. */
	if (r == PAM_SUCCESS)
		*step = answer(fd, frame, text != NULL ? text : "", unshown);
	free_answer(text);
	return r;
}

/* Ctrl-C: sudo blocks the signal, so it only shows as pending. */
static bool interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGQUIT) == 1 ||
		sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGHUP) == 1);
}

/* waits: the last step said that a phone is waited for, and the person may press Enter instead. */
static int next_step(const struct options *o, int fd, bool waits, struct mfa_frame *frame, bool *worked)
{
	int tty = waits ? mfa_wait_open() : -1;
	int r = mfa_wait_step(fd, o->limit_ms, tty, interrupted, frame, worked);

	if (tty >= 0)
		(void)close(tty);
	return r;
}

/* The one place where an end becomes PAM's word for it. */
static int pam_code(enum mfa_result result)
{
	static const int codes[] = {
		[MFA_RESULT_OK] = PAM_SUCCESS,
		[MFA_RESULT_DENIED] = PAM_AUTH_ERR,
		[MFA_RESULT_MAXTRIES] = PAM_MAXTRIES,
		[MFA_RESULT_ABORTED] = PAM_AUTH_ERR,
		[MFA_RESULT_REFUSED] = PAM_AUTH_ERR,
		[MFA_RESULT_BUSY] = PAM_AUTHINFO_UNAVAIL,
		[MFA_RESULT_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
		[MFA_RESULT_NOT_FOUND] = PAM_AUTH_ERR,
		[MFA_RESULT_EXISTS] = PAM_AUTH_ERR,
		[MFA_RESULT_INVALID] = PAM_AUTH_ERR,
		[MFA_RESULT_FAILED] = PAM_AUTHINFO_UNAVAIL,
	};
	MFA_TABLE_FITS(codes, MFA_RESULT_COUNT);

	return (size_t)result < MFA_RESULT_COUNT ? codes[result] : PAM_SYSTEM_ERR;
}

/* For root's programs alone: a user's own has no helper to fall back on, and sees no more of the machine than
 * its user lets it. */
static bool may_open(const struct options *o)
{
	return o->set.open_on_failure && geteuid() == 0;
}

static int fail_open(pam_handle_t *pamh, const struct options *o, const char *why)
{
	if (!may_open(o))
		return PAM_AUTHINFO_UNAVAIL;
	pam_syslog(pamh, LOG_ALERT, "failmode=open: let in WITHOUT a second factor: %s", why);
	return PAM_SUCCESS;
}

static int finish(pam_handle_t *pamh, const struct options *o, const struct mfa_frame *frame,
		  bool asked)
{
	enum mfa_result result = mfa_frame_byte(frame, MFA_FIELD_RESULT, MFA_RESULT_COUNT);

	if (result == MFA_RESULT_UNAVAILABLE && !asked && may_open(o))
		return fail_open(pamh, o, "mfad has no store, key or configuration");
	(void)show(pamh, o, frame, result == MFA_RESULT_OK ? PAM_TEXT_INFO : PAM_ERROR_MSG);
	return pam_code(result);
}

/* mfad asks for something else than a code, and who sent one with the password can't be asked. */
static int cannot_enrol(pam_handle_t *pamh, const struct options *o)
{
	pam_syslog(pamh, LOG_NOTICE, "refused: this account is to enrol a phone first, and who sends a code with the "
		   "password can't be led through that. Sign in once where questions can be asked, or run mfa-enroll");
	(void)pam_error(pamh, "%s", mfa_say(MFA_SAY_CANNOT_ENROL, o->set.language));
	return PAM_AUTH_ERR;
}

/* sshd's method "password" and others fail at a question whose answer is shown; they, or a person who leaves. */
static void log_unanswered(pam_handle_t *pamh)
{
	pam_syslog(pamh, LOG_NOTICE, "the first question of enrolment was not answered: somebody left, or this program can "
		   "ask for nothing but a password. Then sign in once where questions can be asked, or run mfa-enroll");
}

static int put_question(pam_handle_t *pamh, const struct options *o, int fd, struct mfa_frame *frame, char **hand,
			struct talk *t, int *step)
{
	int style = mfa_frame_type(frame) == MFA_ASK_ECHO ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, r;
	bool code = mfa_frame_byte(frame, MFA_FIELD_CODE, 0) == 1, first = !t->asked, unshown = t->unshown, at_hand;

	t->asked = true;
	t->unshown = false;
	/* A code answers nothing else. */
	if (!code && o->ask_once)
		return cannot_enrol(pamh, o);
	if (!code) {
		free_answer(*hand);
		*hand = NULL;
	}
	at_hand = *hand != NULL;
	/* A code that came with the password has one try: who asked for a password only can't be asked for anything
	 * else. */
	if (!at_hand && (t->answered || o->set.no_prompt) && o->ask_once)
		return PAM_AUTH_ERR;
	t->answered |= at_hand;
	r = ask(pamh, o, fd, frame, style, hand, unshown, step);
	if (r == PAM_CONV_ERR && first && !code)
		log_unanswered(pamh);
	return r;
}

/* One step that is put to the person.  Returns PAM_SUCCESS to go on. */
static int put(pam_handle_t *pamh, const struct options *o, int fd, struct mfa_frame *frame, char **hand,
	       struct talk *t, int *step)
{
	switch (mfa_frame_type(frame)) {
	case MFA_WORKING:	/* as the first; mfa_wait_step takes the others */
		return PAM_SUCCESS;
	case MFA_INFO:
		t->unshown |= !show(pamh, o, frame, PAM_TEXT_INFO);
		return PAM_SUCCESS;
	case MFA_ERROR:
		t->unshown |= !show(pamh, o, frame, PAM_ERROR_MSG);
		return PAM_SUCCESS;
	case MFA_WAIT:
		t->unshown |= !show(pamh, o, frame, PAM_TEXT_INFO);
		if (t->unshown)
			*step = skip_wait(fd, frame);
		return PAM_SUCCESS;
	case MFA_ASK:
	case MFA_ASK_ECHO:
		return put_question(pamh, o, fd, frame, hand, t, step);
	default:
		pam_syslog(pamh, LOG_ERR, "mfad sent a step of an unknown kind, %u", mfa_frame_type(frame));
		return PAM_SYSTEM_ERR;
	}
}

/* Relays steps until the last; frame holds the first. */
static int relay(pam_handle_t *pamh, const struct options *o, int fd, struct mfa_frame *frame, char **hand)
{
	/* What takes long is no way in: failmode=open is for what is found missing at once. */
	struct talk t = { .worked = mfa_frame_type(frame) == MFA_WORKING };
	int r, step = 0;
	bool waits;

	while (step == 0) {
		if (mfa_frame_type(frame) == MFA_DONE)
			return finish(pamh, o, frame, t.asked || t.worked);
		waits = mfa_frame_type(frame) == MFA_WAIT;
		t.asked |= waits;
		r = put(pamh, o, fd, frame, hand, &t, &step);
		if (r != PAM_SUCCESS)
			return r;
		if (step == 0)
			step = next_step(o, fd, waits && !t.unshown, frame, &t.worked);
	}
	if (step == -ECANCELED)
		return PAM_AUTH_ERR;
	pam_syslog(pamh, LOG_ERR, "mfad went away in the middle: %s", strerror(-step));
	(void)pam_error(pamh, "%s", mfa_say(MFA_SAY_INTERRUPTED, o->set.language));
	return PAM_AUTHINFO_UNAVAIL;
}

static int unreachable(pam_handle_t *pamh, const struct options *o, int error)
{
	int r = PAM_AUTHINFO_UNAVAIL;

	if (error == -EPERM)
		pam_syslog(pamh, LOG_ALERT, "refused: %s or %s is not of root or " MFA_USER
			   ", or others can write it", o->set.dial.socket, o->set.dial.helper);
	else
		pam_syslog(pamh, LOG_ERR, "no verifier at %s, and none could be started as %s: %s",
			   o->set.dial.socket, o->set.dial.helper, strerror(-error));
	if (error == -ENOENT || error == -ECONNREFUSED)
		r = fail_open(pamh, o, "no verifier can be reached");
	if (r != PAM_SUCCESS)
		(void)pam_error(pamh, "%s", mfa_say(MFA_SAY_UNREACHABLE, o->set.language));
	return r;
}

/* PAM_SILENT does not silence it: sudo always sets that, and without the texts its user would
 * not know why a code was refused. */
PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct mfa_frame request, frame;
	struct mfa_field language;
	struct options o;
	char *hand;
	int fd = -1, r;

	(void)flags;
	if (read_options(pamh, argc, argv, &o) != 0)
		return PAM_SERVICE_ERR;
	if (o.set.forward_digits != 0)
		return split(pamh, &o);
	if (o.set.after_publickey && !key_accepted(pamh)) {
		pam_syslog(pamh, LOG_NOTICE, "refused: after=publickey, and sshd says of no key");
		return PAM_AUTH_ERR;
	}
	o.manner = mfa_manner_find(text_item(pamh, PAM_SERVICE), text_item(pamh, PAM_TTY));
	r = build_request(pamh, &o, &request);
	if (r != PAM_SUCCESS)
		return r;
	hand = answer_at_hand(pamh, &o);
	if (hand != NULL)
		mfa_frame_put_byte(&request, MFA_FIELD_CODE, 1);
	r = mfa_dial(&o.set.dial, &request, &fd, &frame);
	if (r != 0) {
		free_answer(hand);
		return unreachable(pamh, &o, r);
	}
	if (mfa_frame_find(&frame, MFA_FIELD_LANGUAGE, &language) == 0)
		(void)mfa_frame_text(&frame, MFA_FIELD_LANGUAGE, o.set.language, sizeof(o.set.language));
	o.limit_ms = mfa_wait_limit(&frame);
	o.ask_once = o.set.no_prompt || (hand != NULL && !o.set.first_pass);
	(void)pam_set_data(pamh, KEPT_CODE, NULL, NULL);
	r = relay(pamh, &o, fd, &frame, &hand);
	free_answer(hand);
	(void)close(fd);
	if (o.set.debug)
		pam_syslog(pamh, LOG_DEBUG, "socket=%s conf=%s result: %s", o.set.dial.socket,
			   o.set.dial.conf, pam_strerror(pamh, r));
	return r;
}

/* There are no credentials to set. */
PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

/* In the other stacks the module has no say. */

PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}
