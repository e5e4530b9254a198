/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-admin: what an administrator does with accounts, key and store. */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "language/language.h"
#include "terminal/exit.h"

#define ANY (-2)		/* the command itself looks at its arguments */

static const struct {
	const char *name;
	command_fn *run;
	int args;			/* how many; -1: one or more */
	const char *words;
	const char *help;
} commands[] = {
	{ "init", command_init, 0, "", N_("make the key and the store") },
	{ "list", command_list, 0, "", N_("all accounts") },
	{ "show", command_show, 1, "USER", N_("one account: devices, throttle, last sign-ins") },
	{ "reset", command_reset, 1, "USER", N_("remove all devices and recovery codes") },
	{ "unlock", command_unlock, ANY, "USER", N_("let wrong codes be forgotten; --clocks: a clock that was ahead") },
	{ "pass", command_pass, 1, "USER", N_("a temporary access pass: --valid TIME") },
	{ "forget", command_forget, 1, "USER", N_("end what is remembered of sign-ins") },
	{ "import", command_import, -1, "FILE...", N_("add accounts: lines USER<TAB>otpauth-URI") },
	{ "backup", command_backup, 1, "FILE", N_("save accounts and key, under a passphrase") },
	{ "restore", command_restore, 1, "FILE", N_("put a backup back") },
	{ "rotate-key", command_rotate_key, 0, "", N_("a new master key; sign-ins go on") },
	{ "report", command_report, 0, "", N_("figures about all accounts, and who is not enrolled") },
	{ "names", command_names, 0, "", N_("accounts whose names differ in capital letters; --fold") },
	{ "metrics", command_metrics, 0, "", N_("what mfad counts, for Prometheus") },
	{ "explain", command_explain, 0, "", N_("which rule decides: --user, --service, --rhost, --session") },
	{ "check-config", command_check_config, 0, "", N_("look for mistakes in the configuration") },
	{ "check-pam", command_check_pam, 1, "SERVICE",
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
	(void)fprintf(to, _("\n"
		"  --json         list, show, explain, pass, report: print JSON\n"
		"  --csv          report: print CSV\n"
		"  --yes          reset, names, unlock --all: do not ask\n"
		"  --factor LABEL reset: this device only\n"
		"  --pass TIME    reset: and give a pass for so long\n"
		"  --clocks       unlock: only after this system's clock was ahead\n"
		"  --all          unlock --clocks: all accounts\n"
		"  --valid TIME   pass: for how long, such as 8h\n"
		"  --uses N       pass: for how many sign-ins (default 1)\n"
		"  --new          pass: also for a name that nobody knows yet\n"
		"  --fold         names: one spelling for each, in lower case\n"
		"  --strict       check-config: fail for warnings, too\n"
		"  --add          import: accounts that are there get these devices, too\n"
		"  --from KIND    import: files of google-authenticator or oath\n"
		"  --replace      import: accounts that are there lose their devices\n"
		"                 restore: what is in the store goes\n"
		"  --passphrase-file FILE\n"
		"                 backup, restore: its first line (default: it is asked for)\n"
		"  --key-only     restore: the key, for a store that is there\n"
		"  --drop-recovery\n"
		"                 restore: without the recovery codes\n"
		"  --user USER, --service SERVICE, --rhost ADDRESS\n"
		"                 explain: the sign-in in question\n"
		"  --session NAME explain: the login session, as the log has it\n"
		"  --terminal     explain: the program is on a terminal of its own\n"
		"  --caller USER  explain: who started su or sudo (default root)\n"
		"  --pam-dir DIR  check-pam: where the stacks are (default /etc/pam.d)\n"
		"  --sshd-settings FILE\n"
		"                 check-pam: what `sshd -T` printed (default: it is run)\n"
		"  --config FILE  the configuration (default %s)\n"
		"  --socket PATH  where mfad listens (default %s)\n"
		"  --mfad PATH    what to start when no mfad listens (default %s)\n"
		"  --version, --help\n"), MFA_CONF_DEFAULT, MFA_SOCKET_DEFAULT, MFA_HELPER_DEFAULT);
}

/* Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct command_options *out)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "mfad", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'C' },
		{ "yes", no_argument, NULL, 'y' },
		{ "replace", no_argument, NULL, 'r' },
		{ "add", no_argument, NULL, 'A' },
		{ "passphrase-file", required_argument, NULL, 'P' },
		{ "key-only", no_argument, NULL, 'k' },
		{ "drop-recovery", no_argument, NULL, 'd' },
		{ "from", required_argument, NULL, 'F' },
		{ "factor", required_argument, NULL, 'f' },
		{ "pass", required_argument, NULL, 'a' },
		{ "fold", no_argument, NULL, 'L' },
		{ "strict", no_argument, NULL, 'X' },
		{ "new", no_argument, NULL, 'N' },
		{ "all", no_argument, NULL, 'E' },
		{ "clocks", no_argument, NULL, 'K' },
		{ "valid", required_argument, NULL, 'v' },
		{ "uses", required_argument, NULL, 'n' },
		{ "user", required_argument, NULL, 'u' },
		{ "service", required_argument, NULL, 'S' },
		{ "rhost", required_argument, NULL, 'R' },
		{ "session", required_argument, NULL, 'e' },
		{ "terminal", no_argument, NULL, 'T' },
		{ "caller", required_argument, NULL, 'l' },
		{ "pam-dir", required_argument, NULL, 'p' },
		{ "sshd-settings", required_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*out = (struct command_options){
		.dial = { .socket = MFA_SOCKET_DEFAULT, .conf = MFA_CONF_DEFAULT,
			  .helper = MFA_HELPER_DEFAULT, .helper_unprivileged = true },
	};
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (opt) {
		case 'c': out->dial.conf = optarg; break;
		case 's': out->dial.socket = optarg; break;
		case 'm': out->dial.helper = optarg; break;
		case 'j': out->json = true; break;
		case 'C': out->csv = true; break;
		case 'y': out->yes = true; break;
		case 'r': out->replace = true; break;
		case 'A': out->add = true; break;
		case 'P': out->passphrase_file = optarg; break;
		case 'k': out->key_only = true; break;
		case 'd': out->drop_recovery = true; break;
		case 'F': out->from = optarg; break;
		case 'f': out->factor = optarg; break;
		case 'a': out->pass = optarg; break;
		case 'L': out->fold = true; break;
		case 'X': out->strict = true; break;
		case 'N': out->is_new = true; break;
		case 'E': out->all = true; break;
		case 'K': out->clocks = true; break;
		case 'v': out->valid = optarg; break;
		case 'n': out->uses = optarg; break;
		case 'u': out->user = optarg; break;
		case 'S': out->service = optarg; break;
		case 'R': out->rhost = optarg; break;
		case 'e': out->session = optarg; break;
		case 'T': out->terminal = true; break;
		case 'l': out->caller = optarg; break;
		case 'p': out->pam_dir = optarg; break;
		case 't': out->sshd_settings = optarg; break;
		case 'V': (void)puts("mfa-admin " MFA_VERSION); return MFA_EXIT_OK;
		case 'h': usage(stdout); return MFA_EXIT_OK;
		default: usage(stderr); return MFA_EXIT_USAGE;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct command_options options;
	int r = read_options(argc, argv, &options);
	size_t i;

	(void)setlocale(LC_CTYPE, "");
	if (r >= 0)
		return r;
	argc -= optind;
	argv += optind;
	for (i = 0; argc > 0 && i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		if (commands[i].args == argc - 1 || commands[i].args == ANY ||
		    (commands[i].args < 0 && argc > 1))
			return commands[i].run(&options, argc, argv);
		(void)fprintf(stderr, _("usage: mfa-admin %s %s\n"), commands[i].name,
			      commands[i].words);
		return MFA_EXIT_USAGE;
	}
	if (argc > 0)
		(void)fprintf(stderr, _("mfa-admin: there is no command \"%s\"\n\n"), argv[0]);
	usage(stderr);
	return MFA_EXIT_USAGE;
}
