/* SPDX-License-Identifier: BSD-2-Clause */
/* work.so: what a thread of mfad does for one connection, counted by what it asks of the libraries below it, so that
 * a test can compare two without a clock.  For LD_PRELOAD; $MFA_WORK names a file, to which it adds a line for each:
 *
 *	THREAD accept	a connection has come to this thread
 *	THREAD NAME	the thread has called NAME
 *	THREAD send	it has answered: what comes after the last one is for nobody who could watch
 *	THREAD hangup	that connection was closed
 *
 * What other threads do meanwhile (the upkeep of the store, once a minute) is thereby another's.  Reads and writes of
 * files are not counted: they depend on what is in memory. */
#include <dlfcn.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAL_HEADER_SIZE 32

#define EXPORT __attribute__((visibility("default")))

static int file = -1;
static _Thread_local int connection = -1;

static __attribute__((constructor)) void begin(void)
{
	const char *path = getenv("MFA_WORK");

	/* As root still. */
	if (path != NULL)
		file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void note(const char *what)
{
	char line[80];
	int n;

	if (connection < 0 || file < 0)
		return;
	n = snprintf(line, sizeof(line), "%ld %s\n", syscall(SYS_gettid), what);
	(void)!write(file, line, (size_t)n);
}

/* A function of the same name that notes the call and makes it. */
#define COUNT(type, name, parameters, arguments) \
	EXPORT type name parameters \
	{ \
		static __typeof__(name) *_Atomic real; \
		if (real == NULL) \
			real = (__typeof__(name) *)(uintptr_t)dlsym(RTLD_NEXT, #name); \
		note(#name); \
		return real arguments; \
	}

COUNT(int, sqlite3_step, (sqlite3_stmt *statement), (statement))
COUNT(int, EVP_DecryptFinal_ex, (EVP_CIPHER_CTX *ctx, unsigned char *out, int *len), (ctx, out, len))
COUNT(int, EVP_EncryptFinal_ex, (EVP_CIPHER_CTX *ctx, unsigned char *out, int *len), (ctx, out, len))
COUNT(int, EVP_DigestFinal_ex, (EVP_MD_CTX *ctx, unsigned char *out, unsigned *len), (ctx, out, len))
COUNT(int, EVP_DigestVerify, (EVP_MD_CTX *ctx, const unsigned char *signature, size_t signature_len,
	const unsigned char *data, size_t len), (ctx, signature, signature_len, data, len))
COUNT(json_t *, json_loadb, (const char *text, size_t len, size_t flags, json_error_t *error),
	(text, len, flags, error))

/* The first frame after the WAL was folded in, which upkeep does once a minute, is preceded by the WAL's header and a sync
 * of it (sqlite.org/fileformat2.html, "The Write-Ahead Log"): whichever connection writes it pays for all. */
static _Thread_local bool wrote_header;

EXPORT ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	if (at == 0 && len == WAL_HEADER_SIZE)
		wrote_header = true;
	return syscall(SYS_pwrite64, fd, data, len, at);
}

EXPORT int fdatasync(int fd)
{
	if (!wrote_header)
		note("fdatasync");
	wrote_header = false;
	return (int)syscall(SYS_fdatasync, fd);
}

EXPORT int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	int got = (int)syscall(SYS_accept4, fd, address, len, flags);

	if (got >= 0) {
		connection = got;
		note("accept");
	}
	return got;
}

EXPORT ssize_t send(int fd, const void *data, size_t len, int flags)
{
	if (fd >= 0 && fd == connection)
		note("send");
	return syscall(SYS_sendto, fd, data, len, flags, NULL, 0);
}

EXPORT int close(int fd)
{
	if (fd >= 0 && fd == connection) {
		note("hangup");
		connection = -1;
	}
	return (int)syscall(SYS_close, fd);
}
