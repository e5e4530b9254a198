#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pamstack/rule.h"

#define DEPTH_MAX 16
#define LINE_MAX_SIZE 2048

struct parser {
	mfa_pam_read_fn *read;
	void *ctx;
	char *error;
	unsigned depth;
};

static int fail(struct parser *p, int r, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(struct parser *p, int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(p->error, MFA_PAM_ERROR_SIZE, format, args);
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

static void set_all(int actions[OUTCOME_COUNT], int action)
{
	size_t i;

	for (i = 0; i < OUTCOME_COUNT; i++)
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
		if (is(word, names[i].name)) {
			*out = names[i].action;
			return true;
		}
	}
	for (i = 0; i < word->len && isdigit((unsigned char)word->start[i]) && number < RULES_MAX; i++)
		number = number * 10 + (word->start[i] - '0');
	*out = number;
	return i == word->len && i > 0;
}

/* One value=action of a bracketed control. */
static bool take_pair(const struct word *value, int action, int actions[OUTCOME_COUNT], bool given[OUTCOME_COUNT])
{
	static const struct { const char *name; enum outcome outcome; } values[] = {
		{ "success", OUTCOME_SUCCESS }, { "auth_err", OUTCOME_REFUSED },
		{ "user_unknown", OUTCOME_UNKNOWN }, { "authinfo_unavail", OUTCOME_UNAVAILABLE },
		{ "ignore", OUTCOME_IGNORE },
	};
	size_t i;

	if (is(value, "default")) {
		for (i = 0; i < OUTCOME_COUNT; i++)
			if (!given[i])
				actions[i] = action;
		return true;
	}
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (is(value, values[i].name)) {
			actions[values[i].outcome] = action;
			given[values[i].outcome] = true;
		}
	}
	return true;	/* the other values are answers that no module here gives */
}

static bool take_brackets(const struct word *control, int actions[OUTCOME_COUNT])
{
	const char *p = control->start + 1, *end = control->start + control->len - 1;
	bool given[OUTCOME_COUNT] = { false };

	/* What is not named is bad. */
	set_all(actions, ACTION_BAD);
	while (p < end) {
		struct word value = { p, 0 }, action;
		const char *equals;
		int what;

		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		equals = memchr(p, '=', (size_t)(end - p));
		if (equals == NULL)
			return false;
		value.len = (size_t)(equals - p);
		action.start = equals + 1;
		for (p = action.start; p < end && !isspace((unsigned char)*p); p++)
			;
		action.len = (size_t)(p - action.start);
		if (!action_of(&action, &what) || !take_pair(&value, what, actions, given))
			return false;
	}
	return true;
}

static bool take_control(const struct word *control, int actions[OUTCOME_COUNT])
{
	static const struct { const char *name; int success, ignore, otherwise; } words[] = {
		{ "required", ACTION_OK, ACTION_IGNORE, ACTION_BAD },
		{ "requisite", ACTION_OK, ACTION_IGNORE, ACTION_DIE },
		{ "sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE },
		{ "optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE },
	};
	size_t i;

	if (control->start[0] == '[')
		return control->len >= 2 && control->start[control->len - 1] == ']' &&
		       take_brackets(control, actions);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!is(control, words[i].name))
			continue;
		set_all(actions, words[i].otherwise);
		actions[OUTCOME_SUCCESS] = words[i].success;
		actions[OUTCOME_IGNORE] = words[i].ignore;
		return true;
	}
	return false;
}

static int parse_service(struct parser *p, const char *name, struct mfa_pam_stack *into);

static int add_rule(struct parser *p, struct mfa_pam_stack *into, const struct rule *rule)
{
	if (into->count == RULES_MAX)
		return fail(p, -E2BIG, "%s:%u: more than %d rules", rule->where.file, rule->where.line,
			    RULES_MAX);
	into->rules[into->count++] = *rule;
	return 0;
}

static int take_substack(struct parser *p, struct rule *rule, const char *name,
			 struct mfa_pam_stack *into)
{
	int r;

