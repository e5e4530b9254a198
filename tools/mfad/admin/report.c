/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures about all accounts, and who is not as the rules want.  Each record is unsealed, which costs more
 * than reading it: several threads do that. */
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/spelling.h"
#include "clock/clock.h"
#include "factor/factor.h"
#include "mfad/admin/handlers.h"
#include "mfad/base/metrics.h"
#include "mfad/base/subject.h"

#define THREADS_MAX 8
#define BATCH 256
#define PROGRESS_EACH 10000
#define UID_LEAST 1000		/* people, as useradd(8) has it */
#define UID_MOST 60000
#define RECOVERY_FEW 3

struct figures {
	int64_t accounts, enrolled, several, recovery_none, recovery_few, codes_only, passes, locked, unreadable, conflicts;
	int64_t methods[MFA_METHOD_COUNT];	/* accounts with a device of it, */
	int64_t only[MFA_METHOD_COUNT];		/* and with none of another */
};

/* Sealed records that wait for a thread. */
struct batch {
	size_t count;
	char keys[BATCH][MFA_STORE_KEY_MAX + 1];
	struct mfa_entry entries[BATCH];
};

struct report {
	struct conversation *c;
	int64_t now;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct batch *full, *filling;
	int64_t read;
	uint64_t total;			/* about */
	bool ended;
	int error;
	struct figures figures;
	struct batch batches[2];
};

/* A line about one account; with the lock held, for it goes out through the conversation. */
static void tell(struct report *re, const char *state, const char *name)
{
	json_t *json = json_pack("{s:s, s:s}", "state", state, "name", name);
	char *row = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;

	if (re->error == 0)
		re->error = row != NULL ? conversation_row(re->c, row) : -ENOMEM;
	json_decref(json);
	free(row);
}

/* Whom nothing but an administrator helps when app codes are refused. */
static bool has_codes_only(const struct mfa_account *a, int64_t now)
{
	return a->device_count > 0 && a->recovery_count == 0 && !mfa_account_has_pass(a, now) &&
	       (mfa_account_methods(a) & mfa_methods_lifting_total()) == 0;
}

static void count(struct figures *f, const struct mfa_account *a, int64_t now)
{
	unsigned methods = mfa_account_methods(a);
	size_t i;

	f->accounts++;
	f->enrolled += a->device_count > 0;
	f->several += a->device_count > 1;
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		f->methods[i] += (methods & 1U << i) != 0;
		f->only[i] += methods == 1U << i;
	}
	f->recovery_none += a->device_count > 0 && a->recovery_count == 0;
	f->recovery_few += a->recovery_count > 0 && a->recovery_count <= RECOVERY_FEW;
	f->codes_only += has_codes_only(a, now);
	f->passes += mfa_account_has_pass(a, now);
}

static void add(struct figures *to, const struct figures *more)
{
	const int64_t *from = (const int64_t *)more;
	int64_t *sum = (int64_t *)to;
	size_t i;

	for (i = 0; i < sizeof(*to) / sizeof(int64_t); i++)
		sum[i] += from[i];
}

static void take_one(struct report *re, struct figures *f, const char *key, const struct mfa_entry *entry)
{
	struct mfa_account *account = NULL;
	const char *states[2], *name = key + strlen(MFA_KEY_ACCOUNT);
	size_t i, n = 0;
	int64_t wait;

	if (mfa_accounts_open_entry(re->c->verifier->accounts, key, entry, &account) != 0) {
		f->accounts++;
		f->unreadable++;
		states[n++] = "unreadable";
	} else {
		count(f, account, re->now);
		if (mfa_factor_codes_blocked(account, MFA_VOICE_ROOT, re->now, &wait) != MFA_VERDICT_RIGHT) {
			f->locked++;
			states[n++] = "locked";
		}
		if (has_codes_only(account, re->now))
			states[n++] = "codes-only";
	}
	mfa_account_free(&account);
	if (n == 0)
		return;
	(void)pthread_mutex_lock(&re->lock);
	for (i = 0; i < n; i++)
		tell(re, states[i], name);
	(void)pthread_mutex_unlock(&re->lock);
}

