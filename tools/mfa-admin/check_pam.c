/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking for ways around the second factor: in a service's stack, and in sshd's settings. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_pam.h"
#include "command.h"
#include "conf/conf.h"
#include "language/language.h"
#include "pamstack/pamstack.h"
#include "pamstack/sshd.h"
#include "sshd_config.h"
#include "table/table.h"
#include "terminal/exit.h"

#define FILE_SIZE_MAX (1 << 20)

static int read_fd(int fd, char **text, size_t *len)
{
	ssize_t n = 0;

	*len = 0;
	*text = malloc(FILE_SIZE_MAX + 1);
	if (*text == NULL)
		return -ENOMEM;
	while (*len < FILE_SIZE_MAX && (n = read(fd, *text + *len, FILE_SIZE_MAX - *len)) > 0)
		*len += (size_t)n;
	(*text)[*len] = '\0';
	if (n >= 0 && *len < FILE_SIZE_MAX)
		return 0;
	free(*text);
	*text = NULL;
	return n < 0 ? -errno : -EFBIG;
}

static int read_path(const char *path, char **text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	*text = NULL;
	if (fd < 0)
		return -errno;
	r = read_fd(fd, text, len);
	(void)close(fd);
	return r;
}

static int read_in(const char *folder, const char *name, char **text, size_t *len)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return read_path(path, text, len);
}

/* ctx is --pam-dir, or NULL. */
static int read_stack(void *ctx, const char *name, char **text, size_t *len)
{
	int r;

	if (name[0] == '/')
		return read_path(name, text, len);
	r = read_in(ctx != NULL ? ctx : PAM_DIR, name, text, len);
	return r == -ENOENT && ctx == NULL ? read_in(PAM_DIR_VENDOR, name, text, len) : r;
}

bool pam_service_exists(const char *service)
{
	static const char *const folders[] = { PAM_DIR, PAM_DIR_VENDOR };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folders[i], service) >= (int)sizeof(path))
			return false;
		if (access(path, F_OK) == 0 || errno != ENOENT)
			return true;
	}
	return false;
}

static const struct {
	const char *what;
	const char *instead;
} stack_words[MFA_PAM_KINDS] = {
	[MFA_PAM_ABSENT] = { N_("pam_mfa.so is not in this stack: no second factor is asked"),
		"auth required pam_mfa.so" },
	[MFA_PAM_JUMPED] = { N_("leads past pam_mfa.so, so that the second factor is never asked"),
		N_("auth [success=ok default=die] for what comes before pam_mfa.so") },
	[MFA_PAM_IGNORED] = { N_("a refusal by pam_mfa.so is passed over"),
		"auth required pam_mfa.so" },
	[MFA_PAM_AFTER_WRONG] = { N_("goes on after a wrong password: codes can be tried without it"),
		N_("auth [success=ok default=die], or requisite") },
	[MFA_PAM_NO_FIRST] = { N_("nothing before pam_mfa.so asks for a first factor"),
		N_("the password's module before it: auth [success=ok default=die] pam_unix.so") },
};

/* A module that proves nothing but who runs the program is no first factor, whatever its line says; it is told for
 * its own sake. */
static const struct {
	const char *module;
	const char *words;
} no_proofs[] = {
	{ "pam_rootok.so", N_("the program is root whoever signs in, so this lets everybody past the code. "
			      "Remove this line.") },
};

/* NULL where the finding is of another kind. */
static const char *no_proof(const struct mfa_pam_finding *finding)
{
	size_t i;

	for (i = 0; i < sizeof(no_proofs) / sizeof(no_proofs[0]); i++)
		if (finding->kind == MFA_PAM_JUMPED && strcmp(finding->where.module, no_proofs[i].module) == 0)
			return no_proofs[i].words;
	return NULL;
}

struct report {
	const char *folder;	/* --pam-dir, or NULL */
	bool sshd;		/* which may ask for a key first: its settings decide */
	int no_first;
};

