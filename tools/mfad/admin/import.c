/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts from elsewhere: a batch a frame, checked by the same eyes in both passes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/identity.h"
#include "account/uid_index.h"
#include "clock/clock.h"
#include "factor/factor.h"
#include "factor/sent.h"
#include "import/import.h"
#include "language/language.h"
#include "log/log.h"
#include "mfad/admin/handlers.h"
#include "mfad/base/directory.h"
#include "mfad/base/subject.h"
#include "mfad/devices/listing.h"
#include "otp/otpauth.h"

struct import {
	struct conversation *c;
	bool write;
	bool replace;
	bool add;
	struct mfa_frame frame;		/* what is being taken; rows go out through c->frame */
	size_t count;
	struct mfa_record *records;	/* to be saved */
	int *results;
	int64_t imported, unchanged;
};

static int refuse(struct import *im, const char *name, const char *result, const char *why)
{
	char *row = row_import(name, result, conversation_words(im->c, why));
	int r = row != NULL ? conversation_row(im->c, row) : -ENOMEM;

	free(row);
	return r;
}

static int scratch_from(const struct mfa_field *field, struct mfa_account *account, const char **why)
{
	char digits[MFA_IMPORT_RECOVERY_DIGITS + 1] = "";
	size_t head = strlen(MFA_IMPORT_RECOVERY);
	int r = -EINVAL;

	if (field->len == head + MFA_IMPORT_RECOVERY_DIGITS) {
		memcpy(digits, field->data + head, MFA_IMPORT_RECOVERY_DIGITS);
		r = mfa_recovery_add_scratch(account, digits);
	}
	*why = r == -ENOSPC ? N_("an account can have no more than 10 recovery codes")
			    : N_("a recovery code from elsewhere has eight digits");
	explicit_bzero(digits, sizeof(digits));
	return r;
}

/* Puts a device beside those of an account, under a label that is free. */
static int put_beside(struct mfa_account *account, const struct mfa_device *device)
{
	struct mfa_device copy = *device;
	size_t number;
	int r;

	for (number = 1; mfa_account_device(account, copy.label) != NULL; number++)
		mfa_device_label(device->type, number, copy.label);
	copy.id = 0;
	r = mfa_account_add_device(account, &copy);
	explicit_bzero(&copy, sizeof(copy));
	return r;
}

static int add_device(struct mfa_account *account, const struct mfa_device *device, const char **why)
{
	*why = N_("an account can have no more than 16 devices");
	return put_beside(account, device);
}

/* What makes codes. */
static int add_key(const struct mfa_field *uri, struct mfa_account *account, const char **why)
{
	struct mfa_otpauth otpauth;
	struct mfa_device device;
	int r = mfa_otpauth_parse((const char *)uri->data, uri->len, &otpauth, why);

	if (r == 0) {
		r = mfa_device_from_otpauth(&otpauth, 1, mfa_clock_now(), &device);
		*why = N_("the counter is too large");
		if (r == 0)
			r = add_device(account, &device, why);
		explicit_bzero(&device, sizeof(device));
	}
	mfa_otpauth_wipe(&otpauth);
	return r;
}

/* Where codes are sent.  Returns -ENOENT where it is no address. */
static int add_address(const struct mfa_field *uri, struct mfa_account *account, const char **why)
{
	char address[MFA_RECIPIENT_SIZE];
	enum mfa_recipient_kind kind;
	struct mfa_device device;
	int r = mfa_import_recipient((const char *)uri->data, uri->len, &kind, address, why);

	if (r == 0) {
		mfa_device_from_recipient(kind, address, 1, mfa_clock_now(), &device);
		r = add_device(account, &device, why);
	}
	return r;
}

static int device_from_uri(const struct mfa_field *uri, struct mfa_account *account,
			   const char **why)
{
	int r;

	if (uri->len > strlen(MFA_IMPORT_RECOVERY) &&
	    memcmp(uri->data, MFA_IMPORT_RECOVERY, strlen(MFA_IMPORT_RECOVERY)) == 0)
		return scratch_from(uri, account, why);
	r = add_address(uri, account, why);
	return r == -ENOENT ? add_key(uri, account, why) : r;
}

/* Whether what is there already is just what would be imported. */
static bool same_devices(const struct mfa_account *a, const struct mfa_account *b)
{
	size_t i;

	if (a->device_count != b->device_count)
		return false;
	for (i = 0; i < a->device_count; i++)
		if (!mfa_device_same_codes(&a->devices[i], &b->devices[i]))
			return false;
	return true;
}

