/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of JSON that may be anybody's: each is there and within bounds, or it is not taken. */
#ifndef MFA_JSON_FIELDS_H
#define MFA_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* len bytes as 2 * len hexadecimal digits in lower case, and a NUL. */
void mfa_hex_encode(const uint8_t *in, size_t len, char *out);

/* Each returns whether it is such a value; NULL values are not. */

/* A member that is a whole number from min to max. */
bool mfa_json_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out);
/* The same from 0 to max, or `otherwise` where it is not there: an older form did not have it. */
bool mfa_json_int_or(const json_t *object, const char *key, int64_t max, int64_t otherwise, int64_t *out);
/* A text of at most max bytes without NUL; *out points into the value. */
bool mfa_json_text(const json_t *value, size_t max, const char **out);
/* The same, printable (text/text.h), copied. */
bool mfa_json_copy(const json_t *value, char *out, size_t size);
/* Exactly size bytes in hexadecimal. */
bool mfa_json_hex(const json_t *value, uint8_t *out, size_t size);
/* At most size bytes, or exactly so many, in base64url. */
bool mfa_json_base64url(const json_t *value, uint8_t *out, size_t size, size_t *len);
bool mfa_json_base64url_exact(const json_t *value, uint8_t *out, size_t size);

/* The value as compact text, and the value is let go.  NULL (also for NULL): memory ran out, or a
 * text was not UTF-8.  The caller frees it. */
char *mfa_json_dump(json_t *json);

#endif
