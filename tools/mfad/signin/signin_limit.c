/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/signin/signin_limit.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "table/table.h"
#include "text/text.h"

#define ROW_COUNT 256

static struct {
	pthread_mutex_t lock;
	struct signin_limit_place *rows[ROW_COUNT];
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Names that share a row only make it longer. */
static struct signin_limit_place **row_of(const char *name)
{
	return &all.rows[mfa_text_hash(name) % ROW_COUNT];
}

/* Its thread sees the end of the stream, and leaves. */
static void send_away(struct signin_limit_place *place)
{
	if (place->fd >= 0)
		(void)shutdown(place->fd, SHUT_RDWR);
	place->fd = -1;
}

void signin_limit_enter(struct signin_limit_place *place, enum mfa_voice voice, const char *name, int fd)
{
	static const unsigned limits[] = {
		[MFA_VOICE_ROOT] = SIGNIN_LIMIT, [MFA_VOICE_OWN] = 0, [MFA_VOICE_CALLER] = SIGNIN_LIMIT_CALLER,
	};
	MFA_TABLE_FITS(limits, MFA_VOICE_COUNT);
	struct signin_limit_place **at, *before = NULL, *oldest = NULL;
	unsigned count = 0;

	*place = (struct signin_limit_place){ .fd = fd, .voice = voice };
	if (limits[voice] == 0 || name[0] == '\0')
		return;
	memcpy(place->name, name, strnlen(name, sizeof(place->name) - 1));
	(void)pthread_mutex_lock(&all.lock);
	for (at = row_of(name); *at != NULL; at = &before->next) {
		before = *at;
		/* Whoever was sent away may take a moment to go. */
		if (before->fd < 0 || before->voice != voice || strcmp(before->name, place->name) != 0)
			continue;
		count++;
		if (oldest == NULL)
			oldest = before;
	}
	if (oldest != NULL && count >= limits[voice])
		send_away(oldest);
	place->prev = before;
	*at = place;
	(void)pthread_mutex_unlock(&all.lock);
}

void signin_limit_leave(struct signin_limit_place *place)
{
	if (place->name[0] == '\0')
		return;
	(void)pthread_mutex_lock(&all.lock);
	if (place->prev != NULL)
		place->prev->next = place->next;
	else
		*row_of(place->name) = place->next;
	if (place->next != NULL)
		place->next->prev = place->prev;
	(void)pthread_mutex_unlock(&all.lock);
}