/* The folder of an included file, for messages; "" if its name has one. */
static const char *folder_of(const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (name[0] == '/')
		return "";
	if (folder != NULL)
		return folder;
	(void)snprintf(path, sizeof(path), PAM_DIR "/%s", name);
	return access(path, F_OK) == 0 ? PAM_DIR : PAM_DIR_VENDOR;
}

/* A finding is a line, so that they can be counted and sorted. */
static void print_finding(void *ctx, const struct mfa_pam_finding *finding)
{
	struct report *report = ctx;
	const struct mfa_pam_where *w = &finding->where;
	const char *folder = folder_of(report->folder, w->file);

	if (finding->kind == MFA_PAM_NO_FIRST) {
		report->no_first++;
		if (report->sshd)
			return;
	}
	if (w->line > 0)
		(void)printf("%s%s%s:%u: %s: ", folder, folder[0] != '\0' ? "/" : "", w->file,
			     w->line, w->module);
	if (finding->kind == MFA_PAM_OPTION) {
		(void)printf(_("option %s: %s: %s; nobody is let in until it is mended\n"), finding->option,
			     _(mfa_option_words(finding->fault.kind)), _(finding->fault.text));
		return;
	}
	if (no_proof(finding) != NULL) {
		(void)puts(_(no_proof(finding)));
		return;
	}
	(void)printf(_("%s. Write instead: %s\n"), _(stack_words[finding->kind].what),
		     _(stack_words[finding->kind].instead));
}

static const char *const sshd_words[] = {
	[MFA_SSHD_NO_PAM] = N_("UsePAM is no: sshd does not ask PAM at all. Write instead: UsePAM yes"),
	[MFA_SSHD_NO_KEYBOARD] = N_("KbdInteractiveAuthentication is no: sshd can't ask for a code. "
		"Write instead: KbdInteractiveAuthentication yes"),
	[MFA_SSHD_PASSWORD] = N_("PasswordAuthentication is yes: that method can't ask for a code, "
		"and its users get nowhere. Write instead: PasswordAuthentication no"),
	[MFA_SSHD_KEY_ALONE] = N_("AuthenticationMethods lets a key alone in, without a second factor: "
		"sshd does not ask PAM then. Write instead: AuthenticationMethods "
		"publickey,keyboard-interactive:pam (or keyboard-interactive:pam, without keys)"),
	[MFA_SSHD_NO_KEY_FIRST] = N_("this stack relies on a key, and AuthenticationMethods does not "
		"ask for one first. Write instead: AuthenticationMethods "
		"publickey,keyboard-interactive:pam"),
	[MFA_SSHD_TICKETS] = N_("KerberosAuthentication is yes: sshd checks passwords by itself then, and PAM is not asked "
		"for a second factor. Write instead: KerberosAuthentication no (and pam_krb5.so in the stack)"),
	[MFA_SSHD_OTHER_SERVICE] = N_("PAMServiceName is another than sshd: that stack is what sshd asks. Look at it: "
		"mfa-admin check-pam with its name, and here: PAMServiceName sshd"),
	[MFA_SSHD_SHORT] = N_("LoginGraceTime is shorter than the ten minutes that enrolling a phone at sign-in "
		"may take. Write instead: LoginGraceTime 600"),
	[MFA_SSHD_PLACES] = N_("LoginGraceTime leaves who says nothing a place for longer than sshd does by itself, and one "
		"address can take them all. Write as well: PerSourceMaxStartups 60, MaxStartups 480:50:600"),
	[MFA_SSHD_PENALTIES] = N_("PerSourcePenalties shuts an address out for a few refused sign-ins, and everybody who "
		"shares it. Where many do, write: PerSourcePenaltyExemptList with these networks, or "
		"PerSourcePenalties authfail:1 noauth:1 grace-exceeded:1"),
};
MFA_TABLE_FITS(sshd_words, MFA_SSHD_FINDINGS);

