/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the accounts of a benchmark as each contender keeps them:
 *
 *   accounts google DIR COUNT LINES...  a secret file each (LINES: more options)
 *   accounts oath FILE COUNT            pam_oath's usersfile
 *   accounts import FILE COUNT          for mfa-admin import
 *   accounts code I                     the code of account I now
 *
 * What is written is on the disk when it returns, so that its writeback is
 * not measured with somebody's sign-in. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define BASE32_SIZE 33

static void secret_base32(unsigned i, char out[BASE32_SIZE])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t secret[BENCH_SECRET_SIZE];

	bench_secret(i, secret);
	for (unsigned c = 0; c < BASE32_SIZE - 1; c++) {
		unsigned bit = c * 5, pair = (unsigned)secret[bit / 8] << 8;

		if (bit / 8 + 1 < BENCH_SECRET_SIZE)
			pair |= secret[bit / 8 + 1];
		out[c] = digits[pair >> (11 - bit % 8) & 31];
	}
	out[BASE32_SIZE - 1] = '\0';
}

static FILE *create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		err(1, "%s", path);
	return f;
}

static void finish(FILE *f, const char *path)
{
	if (fflush(f) || fsync(fileno(f)) || fclose(f))
		err(1, "%s", path);
}

static void write_google(const char *dir, unsigned count, char **lines)
{
	char path[4096], name[BENCH_NAME_SIZE], secret[BASE32_SIZE];
	int fd;

	if (mkdir(dir, 0700) && access(dir, W_OK))
		err(1, "%s", dir);
	for (unsigned i = 0; i < count; i++) {
		FILE *f;

		bench_name(i, name);
		secret_base32(i, secret);
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		f = create(path);
		fprintf(f, "%s\n\" TOTP_AUTH\n\" DISALLOW_REUSE\n", secret);
		for (char **line = lines; *line; line++)
			fprintf(f, "\" %s\n", *line);
		if (fclose(f))
			err(1, "%s", path);
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || syncfs(fd) || close(fd))
		err(1, "%s", dir);
}

static void write_oath(const char *path, unsigned count)
{
	FILE *f = create(path);
	char name[BENCH_NAME_SIZE];
	uint8_t secret[BENCH_SECRET_SIZE];

	for (unsigned i = 0; i < count; i++) {
		bench_name(i, name);
		bench_secret(i, secret);
		fprintf(f, "HOTP/T30/6\t%s\t-\t", name);
		for (unsigned b = 0; b < sizeof(secret); b++)
			fprintf(f, "%02x", secret[b]);
		fputc('\n', f);
	}
	finish(f, path);
}

static void write_import(const char *path, unsigned count)
{
	FILE *f = create(path);
	char name[BENCH_NAME_SIZE], secret[BASE32_SIZE];

	for (unsigned i = 0; i < count; i++) {
		bench_name(i, name);
		secret_base32(i, secret);
		fprintf(f, "%s\totpauth://totp/Bench:%s?secret=%s&issuer=Bench\n",
			name, name, secret);
	}
	finish(f, path);
}

int main(int argc, char **argv)
{
	if (argc >= 4 && !strcmp(argv[1], "google"))
		write_google(argv[2], bench_number(argv[3]), argv + 4);
	else if (argc == 4 && !strcmp(argv[1], "oath"))
		write_oath(argv[2], bench_number(argv[3]));
	else if (argc == 4 && !strcmp(argv[1], "import"))
		write_import(argv[2], bench_number(argv[3]));
	else if (argc == 3 && !strcmp(argv[1], "code"))
		printf("%06u\n", bench_code(bench_number(argv[2]), time(NULL)));
	else
		errx(2, "usage: accounts google|oath|import PATH COUNT [LINE...] | code I");
	return 0;
}
