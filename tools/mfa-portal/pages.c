/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/fields.h"
#include "json/read.h"

#define PAGES_MAX 64
#define PAGE_MAX (1 << 20)
#define ETAG_BYTES 16
#define VERSION "@@@version@@@@@@"	/* where a file has it, a digest of all files stands instead */
#define MANIFEST "application/manifest+json"

struct pages {
	size_t count;
	struct page rows[PAGES_MAX];
};

static const char *type_of(const char *name)
{
	static const struct { const char *end, *type; } types[] = {
		{ ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" }, { ".svg", "image/svg+xml" }, { ".png", "image/png" },
		{ ".webmanifest", MANIFEST },
	};
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].end, dot) == 0)
			return types[i].type;
	return NULL;
}

/* The manifest (W3C Web App Manifest) has the name of whoever runs this. */
static int set_name(struct page *page, const char *name)
{
	json_t *json = mfa_json_read(page->bytes, page->len);
	char *text;

	if (json == NULL || json_object_set_new(json, "name", json_string(name)) != 0 ||
	    json_object_set_new(json, "short_name", json_string(name)) != 0) {
		json_decref(json);
		return -EBADMSG;
	}
	text = mfa_json_dump(json);
	if (text == NULL)
		return -ENOMEM;
	free(page->bytes);
	page->bytes = (uint8_t *)text;
	page->len = strlen(text);
	return 0;
}

static int set_etag(struct page *page)
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(page->bytes, page->len, hash, NULL, EVP_sha256(), NULL) != 1)
		return -EIO;
	page->etag[0] = '"';
	mfa_hex_encode(hash, ETAG_BYTES, page->etag + 1);
	(void)strcat(page->etag, "\"");
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

static int read_page(int folder, const char *name, const char *title, struct page *page)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > PAGE_MAX) {
		(void)close(fd);
		return -EFBIG;
	}
	page->bytes = malloc((size_t)st.st_size + 1);
	while (page->bytes != NULL && page->len < (size_t)st.st_size &&
	       (n = read(fd, page->bytes + page->len, (size_t)st.st_size - page->len)) > 0)
		page->len += (size_t)n;
	(void)close(fd);
	if (page->bytes == NULL || page->len != (size_t)st.st_size)
		return -EIO;
	if (strcmp(page->type, MANIFEST) == 0 && set_name(page, title) != 0)
		return -EBADMSG;
	return asprintf(&page->path, "/%s", name) < 0 ? -ENOMEM : set_etag(page);
}

/* The service worker keeps the page as a whole: it is told when any file of it has changed. */
static int set_version(struct pages *pages)
{
	char all[PAGES_MAX * sizeof(pages->rows[0].etag)] = "", version[sizeof(VERSION)];
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct page *page;
	uint8_t *at;
	size_t i;

	qsort(pages->rows, pages->count, sizeof(pages->rows[0]), compare_paths);
	for (i = 0; i < pages->count; i++)
		(void)strcat(all, pages->rows[i].etag);
	if (EVP_Digest(all, strlen(all), hash, NULL, EVP_sha256(), NULL) != 1)
		return -EIO;
	mfa_hex_encode(hash, strlen(VERSION) / 2, version);
	for (i = 0; i < pages->count; i++) {
		page = &pages->rows[i];
		at = memmem(page->bytes, page->len, VERSION, strlen(VERSION));
		if (at == NULL)
			continue;
		memcpy(at, version, strlen(VERSION));
		if (set_etag(page) != 0)
			return -EIO;
	}
	return 0;
}

int pages_load(const char *folder, const char *name, struct pages **out)
{
	struct pages *pages;
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int r = 0;

	*out = NULL;
	if (dir == NULL)
		return -errno;
	pages = calloc(1, sizeof(*pages));
	if (pages == NULL) {
		(void)closedir(dir);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		struct page *page = &pages->rows[pages->count];
		const char *type = type_of(entry->d_name);

		if (entry->d_name[0] == '.' || type == NULL)
			continue;
		if (pages->count == PAGES_MAX) {
			r = -E2BIG;
			break;
		}
		page->type = type;
		pages->count++;
		r = read_page(dirfd(dir), entry->d_name, name, page);
	}
	if (r == 0 && pages_find(pages, "/") == NULL)
		r = -ENOENT;
	if (r == 0)
		r = set_version(pages);
	(void)closedir(dir);
	if (r != 0)
		pages_free(&pages);
	*out = pages;
	return r;
}

const struct page *pages_find(const struct pages *pages, const char *path)
{
	size_t i;

	if (strcmp(path, "/") == 0 || strcmp(path, "/pair") == 0)
		path = "/index.html";
	for (i = 0; i < pages->count; i++)
		if (pages->rows[i].path != NULL && strcmp(pages->rows[i].path, path) == 0)
			return &pages->rows[i];
	return NULL;
}

void pages_free(struct pages **pages)
{
	size_t i;

	if (*pages == NULL)
		return;
	for (i = 0; i < (*pages)->count; i++) {
		free((*pages)->rows[i].path);
		free((*pages)->rows[i].bytes);
	}
	free(*pages);
	*pages = NULL;
}
