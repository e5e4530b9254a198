/* SPDX-License-Identifier: BSD-2-Clause */
/* What this machine can do at best: the parts that a sign-in is made of.
 *
 *   limits DIR      prints NAME MICROSECONDS lines; files are made in DIR
 *
 * Medians, but for the HMAC, which is too quick for a clock call each. */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <sqlite3.h>

#include "bench.h"

#define WRITES 200
#define TRIPS 1000
#define HMACS 20000
#define BLOCK 4096

static double micros[TRIPS];

static int file_new(const char *dir, const char *name, unsigned blocks)
{
	char path[4096], block[BLOCK] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		err(1, "%s", path);
	for (unsigned i = 0; i < blocks; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			err(1, "%s", path);
	if (fsync(fd))
		err(1, "%s", path);
	return fd;
}

static void overwrite(const char *dir)
{
	char block[BLOCK] = "x";
	int fd = file_new(dir, "overwrite", 1);

	for (unsigned i = 0; i < WRITES; i++) {
		double begin = bench_seconds();

		if (pwrite(fd, block, sizeof(block), 0) != sizeof(block) || fdatasync(fd))
			err(1, "overwrite");
		micros[i] = (bench_seconds() - begin) * 1e6;
	}
	close(fd);
	printf("overwrite %.1f\n", bench_quantile(micros, WRITES, 0.5));
}

static void append(const char *dir)
{
	char block[BLOCK] = "x";
	int fd = file_new(dir, "append", 0);

	for (unsigned i = 0; i < WRITES; i++) {
		double begin = bench_seconds();

		if (write(fd, block, sizeof(block)) != sizeof(block) || fdatasync(fd))
			err(1, "append");
		micros[i] = (bench_seconds() - begin) * 1e6;
	}
	close(fd);
	printf("append %.1f\n", bench_quantile(micros, WRITES, 0.5));
}

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "%s: %s", text, sqlite3_errmsg(db));
}

/* One row of a thousand, a value of the size of a record; in a log that has reached its
 * length, as a daemon's has after its first minutes. */
static void commit(const char *dir)
{
	char path[4096];
	sqlite3 *db;
	sqlite3_stmt *update;

	snprintf(path, sizeof(path), "%s/commit.db", dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		errx(1, "%s: %s", path, sqlite3_errmsg(db));
	sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v BLOB);"
		"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
		"INSERT OR REPLACE INTO t SELECT i, randomblob(700) FROM n;");
	for (unsigned i = 0; i < 8; i++)
		sql(db, "UPDATE t SET v = randomblob(700)");
	if (sqlite3_prepare_v2(db, "UPDATE t SET v = randomblob(700) WHERE k = ?", -1, &update,
			       NULL) != SQLITE_OK)
		errx(1, "%s", sqlite3_errmsg(db));
	for (unsigned i = 0; i < WRITES; i++) {
		double begin = bench_seconds();

		sqlite3_bind_int(update, 1, (int)(i * 617 % 1000));
		if (sqlite3_step(update) != SQLITE_DONE)
			errx(1, "%s", sqlite3_errmsg(db));
		sqlite3_reset(update);
		micros[i] = (bench_seconds() - begin) * 1e6;
	}
	sqlite3_finalize(update);
	sqlite3_close(db);
	printf("commit %.1f\n", bench_quantile(micros, WRITES, 0.5));
}

static void echo(int fd)
{
	char frame[64];
	ssize_t n;

	while ((n = read(fd, frame, sizeof(frame))) > 0)
		if (write(fd, frame, (size_t)n) != n)
			_exit(1);
	_exit(0);
}

/* Where the two ends run decides: on one core it is a switch, on two it is
 * an interrupt to a core that may sleep.  -1 leaves it to the scheduler. */
static void pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (core >= 0 && sched_setaffinity(0, sizeof(set), &set))
		err(1, "affinity");
}

static void trips(int fd, int core)
{
	char frame[64] = "";

	pin(core);
	for (unsigned i = 0; i < TRIPS; i++) {
		double begin = bench_seconds();

		if (write(fd, frame, sizeof(frame)) != sizeof(frame) ||
		    read(fd, frame, sizeof(frame)) != sizeof(frame))
			err(1, "round trip");
		micros[i] = (bench_seconds() - begin) * 1e6;
	}
}

static void trip(const char *name, int here, int there)
{
	cpu_set_t before;
	int pair[2];
	pid_t pid;

	if (sched_getaffinity(0, sizeof(before), &before) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) || (pid = fork()) < 0)
		err(1, "socketpair");
	if (pid == 0) {
		close(pair[0]);
		pin(there);
		echo(pair[1]);
	}
	close(pair[1]);
	trips(pair[0], here);
	close(pair[0]);
	waitpid(pid, NULL, 0);
	sched_setaffinity(0, sizeof(before), &before);
	printf("%s %.1f\n", name, bench_quantile(micros, TRIPS, 0.5));
}

/* One TOTP's worth: the keyed context is kept, as over a window of steps. */
static void hmac(void)
{
	char sha1[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	uint8_t key[BENCH_SECRET_SIZE] = "key", counter[8] = "", out[EVP_MAX_MD_SIZE];
	size_t len;
	double begin;

	if (!ctx || !EVP_MAC_init(ctx, key, sizeof(key), params))
		errx(1, "HMAC");
	begin = bench_seconds();
	for (unsigned i = 0; i < HMACS; i++) {
		memcpy(counter, &i, sizeof(i));
		if (!EVP_MAC_init(ctx, NULL, 0, NULL) ||
		    !EVP_MAC_update(ctx, counter, sizeof(counter)) ||
		    !EVP_MAC_final(ctx, out, &len, sizeof(out)))
			errx(1, "HMAC");
	}
	printf("hmac %.3f\n", (bench_seconds() - begin) * 1e6 / HMACS);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: limits DIR");
	setvbuf(stdout, NULL, _IOLBF, 0);	/* echo() must not print it again */
	overwrite(argv[1]);
	append(argv[1]);
	commit(argv[1]);
	trip("trip_free", -1, -1);
	trip("trip_one_core", 0, 0);
	trip("trip_two_cores", 0, sysconf(_SC_NPROCESSORS_ONLN) > 1);
	hmac();
	return 0;
}
