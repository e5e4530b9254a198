/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/directory.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "mfad/base/subject.h"

#define LOOK_MS 250

/* Look-ups under way that are not on root's word: of whom. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t left;
	uid_t uids[DIRECTORY_OTHERS + DIRECTORY_CALLERS];
	unsigned count;
} others = { .lock = PTHREAD_MUTEX_INITIALIZER };
static pthread_once_t others_once = PTHREAD_ONCE_INIT;

static void make_others(void)
{
	pthread_condattr_t clock;

	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&others.left, &clock);
	(void)pthread_condattr_destroy(&clock);
}

/* Callers speak for many people: one name that hangs must not keep out those whose names do not. */
static bool is_free(const struct mfa_conf *conf, uid_t uid)
{
	bool is_caller = mfa_conf_has_caller(conf, uid);
	unsigned i, same = 0, alike = 0;

	for (i = 0; i < others.count; i++) {
		same += others.uids[i] == uid;
		alike += mfa_conf_has_caller(conf, others.uids[i]) == is_caller;
	}
	if (others.count == DIRECTORY_OTHERS + DIRECTORY_CALLERS)
		return false;
	return is_caller ? alike < DIRECTORY_CALLERS : same == 0 && alike < DIRECTORY_OTHERS;
}

/* Returns 0, or -ETIME: its turn did not come in time, and the client was told. */
static int enter(struct conversation *c)
{
	struct timespec until;
	int r = 0;

	(void)pthread_once(&others_once, make_others);
	(void)pthread_mutex_lock(&others.lock);
	while (!is_free(c->conf, c->peer.uid) && r == 0) {
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += LOOK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		(void)pthread_cond_timedwait(&others.left, &others.lock, &until);
		if (working_given_up(&c->working))
			r = -ETIME;
	}
	if (r == 0)
		others.uids[others.count++] = c->peer.uid;
	(void)pthread_mutex_unlock(&others.lock);
	return r;
}

static void leave(const struct conversation *c)
{
	unsigned i;

	(void)pthread_mutex_lock(&others.lock);
	for (i = 0; others.uids[i] != c->peer.uid; i++)
		;
	others.uids[i] = others.uids[--others.count];
	(void)pthread_cond_broadcast(&others.left);
	(void)pthread_mutex_unlock(&others.lock);
}

/* Returns 0, or -ETIME: there is nothing to look up any more. */
static int begin(struct conversation *c, const char *what, const char *name)
{
	const char *too_slow = conversation_words(c, failure_of(-ETIME).text);
	int r = 0;

	if (c->peer.kind != PEER_ROOT) {
		working_look_up(&c->working, c->conf->directory_timeout, "waits_for", name, too_slow);
		r = enter(c);
	}
	if (r == 0)
		working_look_up(&c->working, c->conf->directory_timeout, what, name, too_slow);
	return r;
}

/* What came too late is not used: whoever asked was refused. */
static int end(struct conversation *c, int r)
{
	int late = working_looked_up(&c->working);

	if (c->peer.kind != PEER_ROOT)
		leave(c);
	return late != 0 ? late : r;
}

int directory_identity(struct conversation *c, const char *name, struct mfa_identity *out)
{
	if (begin(c, "user", name) != 0)
		return -ETIME;
	return end(c, mfa_identity_of_name(name, out));
}

int directory_groups(struct conversation *c, const struct mfa_identity *identity, struct mfa_gids *out)
{
	int r;

	*out = (struct mfa_gids){ .rows = NULL };
	if (begin(c, "groups_of", identity->name) != 0)
		return -ETIME;
	r = end(c, mfa_identity_groups(identity, out));
	if (r != 0)
		mfa_gids_free(out);
	return r;
}

int directory_group(struct conversation *c, const char *group, uint32_t *gid)
{
	if (begin(c, "group", group) != 0)
		return -ETIME;
	return end(c, mfa_group_find(group, gid));
}