/* A code that was used stays used, also where its device comes again. */
static void keep_used(struct mfa_account *fresh, const struct mfa_account *there)
{
	size_t i, j;

	for (i = 0; i < fresh->device_count; i++)
		for (j = 0; j < there->device_count; j++)
			if (mfa_device_same_codes(&fresh->devices[i], &there->devices[j]))
				mfa_device_keep_used(&fresh->devices[i], &there->devices[j]);
}

static bool same_uid(const struct mfa_account *a, const struct mfa_account *b)
{
	return a->has_uid == b->has_uid && (!a->has_uid || a->uid == b->uid);
}

static bool has_device(const struct mfa_account *account, const struct mfa_device *device)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if (mfa_device_same_codes(&account->devices[i], device))
			return true;
	return false;
}

/* Turns the new record into what is there with the new devices beside.  Returns as fit. */
static int add_to(struct import *im, struct mfa_record *record, struct mfa_record *there)
{
	const struct mfa_account *fresh = record->account;
	size_t i, before = there->account->device_count;
	int r = 0;

	if (there->account->has_uid && !same_uid(there->account, fresh))
		return refuse(im, fresh->name, "uid-changed", N_("what is there is of another uid")) != 0
			? -EPIPE : 0;
	for (i = 0; r == 0 && i < fresh->device_count; i++)
		if (!has_device(there->account, &fresh->devices[i]))
			r = put_beside(there->account, &fresh->devices[i]);
	if (r == -ENOSPC)
		return refuse(im, fresh->name, "invalid", N_("an account can have no more than 16 devices")) != 0
			? -EPIPE : 0;
	if (r != 0)
		return r;
	if (there->account->device_count == before) {
		im->unchanged++;
		return 0;
	}
	there->account->has_uid = fresh->has_uid;
	there->account->uid = fresh->uid;
	mfa_record_release(record);
	*record = *there;
	memset(there, 0, sizeof(*there));
	return 1;
}

/* Fits a new record to what is in the store.  Returns 1: to be saved, 0: not (told or unchanged),
 * or a negative errno. */
static int fit(struct import *im, struct mfa_record *record)
{
	const char *name = record->account->name;
	struct mfa_record there;
	int r = mfa_accounts_load(im->c->verifier->accounts, name, &there);

	if (r == -ENOENT)
		return 1;
	if (r != 0)
		return refuse(im, name, "failed", N_("the record that is there can't be read")) != 0 ? -EPIPE : 0;
	if (same_devices(there.account, record->account) &&
	    (!im->replace || same_uid(there.account, record->account))) {
		im->unchanged++;
		r = 0;
	} else if (im->add) {
		r = add_to(im, record, &there);
	} else if (im->replace || there.account->device_count == 0) {
		record->version = there.version;
		keep_used(record->account, there.account);
		r = 1;
	} else {
		r = refuse(im, name, "exists", N_("the account has a device already")) != 0 ? -EPIPE : 0;
	}
	mfa_record_release(&there);
	return r;
}

static int check_identity(struct import *im, struct mfa_record *record,
			  const struct mfa_identity *id)
{
	struct mfa_accounts *accounts = im->c->verifier->accounts;
	int r;

	record->account->has_uid = id->known;
	record->account->uid = id->uid;
	if (!id->known)
		return 1;
	r = im->write ? mfa_uid_index_claim(accounts, id->uid, id->name)
		      : mfa_uid_index_check(accounts, id->uid, id->name);
	if (r == -EEXIST)
		return refuse(im, id->name, "uid-taken", N_("another account has its uid")) != 0 ? -EPIPE : 0;
	return r == 0 ? 1 : r;
}

/* One account of a frame: USER, then its URIs.  Returns as fit. */
static int take(struct import *im, const struct mfa_field *user, size_t *at,
		struct mfa_record *record)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct mfa_identity id;
	struct mfa_field field;
	const char *why = N_("it has no URI");
	size_t next = *at;
	int r;

	if (user->len > MFA_ACCOUNT_NAME_MAX || memchr(user->data, '\0', user->len) != NULL)
		return -EBADMSG;
	memcpy(name, user->data, user->len);
	name[user->len] = '\0';
	conversation_heard(im->c);
	r = directory_identity(im->c, name, &id);
	if (r == 0)
		r = subject_spell(im->c, &id);
	if (r == 0)
		r = subject_check_new(im->c, &id);
	if (r == 0)
		r = mfa_record_new(id.name, record);
	/* The administrator's doing is no news to anybody. */
	if (r == 0)
		record->account->created = record->account->told = mfa_clock_now();
	while (mfa_frame_next(&im->frame, &next, &field) && field.tag == MFA_FIELD_URI) {
		if (r == 0)
			r = device_from_uri(&field, record->account, &why);
		*at = next;
	}
	if (r == 0 && record->account->device_count == 0)
		r = -EINVAL;
	if (r == -EILSEQ)
		return refuse(im, name, "letters", N_("the system does not know it, and it has other letters than a to z, "
						      "0 to 9 and . _ @ -")) != 0 ? -EPIPE : 0;
	if (r == -ENOTUNIQ)
		return refuse(im, name, "like-another", N_("an account's name differs from it in capital letters alone")) != 0
			? -EPIPE : 0;
	if (r == -EINVAL || r == -ENOSPC)
		return refuse(im, name, "invalid", record->account == NULL ? N_("not an account name") : why) != 0
			? -EPIPE : 0;
	if (r == 0)
		r = check_identity(im, record, &id);
	return r == 1 ? fit(im, record) : r;
}

