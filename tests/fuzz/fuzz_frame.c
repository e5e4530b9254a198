/* What a peer sends: both sides of the wire read frames with these. */
#include <stdlib.h>
#include <string.h>

#include "wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mfa_frame *frame = malloc(sizeof(*frame));
	struct mfa_field field;
	char text[64];
	size_t at = 0, sum = 0;
	int tag;

	if (frame == NULL || size > MFA_FRAME_MAX) {
		free(frame);
		return 0;
	}
	frame->len = size;
	if (size > 0)
		memcpy(frame->data, data, size);
	if (mfa_frame_check(frame) == 0) {
		while (mfa_frame_next(frame, &at, &field))
			sum += 3U + field.len;
		/* The fields are all that is there. */
		if (1 + sum != size)
			abort();
		for (tag = 0; tag < 16; tag++) {
			(void)mfa_frame_byte(frame, (enum mfa_field_tag)tag, 0);
			if (mfa_frame_text(frame, (enum mfa_field_tag)tag, text, sizeof(text)) != 0 &&
			    text[0] != '\0')
				abort();
		}
	}
	free(frame);
	return 0;
}
