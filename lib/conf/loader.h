/* SPDX-License-Identifier: BSD-2-Clause */
/* Within the configuration: what is being read, by a table of the sections that there are. */
#ifndef MFA_CONF_LOADER_H
#define MFA_CONF_LOADER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/* inih cuts longer lines in two without a word. */
#define LINE_SIZE 200

struct conf_section;

struct loader {
	struct mfa_conf *conf;
	const struct conf_section *sections;
	const char *name;
	const char *text;
	size_t len;
	size_t at;
	int line;
	char *error;
	char section[LINE_SIZE];	/* that is being read, as the file names it, */
	const struct conf_section *row;	/* and its row */
	const char **begun;		/* for each row the last section of its kind, or NULL */
	void *given;			/* the sections and keys that were there (tsearch(3)) */
	bool again;			/* this key stood in this section before: a list goes on */
	bool failed;
};

struct conf_key {
	const char *key;
	bool list;			/* may stand there again, and then adds to what was there */
	/* Returns 1, or 0 when it has complained. */
	int (*set)(struct loader *l, const char *key, const char *value);
};

/* A kind of section.  [name] may stop and go on further down; [name ARGUMENT], of one word or more,
 * is there once for each argument.  Where two names fit, the longer one is meant. */
struct conf_section {
	const char *name;
	bool argument;
	const char *after;		/* the [section] that this one builds on, and that may not come later; or NULL */
	/* Judges the argument, and makes room for what it brings (NULL: nothing to do).  Returns as set does. */
	int (*begin)(struct loader *l, const char *argument);
	const struct conf_key *keys;	/* up to one without a name; NULL: none */
	struct conf_key any;		/* for names that the administrator chooses, where its set is not NULL */
};

/* mfa_conf_parse, by the given sections: up to one without a name. */
int conf_parse(const char *name, const char *text, size_t len, const struct conf_section *sections,
	       struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE]);

/* The same of a file that is no whole configuration: what is not said is not missed. */
int conf_parse_part(const char *name, const char *text, size_t len, const struct conf_section *sections,
		    struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE]);

/* Complains of the line that is being read; the first complaint stands.  Returns 0, for inih. */
int conf_fail(struct loader *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes memory the configuration's.  Returns p, or NULL (complained of): out of memory, also
 * when p is NULL. */
void *conf_keep(struct loader *l, void *p);
/* A configuration that says nothing yet: each value is what it is unless said otherwise.  NULL: out of memory. */
struct mfa_conf *conf_new(void);
/* `methods` as they are where nothing is said.  Returns 1, or 0: complained of. */
int conf_set_default_methods(struct loader *l);
/* What must be there, there together, or is there unless it was said.  Returns 1, or 0: complained of. */
int conf_complete(struct loader *l);

#endif
