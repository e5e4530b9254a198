/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "language/language.h"
#include "pamstack/rule.h"

#define DEPTH_MAX 16
/* Linux-PAM before 1.6 reads the rest of a longer line as another rule. */
#define LINE_SIZE 1024
#define DEFAULT_SERVICE "other"

struct parser {
	mfa_pam_read_fn *read;
	void *ctx;
	char *error;
	unsigned depth;
	unsigned level;
};

static int parse_fail(struct parser *p, int r, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int parse_fail(struct parser *p, int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(p->error, MFA_PAM_ERROR_SIZE, _(format), args);
	va_end(args);
	return r;
}

struct word {
	const char *start;
	size_t len;
};

/* The next word; one in [brackets] may have spaces in it. */
static bool next_word(const char **at, struct word *out)
{
	const char *p = *at, *end;

	p += strspn(p, " \t");
	if (*p == '\0')
		return false;
	end = *p == '[' ? strchr(p, ']') : NULL;
	end = end != NULL ? end + 1 : p + strcspn(p, " \t");
	*out = (struct word){ p, (size_t)(end - p) };
	*at = end;
	return true;
}

static bool is(const struct word *word, const char *text)
{
	return word->len == strlen(text) && strncasecmp(word->start, text, word->len) == 0;
}

/* Within [brackets] and in options, case matters. */
static bool is_exactly(const struct word *word, const char *text)
{
	return word->len == strlen(text) && memcmp(word->start, text, word->len) == 0;
}

/* The first default stands: it is for what has not been named before it. */
static void set_default(int actions[CODE_COUNT], int action)
{
	size_t i;

	for (i = 0; i < CODE_COUNT; i++)
		if (actions[i] == ACTION_UNDEFINED)
			actions[i] = action;
}

static bool action_of(const struct word *word, int *out)
{
	static const struct { const char *name; int action; } names[] = {
		{ "ignore", ACTION_IGNORE }, { "ok", ACTION_OK }, { "done", ACTION_DONE },
		{ "bad", ACTION_BAD }, { "die", ACTION_DIE }, { "reset", ACTION_RESET },
	};
	size_t i;
	int number = 0;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (is_exactly(word, names[i].name)) {
			*out = names[i].action;
			return true;
		}
	}
	for (i = 0; i < word->len && isdigit((unsigned char)word->start[i]) && number < RULES_MAX; i++)
		number = number * 10 + (word->start[i] - '0');
	*out = number;
	return i == word->len && number > 0;
}

/* One value=action of a bracketed control. */
static bool take_pair(const struct word *value, int action, int actions[CODE_COUNT])
{
	static const char *const codes[CODE_COUNT] = {
		"success", "open_err", "symbol_err", "service_err", "system_err", "buf_err",
		"perm_denied", "auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown",
		"maxtries", "new_authtok_reqd", "acct_expired", "session_err", "cred_unavail",
		"cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err",
		"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging", "try_again",
		"ignore", "abort", "authtok_expired", "module_unknown", "bad_item", "conv_again",
		"incomplete",
	};
	size_t i;

	if (is_exactly(value, "default")) {
		set_default(actions, action);
		return true;
	}
	for (i = 0; i < CODE_COUNT; i++) {
		if (is_exactly(value, codes[i])) {
			actions[i] = action;
			return true;
		}
	}
	return false;
}

/* Up to a blank, or to stop. */
static struct word take_token(const char **at, const char *end, char stop)
{
	struct word token;

	while (*at < end && isspace((unsigned char)**at))
		(*at)++;
	token.start = *at;
	while (*at < end && !isspace((unsigned char)**at) && **at != stop)
		(*at)++;
	token.len = (size_t)(*at - token.start);
	return token;
}

static bool take_brackets(const struct word *control, int actions[CODE_COUNT])
{
	const char *p = control->start + 1, *end = control->start + control->len - 1;

	for (;;) {
		struct word value = take_token(&p, end, '='), action;
		int what;

		if (value.len == 0 && p == end)
			return true;
		while (p < end && isspace((unsigned char)*p))
			p++;
		if (p == end || *p++ != '=')
			return false;
		action = take_token(&p, end, ' ');
		if (!action_of(&action, &what) || !take_pair(&value, what, actions))
			return false;
	}
}

