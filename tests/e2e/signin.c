/* SPDX-License-Identifier: BSD-2-Clause */
/* signin: sign in through libpam, from one process or many at the same instant.
 *
 *	signin [-n PROCESSES] [-r RHOST] [-t TTY] [-f WORD] [-lq] SERVICE[,SERVICE]... USER [ANSWER]...
 *
 * The services (files in /etc/pam.d) are dealt out to the processes in turn.
 * A USER that ends in "+" is another one in each: "name+" is name0, name1 and so
 * on, and so is the file of an ANSWER.
 * All of them stand ready in pam_authenticate before any may go on.  Prompts are
 * answered with the ANSWERs in order (@FILE: a line of that file, a FIFO perhaps),
 * then with PAM_CONV_ERR.  A single process
 * prints the conversation.  With -f a text that has WORD in it can't be shown
 * (PAM_CONV_ERR, as OpenVPN's plugin answers); with -l texts are dropped, and of a
 * prompt the last line is shown (as ocserv and sudo -A do).  Prints how many ended in which PAM result, such as
 *	PAM_SUCCESS 1
 *	PAM_AUTH_ERR 63
 * and exits 0 if at least one got in. */
#include <errno.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULTS 64
#define NO_START 63	/* exit status: pam_start failed */

struct answers {
	char **text;
	int count, next, number;
	int show, last_line;
	const char *fails;
};

