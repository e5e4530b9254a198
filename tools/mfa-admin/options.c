/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "check_pam.h"
#include "conf/secrets.h"
#include "language/language.h"
#include "table/table.h"

#define LIST_SIZE 512
#define HELP_COLUMN 26		/* where the words begin */
#define NOWHERE SIZE_MAX	/* it has no value: that it was given is enough */
#define OPTION_VALUE 256	/* of getopt_long, for the first; '?' and ':' are errors */
#define AT(member) offsetof(struct command_options, member)

static const struct {
	const char *name;
	const char *argument;	/* as the help has it; NULL: it takes none */
	size_t at;		/* the const char * (or bool, without an argument) of struct command_options */
	const char *help;
	const char *fallback;	/* what holds without it, if the help is to tell */
} rows[] = {
	[OPTION_JSON] = { "json", NULL, AT(json), N_("print JSON"), NULL },
	[OPTION_CSV] = { "csv", NULL, AT(csv), N_("print CSV"), NULL },
	[OPTION_YES] = { "yes", NULL, AT(yes), N_("do not ask"), NULL },
	[OPTION_FACTOR] = { "factor", "LABEL", AT(factor), N_("this device only"), NULL },
	[OPTION_PASS] = { "pass", "TIME", AT(pass), N_("and give a pass for so long"), NULL },
	[OPTION_CLOCKS] = { "clocks", NULL, AT(clocks), N_("only after this system's clock was ahead"), NULL },
	[OPTION_ALL] = { "all", NULL, AT(all), N_("all accounts, with --clocks"), NULL },
	[OPTION_VALID] = { "valid", "TIME", AT(valid), N_("for how long, such as 8h"), NULL },
	[OPTION_USES] = { "uses", "N", AT(uses), N_("the pass is for so many sign-ins"), "1" },
	[OPTION_NEW] = { "new", NULL, AT(is_new), N_("a pass also for a name that nobody knows yet"), NULL },
	[OPTION_FOLD] = { "fold", NULL, AT(fold), N_("one spelling for each, in lower case"), NULL },
	[OPTION_STRICT] = { "strict", NULL, AT(strict), N_("fail for warnings, too"), NULL },
	[OPTION_ACCEPT] = { "accept", NULL, AT(accept), N_("without the -wal: no codes for 5 minutes, passes end"), NULL },
	[OPTION_ADD] = { "add", NULL, AT(add), N_("accounts that are there get these devices, too"), NULL },
	[OPTION_FROM] = { "from", "KIND", AT(from), N_("files of google-authenticator or oath"), NULL },
	[OPTION_REPLACE] = { "replace", NULL, AT(replace),
			     N_("what is there goes: an account's devices; at restore, the store"), NULL },
	[OPTION_PASSPHRASE_FILE] = { "passphrase-file", "FILE", AT(passphrase_file),
				     N_("its first line (without: it is asked for)"), NULL },
	[OPTION_KEY_ONLY] = { "key-only", NULL, AT(key_only), N_("the key, for a store that is there"), NULL },
	[OPTION_DROP_RECOVERY] = { "drop-recovery", NULL, AT(drop_recovery), N_("without the recovery codes"), NULL },
	[OPTION_USER] = { "user", "USER", AT(user), N_("who signs in"), NULL },
	[OPTION_SERVICE] = { "service", "SERVICE", AT(service), N_("to which service"), NULL },
	[OPTION_RHOST] = { "rhost", "ADDRESS", AT(rhost), N_("from where"), NULL },
	[OPTION_SESSION] = { "session", "NAME", AT(session), N_("the login session, as the log has it"), NULL },
	[OPTION_TERMINAL] = { "terminal", NULL, AT(terminal), N_("the program is on a terminal of its own"), NULL },
	[OPTION_CALLER] = { "caller", "USER", AT(caller), N_("who has started it (su, sudo), or as whom it runs (a web server)"),
			    "root" },
	[OPTION_PAM_DIR] = { "pam-dir", "DIR", AT(pam_dir), N_("where the stacks are"), PAM_DIR },
	[OPTION_SSHD_SETTINGS] = { "sshd-settings", "FILE", AT(sshd_settings),
				   N_("what `sshd -T` printed (without: it is run)"), NULL },
	[OPTION_SENDER_CONFIG] = { "sender-config", "FILE", AT(sender_config), N_("mfa-sender's passwords"),
				   MFA_SECRETS_DEFAULT },
	[OPTION_PRESETS] = { "presets", "FOLDER", AT(presets), N_("where gateways for text messages are"),
			     MFA_CONF_PRESETS },
	[OPTION_CONFIG] = { "config", "FILE", AT(dial.conf), N_("the configuration"), MFA_CONF_DEFAULT },
	[OPTION_SOCKET] = { "socket", "PATH", AT(dial.socket), N_("where mfad listens"), MFA_SOCKET_DEFAULT },
	[OPTION_MFAD] = { "mfad", "PATH", AT(dial.helper), N_("what to start when no mfad listens"),
			  MFA_HELPER_DEFAULT },
	[OPTION_VERSION] = { "version", NULL, NOWHERE, N_("print the version"), NULL },
	[OPTION_HELP] = { "help", NULL, NOWHERE, N_("print this; of one command, after its name"), NULL },
};
MFA_TABLE_FITS(rows, OPTION_COUNT);

