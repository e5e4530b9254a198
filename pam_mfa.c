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
#include <time.h>
#include <unistd.h>

#define PAM_SM_AUTH
#define PAM_SM_ACCOUNT
#define PAM_SM_SESSION
#define PAM_SM_PASSWORD
#include <security/pam_modules.h>
#include <security/pam_ext.h>

#include "wire/dial.h"
#include "wire/frame.h"
#include "wire/session.h"

/* How long mfad may take between two steps, and how often we look whether the user has
 * pressed Ctrl-C meanwhile: sudo blocks the signal, so it only shows as pending. */
#define STEP_MS 120000
#define LOOK_MS 250

struct options {
	struct mfa_dial dial;
	bool open_on_failure;
	bool after_publickey;
	bool echo;
	bool debug;
};

/* Options. */

static bool set_path(const char **out, const char *value)
{
	*out = value;
	return value[0] == '/';
}

static bool set_socket(struct options *o, const char *value)
{
	return set_path(&o->dial.socket, value);
}

static bool set_conf(struct options *o, const char *value)
{
	return set_path(&o->dial.conf, value);
}

static bool set_helper(struct options *o, const char *value)
{
	return set_path(&o->dial.helper, value);
}

static bool set_failmode(struct options *o, const char *value)
{
	o->open_on_failure = strcmp(value, "open") == 0;
	return o->open_on_failure || strcmp(value, "closed") == 0;
}

static bool set_after(struct options *o, const char *value)
{
	o->after_publickey = true;
	return strcmp(value, "publickey") == 0;
}

static bool set_echo(struct options *o, const char *value)
{
	o->echo = true;
	return value[0] == '\0';
}

static bool set_debug(struct options *o, const char *value)
{
	o->debug = true;
	return value[0] == '\0';
}

/* A name that ends with = takes a value. */
static const struct {
	const char *name;
	bool (*set)(struct options *o, const char *value);
	const char *wants;
} option_table[] = {
	{ "socket=", set_socket, "an absolute path" },
	{ "conf=", set_conf, "an absolute path" },
	{ "mfad=", set_helper, "an absolute path" },
	{ "failmode=", set_failmode, "closed or open" },
	{ "after=", set_after, "publickey" },
	{ "echo", set_echo, "no value" },
	{ "debug", set_debug, "no value" },
};

static int read_option(pam_handle_t *pamh, const char *arg, struct options *o)
{
	size_t i, len;

	for (i = 0; i < sizeof(option_table) / sizeof(option_table[0]); i++) {
		len = strlen(option_table[i].name);
		if (strncmp(arg, option_table[i].name, len) != 0)
			continue;
		if (option_table[i].set(o, arg + len))
			return 0;
		pam_syslog(pamh, LOG_ERR, "option %s: it takes %s", arg, option_table[i].wants);
		return -EINVAL;
	}
	pam_syslog(pamh, LOG_ERR, "unknown option %s; nobody is let in until it is mended", arg);
	return -EINVAL;
}

static int read_options(pam_handle_t *pamh, int argc, const char **argv, struct options *out)
{
	int i, r = 0;

	*out = (struct options){
		.dial = { .socket = MFA_SOCKET_DEFAULT, .conf = MFA_CONF_DEFAULT,
			  .helper = MFA_HELPER_DEFAULT },
	};
	for (i = 0; i < argc; i++)
		if (read_option(pamh, argv[i], out) != 0)
			r = -EINVAL;
	return r;
}

/* What the application says of this sign-in. */

static const char *text_item(pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	return pam_get_item(pamh, item, &value) == PAM_SUCCESS ? value : NULL;
}

static int build_request(pam_handle_t *pamh, const struct options *o, struct mfa_frame *request)
{
	char session[MFA_SESSION_SIZE];
	const char *user = NULL;
	int r = pam_get_user(pamh, &user, NULL);

	if (r != PAM_SUCCESS)
		return r;
	if (user == NULL || user[0] == '\0')
		return PAM_USER_UNKNOWN;
	mfa_frame_start(request, MFA_SIGNIN);
	mfa_frame_put_byte(request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(request, MFA_FIELD_USER, user);
	mfa_frame_put_text(request, MFA_FIELD_SERVICE, text_item(pamh, PAM_SERVICE));
	mfa_frame_put_text(request, MFA_FIELD_RHOST, text_item(pamh, PAM_RHOST));
	mfa_frame_put_text(request, MFA_FIELD_TTY, text_item(pamh, PAM_TTY));
	if (mfa_session_name(session) == 0)
		mfa_frame_put_text(request, MFA_FIELD_SESSION, session);
	if (o->echo)
		mfa_frame_put_byte(request, MFA_FIELD_ECHO, 1);
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

static int show(pam_handle_t *pamh, const struct mfa_frame *frame, int style)
{
	struct mfa_field field;
	int r;

	if (mfa_frame_find(frame, MFA_FIELD_TEXT, &field) != 0 || field.len == 0)
		return PAM_SUCCESS;
	r = pam_prompt(pamh, style, NULL, "%.*s", (int)field.len, (const char *)field.data);
	return r;
}

/* *step gets what came of sending the answer. */
static int ask(pam_handle_t *pamh, int fd, struct mfa_frame *frame, int style, int *step)
{
	struct mfa_field field;
	char *answer = NULL;
	int r;

	if (mfa_frame_find(frame, MFA_FIELD_TEXT, &field) != 0)
		return PAM_SYSTEM_ERR;
	r = pam_prompt(pamh, style, &answer, "%.*s", (int)field.len, (const char *)field.data);
	if (r == PAM_SUCCESS) {
		/* No answer at all is a wrong answer. */
		mfa_frame_start(frame, MFA_ANSWER);
		mfa_frame_put_text(frame, MFA_FIELD_TEXT, answer != NULL ? answer : "");
		*step = mfa_frame_send(fd, frame, STEP_MS);
		mfa_frame_wipe(frame);
	}
	if (answer != NULL)
		explicit_bzero(answer, strlen(answer));
	free(answer);
	return r;
}

static bool interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGQUIT) == 1 ||
		sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGHUP) == 1);
}