static void *work(void *arg)
{
	struct report *re = arg;
	struct batch *batch = malloc(sizeof(*batch));
	struct figures f = { 0 };
	size_t i;

	(void)pthread_mutex_lock(&re->lock);
	while (batch != NULL) {
		while (re->full == NULL && !re->ended)
			(void)pthread_cond_wait(&re->wake, &re->lock);
		if (re->full == NULL)
			break;
		*batch = *re->full;
		re->full = NULL;
		(void)pthread_cond_broadcast(&re->wake);
		(void)pthread_mutex_unlock(&re->lock);
		for (i = 0; i < batch->count; i++) {
			take_one(re, &f, batch->keys[i], &batch->entries[i]);
			mfa_entry_release(&batch->entries[i]);
		}
		(void)pthread_mutex_lock(&re->lock);
	}
	if (batch == NULL)
		re->error = -ENOMEM;
	add(&re->figures, &f);
	(void)pthread_cond_broadcast(&re->wake);
	(void)pthread_mutex_unlock(&re->lock);
	free(batch);
	return NULL;
}

/* Hands what was gathered to a thread, when the one before it has been taken. */
static int hand_over(struct report *re)
{
	int r;

	(void)pthread_mutex_lock(&re->lock);
	while (re->full != NULL && re->error == 0)
		(void)pthread_cond_wait(&re->wake, &re->lock);
	r = re->error;
	if (r == 0) {
		re->full = re->filling;
		re->filling = re->filling == &re->batches[0] ? &re->batches[1] : &re->batches[0];
		re->filling->count = 0;
		(void)pthread_cond_broadcast(&re->wake);
	}
	(void)pthread_mutex_unlock(&re->lock);
	return r;
}

/* Now and then, so that a client that waits knows that it does not wait in vain. */
static int tell_progress(struct report *re)
{
	char row[96];
	int r;

	(void)snprintf(row, sizeof(row), "{\"progress\":%lld,\"of\":%llu}", (long long)re->read,
		       (unsigned long long)re->total);
	(void)pthread_mutex_lock(&re->lock);
	r = conversation_row(re->c, row);
	(void)pthread_mutex_unlock(&re->lock);
	return r;
}

static int gather(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct report *re = ctx;
	struct batch *b = re->filling;
	struct mfa_entry *copy = &b->entries[b->count];
	int r = 0;

	if (re->read++ % PROGRESS_EACH == 0)
		r = tell_progress(re);
	if (r != 0)
		return r;
	*copy = *entry;
	copy->value = malloc(entry->len + 1);
	if (copy->value == NULL)
		return -ENOMEM;
	memcpy(copy->value, entry->value, entry->len);
	(void)strcpy(b->keys[b->count++], key);
	return b->count == BATCH ? hand_over(re) : 0;
}

