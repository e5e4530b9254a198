/* SPDX-License-Identifier: BSD-2-Clause */
/* failing.so: the nth allocation of a program fails, and those after it if so wished.  For LD_PRELOAD; $MFA_FAILING
 * names a file of at least 16 bytes, which the program maps and a test writes: four numbers of 32 bits in the machine's
 * order,
 *
 *	COUNT	down to 0 with each allocation: the one that makes it 0 fails; 0 and below: none does
 *	ON	not 0: all after that one fail, too
 *	SEEN	how many were counted
 *	FAILED	how many failed
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct control {
	atomic_int count;
	atomic_int on;
	atomic_uint seen;
	atomic_uint failed;
};

static struct control *control;

/* glibc's own, under the names that a replacement of malloc may call. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static __attribute__((constructor)) void begin(void)
{
	const char *path = getenv("MFA_FAILING");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (map != MAP_FAILED)
		control = map;
}

static bool fails(void)
{
	int before;

	if (control == NULL || atomic_load(&control->count) <= 0)
		return false;
	(void)atomic_fetch_add(&control->seen, 1);
	before = atomic_load(&control->on) != 0 && atomic_load(&control->count) == 1 ? 1
		: atomic_fetch_sub(&control->count, 1);
	if (before != 1)
		return false;
	(void)atomic_fetch_add(&control->failed, 1);
	errno = ENOMEM;
	return true;
}

EXPORT void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

EXPORT void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
	void *got = fails() ? NULL : __libc_memalign(alignment, size);

	if (got == NULL)
		return ENOMEM;
	*out = got;
	return 0;
}
