/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of mfa-admin, and what they share. */
#ifndef MFA_ADMIN_COMMAND_H
#define MFA_ADMIN_COMMAND_H

#include <stdbool.h>

#include "wire/dial.h"

struct command_options {
	struct mfa_dial dial;	/* conf in it is --config */
	bool json;
	bool csv;
	bool yes;
	bool replace;
	bool add;
	bool key_only;
	bool drop_recovery;
	bool fold;			/* of names */
	bool accept;			/* of check-store */
	bool strict;			/* of check-config: warnings are mistakes */
	bool is_new;			/* of pass: nobody need know the name */
	bool all, clocks;		/* of unlock */
	const char *passphrase_file;	/* NULL: ask */
	const char *from;		/* of import: whose files; NULL: lines of ours */
	const char *factor;		/* of reset: a device; NULL: all */
	const char *valid, *uses;	/* of pass */
	const char *pass;		/* of reset: for how long one is given; NULL: none */
	const char *user, *service, *rhost, *session, *caller;	/* of explain */
	bool terminal;			/* likewise */
	const char *pam_dir;		/* NULL: the system's */
	const char *sender_config, *presets;	/* of check-config */
	const char *sshd_settings;	/* NULL: ask sshd */
};

/* Each gets its own arguments (argv[0] is the command) and returns the exit status. */
typedef int command_fn(const struct command_options *options, int argc, char **argv);

command_fn command_init;		/* init.c */
command_fn command_check_config;	/* check_config.c */
command_fn command_check_pam;		/* check_pam.c */
command_fn command_list;		/* accounts.c */
command_fn command_show;
command_fn command_reset;
command_fn command_unlock;
command_fn command_pass;
command_fn command_forget;
command_fn command_import;		/* import.c */
command_fn command_report;		/* report.c */
command_fn command_metrics;
command_fn command_test_send;		/* test_send.c */
command_fn command_names;		/* names.c */
command_fn command_explain;		/* explain.c */
command_fn command_backup;		/* backup.c */
command_fn command_restore;		/* restore.c */
command_fn command_rotate_key;		/* rotate.c */
command_fn command_check_store;		/* check_store.c */

#endif
