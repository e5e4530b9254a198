/* SPDX-License-Identifier: BSD-2-Clause */
/* What may stand in the texts that people give us and that we show to others: UTF-8
 * (RFC 3629: no surrogates, no over-long forms) without control characters (C0, DEL, C1). */
#ifndef MFA_TEXT_H
#define MFA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes the printable character at text[0..left) has, and which it is; 0 if there is none. */
size_t mfa_text_character(const char *text, size_t left, uint32_t *value);
/* Whether a character is seen, stands alone, and leaves what is beside it where it was written.  No blank is. */
bool mfa_text_visible(uint32_t value);
/* Whether all of text[0..len) is such. */
bool mfa_text_printable_bytes(const char *text, size_t len);
bool mfa_text_printable(const char *text);
/* Copies what fits into size bytes with the NUL, cut at a whole character; what is not
 * printable becomes '?'. */
void mfa_text_copy(char *out, size_t size, const char *text);
/* Breaks lines of words at a blank, in place and without another byte: the first line where it has more than `first`
 * columns, others where they have more than `others`.  What was cut off goes before the next line, which may be
 * broken by that; by itself where it ends a sentence and there is no room.  What is no words (tables and pictures: their lines begin with a blank, with '#' or beyond
 * U+00FF) stays as it is, and so does a word that is longer than a line.  A character is a column. */
void mfa_text_wrap(char *text, size_t first, size_t others);
/* FNV-1a, of 64 bits: to find a text's row, or to tell two apart.  It withstands nobody who chooses them. */
uint64_t mfa_text_hash(const char *text);

#endif
