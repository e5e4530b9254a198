#include "terminal/exit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum mfa_exit mfa_exit_of_result(enum mfa_result result)
{
	static const enum mfa_exit exits[MFA_RESULT_COUNT] = {
		[MFA_RESULT_OK] = MFA_EXIT_OK,
		[MFA_RESULT_DENIED] = MFA_EXIT_REFUSED,
		[MFA_RESULT_MAXTRIES] = MFA_EXIT_REFUSED,
		[MFA_RESULT_ABORTED] = MFA_EXIT_REFUSED,
		[MFA_RESULT_REFUSED] = MFA_EXIT_REFUSED,
		[MFA_RESULT_BUSY] = MFA_EXIT_UNREACHABLE,
		[MFA_RESULT_UNAVAILABLE] = MFA_EXIT_UNREACHABLE,
		[MFA_RESULT_NOT_FOUND] = MFA_EXIT_NOT_FOUND,
		[MFA_RESULT_EXISTS] = MFA_EXIT_EXISTS,
		[MFA_RESULT_INVALID] = MFA_EXIT_INVALID,
		[MFA_RESULT_FAILED] = MFA_EXIT_FAILED,
	};

	return (size_t)result < MFA_RESULT_COUNT ? exits[result] : MFA_EXIT_FAILED;
}

enum mfa_exit mfa_exit_of_error(const char *program, const struct mfa_dial *dial, int error)
{
	switch (error) {
	case -EINTR:
	case -ECANCELED:
		return MFA_EXIT_INTERRUPTED;
	case -EPERM:
		(void)fprintf(stderr, "%s: %s or %s does not belong to root or " MFA_USER
			      ", or others can write it; it is not to be trusted.\n",
			      program, dial->socket, dial->helper);
		return MFA_EXIT_UNREACHABLE;
	case -EACCES:
	case -ENOENT:
	case -ECONNREFUSED:
		(void)fprintf(stderr, "%s: no mfad answers at %s.\n%s", program, dial->socket,
			      geteuid() == 0 || dial->helper_unprivileged
			      ? "Nor could one be started; is mfad installed? `systemctl status mfad` and "
				"`mfa-admin\ncheck-config` say more.\n"
			      : "Ask your administrator to start it: systemctl start mfad.socket\n");
		return MFA_EXIT_UNREACHABLE;
	default:
		(void)fprintf(stderr, "%s: the conversation with mfad broke off: %s\n", program,
			      strerror(-error));
		return MFA_EXIT_UNREACHABLE;
	}
}
