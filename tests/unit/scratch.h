/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of a test's own, with a store in it. */
#ifndef MFA_TEST_SCRATCH_H
#define MFA_TEST_SCRATCH_H

#define SCRATCH_FOLDER 32	/* bytes of its path, and of the store's URL */
#define SCRATCH_URL 64

/* Makes the folder; the store is not there yet.  Returns 0 or -1. */
int scratch_make(char folder[SCRATCH_FOLDER], char url[SCRATCH_URL]);
/* Removes it with its store.  Returns 0, or -1: something else was left in it. */
int scratch_remove(const char *folder);

#endif
