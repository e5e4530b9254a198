/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/sent_delay.h"

#include <openssl/rand.h>
#include <pthread.h>

#define KEPT 32			/* of each method */
#define MADE_UP_MS 1500		/* at most */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	struct { int64_t ms; enum sender_state state; } last[KEPT];
	unsigned count, next;
} methods[MFA_METHOD_COUNT];

void sent_delay_note(enum mfa_method_id method, int64_t ms, enum sender_state state)
{
	if (state == SENDER_FAILED)
		return;
	(void)pthread_mutex_lock(&lock);
	methods[method].last[methods[method].next].ms = ms;
	methods[method].last[methods[method].next].state = state;
	methods[method].next = (methods[method].next + 1) % KEPT;
	if (methods[method].count < KEPT)
		methods[method].count++;
	(void)pthread_mutex_unlock(&lock);
}

int64_t sent_delay_draw(enum mfa_method_id method, enum sender_state *state)
{
	uint16_t random = 0;
	unsigned count;
	int64_t ms;

	(void)RAND_bytes((uint8_t *)&random, sizeof(random));
	(void)pthread_mutex_lock(&lock);
	count = methods[method].count;
	ms = count > 0 ? methods[method].last[random % count].ms : random % MADE_UP_MS;
	*state = count > 0 ? methods[method].last[random % count].state : SENDER_SENT;
	(void)pthread_mutex_unlock(&lock);
	return ms;
}
