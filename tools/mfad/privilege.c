#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log.h"

void privilege_harden(void)
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

int privilege_drop(void)
{
	const struct passwd *pw;
	int r = -EPERM;

	if (geteuid() != 0)
		return 0;
	errno = 0;
	pw = getpwnam(MFA_USER);
	/* A look-up that failed is not "not set up": failmode=open is not for that. */
	if (pw == NULL && errno != 0 && errno != ENOENT && errno != ESRCH) {
		r = -EIO;
		mfa_log_message(LOG_CRIT, "privilege", "the user " MFA_USER " can't be looked up", -errno);
		return r;
	}
	if (pw == NULL || pw->pw_uid == 0 || pw->pw_gid == 0) {
		mfa_log_message(LOG_CRIT, "privilege", "there is no user " MFA_USER
				" to become; make it with systemd-sysusers, or: useradd --system "
				"--home-dir /nonexistent --shell /usr/sbin/nologin " MFA_USER, 0);
		return -ENOENT;
	}
	if (setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		r = -errno;
	else if (!can_go_back(pw->pw_uid, pw->pw_gid))
		r = 0;
	if (r != 0)
		mfa_log_message(LOG_CRIT, "privilege", "cannot become " MFA_USER, r);
	/* Changing ids makes a process dumpable again where the kernel's setting says so. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return r;
}