static int next_step(int fd, struct mfa_frame *frame)
{
	struct timespec start, now;
	int r;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		r = mfa_frame_recv(fd, frame, LOOK_MS);
		if (r != -ETIMEDOUT && r != -EINTR && r != -EAGAIN)
			return r;
		if (interrupted())
			return -ECANCELED;
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= STEP_MS / 1000)
			return -ETIMEDOUT;
	}
}

/* The one place where an end becomes PAM's word for it. */
static int pam_code(enum mfa_result result)
{
	static const int codes[MFA_RESULT_COUNT] = {
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

	return (size_t)result < MFA_RESULT_COUNT ? codes[result] : PAM_SYSTEM_ERR;
}

static int fail_open(pam_handle_t *pamh, const struct options *o, const char *why)
{
	if (!o->open_on_failure)
		return PAM_AUTHINFO_UNAVAIL;
	pam_syslog(pamh, LOG_ALERT, "failmode=open: let in WITHOUT a second factor: %s", why);
	return PAM_SUCCESS;
}

static int finish(pam_handle_t *pamh, const struct options *o, const struct mfa_frame *frame,
		  bool asked)
{
	enum mfa_result result = mfa_frame_byte(frame, MFA_FIELD_RESULT, MFA_RESULT_COUNT);

	if (result == MFA_RESULT_UNAVAILABLE && !asked && o->open_on_failure)
		return fail_open(pamh, o, "mfad has no store, key or configuration");
	(void)show(pamh, frame, result == MFA_RESULT_OK ? PAM_TEXT_INFO : PAM_ERROR_MSG);
	return pam_code(result);
}

/* Relays steps until the last; frame holds the first. */
static int relay(pam_handle_t *pamh, const struct options *o, int fd, struct mfa_frame *frame)
{
	bool asked = false;
	int r, step = 0;

	while (step == 0) {
		switch (mfa_frame_type(frame)) {
		case MFA_INFO:
			r = show(pamh, frame, PAM_TEXT_INFO);
			break;
		case MFA_ERROR:
			r = show(pamh, frame, PAM_ERROR_MSG);
			break;
		case MFA_ASK:
			asked = true;
			r = ask(pamh, fd, frame, PAM_PROMPT_ECHO_OFF, &step);
			break;
		case MFA_ASK_ECHO:
			asked = true;
			r = ask(pamh, fd, frame, PAM_PROMPT_ECHO_ON, &step);
			break;
		case MFA_DONE:
			return finish(pamh, o, frame, asked);
		default:
			pam_syslog(pamh, LOG_ERR, "mfad sent a step of an unknown kind, %u",
				   mfa_frame_type(frame));
			return PAM_SYSTEM_ERR;
		}
		if (r != PAM_SUCCESS)
			return r;
		if (step == 0)
			step = next_step(fd, frame);
	}
	if (step == -ECANCELED)
		return PAM_AUTH_ERR;
	pam_syslog(pamh, LOG_ERR, "mfad went away in the middle: %s", strerror(-step));
	(void)pam_error(pamh, "The second-factor service was interrupted. Please try again.");
	return PAM_AUTHINFO_UNAVAIL;
}

static int unreachable(pam_handle_t *pamh, const struct options *o, int error)
{
	int r = PAM_AUTHINFO_UNAVAIL;

	if (error == -EPERM)
		pam_syslog(pamh, LOG_ALERT, "refused: %s or %s is not of root or " MFA_USER
			   ", or others can write it", o->dial.socket, o->dial.helper);
	else
		pam_syslog(pamh, LOG_ERR, "no verifier at %s, and none could be started as %s: %s",
			   o->dial.socket, o->dial.helper, strerror(-error));
	if (error == -ENOENT || error == -ECONNREFUSED)
		r = fail_open(pamh, o, "no verifier can be reached");
	if (r != PAM_SUCCESS)
		(void)pam_error(pamh, "The second-factor service can't be reached. "
				"Please tell your administrator.");
	return r;
}

/* PAM_SILENT does not silence it: sudo always sets that, and without the texts its user would
 * not know why a code was refused. */
PAM_EXTERN __attribute__((visibility("default")))
int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct mfa_frame request, frame;
	struct options o;
	int fd = -1, r;

	(void)flags;
	if (read_options(pamh, argc, argv, &o) != 0)
		return PAM_SERVICE_ERR;
	if (o.after_publickey && !key_accepted(pamh)) {
		pam_syslog(pamh, LOG_NOTICE, "refused: after=publickey, and sshd says of no key");
		return PAM_AUTH_ERR;
	}
	r = build_request(pamh, &o, &request);
	if (r != PAM_SUCCESS)
		return r;
	r = mfa_dial(&o.dial, &request, &fd, &frame);
	if (r != 0)
		return unreachable(pamh, &o, r);
	r = relay(pamh, &o, fd, &frame);
	(void)close(fd);
	if (o.debug)
		pam_syslog(pamh, LOG_DEBUG, "socket=%s conf=%s result: %s", o.dial.socket,
			   o.dial.conf, pam_strerror(pamh, r));
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
