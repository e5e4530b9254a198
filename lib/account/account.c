/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/account.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "address/email.h"
#include "address/number.h"
#include "text/text.h"

bool mfa_account_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= MFA_ACCOUNT_NAME_MAX && name[0] != '-' &&
	       strpbrk(name, "/ ") == NULL && mfa_text_printable(name);
}

bool mfa_label_valid(const char *label)
{
	size_t len = strlen(label);

	return len >= 1 && len <= MFA_LABEL_MAX && mfa_text_printable(label);
}

int mfa_account_new(const char *name, struct mfa_account **out)
{
	*out = NULL;
	if (!mfa_account_name_valid(name))
		return -EINVAL;
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	memcpy((*out)->name, name, strlen(name) + 1);
	return 0;
}

void mfa_device_release(struct mfa_device *device)
{
	if (device->phone != NULL)
		explicit_bzero(device->phone, sizeof(*device->phone));
	free(device->phone);
	device->phone = NULL;
	if (device->address != NULL)
		explicit_bzero(device->address, strlen(device->address));
	free(device->address);
	device->address = NULL;
}

void mfa_account_free(struct mfa_account **account)
{
	size_t i;

	if (*account == NULL)
		return;
	for (i = 0; i < (*account)->device_count; i++)
		mfa_device_release(&(*account)->devices[i]);
	if ((*account)->unknown != NULL)
		explicit_bzero((*account)->unknown, strlen((*account)->unknown));
	free((*account)->unknown);
	explicit_bzero(*account, sizeof(**account));
	free(*account);
	*account = NULL;
}

struct mfa_device *mfa_account_device(struct mfa_account *account, const char *label)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if (strcmp(account->devices[i].label, label) == 0)
			return &account->devices[i];
	return NULL;
}

struct mfa_device *mfa_account_device_by_id(struct mfa_account *account, uint64_t id)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if (account->devices[i].id == id)
			return &account->devices[i];
	return NULL;
}

/* A random one, within what JSON's integers can hold.  Returns 0 or -EIO. */
static int new_device_id(uint64_t *out)
{
	do {
		if (getrandom(out, sizeof(*out), 0) != (ssize_t)sizeof(*out))
			return -EIO;
		*out &= INT64_MAX;
	} while (*out == 0);
	return 0;
}

/* Whether it has an address that it can be reached at, where it is of a method that sends, and else none. */
static bool address_fits(const struct mfa_device *device)
{
	switch (mfa_method((enum mfa_method_id)device->type)->holds) {
	case MFA_HOLDS_EMAIL: return device->address != NULL && mfa_email_valid(device->address);
	case MFA_HOLDS_NUMBER: return device->address != NULL && mfa_number_valid(device->address);
	default: return device->address == NULL;
	}
}

/* Copies what a device owns.  Returns whether memory sufficed. */
static bool copy_owned(const struct mfa_device *device, struct mfa_device *to)
{
	to->phone = device->phone != NULL ? malloc(sizeof(*to->phone)) : NULL;
	to->address = device->address != NULL ? strdup(device->address) : NULL;
	if (to->phone != NULL)
		*to->phone = *device->phone;
	return (to->phone != NULL) == (device->phone != NULL) && (to->address != NULL) == (device->address != NULL);
}

int mfa_account_add_device(struct mfa_account *account, const struct mfa_device *device)
{
	struct mfa_device *to = &account->devices[account->device_count];
	uint64_t id = device->id;

	if (account->device_count >= MFA_DEVICES_MAX)
		return -ENOSPC;
	if (mfa_account_device(account, device->label) != NULL ||
	    (id != 0 && mfa_account_device_by_id(account, id) != NULL))
		return -EEXIST;
	if (!address_fits(device))
		return -EINVAL;
	if (id == 0 && new_device_id(&id) != 0)
		return -EIO;
	*to = *device;
	to->id = id;
	if (!copy_owned(device, to)) {
		mfa_device_release(to);
		explicit_bzero(to, sizeof(*to));
		return -ENOMEM;
	}
	account->device_count++;
	return 0;
}

bool mfa_account_has_pass(const struct mfa_account *account, int64_t now)
{
	return account->pass.uses > 0 && now < account->pass.until;
}

enum mfa_method_kind mfa_device_kind(const struct mfa_device *device)
{
	return (enum mfa_method_kind)(1U << device->type);
}

unsigned mfa_account_methods(const struct mfa_account *account)
{
	unsigned methods = 0;
	size_t i;

	for (i = 0; i < account->device_count; i++)
		methods |= mfa_device_kind(&account->devices[i]);
	return methods;
}

bool mfa_account_is_enough(const struct mfa_account *account, unsigned alone, const char *without)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if ((without == NULL || strcmp(account->devices[i].label, without) != 0) &&
		    (alone & (unsigned)mfa_device_kind(&account->devices[i])) != 0)
			return true;
	return false;
}

const char *mfa_device_type_word(enum mfa_device_type type)
{
	return mfa_method((enum mfa_method_id)type)->word;
}

int mfa_device_type_of_word(const char *word, enum mfa_device_type *out)
{
	enum mfa_method_id id;

	if (mfa_method_by_word(word, &id) != 0 || mfa_method(id)->holds == MFA_HOLDS_NOTHING)
		return -ENOENT;
	*out = (enum mfa_device_type)id;
	return 0;
}

void mfa_account_remove_device(struct mfa_account *account, struct mfa_device *device)
{
	size_t at = (size_t)(device - account->devices), i;

	for (i = 0; i < MFA_VOICE_COUNT; i++)
		if (account->sent[i].device == device->id)
			explicit_bzero(&account->sent[i], sizeof(account->sent[i]));
	mfa_device_release(device);
	account->device_count--;
	memmove(device, device + 1, (account->device_count - at) * sizeof(*device));
	explicit_bzero(&account->devices[account->device_count], sizeof(*device));
}

