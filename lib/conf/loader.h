/* SPDX-License-Identifier: BSD-2-Clause */
/* Within the configuration: what is being read, and the keys that there are. */
#ifndef MFA_CONF_LOADER_H
#define MFA_CONF_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

#define POLICY_SECTION "policy"
/* inih cuts longer lines in two without a word. */
#define LINE_SIZE 200

struct loader {
	struct mfa_conf *conf;
	const char *name;
	const char *text;
	size_t len;
	size_t at;
	int line;
	char *error;
	char section[LINE_SIZE];
	uint64_t given;			/* keys of this section, by their row */
	uint64_t given_global;
	bool again;			/* this key stood in this section before: a list goes on */
	bool failed;
};

struct conf_key {
	const char *section;
	const char *key;
	bool list;			/* may stand there again, and then adds to what was there */
	int (*set)(struct loader *l, const char *key, const char *value);
};
extern const struct conf_key conf_keys[];
extern const size_t conf_key_count;

/* Complains of the line that is being read; the first complaint stands.  Returns 0, for inih. */
int conf_fail(struct loader *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes memory the configuration's.  Returns p, or NULL (complained of): out of memory, also
 * when p is NULL. */
void *conf_keep(struct loader *l, void *p);
/* Setters that several keys share: each returns 1, or 0 when it has complained. */
int conf_set_copy(struct loader *l, const char *value, const char **out);
int conf_set_number(struct loader *l, const char *key, const char *value, unsigned min, unsigned max,
		    unsigned *out);
int conf_set_networks(struct loader *l, const char *key, const char *value, struct mfa_networks *list);
/* Room for one row more; the rows that are there are copied, for others may have them too.  NULL:
 * complained of. */
void *conf_grow(struct loader *l, const void *rows, size_t count, size_t size);
/* Hands each word of a list to add. */
int conf_each_word(struct loader *l, const char *key, const char *value,
		   int (*add)(struct loader *l, const char *key, const char *word, void *list),
		   void *list);

/* `methods` as they are where nothing is said. */
int conf_set_default_methods(struct loader *l);

/* [portal] (portal.c). */
int conf_set_portal_url(struct loader *l, const char *key, const char *value);
int conf_set_portal_listen(struct loader *l, const char *key, const char *value);
int conf_set_portal_certificate(struct loader *l, const char *key, const char *value);
int conf_set_portal_key(struct loader *l, const char *key, const char *value);
int conf_set_portal_contact(struct loader *l, const char *key, const char *value);
int conf_set_push_networks(struct loader *l, const char *key, const char *value);
/* What must be there together, and what is there unless it was said. */
int conf_complete_portal(struct loader *l);
/* The rules whose section is being read. */
struct mfa_policy *conf_policy(struct loader *l);

#endif