int options_read(int argc, char **argv, struct command_options *out, option_set *given)
{
	struct option longs[OPTION_COUNT + 1] = { { .name = NULL } };
	int r, i;

	*given = 0;
	*out = (struct command_options){
		.dial = { .socket = MFA_SOCKET_DEFAULT, .conf = MFA_CONF_DEFAULT,
			  .helper = MFA_HELPER_DEFAULT, .helper_unprivileged = true },
		.sender_config = MFA_SECRETS_DEFAULT, .presets = MFA_CONF_PRESETS,
	};
	/* Each has a value of its own: of those that share one, getopt_long takes an abbreviation for the first. */
	for (i = 0; i < OPTION_COUNT; i++)
		longs[i] = (struct option){ .name = rows[i].name, .val = OPTION_VALUE + i,
					    .has_arg = rows[i].argument != NULL ? required_argument : no_argument };
	while ((r = getopt_long(argc, argv, "", longs, NULL)) >= OPTION_VALUE) {
		void *at;

		i = r - OPTION_VALUE;
		at = (char *)out + (rows[i].at != NOWHERE ? rows[i].at : 0);
		*given |= OPTION_BIT(i);
		if (rows[i].argument != NULL)
			*(const char **)at = optarg;
		else if (rows[i].at != NOWHERE)
			*(bool *)at = true;
	}
	return r == -1 ? 0 : -EINVAL;
}

static void append(char list[LIST_SIZE], const char *before, const char *name)
{
	size_t len = strlen(list);

	(void)snprintf(list + len, LIST_SIZE - len, "%s%s%s", len > 0 ? ", " : "", before, name);
}

bool options_fit(const struct command *command, option_set given)
{
	option_set wrong = given & ~(command->options | OPTIONS_OF_ALL);
	char not_there[LIST_SIZE] = "", there[LIST_SIZE] = "";
	int i;

	for (i = 0; i < OPTION_COUNT; i++) {
		if ((wrong & OPTION_BIT(i)) != 0)
			append(not_there, "--", rows[i].name);
		if ((command->options & OPTION_BIT(i)) != 0)
			append(there, "--", rows[i].name);
	}
	if (wrong == 0)
		return true;
	(void)fprintf(stderr, _("mfa-admin: %s does not take %s. "), command->name, not_there);
	(void)fprintf(stderr, there[0] != '\0' ? _("Its options are: %s\n")
					       : _("It has no options but those of all commands.\n"), there);
	return false;
}

void options_print(FILE *to, option_set set, const struct command *commands, size_t count)
{
	char list[LIST_SIZE];
	size_t i;
	int id;

	for (id = 0; id < OPTION_COUNT; id++) {
		if ((set & OPTION_BIT(id)) == 0)
			continue;
		list[0] = '\0';
		for (i = 0; i < count; i++)
			if ((commands[i].options & OPTION_BIT(id)) != 0)
				append(list, "", commands[i].name);
		(void)fprintf(to, "  --%s %-*s%s%s%s", rows[id].name,
			      HELP_COLUMN - (int)sizeof("  -- ") + 1 - (int)strlen(rows[id].name),
			      rows[id].argument != NULL ? rows[id].argument : "", list, list[0] != '\0' ? ": " : "",
			      _(rows[id].help));
		if (rows[id].fallback != NULL)
			(void)fprintf(to, _(" (default %s)"), rows[id].fallback);
		(void)fputc('\n', to);
	}
}
