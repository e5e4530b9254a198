/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-sender: sends e-mail and text messages for mfad.  It alone holds the passwords for that, and has neither the
 * store nor its key. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "command.h"
#include "job.h"
#include "language/language.h"
#include "link.h"
#include "log/log.h"
#include "privilege/privilege.h"
#include "queue.h"
#include "runner.h"
#include "sender/check.h"
#include "wire/dial.h"

#define QUEUE_MAX 1024

enum { EXIT_OK = 0, EXIT_FAULT = 1, EXIT_USAGE = 2 };

struct options {
	const char *conf, *socket, *secrets, *presets, *command_socket;
	bool foreground_log, command, commands;
};

static const char usage[] =
	"usage: mfa-sender [OPTION]...\n"
	"       mfa-sender --command | --commands [OPTION]...\n"
	"\n"
	"  --config FILE         the configuration (default " MFA_CONF_DEFAULT ")\n"
	"  --sender-config FILE  passwords for other servers (default " MFA_SECRETS_DEFAULT ")\n"
	"  --presets FOLDER      gateways that are known (default " MFA_CONF_PRESETS ")\n"
	"  --socket PATH         where mfad listens (default " MFA_SOCKET_DEFAULT ")\n"
	"  --command-socket PATH where text messages for a command go (default " RUNNER_SOCKET_DEFAULT ")\n"
	"  --command             run the command for the one message on descriptor 0, and end\n"
	"  --commands            listen there, and run the command for each\n"
	"  --stderr              log to standard error as well\n"
	"  --version, --help\n";

/* Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "sender-config", required_argument, NULL, 'S' },
		{ "presets", required_argument, NULL, 'P' },
		{ "socket", required_argument, NULL, 's' },
		{ "command-socket", required_argument, NULL, 'C' },
		{ "command", no_argument, NULL, '1' },
		{ "commands", no_argument, NULL, 'a' },
		{ "stderr", no_argument, NULL, 'e' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*out = (struct options){
		.conf = MFA_CONF_DEFAULT, .socket = MFA_SOCKET_DEFAULT, .secrets = MFA_SECRETS_DEFAULT,
		.presets = MFA_CONF_PRESETS, .command_socket = RUNNER_SOCKET_DEFAULT,
	};
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (opt) {
		case 'c': out->conf = optarg; break;
		case 'S': out->secrets = optarg; break;
		case 'P': out->presets = optarg; break;
		case 's': out->socket = optarg; break;
		case 'C': out->command_socket = optarg; break;
		case '1': out->command = true; break;
		case 'a': out->commands = true; break;
		case 'e': out->foreground_log = true; break;
		case 'V': (void)puts("mfa-sender " MFA_VERSION); return EXIT_OK;
		case 'h': (void)fputs(usage, stdout); return EXIT_OK;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (optind == argc && !(out->command && out->commands))
		return -1;
	(void)fputs(usage, stderr);
	return EXIT_USAGE;
}

/* What one method lacks keeps the other from nothing. */
static void load_email(struct sender *sender)
{
	char error[MFA_CONF_ERROR_SIZE];

	if (!mfa_conf_has_email(sender->conf))
		return;
	if (mfa_sender_check_email(&sender->conf->email, &sender->secrets, error) != 0)
		mfa_log_message(LOG_ERR, "config", error, 0);
	else
		sender->can[MFA_ORDER_EMAIL] = true;
}

static int join_preset(struct sender *sender, const char *folder, char *error)
{
	int r = 0;

	sender->sms = sender->conf->sms;
	if (sender->conf->sms.preset != NULL)
		r = mfa_conf_load_preset(sender->conf, folder, &sender->preset, error);
	if (r == 0 && sender->preset != NULL)
		mfa_conf_join_preset(&sender->conf->sms, &sender->preset->sms, &sender->sms);
	return r;
}

static void load_sms(struct sender *sender, const char *presets)
{
	char error[MFA_CONF_ERROR_SIZE];

	if (!mfa_conf_has_sms(sender->conf))
		return;
	if (join_preset(sender, presets, error) != 0 ||
	    mfa_sender_check_sms(&sender->sms, &sender->secrets, error) != 0)
		mfa_log_message(LOG_ERR, "config", error, 0);
	else
		sender->can[MFA_ORDER_SMS] = true;
}

