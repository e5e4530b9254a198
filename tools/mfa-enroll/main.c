/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll: a user's own devices. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/account.h"
#include "language/language.h"
#include "picture.h"
#include "rows.h"
#include "terminal/client.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

#define PROGRAM "mfa-enroll"

struct options {
	struct mfa_dial dial;
	struct picture_options picture;
	const char *user;
	const char *label;
	const char *method;
	bool json;
	bool is_new;		/* a name that nobody knows is meant */
	bool own_failure;	/* not mfad's, and told already */
};

#define METHOD_OPTION 256		/* of getopt_long: a value for each method's, or an abbreviation of two would pass */

struct command {
	const char *name;
	enum mfa_frame_type request;
	int args;
	const char *words;
	const char *help;
};

/* The first is what is done without a command. */
static const struct command commands[] = {
	{ "add", MFA_ENROL, 0, "", N_("add a device, or an address for codes (what is done without a command)") },
	{ "status", MFA_STATUS, 0, "", N_("show your devices, recovery codes left, last sign-ins") },
	{ "list", MFA_DEVICES, 0, "", N_("show your devices") },
	{ "replace", MFA_REPLACE, 1, "DEVICE", N_("put another in a device's place") },
	{ "rename", MFA_RENAME, 2, "DEVICE NEW-LABEL", N_("give a device another label") },
	{ "remove", MFA_REMOVE, 1, "DEVICE", N_("remove a device") },
	{ "test", MFA_TEST, 0, "", N_("try a code") },
	{ "codes", MFA_CODES, 0, "", N_("make new recovery codes") },
	{ "forget", MFA_FORGET, 0, "", N_("end what is remembered: the next sign-ins ask again") },
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	size_t i;

	(void)fputs(_("usage: mfa-enroll [OPTION]... [COMMAND]\n"
		      "What you sign in with besides your password: apps, phones, addresses that codes go to.\n\n"), to);
	for (i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(to, "  %-7s %-17s %s\n", commands[i].name, commands[i].words,
			      _(commands[i].help));
	(void)fputs(_("\n"
		"  --user NAME    another account (root only)\n"
		"  --new          add: also for a name that nobody knows yet\n"
		"  --label TEXT   add, replace: what to call the device\n"), to);
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);

		if (method->option != NULL)
			(void)fprintf(to, "  --%-12s %s\n", method->word, _(method->option));
	}
	(void)fprintf(to, _(
		"  --plain        draw the QR code without colours, for a dark background\n"
		"  --invert       draw it without colours, for a light background\n"
		"  --png FILE     write the QR code to a file as well\n"
		"  --svg FILE\n"
		"  --json         list, status: print JSON\n"
		"  --config FILE  the configuration (default %s)\n"
		"  --socket PATH  where mfad listens (default %s)\n"
		"  --mfad PATH    what to start when no mfad listens\n"
		"  --version, --help\n"
		"\n"
		"DEVICE is a label or a number from the list.\n"), MFA_CONF_DEFAULT, MFA_SOCKET_DEFAULT);
}

/* An option for each kind of device that people can add; longs has room for MFA_METHOD_COUNT. */
static void add_methods(struct option *longs)
{
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		if (mfa_method((enum mfa_method_id)i)->option != NULL)
			*longs++ = (struct option){ mfa_method((enum mfa_method_id)i)->word, no_argument, NULL,
						    METHOD_OPTION + (int)i };
}

/* Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option own[] = {
		{ "user", required_argument, NULL, 'u' },
		{ "new", no_argument, NULL, 'n' },
		{ "label", required_argument, NULL, 'l' },
		{ "plain", no_argument, NULL, 'p' },
		{ "invert", no_argument, NULL, 'i' },
		{ "png", required_argument, NULL, 'P' },
		{ "svg", required_argument, NULL, 'S' },
		{ "json", no_argument, NULL, 'j' },
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "mfad", required_argument, NULL, 'm' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
	};
	struct option longs[sizeof(own) / sizeof(own[0]) + MFA_METHOD_COUNT + 1] = { { NULL, 0, NULL, 0 } };
	int opt;

	memcpy(longs, own, sizeof(own));
	add_methods(longs + sizeof(own) / sizeof(own[0]));
	*o = (struct options){
		.dial = { .socket = MFA_SOCKET_DEFAULT, .conf = MFA_CONF_DEFAULT,
			  .helper = MFA_HELPER_DEFAULT },
	};
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (opt) {
		case 'u': o->user = optarg; break;
		case 'n': o->is_new = true; break;
		case 'l': o->label = optarg; break;
		case 'p': o->picture.plain = true; break;
		case 'i': o->picture.plain = o->picture.inverted = true; break;
		case 'P': o->picture.png = optarg; break;
		case 'S': o->picture.svg = optarg; break;
		case 'j': o->json = true; break;
		case 'c': o->dial.conf = optarg; break;
		case 's': o->dial.socket = optarg; break;
		case 'm': o->dial.helper = optarg; o->dial.helper_unprivileged = true; break;
		case 'V': (void)puts(PROGRAM " " MFA_VERSION); return MFA_EXIT_OK;
		case 'h': usage(stdout); return MFA_EXIT_OK;
		default:
			if (opt < METHOD_OPTION) {
				usage(stderr);
				return MFA_EXIT_USAGE;
			}
			o->method = mfa_method((enum mfa_method_id)(opt - METHOD_OPTION))->word;
		}
	}
	return -1;
}

static int on_key(void *ctx, const char *uri, const char *label)
{
	struct options *o = ctx;
	int r = picture_show(&o->picture, uri);

	(void)label;
	o->own_failure = r != 0;
	return r;
}

static void build_request(const struct command *command, const struct options *o, char **args,
			  struct mfa_frame *request)
{
	mfa_frame_start(request, command->request);
	mfa_frame_put_byte(request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(request, MFA_FIELD_USER, o->user);
	if (command->args > 0)
		mfa_frame_put_text(request, MFA_FIELD_DEVICE, args[0]);
	mfa_frame_put_text(request, MFA_FIELD_LABEL, command->args > 1 ? args[1] : o->label);
	mfa_frame_put_text(request, MFA_FIELD_METHOD, o->method);
	if (o->is_new)
		mfa_frame_put_byte(request, MFA_FIELD_MODE, MFA_ENROL_NEW);
}

static int run(const struct command *command, struct options *o, char **args)
{
	struct rows rows = { .json = o->json, .status = command->request == MFA_STATUS };
	bool lists = rows.status || command->request == MFA_DEVICES;
	struct mfa_client x = { .dial = &o->dial, .on_key = on_key, .on_row = rows_print,
				  .ctx = lists ? (void *)&rows : (void *)o };
	struct mfa_frame request;
	enum mfa_result result;
	int r;

	build_request(command, o, args, &request);
	r = mfa_client_run(&x, &request, &result);
	if (r == -EINTR || o->own_failure)
		(void)fprintf(stderr, "%s\n", _("Nothing was saved."));
	if (o->own_failure)
		return MFA_EXIT_FAILED;
	if (r != 0)
		return mfa_exit_of_error(PROGRAM, &o->dial, r);
	if (lists && result == MFA_RESULT_OK)
		rows_end(&rows);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		(void)fprintf(stderr, PROGRAM ": %s: %s\n", _("not all could be printed"), strerror(errno));
		return MFA_EXIT_FAILED;
	}
	return mfa_exit_of_result(result);
}

/* An option that the command has no use for is a mistake: `remove --label X` may
 * have been meant to name the device. */
static bool options_fit(const struct command *command, const struct options *o)
{
	const struct picture_options *p = &o->picture;
	bool adds = command->request == MFA_ENROL || command->request == MFA_REPLACE;
	const char *wrong = NULL;

	if (o->json && command->request != MFA_DEVICES && command->request != MFA_STATUS)
		wrong = N_("--json is for list and status");
	if (o->label != NULL && !adds)
		wrong = N_("--label is for add and replace");
	if (o->is_new && command->request != MFA_ENROL)
		wrong = N_("--new is for add");
	if (o->method != NULL && !adds)
		wrong = N_("the kind of device is for add and replace");
	if ((p->plain || p->png != NULL || p->svg != NULL) && !adds)
		wrong = N_("--plain, --invert, --png and --svg are for add and replace");
	if (wrong != NULL)
		(void)fprintf(stderr, PROGRAM ": %s. %s\n", _(wrong), _("`mfa-enroll --help` tells more."));
	return wrong == NULL;
}

static const struct command *find_command(int argc, char **argv)
{
	size_t i;

	if (argc == 0)
		return &commands[0];
	for (i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			break;
	if (i == COMMAND_COUNT) {
		(void)fprintf(stderr, _("mfa-enroll: there is no command \"%s\"\n\n"), argv[0]);
		usage(stderr);
		return NULL;
	}
	if (commands[i].args != argc - 1) {
		(void)fprintf(stderr, _("usage: mfa-enroll %s %s\n"), commands[i].name,
			      commands[i].words);
		return NULL;
	}
	return &commands[i];
}

static const char *own_name(void)
{
	static char name[MFA_ACCOUNT_NAME_MAX + 1];
	const struct passwd *pw = getpwuid(getuid());

	if (pw == NULL || strlen(pw->pw_name) > MFA_ACCOUNT_NAME_MAX) {
		(void)fprintf(stderr, _("mfa-enroll: this system knows no name for your user id, %lu\n"),
			      (unsigned long)getuid());
		return NULL;
	}
	return strcpy(name, pw->pw_name);
}

int main(int argc, char **argv)
{
	/* Keys and recovery codes pass through here. */
	static char output[BUFSIZ];
	const struct command *command;
	struct options o;
	int r;

	(void)setlocale(LC_ALL, "");
	(void)setvbuf(stdout, output, isatty(STDOUT_FILENO) == 1 ? _IOLBF : _IOFBF,
		      sizeof(output));
	r = read_options(argc, argv, &o);
	if (r >= 0)
		return r;
	command = find_command(argc - optind, argv + optind);
	if (command == NULL || !options_fit(command, &o))
		return MFA_EXIT_USAGE;
	if (o.user == NULL)
		o.user = own_name();
	if (o.user == NULL)
		return MFA_EXIT_FAILED;
	r = run(command, &o, argv + optind + 1);
	(void)fflush(stdout);
	explicit_bzero(output, sizeof(output));
	return r;
}