void mfa_account_drop_device(struct mfa_account *account, struct mfa_device *device)
{
	mfa_account_remove_device(account, device);
	if (account->device_count > 0)
		return;
	account->recovery_count = 0;
	memset(account->recovery, 0, sizeof(account->recovery));
	account->epoch++;
}

struct mfa_device *mfa_account_find_device(struct mfa_account *account, const char *which)
{
	struct mfa_device *device = mfa_account_device(account, which);
	unsigned long number;
	char *end;

	if (device != NULL || which[0] < '1' || which[0] > '9')
		return device;
	number = strtoul(which, &end, 10);
	return *end == '\0' && number <= account->device_count ? &account->devices[number - 1] : NULL;
}

static void copy_word(char *out, size_t size, const char *text)
{
	mfa_text_copy(out, size, text);
	for (; *out != '\0'; out++)
		if (*out == ' ')
			*out = '_';
}

static bool is_failure(const char *result)
{
	static const char *const words[] = { "wrong", "resync", "not-me" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], result) == 0)
			return true;
	return false;
}

static void take_failure(struct mfa_account *account, size_t at, struct mfa_failure *out)
{
	*out = account->failures[at];
	account->failure_count--;
	memmove(&account->failures[at], &account->failures[at + 1],
		(account->failure_count - at) * sizeof(*out));
	memset(&account->failures[account->failure_count], 0, sizeof(*out));
}

/* Adds what was at another place, at another time. */
static void add_up(struct mfa_failure *to, const struct mfa_failure *more)
{
	to->count = to->count > UINT32_MAX - more->count ? UINT32_MAX : to->count + more->count;
	if (more->first < to->first)
		to->first = more->first;
	if (more->last.time > to->last.time)
		to->last.time = more->last.time;
}

/* Who says so: before a service, and how many places these may have.  What is not marked is root's word. */
static const struct { const char *mark; size_t most; } kinds[] = {
	{ MFA_LOCAL, MFA_FAILURES_CLAIMED_MAX },
	{ MFA_CALLER, MFA_FAILURES_CLAIMED_MAX },
	{ "", MFA_FAILURES_MAX },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static size_t kind_of(const struct mfa_event *event)
{
	size_t i = 0;

	while (strncmp(event->service, kinds[i].mark, strlen(kinds[i].mark)) != 0)
		i++;
	return i;
}

bool mfa_event_is_claim(const struct mfa_event *event)
{
	return kinds[kind_of(event)].mark[0] != '\0';
}

static size_t count_kind(const struct mfa_account *account, size_t kind)
{
	size_t i, n = 0;

	for (i = 0; i < account->failure_count; i++)
		n += kind_of(&account->failures[i].last) == kind;
	return n;
}

static size_t find_oldest(const struct mfa_account *account, size_t kind)
{
	size_t i = 0;

	while (i < account->failure_count && kind_of(&account->failures[i].last) != kind)
		i++;
	return i;
}

/* The two oldest of a kind, of which there are as many, become one at no place in particular. */
static void merge_oldest(struct mfa_account *account, size_t kind)
{
	struct mfa_failure oldest, *next;

	take_failure(account, find_oldest(account, kind), &oldest);
	next = &account->failures[find_oldest(account, kind)];
	add_up(next, &oldest);
	(void)snprintf(next->last.service, sizeof(next->last.service), "%s" MFA_ELSEWHERE, kinds[kind].mark);
	(void)strcpy(next->last.rhost, MFA_ELSEWHERE);
}

/* What a user's own programs or callers claim, and they can claim anything, must not push out from where others
 * guess. */
static void make_room(struct mfa_account *account, size_t kind)
{
	size_t i = 0;

	if (count_kind(account, kind) >= kinds[kind].most) {
		merge_oldest(account, kind);
		return;
	}
	if (account->failure_count < MFA_FAILURES_MAX)
		return;
	/* Whoever has more than he may, from when that was not counted; the last kind has the most. */
	while (i + 1 < KIND_COUNT && count_kind(account, i) <= kinds[i].most)
		i++;
	merge_oldest(account, i);
}

static void add_failure(struct mfa_account *account, const struct mfa_event *event)
{
	struct mfa_failure failure = { .first = event->time, .count = 0 };
	size_t i;

	for (i = 0; i < account->failure_count; i++)
		if (strcmp(account->failures[i].last.service, event->service) == 0 &&
		    strcmp(account->failures[i].last.rhost, event->rhost) == 0)
			break;
	if (i < account->failure_count)
		take_failure(account, i, &failure);
	else
		make_room(account, kind_of(event));
	failure.last = *event;
	if (failure.count < UINT32_MAX)
		failure.count++;
	account->failures[account->failure_count++] = failure;
}

void mfa_account_add_event(struct mfa_account *account, int64_t time, const char *service,
			   const char *rhost, const char *method, const char *result)
{
	struct mfa_event event = { .time = time };

	copy_word(event.service, sizeof(event.service), service);
	copy_word(event.rhost, sizeof(event.rhost), rhost);
	copy_word(event.method, sizeof(event.method), method);
	copy_word(event.result, sizeof(event.result), result);
	if (is_failure(event.result)) {
		add_failure(account, &event);
		return;
	}
	if (account->event_count == MFA_EVENTS_MAX) {
		memmove(account->events, account->events + 1,
			(MFA_EVENTS_MAX - 1) * sizeof(event));
		account->event_count--;
	}
	account->events[account->event_count++] = event;
}
