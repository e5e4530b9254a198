/* SPDX-License-Identifier: BSD-2-Clause */
/* Signs in through libpam, many times, with N workers at once.
 *
 *   pambench -d CONFDIR -s SERVICE -a ACCOUNTS -n COUNT [-f FIRST] [-w WORKERS]
 *            [-m right|wrong] [-r COMMAND]
 *
 * Each worker is a process of its own that does whole sign-ins: pam_start,
 * pam_authenticate, pam_end.  Sign-in k is that of account (FIRST + k) * STRIDE modulo
 * ACCOUNTS, so that each account is used once per COUNT <= ACCOUNTS, and
 * neighbours in time are no neighbours in a file.  The code is worked out
 * before the clock starts.
 *
 * -m wrong answers every prompt with a wrong code, until COUNT codes were
 * refused in all: a module may ask several times in one sign-in.
 *
 * -r runs COMMAND before each sign-in, then fails one with a wrong code to warm up what
 * the command has cooled down; neither is timed.  It is how one single
 * account can sign in more than once per time step.
 *
 * Prints: ok, refused (sign-ins), codes (answers given), seconds, p50 and p99 of
 * one sign-in in microseconds. */
#include <signal.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "bench.h"

#define STRIDE 617381u		/* a prime that divides no power of ten */

static struct {
	const char *confdir, *service, *reset;
	unsigned accounts, count, first, workers;
	bool wrong;
} opt = { .confdir = "", .service = "", .accounts = 1, .count = 1, .workers = 1 };

/* Shared by the workers. */
struct board {
	atomic_uint next, ok, refused, codes;
	_Atomic double last;		/* when the last sign-in ended */
	double micros[];		/* of each sign-in */
};

struct answer {
	char code[8];
	unsigned given;
};

static int converse(int n, const struct pam_message **msg, struct pam_response **resp, void *ctx)
{
	struct answer *answer = ctx;
	struct pam_response *all = calloc((size_t)n, sizeof(*all));

	if (!all)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		if (msg[i]->msg_style != PAM_PROMPT_ECHO_OFF &&
		    msg[i]->msg_style != PAM_PROMPT_ECHO_ON)
			continue;
		all[i].resp = strdup(answer->code);
		answer->given++;
	}
	*resp = all;
	return PAM_SUCCESS;
}

/* What a refusal costs the guesser in time is not what is measured. */
static void no_delay(int status, unsigned usec, void *ctx)
{
}

static int sign_in(const char *service, unsigned account, bool wrong, struct answer *answer,
		   double *micros)
{
	const struct pam_conv conv = { converse, answer };
	pam_handle_t *pam = NULL;
	char name[BENCH_NAME_SIZE];
	unsigned code = bench_code(account, time(NULL));
	int ret;
	double begin;

	bench_name(account, name);
	snprintf(answer->code, sizeof(answer->code), "%06u", (code + wrong) % 1000000);
	answer->given = 0;

	begin = bench_seconds();
	ret = pam_start_confdir(service, name, &conv, opt.confdir, &pam);
	if (ret != PAM_SUCCESS)
		errx(1, "pam_start: %d", ret);
	pam_set_item(pam, PAM_FAIL_DELAY, (const void *)no_delay);
	ret = pam_authenticate(pam, 0);
	pam_end(pam, ret);
	*micros = (bench_seconds() - begin) * 1e6;
	return ret;
}

static void reset(unsigned account)
{
	struct answer answer = { .given = 0 };
	double ignored;

	if (system(opt.reset))		/* NOLINT(cert-env33-c): the operator's own */
		errx(1, "failed: %s", opt.reset);
	sign_in(opt.service, account, true, &answer, &ignored);
}

static void one(struct board *board, unsigned k)
{
	unsigned account = (unsigned)((uint64_t)(opt.first + k) * STRIDE % opt.accounts);
	struct answer answer = { .given = 0 };

	if (opt.reset)
		reset(account);
	if (sign_in(opt.service, account, opt.wrong, &answer, &board->micros[k]) == PAM_SUCCESS)
		atomic_fetch_add(&board->ok, 1);
	else
		atomic_fetch_add(&board->refused, 1);
	atomic_fetch_add(&board->codes, answer.given);
}

static void work(struct board *board, int ready, int go)
{
	struct answer answer = { .given = 0 };
	double ignored, now, last;
	char byte = 0;

	sign_in("permit", 0, false, &answer, &ignored);	/* pages of libpam, not the module's */
	if (write(ready, &byte, 1) != 1)
		err(1, "write");
	close(ready);
	if (read(go, &byte, 1) < 0)
		err(1, "read");
	while (!opt.wrong || atomic_load(&board->codes) < opt.count) {
		unsigned k = atomic_fetch_add(&board->next, 1);

		if (k >= opt.count)
			break;
		one(board, k);
	}
	now = bench_seconds();
	last = atomic_load(&board->last);
	while (last < now && !atomic_compare_exchange_weak(&board->last, &last, now))
		;
}

/* Starts the workers, lets all go at once; returns when they went. */
static double start(struct board *board)
{
	int ready[2], go[2];
	char byte;
	double began;

	if (pipe(ready) || pipe(go))
		err(1, "pipe");
	for (unsigned w = 0; w < opt.workers; w++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			close(go[1]);
			work(board, ready[1], go[0]);
			_exit(0);
		}
	}
	close(ready[1]);
	for (unsigned w = 0; w < opt.workers; w++)
		if (read(ready[0], &byte, 1) != 1)
			errx(1, "a worker did not start");
	began = bench_seconds();
	close(go[1]);
	return began;
}

static void report(struct board *board, double seconds)
{
	unsigned done = atomic_load(&board->ok) + atomic_load(&board->refused);

	printf("ok=%u refused=%u codes=%u seconds=%.6f p50=%.1f p99=%.1f\n",
	       atomic_load(&board->ok), atomic_load(&board->refused), atomic_load(&board->codes),
	       seconds, bench_quantile(board->micros, done, 0.50),
	       bench_quantile(board->micros, done, 0.99));
}

static void parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "d:s:a:n:f:w:m:r:")) != -1)
		switch (c) {
		case 'd': opt.confdir = optarg; break;
		case 's': opt.service = optarg; break;
		case 'a': opt.accounts = bench_number(optarg); break;
		case 'n': opt.count = bench_number(optarg); break;
		case 'f': opt.first = bench_number(optarg); break;
		case 'w': opt.workers = bench_number(optarg); break;
		case 'm': opt.wrong = !strcmp(optarg, "wrong"); break;
		case 'r': opt.reset = optarg; break;
		default: exit(2);
		}
	if (!*opt.confdir || !*opt.service || !opt.accounts || !opt.count || !opt.workers)
		errx(2, "needs -d CONFDIR -s SERVICE -a ACCOUNTS -n COUNT, none of them 0");
}

int main(int argc, char **argv)
{
	struct board *board;
	double began;
	int status, bad = 0;

	parse(argc, argv);
	board = mmap(NULL, sizeof(*board) + opt.count * sizeof(double), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		err(1, "mmap");
	/* Its pages are there before anybody's clock runs. */
	memset(board->micros, 0, opt.count * sizeof(double));
	began = start(board);
	for (unsigned w = 0; w < opt.workers; w++)
		if (wait(&status) < 0 || status != 0)
			bad = 1;
	if (bad)
		errx(1, "a worker failed");
	report(board, atomic_load(&board->last) - began);
	return 0;
}
