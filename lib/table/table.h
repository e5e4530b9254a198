/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables with a row for each value of an enumeration. */
#ifndef MFA_TABLE_H
#define MFA_TABLE_H

/* Behind a table that is declared without a size: a value that was added at the end of the enumeration, and has no row
 * yet, is told by the compiler.  With a size its row would be a silent 0. */
#define MFA_TABLE_FITS(table, count) \
	_Static_assert(sizeof(table) / sizeof((table)[0]) == (count), #table " has not a row for each")

#endif
