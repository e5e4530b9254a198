/* SPDX-License-Identifier: BSD-2-Clause */
/* mfad: the verifier, the only process that ever holds a secret. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "language/language.h"
#include "log/log.h"
#include "mfad/base/conversation.h"
#include "mfad/base/subject.h"
#include "mfad/base/verifier.h"
#include "mfad/door/server.h"
#include "mfad/phones/waiters.h"
#include "mfad/requests/requests.h"
#include "privilege/privilege.h"
#include "wire/dial.h"

#define DRAIN_SECONDS 20
#define TICK_SECONDS 1
#define UPKEEP_SECONDS 60

enum { EXIT_OK = 0, EXIT_FAULT = 1, EXIT_USAGE = 2 };

struct options {
	const char *conf;
	const char *socket;
	bool stdio;
	bool foreground_log;
};

static const char usage[] =
	"usage: mfad [--config FILE] [--socket PATH] [--stderr]\n"
	"       mfad --stdio [--config FILE]\n"
	"\n"
	"  --config FILE  the configuration (default " MFA_CONF_DEFAULT ")\n"
	"  --socket PATH  where clients find it (default " MFA_SOCKET_DEFAULT ")\n"
	"  --stdio        serve one conversation on descriptor 0 and end\n"
	"  --stderr       log to standard error as well\n"
	"  --version, --help\n";

/* Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "stdio", no_argument, NULL, 'i' },
		{ "stderr", no_argument, NULL, 'e' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*out = (struct options){ .conf = MFA_CONF_DEFAULT, .socket = MFA_SOCKET_DEFAULT };
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (opt) {
		case 'c': out->conf = optarg; break;
		case 's': out->socket = optarg; break;
		case 'i': out->stdio = true; break;
		case 'e': out->foreground_log = true; break;
		case 'V': (void)puts("mfad " MFA_VERSION); return EXIT_OK;
		case 'h': (void)fputs(usage, stdout); return EXIT_OK;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	(void)fputs(usage, stderr);
	return EXIT_USAGE;
}

/* Whether something is missing or wrong that only an administrator could have brought about.  Whatever a
 * user could cause by using things up is something else. */
static bool is_not_set_up(int error)
{
	static const int errors[] = { ENOENT, ENOKEY, EKEYREJECTED, EINVAL, EPERM, EACCES, EBADMSG,
				      EPROTONOSUPPORT, EREMOTE };
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i] == -error)
			return true;
	return false;
}

/* The client waits from now on, and not from when its request is read: whom to become is looked up before, in a
 * directory that may be slow. */
static void begin_early(struct working *early)
{
	static struct mfa_frame request;

	if (mfa_frame_peek(STDIN_FILENO, &request, CONVERSATION_REQUEST_MS) != 0)
		mfa_frame_start(&request, MFA_SIGNIN);
	working_init(early, STDIN_FILENO, &request);
	working_begin(early, false);
	mfa_frame_wipe(&request);
}

static int drop_in_time(const struct verifier *verifier, struct working *early)
{
	int r, late;

	working_look_up(early, conf_ref_conf(verifier->current)->directory_timeout, "user", MFA_USER, failure_of(-ETIME).text);
	r = mfa_privilege_drop(MFA_USER);
	late = working_looked_up(early);
	return late != 0 ? late : r;
}

/* One conversation for a program that found no daemon.  What can't be had is told
 * to the client, or it would only see that mfad ended. */
