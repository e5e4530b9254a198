/* SPDX-License-Identifier: BSD-2-Clause */
/* Within the configuration: what a value may be.  Each setter returns 1, or 0 when it has complained. */
#ifndef MFA_CONF_VALUE_H
#define MFA_CONF_VALUE_H

#include "conf/loader.h"

/* A choice of words, up to one without a text. */
struct word {
	const char *text;
	int value;
};
int conf_choose(struct loader *l, const char *key, const char *value, const struct word *words, int *out);
int conf_choose_bool(struct loader *l, const char *key, const char *value, const struct word *words,
		     bool *out);
int conf_set_yes(struct loader *l, const char *key, const char *value, bool *out);
int conf_set_copy(struct loader *l, const char *value, const char **out);
/* An absolute path. */
int conf_set_path(struct loader *l, const char *key, const char *value, const char **out);
int conf_set_number(struct loader *l, const char *key, const char *value, unsigned min, unsigned max,
		    unsigned *out);

/* Lists (list.c), "a, b". */

/* Hands each word to add. */
int conf_each_word(struct loader *l, const char *key, const char *value,
		   int (*add)(struct loader *l, const char *key, const char *word, void *list),
		   void *list);
/* Room for one row more; the rows that are there are copied, for others may have them too.  NULL:
 * complained of. */
void *conf_grow(struct loader *l, const void *rows, size_t count, size_t size);
int conf_set_networks(struct loader *l, const char *key, const char *value, struct mfa_networks *list);
int conf_set_groups(struct loader *l, const char *key, const char *value, struct mfa_groups *list);
int conf_set_callers(struct loader *l, const char *key, const char *value, struct mfa_callers *list);

#endif
