/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_sender.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/secrets.h"
#include "figures.h"
#include "language/language.h"
#include "method/method.h"
#include "sender/check.h"
#include "sender/order.h"

static unsigned warn(const char *path, const char *text)
{
	(void)fprintf(stderr, _("%s: warning: "), path);
	(void)fprintf(stderr, "%s\n", text);
	return 1;
}

/* Whether its user can read it; that nobody else can was looked at before. */
static bool is_readers(const char *path, const struct passwd *user)
{
	struct stat st;

	return stat(path, &st) != 0 || st.st_uid == user->pw_uid ||
	       (st.st_gid == user->pw_gid && (st.st_mode & S_IRGRP) != 0);
}

static unsigned check_users(const struct command_options *options, const struct mfa_conf *conf)
{
	const struct passwd *user = getpwnam(MFA_SENDER_USER);
	unsigned found = 0;

	if (geteuid() != 0)
		return 0;
	if (user == NULL)
		found += warn(options->dial.conf, _("there is no user of mfa-sender's"));
	else if (!is_readers(options->sender_config, user))
		found += warn(options->sender_config, _("mfa-sender can't read it: it must be root's, of the group of "
							"mfa-sender's user, with mode 640"));
	if (conf->sms.command != NULL && getpwnam(MFA_COMMAND_USER) == NULL)
		found += warn(options->dial.conf, _("there is no user to run [sms] command"));
	return found;
}

static unsigned check_email(const char *path, const struct mfa_email_conf *email)
{
	unsigned found = 0;

	if (email->tls != MFA_EMAIL_TLS_REQUIRED && !email->loopback)
		found += warn(path, _("[email] tls: codes go over the network for everybody to read"));
	if (email->not_at.count == 0)
		found += warn(path, _("[email] not_at is missing: a mailbox that the same password opens is no second "
				     "factor"));
	return found;
}

static unsigned check_command(const char *path, const char *command)
{
	struct stat st;

	if (stat(command, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IXOTH) != 0)
		return (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
			? warn(path, _("[sms] command: others than root can change it")) : 0;
	return warn(path, _("[sms] command: it is not there, or not everybody may run it"));
}

/* As mfa-sender would have it.  Returns 0 or a negative errno; *names_file: error begins with the file's name. */
static int check_sms(const struct command_options *options, const struct mfa_conf *conf,
		     const struct mfa_secrets *secrets, char *error, bool *names_file, unsigned *warnings)
{
	struct mfa_conf *preset = NULL;
	struct mfa_sms_conf sms = conf->sms;
	int r = 0;

	if (conf->sms.preset != NULL)
		r = mfa_conf_load_preset(conf, options->presets, &preset, error);
	*names_file = r != 0;
	if (preset != NULL)
		mfa_conf_join_preset(&conf->sms, &preset->sms, &sms);
	if (r == 0)
		r = mfa_sender_check_sms(&sms, secrets, error);
	if (r == 0 && sms.command != NULL)
		*warnings += check_command(options->dial.conf, sms.command);
	if (r == 0 && sms.command == NULL && sms.success == NULL)
		*warnings += warn(options->dial.conf, _("[sms] success is missing: most gateways answer 200 to what they "
							"refuse, too"));
	mfa_conf_free(&preset);
	return r;
}

/* Where so many depend on one method at nine o'clock, an hour's messages must do for all of them. */
static unsigned check_hour(const struct command_options *options, const struct mfa_conf *conf)
{
	json_t *figures = report_figures(options);
	unsigned found = 0;
	size_t i;

	for (i = 0; i < MFA_ORDER_METHOD_COUNT; i++) {
		char key[32], text[200];
		json_int_t only;

		(void)snprintf(key, sizeof(key), MFA_ONLY "%s", mfa_order_methods[i]);
		only = json_integer_value(json_object_get(figures, key));
		if (only <= (json_int_t)conf->sender.hour)
			continue;
		(void)snprintf(text, sizeof(text), _("[sender] hour = %u: more accounts than that have no other way (%s: %lld)"),
			       conf->sender.hour, mfa_order_methods[i], (long long)only);
		found += warn(options->dial.conf, text);
	}
	json_decref(figures);
	return found;
}

int check_sender(const struct command_options *options, const struct mfa_conf *conf, unsigned *warnings)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_secrets secrets;
	const char *path = options->dial.conf;
	bool names_file;
	int r;

	if (!mfa_conf_has_email(conf) && !mfa_conf_has_sms(conf))
		return 0;
	r = mfa_secrets_load(options->sender_config, &secrets, error);
	names_file = r != 0;
	if (r == 0 && mfa_conf_has_email(conf))
		r = mfa_sender_check_email(&conf->email, &secrets, error);
	if (r == 0 && mfa_conf_has_email(conf))
		*warnings += check_email(path, &conf->email);
	if (r == 0 && mfa_conf_has_sms(conf))
		r = check_sms(options, conf, &secrets, error, &names_file, warnings);
	mfa_secrets_wipe(&secrets);
	if (r == 0)
		*warnings += check_users(options, conf) + check_hour(options, conf);
	else
		(void)fprintf(stderr, "%s%s%s\n", names_file ? "" : path, names_file ? "" : ": ", error);
	return r == 0 ? 0 : -EINVAL;
}