static int run_stdio(const struct options *options)
{
	static struct verifier verifier;
	struct working early;
	bool gone;
	int r;

	begin_early(&early);
	r = verifier_load(&verifier, options->conf);
	gone = r == -ENOENT;
	if (r == 0)
		r = drop_in_time(&verifier, &early);
	if (r == 0) {
		r = verifier_open(&verifier, MFA_STORE_OPEN_BRIEFLY);
		gone = r == -ENOENT || r == -ENOKEY;
	}
	working_end(&early);
	verifier.worked = working_said(&early);
	if (r == 0) {
		request_run(&verifier, STDIN_FILENO, NULL, NULL);
		(void)shutdown(STDIN_FILENO, SHUT_RDWR);
		if (mfa_store_wants_upkeep(mfa_accounts_store(verifier.accounts)))
			(void)mfa_store_upkeep(mfa_accounts_store(verifier.accounts));
	} else if (r != -ETIME) {
		request_refuse(verifier.current != NULL ? conf_ref_conf(verifier.current) : NULL,
			       STDIN_FILENO,
			       is_not_set_up(r) ? MFA_RESULT_UNAVAILABLE : MFA_RESULT_FAILED,
			       gone && !verifier.worked, r);
	}
	if (verifier.current != NULL)
		verifier_close(&verifier);
	return r == 0 ? EXIT_OK : EXIT_FAULT;
}

/* Seconds that no clock which is set moves. */
static time_t uptime(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Waits for signals, and keeps the store tidy meanwhile. */
static void run_until_told(struct verifier *verifier, const sigset_t *signals)
{
	const struct timespec tick = { .tv_sec = TICK_SECONDS };
	struct mfa_store *store = mfa_accounts_store(verifier->accounts);
	time_t last = uptime();
	int sig;

	for (;;) {
		sig = sigtimedwait(signals, NULL, &tick);
		if (sig == SIGHUP)
			verifier_reload(verifier);
		else if (sig > 0)
			return;
		verifier_refresh_key(verifier);
		verifier_check_store(verifier);
		if (mfa_store_wants_upkeep(store) || uptime() - last >= UPKEEP_SECONDS) {
			(void)mfa_store_upkeep(store);
			verifier_find_callers(verifier);
			last = uptime();
		}
	}
}

static int run_daemon(const struct options *options)
{
	static struct verifier verifier;
	struct server *server = NULL;
	bool as_root = geteuid() == 0, left = true;
	sigset_t signals;
	int r;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);	/* threads inherit it */

	mfa_language_open();
	r = verifier_load(&verifier, options->conf);
	if (r == 0)
		r = server_listen(options->socket, &server);
	if (r == 0)
		r = mfa_privilege_drop(MFA_USER);
	if (r == 0)
		r = verifier_open(&verifier, as_root ? MFA_STORE_OPEN : MFA_STORE_CREATE);
	if (r == 0)
		r = waiters_open(mfa_accounts_store(verifier.accounts));
	if (r == 0)
		r = server_start(server, &verifier);
	if (r == 0) {
		mfa_log_message(LOG_INFO, "start", "mfad " MFA_VERSION " is ready", 0);
		verifier_check(&verifier);
		run_until_told(&verifier, &signals);
		left = server_stop(server, DRAIN_SECONDS);
		mfa_log_message(LOG_INFO, "stop", "mfad has ended", 0);
	}
	server_free(&server);
	/* Whoever is still at work, on a disk that hangs, uses what would be closed. */
	if (!left) {
		mfa_log_drain();
		_exit(EXIT_OK);
	}
	/* So that whoever copies one file has all. */
	if (verifier.accounts != NULL)
		mfa_store_fold(mfa_accounts_store(verifier.accounts));
	if (verifier.current != NULL)
		verifier_close(&verifier);
	return r == 0 ? EXIT_OK : EXIT_FAULT;
}

int main(int argc, char **argv)
{
	struct options options;
	int r = read_options(argc, argv, &options);

	if (r >= 0)
		return r;
	mfa_privilege_harden();
	/* What the log says stays as it is, whoever started us; people are spoken to in their own language. */
	(void)setenv("LANGUAGE", "en", 1);
	/* A program that left its descriptors closed must not have its files written into. */
	(void)signal(SIGPIPE, SIG_IGN);
	mfa_log_open("mfad", options.foreground_log || (!options.stdio && isatty(STDERR_FILENO)));
	return options.stdio ? run_stdio(&options) : run_daemon(&options);
}
