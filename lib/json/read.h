/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON texts that others wrote. */
#ifndef MFA_JSON_READ_H
#define MFA_JSON_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Arrays and objects within each other.  jansson goes down by calling itself, 2,048 times, which takes most of a
 * thread's stack; the deepest text of ours, an account's record, has 4 (account_json.c). */
#define MFA_JSON_DEPTH_MAX 16

/* Whether no bracket of text[0..len) stands deeper.  A text that is not JSON may be called either; jansson then reads
 * no further than to its first fault, up to which this has counted right. */
bool mfa_json_is_shallow(const char *text, size_t len);

/* The one way in for every text: it is JSON, an array or an object, no key is there twice, and it is not too deep.
 * Returns NULL where it is not, or memory ran out.  The caller has the reference. */
json_t *mfa_json_read(const void *text, size_t len);
/* The same of a text that ends with NUL; NULL for NULL. */
json_t *mfa_json_read_text(const char *text);

#endif
