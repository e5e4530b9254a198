/* SPDX-License-Identifier: BSD-2-Clause */
/* A service's auth stack as Linux-PAM reads it (pam.d(5)), and all the ways through it. */
#ifndef MFA_PAMSTACK_H
#define MFA_PAMSTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "module/options.h"

#define MFA_PAM_ERROR_SIZE 256

struct mfa_pam_stack;

/* Reads the file of a service (or the one that an include names) into a new, NUL-ended
 * string; *len is its length.  Returns 0 or a negative errno. */
typedef int mfa_pam_read_fn(void *ctx, const char *name, char **text, size_t *len);

/* Parses the auth rules of a service with all it includes.  Returns 0, or a negative errno and a
 * sentence in error: -EINVAL (a line can't be read), -ELOOP (too deep), -E2BIG, -ENOMEM, or
 * what read returned.  A service without an auth rule has those of "other". */
int mfa_pam_stack_parse(const char *service, mfa_pam_read_fn *read, void *ctx,
			struct mfa_pam_stack **out, char error[MFA_PAM_ERROR_SIZE]);
void mfa_pam_stack_free(struct mfa_pam_stack **stack);

/* A rule, for messages. */
struct mfa_pam_where {
	char file[64];
	unsigned line;
	char module[64];
};

enum mfa_pam_finding_kind {
	MFA_PAM_ABSENT,		/* pam_mfa is not in the stack */
	MFA_PAM_JUMPED,		/* `where` leads past pam_mfa, and the stack does not refuse */
	MFA_PAM_IGNORED,	/* pam_mfa refused, and the stack succeeds */
	MFA_PAM_AFTER_WRONG,	/* after `where` has refused, a code is asked for all the same */
	MFA_PAM_NO_FIRST,	/* nothing before pam_mfa asks for anything, and after=publickey is missing */
	MFA_PAM_OPTION,		/* an option with which pam_mfa refuses everybody */
	MFA_PAM_KINDS
};

struct mfa_pam_finding {
	enum mfa_pam_finding_kind kind;
	struct mfa_pam_where where;
	const char *option;			/* of MFA_PAM_OPTION, as it stands there; valid while the stack is */
	struct mfa_option_fault fault;
};

/* Follows every answer of every module, with what Linux-PAM makes of it (pam_dispatch.c).
 * Calls fn for each finding, once for a kind and a rule.
 * pam_rootok is taken for what it is where the program is its caller's (su, sudo): root needs no second factor to
 * be root.  Elsewhere, in sshd or login, the program is root whoever signs in, and so everybody would be.
 * service: whose stack it is.
 * *options: which of its options pam_mfa has.  Returns how many findings there were, or -ENOMEM. */
struct mfa_pam_options {
	bool after_publickey;
	bool splits;		/* forward_pass: the code comes behind the password */
};

typedef void mfa_pam_finding_fn(void *ctx, const struct mfa_pam_finding *finding);
int mfa_pam_stack_check(const struct mfa_pam_stack *stack, const char *service, mfa_pam_finding_fn *fn, void *ctx,
			struct mfa_pam_options *options);

#endif
