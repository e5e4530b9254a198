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
/* The rules whose section is being read. */
struct mfa_policy *conf_policy(struct loader *l);

#endif
