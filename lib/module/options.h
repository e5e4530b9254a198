/* SPDX-License-Identifier: BSD-2-Clause */
/* What may stand behind pam_mfa.so in a PAM file (pam_mfa(8)). */
#ifndef MFA_MODULE_OPTIONS_H
#define MFA_MODULE_OPTIONS_H

#include <stdbool.h>

#include "wire/dial.h"

struct mfa_module_options {
	struct mfa_dial dial;		/* its paths point into the arguments */
	bool open_on_failure;
	bool after_publickey;
	unsigned forward_digits;	/* forward_pass: this line only splits; 0: it asks */
	bool forward_words;		/* forward_pass_words: a word may be in the code's place */
	bool first_pass;		/* what was typed already is the code, */
	bool no_prompt;			/* and nothing else is */
	bool echo;
	bool debug;
	char language[4];		/* of the module's own sentences, "": by the locale; mfad's, once it has spoken */
};

/* What is wrong with an argument, and a text that says what to write: constant, marked for translation. */
struct mfa_option_fault {
	enum mfa_option_fault_kind {
		MFA_OPTION_VALUE,	/* text: what it takes */
		MFA_OPTION_FOREIGN,	/* another module's; text: what to write instead */
		MFA_OPTION_UNKNOWN,
		MFA_OPTION_FAULTS
	} kind;
	const char *text;
};

/* As it is without any. */
void mfa_module_defaults(struct mfa_module_options *options);
/* Takes one.  Returns 0, or -EINVAL and what is wrong; the whole line is then no good. */
int mfa_module_option(const char *arg, struct mfa_module_options *options, struct mfa_option_fault *fault);
/* What stands between the argument and the fault's text, to make a sentence of them: constant, marked for
 * translation. */
const char *mfa_option_words(enum mfa_option_fault_kind kind) __attribute__((const));

#endif
