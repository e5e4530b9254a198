#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "conf/conf.h"
#include "language/language.h"
#include "seal/seal.h"
#include "terminal/exit.h"

int command_check_config(const struct command_options *options, int argc, char **argv)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	struct mfa_keyring *ring;
	int r;

	(void)argc, (void)argv;
	if (mfa_conf_load(options->dial.conf, &conf, error) != 0) {
		(void)fprintf(stderr, "%s\n", error);
		return MFA_EXIT_INVALID;
	}
	if (mfa_conf_check_groups(options->dial.conf, conf, error) != 0) {
		(void)fprintf(stderr, "%s\n", error);
		mfa_conf_free(&conf);
		return MFA_EXIT_INVALID;
	}
	r = mfa_keyring_load(conf->key_file, &ring);
	mfa_keyring_free(&ring);
	if (r == -ENOENT)
		(void)fprintf(stderr, _("%s: it is not there; `mfa-admin init` makes it\n"), conf->key_file);
	else if (r == -EPERM)
		(void)fprintf(stderr, _("%s: it must be root's (or your own), and neither writable by "
					"its group nor open to others\n"), conf->key_file);
	else if (r == -EBADMSG)
		(void)fprintf(stderr, _("%s: it is damaged\n"), conf->key_file);
	else if (r != 0)
		(void)fprintf(stderr, "%s: %s\n", conf->key_file, strerror(-r));
	else
		(void)printf(_("%s: ok\n"), options->dial.conf);
	mfa_conf_free(&conf);
	return r == 0 ? MFA_EXIT_OK : MFA_EXIT_INVALID;
}
