/* SPDX-License-Identifier: BSD-2-Clause */
/* Every method of proving who one is: the one list from which enumerations and tables are made.
 *
 * Whoever includes it has defined those of these that are wanted (the others are nothing), and gets a row each:
 *
 *	BUDGET(NAME, word, format, stops, words, local_words, caller_words)
 *								wrong answers that are counted together
 *	METHOD(NAME, .member = value, ...)			a struct mfa_method (method.h)
 *	FACTOR(name, METHOD, BUDGET)	lib/factor has mfa_factor_<name>, which judges answers of a form; in this
 *					order they are asked.  NONE: for what is never typed
 *	ASK(name, METHOD)		tools/mfad/ask has ask_<name>: what more is done than reading an answer; in
 *					this order they are begun and offered
 *	WORD(METHOD, text)		what people type, at any question for a code, to sign in by that method instead:
 *					letters from a to z, at most MFA_WORD_MAX, of whichever language
 *
 * A new method is a row of each in method/rows.def, a file in lib/factor, and perhaps one in tools/mfad/ask (HACKING).
 * This has no include guard, and takes its definitions with it at the end. */

/* Of a WORD.  Shorter than any recovery code or pass, of which each may be letters alone. */
#ifndef MFA_WORD_MAX
#define MFA_WORD_MAX 8
#endif

#ifndef BUDGET
#define BUDGET(NAME, ...)
#endif
#ifndef METHOD
#define METHOD(NAME, ...)
#endif
#ifndef FACTOR
#define FACTOR(name, METHOD, BUDGET)
#endif
#ifndef ASK
#define ASK(name, METHOD)
#endif
#ifndef WORD
#define WORD(METHOD, text)
#endif

#include "method/rows.def"

#undef BUDGET
#undef METHOD
#undef FACTOR
#undef ASK
#undef WORD
