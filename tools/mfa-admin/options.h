/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of mfa-admin, as a table: what is read, what is refused and what the help tells come from its rows. */
#ifndef MFA_ADMIN_OPTIONS_H
#define MFA_ADMIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "command.h"

/* Each has its row in options.c.  From OPTION_CONFIG on, all commands have them. */
enum option_id {
	OPTION_JSON,
	OPTION_CSV,
	OPTION_YES,
	OPTION_FACTOR,
	OPTION_PASS,
	OPTION_CLOCKS,
	OPTION_ALL,
	OPTION_VALID,
	OPTION_USES,
	OPTION_NEW,
	OPTION_FOLD,
	OPTION_STRICT,
	OPTION_ACCEPT,
	OPTION_ADD,
	OPTION_FROM,
	OPTION_REPLACE,
	OPTION_PASSPHRASE_FILE,
	OPTION_KEY_ONLY,
	OPTION_DROP_RECOVERY,
	OPTION_USER,
	OPTION_SERVICE,
	OPTION_RHOST,
	OPTION_SESSION,
	OPTION_TERMINAL,
	OPTION_CALLER,
	OPTION_PAM_DIR,
	OPTION_SSHD_SETTINGS,
	OPTION_SENDER_CONFIG,
	OPTION_PRESETS,
	OPTION_CONFIG,
	OPTION_SOCKET,
	OPTION_MFAD,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_COUNT
};

/* A set of them. */
typedef uint64_t option_set;
#define OPTION_BIT(id) (UINT64_C(1) << (id))
#define OPTIONS_OF_ALL (OPTION_BIT(OPTION_COUNT) - OPTION_BIT(OPTION_CONFIG))

/* A row of the table of commands (main.c). */
struct command {
	const char *name;
	command_fn *run;
	int args;		/* how many; COMMAND_SOME, COMMAND_ANY */
	const char *words;	/* the same for people */
	option_set options;	/* that it has beside those of all */
	const char *help;
};
#define COMMAND_SOME (-1)	/* one or more */
#define COMMAND_ANY (-2)	/* the command itself looks at its arguments */

/* Reads all options, whichever command they are for, and moves the other arguments to the end, from optind on.
 * given: which there were.  Values in out are argv's own.  Returns 0; or -EINVAL for one that no command has, or whose
 * argument is missing, and getopt has said so. */
int options_read(int argc, char **argv, struct command_options *out, option_set *given);

/* Whether a command has all options that were given; says which it does not have. */
bool options_fit(const struct command *command, option_set given);

/* Lines of help for a set of options.  With commands (count of them), each line names those that have it. */
void options_print(FILE *to, option_set set, const struct command *commands, size_t count);

#endif
