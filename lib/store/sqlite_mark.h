/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store's own file says of its log.
 *
 * A log that is missing is no fault if all of it was in the file when it went, and is a loss of what was committed last
 * if not; the two look the same.  So the file is marked closed when a daemon ends, with everything in it, and open, in
 * the file itself, before anybody commits again.  Open marks differ from each other: one that is in the file is not
 * undone by the folding back of what was in the log before it.  A store that was never marked is an older version's. */
#ifndef MFA_SQLITE_MARK_H
#define MFA_SQLITE_MARK_H

#include <stdbool.h>

#include "store/sqlite_db.h"

enum sqlite_mark { SQLITE_MARK_NONE, SQLITE_MARK_OPEN, SQLITE_MARK_CLOSED };

/* The table, and a row that says open. */
#define SQLITE_MARK_SCHEMA "CREATE TABLE log(closed INTEGER NOT NULL);" \
	"INSERT INTO log VALUES((random() & 0x3fffffffffffffff) | 0x4000000000000000);"

/* As the connection sees it.  Returns 0 or a negative errno. */
int sqlite_mark_read(struct sqlite_db *db, enum sqlite_mark *out);
/* As the store's own file has it, for when there is no log: makes none, and takes no lock.  verify: reads all of the
 * file.  Returns 0, -EMEDIUMTYPE (no store, or with verify: damaged) or another negative errno. */
int sqlite_mark_peek(const char *path, bool verify, enum sqlite_mark *out);
/* Within a transaction that may write: whether the mark says open, and the file has it too, so that what is committed
 * now is missed if the log goes.  *known: the last such mark, which is not looked for again; 0: none.
 * Returns 0, -EAGAIN (not so: sqlite_mark_open, without a transaction) or another negative errno. */
int sqlite_mark_check(struct sqlite_db *db, int64_t *known);
/* Marks it open, in the file itself.  waits: while somebody reads what was before, up to two seconds.  Returns 0;
 * -EAGAIN: only the log says it, for somebody reads on or the disk is full, and *known is that mark; or another negative
 * errno. */
int sqlite_mark_open(struct sqlite_db *db, bool waits, int64_t *known);
/* Puts all of the log into the file and marks it closed, in the log, unless that is so already: for whoever folds that
 * back, too.  Returns 0, -EAGAIN (others use the store) or another negative errno. */
int sqlite_mark_close(struct sqlite_db *db);

#endif
