/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-admin: what an administrator does with accounts, key and store. */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "language/language.h"
#include "options.h"
#include "terminal/exit.h"

#define HAS(option) OPTION_BIT(OPTION_##option)

static const struct command commands[] = {
	{ "init", command_init, 0, "", 0, N_("make the key and the store") },
	{ "list", command_list, 0, "", HAS(JSON), N_("all accounts") },
	{ "show", command_show, 1, "USER", HAS(JSON), N_("one account: devices, throttle, last sign-ins") },
	{ "reset", command_reset, 1, "USER",
	  HAS(YES) | HAS(FACTOR) | HAS(PASS) | HAS(USES) | HAS(NEW) | HAS(JSON),
	  N_("remove all devices and recovery codes") },
	{ "unlock", command_unlock, COMMAND_ANY, "USER", HAS(CLOCKS) | HAS(ALL) | HAS(YES) | HAS(JSON),
	  N_("let wrong codes be forgotten; --clocks: a clock that was ahead") },
	{ "pass", command_pass, 1, "USER", HAS(VALID) | HAS(USES) | HAS(NEW) | HAS(JSON),
	  N_("a temporary access pass: --valid TIME") },
	{ "forget", command_forget, 1, "USER", 0, N_("end what is remembered of sign-ins") },
	{ "import", command_import, COMMAND_SOME, "FILE...", HAS(ADD) | HAS(REPLACE) | HAS(FROM),
	  N_("add accounts: lines USER<TAB>otpauth-URI") },
	{ "backup", command_backup, 1, "FILE", HAS(PASSPHRASE_FILE),
	  N_("save accounts and key, under a passphrase") },
	{ "restore", command_restore, 1, "FILE",
	  HAS(REPLACE) | HAS(PASSPHRASE_FILE) | HAS(KEY_ONLY) | HAS(DROP_RECOVERY), N_("put a backup back") },
	{ "rotate-key", command_rotate_key, 0, "", 0, N_("a new master key; sign-ins go on") },
	{ "report", command_report, 0, "", HAS(JSON) | HAS(CSV),
	  N_("figures about all accounts, and who is not enrolled") },
	{ "names", command_names, 0, "", HAS(FOLD) | HAS(YES),
	  N_("accounts whose names differ in capital letters; --fold") },
	{ "metrics", command_metrics, 0, "", 0, N_("what mfad counts, for Prometheus") },
	{ "test-send", command_test_send, 2, "METHOD ADDRESS", 0,
	  N_("try out mfa-sender: email or sms, to an address") },
	{ "explain", command_explain, 0, "",
	  HAS(USER) | HAS(SERVICE) | HAS(RHOST) | HAS(SESSION) | HAS(TERMINAL) | HAS(CALLER) | HAS(JSON),
	  N_("which rule decides: --user, --service, --rhost, --session") },
	{ "check-store", command_check_store, 0, "", HAS(ACCEPT) | HAS(DROP_RECOVERY),
	  N_("look at the store's files, and what is in them") },
	{ "check-config", command_check_config, 0, "",
	  HAS(STRICT) | HAS(SENDER_CONFIG) | HAS(PRESETS), N_("look for mistakes in the configuration") },
	{ "check-pam", command_check_pam, 1, "SERVICE", HAS(PAM_DIR) | HAS(SSHD_SETTINGS),
	  N_("look for ways around the second factor") },
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	size_t i;

	(void)fputs(_("usage: mfa-admin [OPTION]... COMMAND [ARGUMENT]\n\n"), to);
	for (i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(to, "  %-12s %-8s %s\n", commands[i].name, commands[i].words,
			      _(commands[i].help));
	(void)fputc('\n', to);
	options_print(to, OPTION_BIT(OPTION_COUNT) - 1, commands, COMMAND_COUNT);
}

static void usage_of(FILE *to, const struct command *command)
{
	(void)fprintf(to, _("usage: mfa-admin %s %s\n"), command->name, command->words);
	(void)fprintf(to, "  %s\n\n", _(command->help));
	options_print(to, command->options, NULL, 0);
	(void)fprintf(to, "%s%s\n", command->options != 0 ? "\n" : "", _("All commands:"));
	options_print(to, OPTIONS_OF_ALL, NULL, 0);
}

/* NULL: there is none of that name, and it was said. */
static const struct command *find(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 0 && i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			return &commands[i];
	if (argc > 0)
		(void)fprintf(stderr, _("mfa-admin: there is no command \"%s\"\n\n"), argv[0]);
	usage(stderr);
	return NULL;
}

static bool arguments_fit(const struct command *command, int count)
{
	return command->args == count || command->args == COMMAND_ANY || (command->args == COMMAND_SOME && count > 0);
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct command_options options;
	option_set given;
	int r = options_read(argc, argv, &options, &given);

	(void)setlocale(LC_CTYPE, "");
	argc -= optind;
	argv += optind;
	if (r != 0) {
		usage(stderr);
		return MFA_EXIT_USAGE;
	}
	if ((given & HAS(VERSION)) != 0) {
		(void)puts("mfa-admin " MFA_VERSION);
		return MFA_EXIT_OK;
	}
	if ((given & HAS(HELP)) != 0 && argc == 0) {
		usage(stdout);
		return MFA_EXIT_OK;
	}
	command = find(argc, argv);
	if (command == NULL)
		return MFA_EXIT_USAGE;
	if ((given & HAS(HELP)) != 0) {
		usage_of(stdout, command);
		return MFA_EXIT_OK;
	}
	if (!options_fit(command, given))
		return MFA_EXIT_USAGE;
	if (!arguments_fit(command, argc - 1)) {
		usage_of(stderr, command);
		return MFA_EXIT_USAGE;
	}
	return command->run(&options, argc, argv);
}