static bool take_control(const struct word *control, int actions[CODE_COUNT])
{
	static const struct { const char *name; int success, ignore, otherwise; } words[] = {
		{ "required", ACTION_OK, ACTION_IGNORE, ACTION_BAD },
		{ "requisite", ACTION_OK, ACTION_IGNORE, ACTION_DIE },
		{ "sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE },
		{ "optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE },
	};
	bool taken = false;
	size_t i;

	for (i = 0; i < CODE_COUNT; i++)
		actions[i] = ACTION_UNDEFINED;
	if (control->start[0] == '[') {
		taken = control->len >= 2 && control->start[control->len - 1] == ']' &&
			take_brackets(control, actions);
		set_default(actions, ACTION_BAD);
		return taken;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]) && !taken; i++) {
		taken = is(control, words[i].name);
		if (!taken)
			continue;
		actions[CODE_SUCCESS] = actions[CODE_NEW_AUTHTOK_REQD] = words[i].success;
		actions[CODE_IGNORE] = words[i].ignore;
		set_default(actions, words[i].otherwise);
	}
	return taken;
}

static int parse_service(struct parser *p, const char *name, struct mfa_pam_stack *into);

static int add_rule(struct parser *p, struct mfa_pam_stack *into, const struct rule *rule)
{
	if (into->count == RULES_MAX)
		return parse_fail(p, -E2BIG, "%s:%u: more than %d rules", rule->where.file, rule->where.line,
			    RULES_MAX);
	into->rules[into->count++] = *rule;
	return 0;
}

static int take_substack(struct parser *p, struct rule *rule, const char *name,
			 struct mfa_pam_stack *into)
{
	int r;

	if (p->level == LEVELS_MAX - 1)
		return parse_fail(p, -ELOOP, "%s:%u: more than %d substacks in each other",
			    rule->where.file, rule->where.line, LEVELS_MAX - 1);
	rule->substack = true;
	r = add_rule(p, into, rule);
	p->level++;
	if (r == 0)
		r = parse_service(p, name, into);
	p->level--;
	return r;
}

static bool copy_word(const struct word *word, char *out, size_t size)
{
	if (word->len >= size)
		return false;
	memcpy(out, word->start, word->len);
	out[word->len] = '\0';
	return true;
}

static void base_name(const struct word *path, char *out, size_t size)
{
	struct word name = *path;
	const char *slash = memrchr(path->start, '/', path->len);

	if (slash != NULL) {
		name.len -= (size_t)(slash + 1 - name.start);
		name.start = slash + 1;
	}
	if (!copy_word(&name, out, size))
		(void)snprintf(out, size, "?");
}

static bool is_auth(const struct word *type)
{
	return is(type, "auth") || is(type, "-auth");
}

/* Linux-PAM takes anything else for an auth rule that fails, and acts on its control. */
static bool is_other_type(const struct word *type)
{
	static const char *const types[] = {
		"account", "-account", "session", "-session", "password", "-password",
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is(type, types[i]))
			return true;
	return false;
}

/* What pam_mfa would make of its own. */
static void take_options(const char *text, struct rule *rule)
{
	struct mfa_module_options options;
	struct mfa_option_fault fault;
	char option[sizeof(rule->option)];
	struct word arg;

	mfa_module_defaults(&options);
	while (next_word(&text, &arg)) {
		(void)snprintf(option, sizeof(option), "%.*s", (int)(arg.len < sizeof(option) ? arg.len : sizeof(option)), arg.start);
		if (mfa_module_option(option, &options, &fault) == 0 || rule->option[0] != '\0')
			continue;
		memcpy(rule->option, option, sizeof(option));
		rule->fault = fault;
	}
	rule->after_publickey = options.after_publickey;
	rule->splits = options.forward_digits != 0;
}

static int take_rule(struct parser *p, const char *file, unsigned line, const char *text,
		     struct mfa_pam_stack *into)
{
	struct rule rule = { .where = { .line = line }, .level = p->level };
	struct word type, control, module;
	char included[64];

