/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of the phone's page, read once: no path that anybody sends reaches the file system. */
#ifndef PORTAL_PAGES_H
#define PORTAL_PAGES_H

#include <stddef.h>
#include <stdint.h>

struct page {
	char *path;			/* "/app.js" */
	const char *type;
	char etag[40];
	uint8_t *bytes;
	size_t len;
};

struct pages;

/* name: what the page is called on a home screen, where pages of several servers may stand.
 * Returns 0 or a negative errno; -ENOENT: no folder, or no index.html in it. */
int pages_load(const char *folder, const char *name, struct pages **out);
/* "/" and "/pair" are index.html.  NULL: there is none. */
const struct page *pages_find(const struct pages *pages, const char *path);
void pages_free(struct pages **pages);

#endif
