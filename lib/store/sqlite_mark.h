/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store's own file says of its log.
 *
 * A log that is missing is no fault if it was folded back before it went, and is a loss of what was committed last if
 * not; the two look the same.  So the file is marked closed when a daemon ends, with everything in it, and open, before
 * anybody writes again.  A store that was never marked is an older version's. */
#ifndef MFA_SQLITE_MARK_H
#define MFA_SQLITE_MARK_H

#include <stdbool.h>

#include "store/sqlite_db.h"

enum sqlite_mark { SQLITE_MARK_NONE, SQLITE_MARK_OPEN, SQLITE_MARK_CLOSED };

/* The table, and a row that says open. */
#define SQLITE_MARK_SCHEMA "CREATE TABLE log(closed INTEGER NOT NULL); INSERT INTO log VALUES(0);"

/* As the connection sees it.  Returns 0 or a negative errno. */
int sqlite_mark_read(struct sqlite_db *db, enum sqlite_mark *out);
/* As the store's own file has it, for when there is no log: makes none, and takes no lock.  verify: reads all of the
 * file.  Returns 0, -EMEDIUMTYPE (no store, or with verify: damaged) or another negative errno. */
int sqlite_mark_peek(const char *path, bool verify, enum sqlite_mark *out);
/* Commits it.  Returns 0 or a negative errno. */
int sqlite_mark_write(struct sqlite_db *db, enum sqlite_mark mark);
/* Open, in the file itself, unless that is so already.  While somebody reads what was before, only the next upkeep can
 * fold it back.  Returns 0 or a negative errno. */
int sqlite_mark_open(struct sqlite_db *db);

#endif