static const struct { int result; const char *name; } names[] = {
	{ PAM_SUCCESS, "PAM_SUCCESS" },
	{ PAM_AUTH_ERR, "PAM_AUTH_ERR" },
	{ PAM_MAXTRIES, "PAM_MAXTRIES" },
	{ PAM_PERM_DENIED, "PAM_PERM_DENIED" },
	{ PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL" },
	{ PAM_USER_UNKNOWN, "PAM_USER_UNKNOWN" },
	{ PAM_CONV_ERR, "PAM_CONV_ERR" },
	{ PAM_ABORT, "PAM_ABORT" },
	{ PAM_SYSTEM_ERR, "PAM_SYSTEM_ERR" },
	{ PAM_SERVICE_ERR, "PAM_SERVICE_ERR" },
	{ PAM_MODULE_UNKNOWN, "PAM_MODULE_UNKNOWN" },
	{ PAM_IGNORE, "PAM_IGNORE" },
	{ NO_START, "PAM_START_FAILED" },
};

static int is_prompt(const struct pam_message *msg)
{
	return msg->msg_style == PAM_PROMPT_ECHO_OFF || msg->msg_style == PAM_PROMPT_ECHO_ON;
}

/* With the number in the place of a "+" at its end. */
static void write_numbered(const char *text, int number, char *out, size_t size)
{
	size_t n = strlen(text);

	if (n > 0 && text[n - 1] == '+')
		(void)snprintf(out, size, "%.*s%d", (int)n - 1, text, number);
	else
		(void)snprintf(out, size, "%s", text);
}

/* A new string; NULL: there is none. */
static char *answer_of(const char *text, int number)
{
	char line[256] = "", path[256];
	FILE *file;

	if (text[0] != '@')
		return strdup(text);
	write_numbered(text + 1, number, path, sizeof(path));
	file = fopen(path, "r");
	if (file != NULL)
		(void)setvbuf(file, NULL, _IONBF, 0);
	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	if (file != NULL)
		(void)fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return strdup(line);
}

static int converse(int count, const struct pam_message **msg, struct pam_response **resp,
		    void *data)
{
	struct answers *a = data;
	struct pam_response *r = calloc((size_t)count, sizeof(*r));

	if (r == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		const char *text = msg[i]->msg, *line = strrchr(text, '\n');

		if (!is_prompt(msg[i]) && a->fails != NULL && strstr(text, a->fails) != NULL) {
			free(r);
			return PAM_CONV_ERR;
		}
		if (a->show && (is_prompt(msg[i]) || !a->last_line)) {
			printf("%s: %s\n", is_prompt(msg[i]) ? "ask" : "say",
			       a->last_line && line != NULL ? line + 1 : text);
			(void)fflush(stdout);
		}
		if (!is_prompt(msg[i]))
			continue;
		if (a->next >= a->count) {
			free(r);
			return PAM_CONV_ERR;
		}
		r[i].resp = answer_of(a->text[a->next++], a->number);
	}
	*resp = r;
	return PAM_SUCCESS;
}

/* The child's whole life: ready, wait for the start, sign in. */
static int sign_in(const char *service, const char *user, const char *rhost, const char *tty,
		   struct answers *answers, int ready, int go)
{
	struct pam_conv conv = { converse, answers };
	pam_handle_t *pam = NULL;
	char byte = 0, name[256];
	int r;

	write_numbered(user, answers->number, name, sizeof(name));
	if (pam_start(service, name, &conv, &pam) != PAM_SUCCESS)
		return NO_START;
	if (rhost != NULL)
		(void)pam_set_item(pam, PAM_RHOST, rhost);
	if (tty != NULL)
		(void)pam_set_item(pam, PAM_TTY, tty);
	if (write(ready, &byte, 1) != 1)
		return NO_START;
	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
	r = pam_authenticate(pam, 0);
	if (r == PAM_SUCCESS)
		r = pam_setcred(pam, PAM_ESTABLISH_CRED);
	(void)pam_end(pam, r);
	return r;
}

/* The services in turn, so that -n 64 a,b is 32 of each. */
static const char *deal(char **services, int count, int i)
{
	return services[i % count];
}

static int split(char *list, char **out, int max)
{
	int n = 0;
	char *save = NULL;

	for (char *s = strtok_r(list, ",", &save); s != NULL && n < max; s = strtok_r(NULL, ",", &save))
		out[n++] = s;
	return n;
}

static void report(const int *tally)
{
	for (int i = 0; i < RESULTS; i++) {
		const char *name = NULL;

		if (tally[i] == 0)
			continue;
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (names[j].result == i)
				name = names[j].name;
		if (name != NULL)
			printf("%s %d\n", name, tally[i]);
		else
			printf("PAM_%d %d\n", i, tally[i]);
	}
}

int main(int argc, char **argv)
{
	int ready[2], go[2], tally[RESULTS] = { 0 };
	int opt, status, count, processes = 1, quiet = 0, last_line = 0;
	const char *rhost = NULL, *tty = NULL, *fails = NULL;
	char *services[8], byte;

	while ((opt = getopt(argc, argv, "+n:r:t:f:lq")) != -1) {
		if (opt == 'n')
			processes = atoi(optarg);
		else if (opt == 'r')
			rhost = optarg;
		else if (opt == 't')
			tty = optarg;
		else if (opt == 'f')
			fails = optarg;
		else if (opt == 'l')
			last_line = 1;
		else if (opt == 'q')
			quiet = 1;
		else
			return 2;
	}
	if (argc - optind < 2 || pipe(ready) != 0 || pipe(go) != 0)
		return 2;
	count = split(argv[optind], services, 8);
	if (count == 0)
		return 2;
	for (int i = 0; i < processes; i++) {
		struct answers answers = { argv + optind + 2, argc - optind - 2, 0, i,
					   processes == 1 && !quiet, last_line, fails };
		pid_t pid = fork();
		int r;

		if (pid < 0)
			return 2;
		if (pid > 0)
			continue;
		(void)close(go[1]);
		r = sign_in(deal(services, count, i), argv[optind + 1], rhost, tty, &answers, ready[1], go[0]);
		(void)fflush(stdout);
		_exit(r < RESULTS ? r : NO_START);
	}
	(void)close(ready[1]);
	for (int i = 0; i < processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			break;
	(void)close(go[1]);
	while (wait(&status) > 0)
		tally[WIFEXITED(status) ? WEXITSTATUS(status) : NO_START]++;
	report(tally);
	return tally[PAM_SUCCESS] > 0 ? 0 : 1;
}
