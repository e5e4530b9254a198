/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway for text messages is sent: texts of [sms], with {names} that are filled in, as each must be escaped
 * where it goes.  It is what is filled in that is escaped, and never the text around it. */
#ifndef MFA_TEMPLATE_H
#define MFA_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

struct mfa_template_values {
	const char *number;	/* "+31612345678", which {digits} has without its plus */
	const char *text;
	const char *from;
	const char *account;
	const char *key;	/* {basic} is account:key in base 64 (RFC 7617) */
};

enum mfa_template_place {
	MFA_TEMPLATE_URL,	/* RFC 3986 */
	MFA_TEMPLATE_FORM,	/* application/x-www-form-urlencoded */
	MFA_TEMPLATE_JSON,	/* within the quotes of a string (RFC 8259), in ASCII */
	MFA_TEMPLATE_HEADER,	/* nothing can be escaped there: no text and no number */
	MFA_TEMPLATE_PLACE_COUNT
};

/* Fills a template into size bytes.  Returns 0; -ENODATA: a value that it names is NULL or empty; -EINVAL: a value has
 * a control character, or one that is no UTF-8, or may not go there; -EMSGSIZE; out is then empty.  Wipe out. */
int mfa_template_fill(const char *template, enum mfa_template_place place, const struct mfa_template_values *values,
		      char *out, size_t size);
/* Whether a template names this, as "{text}". */
bool mfa_template_names(const char *template, const char *name);

#endif
