/* SPDX-License-Identifier: BSD-2-Clause */
/* What a peer sends: both sides of the wire read frames with these, and write what reads
 * the same. */
#include <stdlib.h>
#include <string.h>

#include "wire/frame.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Written again field by field, it is the same frame. */
static void rebuild(const struct mfa_frame *frame)
{
	static struct mfa_frame again;
	struct mfa_field field;
	size_t at = 0;

	mfa_frame_start(&again, (enum mfa_frame_type)mfa_frame_type(frame));
	while (mfa_frame_next(frame, &at, &field))
		mfa_frame_put(&again, (enum mfa_field_tag)field.tag, field.data, field.len);
	if (again.len != frame->len || memcmp(again.data, frame->data, frame->len) != 0)
		abort();
	mfa_frame_wipe(&again);
}

static unsigned how_many(const struct mfa_frame *frame, enum mfa_field_tag tag)
{
	struct mfa_field field;
	size_t at = 0;
	unsigned n = 0;

	while (mfa_frame_next(frame, &at, &field))
		n += field.tag == tag;
	return n;
}

/* A field is text exactly if it is there, once, fits and has no NUL. */
static void read_text(const struct mfa_frame *frame, enum mfa_field_tag tag, char *text,
		      size_t size)
{
	struct mfa_field field;
	int r = mfa_frame_text(frame, tag, text, size);

	if (mfa_frame_find(frame, tag, &field) != 0 || how_many(frame, tag) > 1) {
		if (r == 0 || text[0] != '\0' || mfa_frame_byte(frame, tag, 0xee) != 0xee)
			abort();
		return;
	}
	if ((r == 0) != (field.len < size && memchr(field.data, 0, field.len) == NULL))
		abort();
	if (r != 0 ? text[0] != '\0'
		   : strlen(text) != field.len || memcmp(text, field.data, field.len) != 0)
		abort();
	if (mfa_frame_byte(frame, tag, 0xee) != (field.len == 1 ? field.data[0] : 0xee))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 1, 2, 64, MFA_FRAME_MAX };
	static char text[MFA_FRAME_MAX];
	static struct mfa_frame frame;
	struct mfa_field field;
	size_t at = 0, sum = 0, i;
	int tag;

	if (size > MFA_FRAME_MAX)
		return 0;
	frame.len = size;
	if (size > 0)
		memcpy(frame.data, data, size);
	/* What a longer frame has left behind is not part of this one. */
	ASAN_POISON_MEMORY_REGION(frame.data + size, MFA_FRAME_MAX - size);
	if (mfa_frame_check(&frame) == 0) {
		while (mfa_frame_next(&frame, &at, &field))
			sum += 3U + field.len;
		/* The fields are all that is there. */
		if (1 + sum != size)
			abort();
		rebuild(&frame);
		for (tag = 0; tag < 16; tag++)
			for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
				read_text(&frame, (enum mfa_field_tag)tag, text, sizes[i]);
	}
	ASAN_UNPOISON_MEMORY_REGION(frame.data + size, MFA_FRAME_MAX - size);
	return 0;
}
