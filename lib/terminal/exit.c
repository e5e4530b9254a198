/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal/exit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "language/language.h"
#include "table/table.h"

enum mfa_exit mfa_exit_of_result(enum mfa_result result)
{
	static const enum mfa_exit exits[] = {
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
	MFA_TABLE_FITS(exits, MFA_RESULT_COUNT);

	return (size_t)result < MFA_RESULT_COUNT ? exits[result] : MFA_EXIT_FAILED;
}

static const struct failure {
	int error;
	const char *what;
	const char *next;	/* for whoever can look after mfad */
} failures[] = {
	{ -ENOENT, N_("no mfad answers there, and none could be started"),
	  N_("Is it installed and running?  systemctl status mfad.socket") },
	{ -ECONNREFUSED, N_("no mfad answers there, and none could be started"),
	  N_("Is it installed and running?  systemctl status mfad.socket") },
	{ -EACCES, N_("you may not connect there"),
	  N_("Its folder must be open to everybody (mode 755), the socket too (mode 666).") },
	{ -EPERM, N_("what answers there, or the mfad to start, is not to be trusted"),
	  N_("Both must belong to root or mfad's own user, and nobody else may be able to write them.") },
	{ -ETIMEDOUT, N_("mfad did not answer in time"),
	  N_("What does its log say?  journalctl -u mfad") },
	{ -EPIPE, N_("mfad hung up in the middle"),
	  N_("What does its log say?  journalctl -u mfad") },
	{ -EBADMSG, N_("what answers there does not speak this program's protocol"),
	  N_("Are mfad and this program of the same version?  Restart mfad: systemctl restart mfad") },
};
#define FAILURE_COUNT (sizeof(failures) / sizeof(failures[0]))

enum mfa_exit mfa_exit_of_error(const char *program, const struct mfa_dial *dial, int error)
{
	const struct failure *failure = NULL;
	size_t i;

	if (error == -EINTR || error == -ECANCELED)
		return MFA_EXIT_INTERRUPTED;
	for (i = 0; i < FAILURE_COUNT && failure == NULL; i++)
		if (failures[i].error == error)
			failure = &failures[i];
	(void)fprintf(stderr, "%s: %s:\n%s.\n", program, dial->socket,
		      failure != NULL ? _(failure->what) : strerror(-error));
	if (failure != NULL && (geteuid() == 0 || dial->helper_unprivileged))
		(void)fprintf(stderr, "%s\n", _(failure->next));
	else
		(void)fprintf(stderr, "%s\n",
			      _("Please ask your administrator, and show these lines."));
	return MFA_EXIT_UNREACHABLE;
}
