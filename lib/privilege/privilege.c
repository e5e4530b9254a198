/* SPDX-License-Identifier: BSD-2-Clause */
#include "privilege/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log.h"

void mfa_privilege_harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)umask(077);
}

static bool can_go_back(uid_t uid, gid_t gid)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || setegid(0) == 0)
		return true;
	return getresuid(&r, &e, &s) != 0 || getresgid(&rg, &eg, &sg) != 0 ||
	       r != uid || e != uid || s != uid || rg != gid || eg != gid || sg != gid;
}

static void say(const char *what, const char *user, int error)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "privilege");
	mfa_log_text(&line, "user", user);
	mfa_log_text(&line, "msg", what);
	if (error != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-error));
	mfa_log_write(&line, LOG_CRIT);
}

int mfa_privilege_drop(const char *user)
{
	const struct passwd *pw;
	int r = -EPERM;

	if (geteuid() != 0)
		return 0;
	errno = 0;
	pw = getpwnam(user);
	/* A look-up that failed is not "not set up": failmode=open is not for that. */
	if (pw == NULL && errno != 0 && errno != ENOENT && errno != ESRCH) {
		r = -EIO;
		say("can't be looked up", user, -errno);
		return r;
	}
	if (pw == NULL || pw->pw_uid == 0 || pw->pw_gid == 0) {
		say("there is no such user to become; make it with systemd-sysusers, or: useradd --system "
		    "--home-dir /nonexistent --shell /usr/sbin/nologin", user, 0);
		return -ENOENT;
	}
	if (setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		r = -errno;
	else if (!can_go_back(pw->pw_uid, pw->pw_gid))
		r = 0;
	if (r != 0)
		say("cannot become that user", user, r);
	/* Changing ids makes a process dumpable again where the kernel's setting says so. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return r;
}