static int save_batch(struct import *im)
{
	size_t i;
	int r;

	if (!im->write || im->count == 0)
		return 0;
	r = mfa_accounts_save_many(im->c->verifier->accounts, im->records, im->count, im->results);
	for (i = 0; r == 0 && i < im->count; i++) {
		if (im->results[i] == 0)
			im->imported++;
		else
			r = refuse(im, im->records[i].account->name,
				   im->results[i] == -EAGAIN ? "exists" : "failed",
				   im->results[i] == -EAGAIN ? "somebody changed it just now"
							     : strerrordesc_np(-im->results[i]));
	}
	return r;
}

static int take_frame(struct import *im)
{
	struct mfa_field field;
	size_t at = 0, i;
	int r = 0;

	im->frame = im->c->frame;
	mfa_frame_wipe(&im->c->frame);
	im->count = 0;
	while (r >= 0 && im->count < MFA_IMPORT_ACCOUNTS_MAX && mfa_frame_next(&im->frame, &at, &field)) {
		if (field.tag != MFA_FIELD_USER)
			continue;
		r = take(im, &field, &at, &im->records[im->count]);
		if (r == 1)
			im->count++;
		else
			mfa_record_release(&im->records[im->count]);
	}
	if (r >= 0 && mfa_frame_next(&im->frame, &at, &field))
		r = -EMSGSIZE;
	if (r >= 0)
		r = save_batch(im);
	for (i = 0; i < im->count; i++)
		mfa_record_release(&im->records[i]);
	mfa_frame_wipe(&im->frame);
	return r;
}

static void log_import(const struct import *im, int r)
{
	struct mfa_log_line line;

	if (!im->write)
		return;
	mfa_log_begin(&line, "import");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "imported", im->imported);
	mfa_log_number(&line, "unchanged", im->unchanged);
	mfa_log_number(&line, "by_uid", (int64_t)im->c->peer.uid);
	mfa_log_write(&line, LOG_NOTICE);
}

/* Frames follow one another; one without a USER is the last. */
static int take_all(struct import *im)
{
	struct conversation *c = im->c;
	struct mfa_field field;
	int r;

	while (mfa_frame_find(&c->frame, MFA_FIELD_USER, &field) == 0) {
		uint8_t mode = mfa_frame_byte(&c->frame, MFA_FIELD_MODE, MFA_IMPORT_CHECK);

		im->write = (mode & MFA_IMPORT_WRITE) != 0;
		im->replace = (mode & MFA_IMPORT_CHECK_REPLACE) != 0;
		im->add = !im->replace && (mode & MFA_IMPORT_CHECK_ADD) != 0;
		r = take_frame(im);
		if (r >= 0)
			r = conversation_say(c, MFA_INFO, NULL);
		while (r == 0) {
			r = mfa_frame_recv(c->fd, &c->frame, CONVERSATION_ANSWER_MS);
			if (r != -EINTR && r != -EAGAIN)
				break;
			r = 0;
		}
		if (r == 0 && mfa_frame_type(&c->frame) != MFA_IMPORT)
			r = -EBADMSG;
		if (r < 0)
			return r;
	}
	return 0;
}

void request_import(struct conversation *c)
{
	struct import *im = calloc(1, sizeof(*im));
	struct failure failure;
	int r = -ENOMEM;

	if (im != NULL) {
		im->c = c;
		im->records = calloc(MFA_IMPORT_ACCOUNTS_MAX, sizeof(*im->records));
		im->results = calloc(MFA_IMPORT_ACCOUNTS_MAX, sizeof(*im->results));
		if (im->records != NULL && im->results != NULL)
			r = take_all(im);
	}
	failure = failure_to(c, r);
	conversation_done(c, r == 0 ? MFA_RESULT_OK : failure.result, r == 0 ? NULL : failure.text);
	if (im == NULL)
		return;
	log_import(im, r);
	free(im->records);
	free(im->results);
	free(im);
}