	(void)snprintf(rule.where.file, sizeof(rule.where.file), "%s", file);
	if (!next_word(&text, &type))
		return 0;
	if (is_exactly(&type, "@include"))
		return next_word(&text, &module) && copy_word(&module, included, sizeof(included))
			? parse_service(p, included, into)
			: parse_fail(p, -EINVAL, "%s:%u: @include of what?", file, line);
	if (!is_auth(&type))
		return is_other_type(&type) ? 0
			: parse_fail(p, -EINVAL, "%s:%u: no such type: %.*s", file, line,
			       (int)(type.len < 80 ? type.len : 80), type.start);
	if (!next_word(&text, &control) || !next_word(&text, &module))
		return parse_fail(p, -EINVAL, "%s:%u: the rule is not complete", file, line);
	if (is(&control, "include") || is(&control, "substack")) {
		if (!copy_word(&module, included, sizeof(included)))
			return parse_fail(p, -EINVAL, "%s:%u: the name is too long", file, line);
		return is(&control, "include") ? parse_service(p, included, into)
					       : take_substack(p, &rule, included, into);
	}
	if (!take_control(&control, rule.actions))
		return parse_fail(p, -EINVAL, "%s:%u: no such control: %.*s", file, line,
			    (int)(control.len < 80 ? control.len : 80), control.start);
	base_name(&module, rule.where.module, sizeof(rule.where.module));
	if (strcmp(rule.where.module, MFA_PAM_MODULE) == 0)
		take_options(text, &rule);
	return add_rule(p, into, &rule);
}

/* Takes what counts of a line: nothing of a comment.  Returns whether the rule goes on in the next
 * line: a backslash at the end, but not one before a comment; empty lines do not end a rule. */
static bool join(const char *from, size_t len, char *line, size_t *used)
{
	const char *comment;

	while (len > 0 && strchr(" \t\r", *from) != NULL && *from != '\0') {
		from++;
		len--;
	}
	if (len == 0 || *from == '#')
		return *used > 0;
	comment = memchr(from, '#', len);
	if (comment != NULL)
		len = (size_t)(comment - from);
	memcpy(line + *used, from, len);
	*used += len;
	line[*used] = '\0';
	if (comment != NULL)
		return false;
	while (*used > 0 && strchr(" \t\r", line[*used - 1]) != NULL)
		(*used)--;
	line[*used] = '\0';
	if (line[*used - 1] != '\\')
		return false;
	line[*used - 1] = ' ';
	return true;
}

static int parse_text(struct parser *p, const char *file, const char *text, size_t len,
		      struct mfa_pam_stack *into)
{
	char line[LINE_SIZE];
	const char *at = text, *end = text + len, *newline;
	unsigned number = 0, first = 1;
	size_t used = 0, n;
	int r = 0;

	while (r == 0 && at < end) {
		newline = memchr(at, '\n', (size_t)(end - at));
		n = (size_t)((newline != NULL ? newline : end) - at);
		number++;
		if (used + n + 2 > sizeof(line) || memchr(at, '\0', n) != NULL)
			return parse_fail(p, -EINVAL, "%s:%u: the line can't be read", file, number);
		if (used == 0)
			first = number;
		line[used] = '\0';
		if (!join(at, n, line, &used)) {
			r = take_rule(p, file, first, line, into);
			used = 0;
		}
		at = newline != NULL ? newline + 1 : end;
	}
	if (r == 0 && used > 0)
		return parse_fail(p, -EINVAL, "%s:%u: the file ends in the middle of a rule", file, first);
	return r;
}

static int parse_service(struct parser *p, const char *name, struct mfa_pam_stack *into)
{
	char *text = NULL;
	size_t len = 0;
	int r;

	if (p->depth == DEPTH_MAX)
		return parse_fail(p, -ELOOP, "%s: files include each other too deeply", name);
	r = p->read(p->ctx, name, &text, &len);
	if (r != 0)
		return parse_fail(p, r, "%s: %s", name, strerrordesc_np(-r));
	p->depth++;
	r = parse_text(p, name, text, len, into);
	p->depth--;
	free(text);
	return r;
}

int mfa_pam_stack_parse(const char *service, mfa_pam_read_fn *read, void *ctx,
			struct mfa_pam_stack **out, char error[MFA_PAM_ERROR_SIZE])
{
	struct parser p = { .read = read, .ctx = ctx, .error = error };
	int r;

	error[0] = '\0';
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return parse_fail(&p, -ENOMEM, "out of memory");
	r = parse_service(&p, service, *out);
	/* What Linux-PAM takes for a service that says nothing. */
	if (r == 0 && (*out)->count == 0)
		r = parse_service(&p, DEFAULT_SERVICE, *out);
	if (r != 0)
		mfa_pam_stack_free(out);
	return r;
}

void mfa_pam_stack_free(struct mfa_pam_stack **stack)
{
	free(*stack);
	*stack = NULL;
}
