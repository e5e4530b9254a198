/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmark's programs share: accounts that everybody can work out,
 * so that no program has to read another one's list, and small helpers.
 *
 * Account i is named b0000000 + i; its secret is SHA-1 of that name.  Codes:
 * SHA-1, 6 digits, 30 seconds, which all contenders know. */
#ifndef MFA_TESTS_BENCH_H
#define MFA_TESTS_BENCH_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define BENCH_NAME_SIZE 16
#define BENCH_SECRET_SIZE 20
#define BENCH_PERIOD 30

static inline void bench_name(unsigned i, char name[BENCH_NAME_SIZE])
{
	snprintf(name, BENCH_NAME_SIZE, "b%07u", i);
}

static inline void bench_secret(unsigned i, uint8_t secret[BENCH_SECRET_SIZE])
{
	char name[BENCH_NAME_SIZE];

	bench_name(i, name);
	if (!EVP_Digest(name, 8, secret, NULL, EVP_sha1(), NULL))
		errx(1, "SHA-1 failed");
}

/* The code of account i at time now; RFC 6238. */
static inline unsigned bench_code(unsigned i, time_t now)
{
	uint8_t secret[BENCH_SECRET_SIZE], mac[EVP_MAX_MD_SIZE], counter[8];
	uint64_t step = (uint64_t)now / BENCH_PERIOD;
	const uint8_t *at;

	bench_secret(i, secret);
	for (int b = 7; b >= 0; b--, step >>= 8)
		counter[b] = step & 0xff;
	if (!HMAC(EVP_sha1(), secret, sizeof(secret), counter, sizeof(counter), mac, NULL))
		errx(1, "HMAC failed");
	at = mac + (mac[19] & 15);
	return ((at[0] & 0x7fu) << 24 | at[1] << 16 | at[2] << 8 | at[3]) % 1000000;
}

static inline double bench_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static inline int bench_by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts values; returns the one below which `part` of them lie. */
static inline double bench_quantile(double *values, size_t count, double part)
{
	size_t at = (size_t)(part * (double)count);

	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), bench_by_value);
	return values[at < count ? at : count - 1];
}

static inline unsigned bench_number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > 100000000)
		errx(2, "not a number: %s", text);
	return (unsigned)n;
}

#endif
