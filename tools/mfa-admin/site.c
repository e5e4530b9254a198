/* SPDX-License-Identifier: BSD-2-Clause */
#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "language/language.h"
#include "log/log.h"
#include "terminal/exit.h"

int site_say(const char *what, int error)
{
	static const struct { int error; const char *text; } rows[] = {
		{ -ESTALE, N_("one of its files is missing or was replaced; `mfa-admin check-store` says what to do.") },
		{ -EBUSY, N_("others hold it. Try again.") },
		{ -EAGAIN, N_("its files have changed meanwhile. Try again.") },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			break;
	(void)fprintf(stderr, "mfa-admin: %s: %s\n", what,
		      i < sizeof(rows) / sizeof(rows[0]) ? _(rows[i].text) : strerror(-error));
	return MFA_EXIT_FAILED;
}

void site_print_key_fault(FILE *to, const struct site *site, int error)
{
	const char *key = site->conf->key_file;
	const struct group *group = site->owner != NULL ? getgrgid(site->owner->pw_gid) : NULL;

	if (error == -ENOENT)
		(void)fprintf(to, _("%s: the key is missing. Take it from a backup:\n"
				    "mfa-admin restore --key-only FILE\n"), key);
	else if (error == -EBADMSG)
		(void)fprintf(to, _("%s: damaged, or no key of mfa's. Take it from a backup:\n"
				    "mfa-admin restore --key-only --replace FILE\n"), key);
	else if (error == -EPERM && geteuid() == 0)
		(void)fprintf(to, _("%s: it is not root's, or others can read or change it. Mend that:\n"
				    "    chown root:%s %s && chmod 640 %s\n"),
			      key, group != NULL ? group->gr_name : MFA_USER, key, key);
	else
		(void)fprintf(to, "%s: %s\n", key, strerror(-error));
}

int site_say_key(const struct site *site, int error)
{
	(void)fputs("mfa-admin: ", stderr);
	site_print_key_fault(stderr, site, error);
	return MFA_EXIT_FAILED;
}

static int find_owner(struct site *site)
{
	if (geteuid() != 0)
		return 0;
	site->owner = getpwnam(MFA_USER);
	if (site->owner != NULL && site->owner->pw_uid != 0)
		return 0;
	(void)fprintf(stderr, _("mfa-admin: there is no user %s, as which mfad runs. Make it with one of these:\n"),
		      MFA_USER);
	(void)fputs("    systemd-sysusers\n"
		    "    useradd --system --user-group --home-dir /nonexistent "
		    "--shell /usr/sbin/nologin " MFA_USER "\n", stderr);
	return -ENOENT;
}

int site_open(const struct command_options *options, struct site *out)
{
	char error[MFA_CONF_ERROR_SIZE];
	const struct rlimit none = { 0, 0 };

	memset(out, 0, sizeof(*out));
	(void)umask(022);
	/* Keys and passphrases belong in no core dump. */
	(void)setrlimit(RLIMIT_CORE, &none);
	if (mfa_conf_load(options->dial.conf, &out->conf, error) != 0) {
		(void)fprintf(stderr, "mfa-admin: %s\n", error);
		return MFA_EXIT_INVALID;
	}
	return find_owner(out) == 0 ? 0 : MFA_EXIT_INVALID;
}

void site_close(struct site *site)
{
	mfa_conf_free(&site->conf);
}

gid_t site_group(const struct site *site)
{
	return site->owner != NULL ? site->owner->pw_gid : (gid_t)-1;
}

static int become(const struct passwd *owner, pid_t parent)
{
	if (setgroups(0, NULL) != 0 ||
	    setresgid(owner->pw_gid, owner->pw_gid, owner->pw_gid) != 0 ||
	    setresuid(owner->pw_uid, owner->pw_uid, owner->pw_uid) != 0)
		return -errno;
	if (setuid(0) == 0 || seteuid(0) == 0)
		return -EPERM;
	/* After the change of ids, which would undo it: whoever kills us means all of us. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent ? 0 : -ESRCH;
}

int site_as_owner(const struct site *site, int (*fn)(void *ctx), void *ctx)
{
	int status, pipe_fds[2], r = -EIO;
	pid_t pid, parent = getpid();

	if (site->owner == NULL)
		return fn(ctx);
	(void)fflush(NULL);
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		r = become(site->owner, parent);
		if (r == 0)
			r = fn(ctx);
		mfa_log_drain();
		_exit(write(pipe_fds[1], &r, sizeof(r)) == sizeof(r) ? 0 : 1);
	}
	(void)close(pipe_fds[1]);
	if (pid < 0)
		r = -errno;
	else if (read(pipe_fds[0], &r, sizeof(r)) != sizeof(r))
		r = -EIO;
	(void)close(pipe_fds[0]);
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	return r;
}
