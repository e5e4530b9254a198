/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in files of SQLite's, in a folder of its own, and what tests do to it. */
#ifndef MFA_TEST_DATABASE_H
#define MFA_TEST_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "scratch.h"
#include "store/store.h"

#define DATABASE_NAME 80	/* bytes of the path of one of its files */

struct database {
	char folder[SCRATCH_FOLDER];
	char path[SCRATCH_URL];		/* of the store; its other files' paths end otherwise: "-wal", "-shm" */
	char url[SCRATCH_URL + 16];
	struct mfa_store *store;	/* as a test has it open, or NULL */
};

/* *state is a struct database, which is new and open.  At its end nothing else may be left in the folder. */
int database_set_up(void **state);
int database_tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, database_set_up, database_tear_down)

/* A record with a number in it: as mfa_store_put_if and mfa_store_get. */
int put(struct mfa_store *s, const char *key, uint64_t version, int number, uint64_t *out);
int get(struct mfa_store *s, const char *key, int *number, uint64_t *version);
/* For mfa_store_list: adds one to the int that ctx is. */
int count_entry(void *ctx, const char *key, const struct mfa_entry *entry);

/* Its files; end is "" (the store), "-wal" (the log) or "-shm" (the index). */
void name_file(const struct database *d, const char *end, char out[DATABASE_NAME]);
bool is_there(const struct database *d, const char *end);
void remove_file(const struct database *d, const char *end);
void remove_files(const struct database *d);

/* A new store with one record, "k", which is 1: open. */
void make_new(struct database *d);
/* The same closed, and all of it in its one file. */
void make_settled(struct database *d);
/* The same as a daemon leaves it: log and index keep their room. */
void make_folded(struct database *d);
/* As a daemon ends. */
void close_folded(struct database *d);
/* Closes it, and has a log beside it, as a helper leaves one. */
void close_with_log(struct database *d);

/* Opens it: "k" is that number.  Returns its version. */
uint64_t open_with(struct database *d, enum mfa_store_open_flags how, int number);

/* The first error that somebody meets who opens, lists, reads and writes, or 0. */
int use(const char *url);
/* Another process adds one to "k", and is killed with the store open. */
void be_killed_writing(const struct database *d, enum mfa_store_open_flags how);
/* By SQLite itself, while nobody has it open. */
void run_sql(const struct database *d, const char *sql);

#endif