	set_all(rule->actions, ACTION_BAD);
	rule->actions[OUTCOME_SUCCESS] = ACTION_OK;
	rule->actions[OUTCOME_IGNORE] = ACTION_IGNORE;
	rule->substack = calloc(1, sizeof(*rule->substack));
	if (rule->substack == NULL)
		return fail(p, -ENOMEM, "out of memory");
	r = parse_service(p, name, rule->substack);
	if (r == 0)
		r = add_rule(p, into, rule);
	if (r != 0)
		mfa_pam_stack_free(&rule->substack);
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

static int take_rule(struct parser *p, const char *file, unsigned line, const char *text,
		     struct mfa_pam_stack *into)
{
	struct rule rule = { .where = { .line = line } };
	struct word type, control, module, arg;
	char included[64];

	(void)snprintf(rule.where.file, sizeof(rule.where.file), "%s", file);
	if (!next_word(&text, &type))
		return 0;
	if (is(&type, "@include"))
		return next_word(&text, &module) && copy_word(&module, included, sizeof(included))
			? parse_service(p, included, into)
			: fail(p, -EINVAL, "%s:%u: @include of what?", file, line);
	if (!is(&type, "auth") && !is(&type, "-auth"))
		return 0;
	if (!next_word(&text, &control) || !next_word(&text, &module))
		return fail(p, -EINVAL, "%s:%u: the rule is not complete", file, line);
	if (is(&control, "include") || is(&control, "substack")) {
		if (!copy_word(&module, included, sizeof(included)))
			return fail(p, -EINVAL, "%s:%u: the name is too long", file, line);
		return is(&control, "include") ? parse_service(p, included, into)
					       : take_substack(p, &rule, included, into);
	}
	if (!take_control(&control, rule.actions))
		return fail(p, -EINVAL, "%s:%u: no such control: %.*s", file, line,
			    (int)(control.len < 80 ? control.len : 80), control.start);
	base_name(&module, rule.where.module, sizeof(rule.where.module));
	while (next_word(&text, &arg))
		rule.after_publickey |= is(&arg, "after=publickey");
	return add_rule(p, into, &rule);
}

/* Joins lines that end in a backslash, and cuts comments off. */
static int parse_text(struct parser *p, const char *file, const char *text, size_t len,
		      struct mfa_pam_stack *into)
{
	char line[LINE_MAX_SIZE];
	const char *at = text, *end = text + len, *newline;
	unsigned number = 0, first = 1;
	size_t used = 0, n;
	int r = 0;

	while (r == 0 && at < end) {
		newline = memchr(at, '\n', (size_t)(end - at));
		n = (size_t)((newline != NULL ? newline : end) - at);
		number++;
		if (used + n + 2 > sizeof(line) || memchr(at, '\0', n) != NULL)
			return fail(p, -EINVAL, "%s:%u: the line can't be read", file, number);
		if (used == 0)
			first = number;
		memcpy(line + used, at, n);
		used += n;
		at = newline != NULL ? newline + 1 : end;
		if (used > 0 && line[used - 1] == '\\' && at < end) {
			line[used - 1] = ' ';
			continue;
		}
		line[used] = '\0';
		line[strcspn(line, "#\r")] = '\0';
		r = take_rule(p, file, first, line, into);
		used = 0;
	}
	return r;
}

static int parse_service(struct parser *p, const char *name, struct mfa_pam_stack *into)
{
	char *text = NULL;
	size_t len = 0;
	int r;

	if (p->depth == DEPTH_MAX)
		return fail(p, -ELOOP, "%s: files include each other too deeply", name);
	r = p->read(p->ctx, name, &text, &len);
	if (r != 0)
		return fail(p, r, "%s: %s", name, strerrordesc_np(-r));
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
		return fail(&p, -ENOMEM, "out of memory");
	r = parse_service(&p, service, *out);
	if (r != 0)
		mfa_pam_stack_free(out);
	return r;
}

void mfa_pam_stack_free(struct mfa_pam_stack **stack)
{
	size_t i;

	if (*stack == NULL)
		return;
	for (i = 0; i < (*stack)->count; i++)
		mfa_pam_stack_free(&(*stack)->rules[i].substack);
	free(*stack);
	*stack = NULL;
}
