/* SPDX-License-Identifier: BSD-2-Clause */
#include "backup/items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE 6

static void put_number(uint8_t *out, size_t size, uint64_t value)
{
	while (size-- > 0) {
		out[size] = (uint8_t)value;
		value >>= 8;
	}
}

static uint64_t take_number(const uint8_t *in, size_t size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | *in++;
	return value;
}

static int put(struct mfa_container *c, const char *name, const uint8_t *value, size_t len)
{
	uint8_t head[HEAD_SIZE];
	size_t name_len = strlen(name);
	int r;

	put_number(head, 2, name_len);
	put_number(head + 2, 4, len);
	r = mfa_container_write(c, head, sizeof(head));
	if (r == 0)
		r = mfa_container_write(c, name, name_len);
	return r == 0 ? mfa_container_write(c, value, len) : r;
}

int mfa_item_put(struct mfa_container *c, uint64_t *count, const char *name, const uint8_t *value,
		 size_t len)
{
	if (name[0] == '\0' || strlen(name) > MFA_STORE_KEY_MAX || len > MFA_STORE_VALUE_MAX)
		return -EINVAL;
	(*count)++;
	return put(c, name, value, len);
}

int mfa_item_put_end(struct mfa_container *c, uint64_t count)
{
	uint8_t value[8];

	put_number(value, sizeof(value), count);
	return put(c, "", value, sizeof(value));
}

static int read_body(struct mfa_container *c, size_t name_len, size_t len, struct mfa_item *out)
{
	int r = mfa_container_read(c, out->name, name_len);

	if (r == 0 && memchr(out->name, '\0', name_len) != NULL)
		r = -EBADMSG;
	if (r != 0)
		return r;
	out->value = calloc(1, len + 1);
	if (out->value == NULL)
		return -ENOMEM;
	out->len = len;
	return mfa_container_read(c, out->value, len);
}

static int check_end(struct mfa_container *c, uint64_t count, const struct mfa_item *last)
{
	uint8_t more;

	if (last->len != 8 || take_number(last->value, 8) != count)
		return -EBADMSG;
	return mfa_container_read(c, &more, 1) == -ENODATA ? 0 : -EBADMSG;
}

int mfa_item_next(struct mfa_container *c, uint64_t *count, struct mfa_item *out)
{
	uint8_t head[HEAD_SIZE] = { 0 };
	uint64_t name_len, len;
	int r;

	memset(out, 0, sizeof(*out));
	r = mfa_container_read(c, head, sizeof(head));
	name_len = take_number(head, 2);
	len = take_number(head + 2, 4);
	if (r == 0 && (name_len > MFA_STORE_KEY_MAX || len > MFA_STORE_VALUE_MAX))
		r = -EBADMSG;
	if (r == 0)
		r = read_body(c, name_len, len, out);
	if (r == 0 && name_len > 0) {
		(*count)++;
		return 1;
	}
	if (r == 0)
		r = check_end(c, *count, out);
	mfa_item_release(out);
	return r == -ENODATA ? -EBADMSG : r;
}

void mfa_item_release(struct mfa_item *item)
{
	if (item->value != NULL)
		explicit_bzero(item->value, item->len);
	free(item->value);
	explicit_bzero(item, sizeof(*item));
}