static int read_all(struct report *re)
{
	struct mfa_store *store = mfa_accounts_store(re->c->verifier->accounts);
	pthread_t threads[THREADS_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t i, n = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores, started = 0;
	int r = 0;

	for (i = 0; i < n; i++)
		if (pthread_create(&threads[started], NULL, work, re) == 0)
			started++;
	if (started == 0)
		return -EAGAIN;
	r = mfa_store_count(store, MFA_KEY_ACCOUNT, &re->total);
	if (r == 0)
		r = mfa_store_list(store, MFA_KEY_ACCOUNT, gather, re);
	if (r == 0 && re->filling->count > 0)
		r = hand_over(re);
	(void)pthread_mutex_lock(&re->lock);
	while (r == 0 && re->full != NULL && re->error == 0)
		(void)pthread_cond_wait(&re->wake, &re->lock);
	re->ended = true;
	(void)pthread_cond_broadcast(&re->wake);
	(void)pthread_mutex_unlock(&re->lock);
	for (i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	for (i = 0; i < re->filling->count; i++)
		mfa_entry_release(&re->filling->entries[i]);
	return r != 0 ? r : re->error;
}

static bool is_person(const struct passwd *pw)
{
	const char *shell = strrchr(pw->pw_shell, '/');

	return pw->pw_uid >= UID_LEAST && pw->pw_uid <= UID_MOST && mfa_account_name_valid(pw->pw_name) &&
	       (shell == NULL || (strcmp(shell, "/nologin") != 0 && strcmp(shell, "/false") != 0));
}

/* People of this system without a device; as far as it lets them be listed. */
static int64_t tell_unenrolled(struct report *re)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;	/* getpwent has but one place */
	const struct passwd *pw;
	int64_t n = 0;

	(void)pthread_mutex_lock(&one);
	setpwent();
	while (re->error == 0 && (pw = getpwent()) != NULL) {
		struct mfa_record record;

		if (!is_person(pw))
			continue;
		if (mfa_accounts_load(re->c->verifier->accounts, pw->pw_name, &record) == 0 &&
		    record.account->device_count > 0) {
			mfa_record_release(&record);
			continue;
		}
		mfa_record_release(&record);
		tell(re, "not-enrolled", pw->pw_name);
		n++;
	}
	endpwent();
	(void)pthread_mutex_unlock(&one);
	return n;
}

static int tell_conflict(void *ctx, const char *name, const char *folded, unsigned others)
{
	struct report *re = ctx;

	(void)folded;
	if (others > 0) {
		tell(re, "conflict", name);
		re->figures.conflicts++;
	}
	return re->error;
}

static int tell_figures(struct report *re, int64_t unenrolled)
{
	const struct figures *f = &re->figures;
	json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"accounts", (json_int_t)f->accounts, "enrolled", (json_int_t)f->enrolled,
		"several_devices", (json_int_t)f->several,
		"no_recovery_codes", (json_int_t)f->recovery_none,
		"few_recovery_codes", (json_int_t)f->recovery_few,
		"only_codes", (json_int_t)f->codes_only, "passes", (json_int_t)f->passes,
		"locked", (json_int_t)f->locked, "unreadable", (json_int_t)f->unreadable,
		"conflicts", (json_int_t)f->conflicts,
		"not_enrolled", (json_int_t)unenrolled);
	char *row, key[32];
	size_t i;
	int r;

	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);

		if (method->holds == MFA_HOLDS_NOTHING)
			continue;
		(void)json_object_set_new(json, method->word, json_integer(f->methods[i]));
		(void)snprintf(key, sizeof(key), MFA_ONLY "%s", method->word);
		if (method->counted_only != NULL)
			(void)json_object_set_new(json, key, json_integer(f->only[i]));
	}
	row = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	r = row != NULL ? conversation_row(re->c, row) : -ENOMEM;
	json_decref(json);
	free(row);
	return r;
}

void request_report(struct conversation *c)
{
	struct report *re = calloc(1, sizeof(*re));
	struct failure failure;
	int64_t unenrolled;
	int r = -ENOMEM;

	if (re != NULL) {
		re->c = c;
		re->now = mfa_clock_now();
		re->filling = &re->batches[0];
		(void)pthread_mutex_init(&re->lock, NULL);
		(void)pthread_cond_init(&re->wake, NULL);
		r = read_all(re);
		if (r == 0)
			r = mfa_spelling_list(mfa_accounts_store(c->verifier->accounts), tell_conflict, re);
		unenrolled = r == 0 ? tell_unenrolled(re) : 0;
		if (r == 0)
			r = re->error != 0 ? re->error : tell_figures(re, unenrolled);
	}
	free(re);
	failure = failure_to(c, r);
	conversation_done(c, r == 0 ? MFA_RESULT_OK : failure.result, r == 0 ? NULL : failure.text);
}

/* In pieces that fit into frames, at ends of lines. */
void request_metrics(struct conversation *c)
{
	char *text = metrics_format(), *line, *rest = NULL;
	int r = text != NULL ? 0 : -1;

	for (line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; r == 0 && line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		r = conversation_row(c, line);
	conversation_done(c, r == 0 ? MFA_RESULT_OK : MFA_RESULT_FAILED, NULL);
	free(text);
}