/* Whether sign-ins by ssh lead through enrolment, as far as the configuration can be read. */
static bool enrols(const char *conf_path)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	bool enrols;

	if (mfa_conf_load(conf_path, &conf, error) != 0)
		return false;
	enrols = mfa_conf_policy(conf, "sshd")->enrolment != MFA_ENROLMENT_OFF;
	mfa_conf_free(&conf);
	return enrols;
}

/* What sshd says that its settings are; with nothing of our environment. */
static int ask_sshd(char **text, size_t *len)
{
	char *const argv[] = { (char *)"sshd", (char *)"-T", NULL };
	char *const envp[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int fds[2], status, r;
	pid_t pid;

	*text = NULL;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (dup2(fds[1], STDOUT_FILENO) == STDOUT_FILENO)
			(void)execve("/usr/sbin/sshd", argv, envp);
		_exit(127);
	}
	(void)close(fds[1]);
	r = pid < 0 ? -errno : read_fd(fds[0], text, len);
	(void)close(fds[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && r == 0 &&
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		r = -ECHILD;
	return r;
}

/* Returns how many findings it printed, without the warnings, or a negative errno. */
static int check_sshd(const char *file, const char *conf, const struct mfa_sshd_stack *stack)
{
	bool found[MFA_SSHD_FINDINGS];
	char *text = NULL;
	size_t len = 0;
	int r, i, lines = 0;

	r = file != NULL ? read_path(file, &text, &len) : ask_sshd(&text, &len);
	if (r == 0)
		r = mfa_sshd_check(text, len, stack, found);
	free(text);
	if (r != 0) {
		(void)fprintf(stderr, "mfa-admin: %s\n",
			      _("sshd's settings can't be read (`sshd -T`, as root)"));
		return r;
	}
	if (file == NULL)
		sshd_config_tell_of_match();
	found[MFA_SSHD_SHORT] = found[MFA_SSHD_SHORT] && enrols(conf);
	for (i = 0; i < MFA_SSHD_WARNINGS; i++)
		if (found[i])
			lines += printf("sshd: %s\n", _(sshd_words[i])) > 0;
	for (; i < MFA_SSHD_FINDINGS; i++)
		if (found[i])
			(void)printf(_("warning: sshd: %s\n"), _(sshd_words[i]));
	return lines;
}

int command_check_pam(const struct command_options *options, int argc, char **argv)
{
	struct report report = { .folder = options->pam_dir, .sshd = strcmp(argv[1], "sshd") == 0 };
	char error[MFA_PAM_ERROR_SIZE];
	struct mfa_pam_stack *stack;
	struct mfa_pam_options pam = { .splits = false };
	struct mfa_sshd_stack ssh;
	int r, sshd = 0;

	(void)argc;
	if (mfa_pam_stack_parse(argv[1], read_stack, (void *)(uintptr_t)options->pam_dir, &stack,
				error) != 0) {
		(void)fprintf(stderr, "mfa-admin: %s: %s\n",
			      options->pam_dir != NULL ? options->pam_dir : PAM_DIR, error);
		return MFA_EXIT_INVALID;
	}
	r = mfa_pam_stack_check(stack, argv[1], print_finding, &report, &pam);
	mfa_pam_stack_free(&stack);
	if (r >= 0 && report.sshd) {
		r -= report.no_first;
		ssh = (struct mfa_sshd_stack){ .password = report.no_first == 0 && !pam.after_publickey,
					       .after_publickey = pam.after_publickey, .splits = pam.splits };
		sshd = check_sshd(options->sshd_settings, options->dial.conf, &ssh);
	}
	if (r < 0 || sshd < 0)
		return MFA_EXIT_INVALID;
	if (r + sshd > 0)
		return MFA_EXIT_REFUSED;
	(void)printf(_("%s: no way around the second factor was found.\n"), argv[1]);
	return MFA_EXIT_OK;
}