static int load(struct sender *sender, const struct options *options)
{
	char error[MFA_CONF_ERROR_SIZE];
	int r = mfa_conf_load(options->conf, &sender->conf, error), i;
	bool any = false;

	if (r == 0)
		r = mfa_secrets_load(options->secrets, &sender->secrets, error);
	if (r != 0) {
		mfa_log_message(LOG_CRIT, "config", error, 0);
		return r;
	}
	load_email(sender);
	load_sms(sender, options->presets);
	for (i = 0; i < MFA_ORDER_METHOD_COUNT; i++)
		any = any || sender->can[i];
	if (any)
		return 0;
	mfa_log_message(LOG_CRIT, "config", "there is nothing to send by: neither [email] nor [sms] can be used", 0);
	return -EINVAL;
}

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void serve(struct sender *sender, int signals)
{
	struct pollfd fds[3 + COMMANDS_MAX] = {
		{ .fd = signals, .events = POLLIN }, { .events = POLLIN }, { .events = POLLIN },
	};
	size_t commands, i;
	int wait;

	for (;;) {
		wait = sooner(queue_run(sender), link_tick(sender->link));
		fds[1].fd = link_fd(sender->link);
		fds[2].fd = mfa_outgoing_fd(sender->outgoing);
		commands = queue_fds(sender, fds + 3);
		if (poll(fds, 3 + commands, wait) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0)
			return;
		if (fds[2].revents != 0)
			queue_answered(sender);
		if (fds[1].revents != 0)
			link_hear(sender->link);
		for (i = 3; i < 3 + commands; i++)
			if (fds[i].revents != 0)
				queue_ready(sender, fds[i].fd);
	}
}

static int run(struct sender *sender, const struct options *options, int signals)
{
	int r = mfa_outgoing_new(QUEUE_MAX, &sender->outgoing);

	sender->link = r == 0 ? link_new(sender, options->socket) : NULL;
	if (r == 0 && sender->link == NULL)
		r = -ENOMEM;
	if (r == 0) {
		mfa_log_message(LOG_INFO, "start", "mfa-sender " MFA_VERSION " is ready", 0);
		serve(sender, signals);
		mfa_log_message(LOG_INFO, "stop", "mfa-sender has ended", 0);
	}
	queue_end(sender);
	link_free(&sender->link);
	return r;
}

/* Before there are threads, which inherit it.  Returns the descriptor, or -1. */
static int catch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Not mfa-sender, but who runs the command for it. */
static int run_commands(const struct options *options)
{
	int r = options->command ? runner_serve(options->conf, STDIN_FILENO)
				 : runner_listen(options->conf, options->command_socket);

	return r == 0 ? EXIT_OK : EXIT_FAULT;
}

int main(int argc, char **argv)
{
	static struct sender sender;
	struct options options;
	int r = read_options(argc, argv, &options), signals;

	if (r >= 0)
		return r;
	mfa_privilege_harden();
	(void)setenv("LANGUAGE", "en", 1);	/* of the log; people are written to in their own language */
	mfa_log_open(options.command || options.commands ? "mfa-command" : "mfa-sender",
		     options.foreground_log || isatty(STDERR_FILENO));
	mfa_language_open();
	if (options.command || options.commands)
		return run_commands(&options);
	LIST_INIT(&sender.jobs);
	STAILQ_INIT(&sender.done);
	sender.command_socket = options.command_socket;
	signals = catch_signals();
	r = signals >= 0 ? mfa_privilege_drop(MFA_SENDER_USER) : -errno;
	/* As the user that it stays: who can read its passwords must be able to do without root. */
	if (r == 0)
		r = load(&sender, &options);
	if (r == 0)
		r = run(&sender, &options, signals);
	mfa_secrets_wipe(&sender.secrets);
	mfa_conf_free(&sender.preset);
	mfa_conf_free(&sender.conf);
	return r == 0 ? EXIT_OK : EXIT_FAULT;
}
