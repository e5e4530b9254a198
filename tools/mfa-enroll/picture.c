/* SPDX-License-Identifier: BSD-2-Clause */
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoding/base32.h"
#include "language/language.h"
#include "otp/otpauth.h"
#include "otp/totp.h"
#include "png.h"
#include "qr/qr.h"
#include "terminal/terminal.h"

#define PROGRAM "mfa-enroll"
/* Rows beside the picture: a heading, the key and the names, then mfad's question, asked
 * twice after a wrong code. */
#define WORDS_ROWS 12
/* Only a heading's last row and the question: for small windows, where the words go first. */
#define QUESTION_ROWS 2

static enum mfa_qr_style choose_style(const struct picture_options *options)
{
	bool utf8 = mfa_terminal_utf8();

	if (!options->plain && mfa_terminal_colour(STDOUT_FILENO))
		return utf8 ? MFA_QR_HALF_BLOCKS_COLOUR : MFA_QR_ASCII_COLOUR;
	if (utf8)
		return options->inverted ? MFA_QR_HALF_BLOCKS_INVERTED : MFA_QR_HALF_BLOCKS;
	return options->inverted ? MFA_QR_ASCII_INVERTED : MFA_QR_ASCII;
}

struct layout {
	enum mfa_qr_style style;
	unsigned quiet;		/* 0: it fits with none */
	unsigned columns, rows;	/* that the picture needs */
	bool words_first;	/* they scroll away, so that the picture stays for the camera */
};

static struct layout choose_layout(const struct mfa_qr *qr, const struct picture_options *options)
{
	static const unsigned zones[] = { 4, 2, 1 };
	static const unsigned spare[] = { WORDS_ROWS, QUESTION_ROWS };
	struct layout l = { .style = choose_style(options), .quiet = zones[0] };
	unsigned width, height, i, j;

	if (mfa_terminal_size(&width, &height) != 0)
		return l;
	for (j = 0; j < 2; j++) {
		l.words_first = j > 0;
		for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
			l.quiet = zones[i];
			mfa_qr_extent(qr, l.style, l.quiet, &l.columns, &l.rows);
			if (l.columns <= width && l.rows + spare[j] <= height)
				return l;
		}
	}
	l.quiet = 0;
	return l;
}

/* What the picture holds, for whoever can't scan it. */
struct subject {
	const char *uri;
	bool key;			/* of an authenticator app; otherwise a page's address, for the camera */
	struct mfa_otpauth otpauth;
};

static int draw(const struct mfa_qr *qr, const struct layout *l, const struct subject *subject)
{
	char *text;
	int r = mfa_qr_draw(qr, l->style, l->quiet, &text);

	if (r != 0)
		return r;
	(void)printf("%s%s\n%s", l->words_first ? "" : "\n",
		     subject->key ? _("Scan this with the authenticator app on your phone:")
				  : _("Scan this with the camera of your phone:"),
		     l->words_first ? "" : "\n");
	(void)fputs(text, stdout);
	mfa_qr_text_free(&text);
	return 0;
}

/* In groups of four, as people read and type them. */
static void print_key(const struct mfa_otpauth *otpauth)
{
	char key[MFA_BASE32_SIZE(MFA_OTP_SECRET_MAX)];
	size_t i;

	if (mfa_base32_encode(otpauth->secret, otpauth->secret_len, key, sizeof(key)) != 0)
		return;
	(void)fputs(_("    Key:     "), stdout);
	for (i = 0; key[i] != '\0'; i++)
		(void)printf("%s%c", i > 0 && i % 4 == 0 ? " " : "", key[i]);
	(void)fputs("\n", stdout);
	explicit_bzero(key, sizeof(key));
}

static void print_words(const struct subject *subject, const char *introduction)
{
	const struct mfa_otpauth *otpauth = &subject->otpauth;

	(void)printf("\n%s\n", introduction);
	if (!subject->key) {
		(void)fputs("    ", stdout);
		mfa_terminal_show(stdout, subject->uri);
		(void)fputs("\n", stdout);
		(void)fflush(stdout);
		return;
	}
	(void)fputs(_("    Account: "), stdout);
	mfa_terminal_show(stdout, otpauth->account);
	if (otpauth->issuer[0] != '\0') {
		(void)fputs(_("    Issuer:  "), stdout);
		mfa_terminal_show(stdout, otpauth->issuer);
	}
	print_key(otpauth);
	if (otpauth->hash != MFA_HASH_SHA1 || otpauth->digits != MFA_OTP_DIGITS_MIN ||
	    otpauth->period != MFA_TOTP_PERIOD_DEFAULT)
		(void)printf(_("    Set it to %s, %u digits, every %u seconds.\n"),
			     mfa_hash_name(otpauth->hash), otpauth->digits, otpauth->period);
	(void)fputs("\n", stdout);
	(void)fflush(stdout);
}

static int print(const struct mfa_qr *qr, const struct picture_options *options,
		 const struct subject *subject)
{
	struct layout l = choose_layout(qr, options);
	char too_small[512];
	int r;

	if (l.quiet == 0) {
		(void)snprintf(too_small, sizeof(too_small),
			_("The QR code does not fit: the window must have %u columns and %u rows.\n"
			  "Press Ctrl-C, make the window larger or its letters smaller, and start\n"
			  "again.  Or type this into the app:"), l.columns, l.rows + QUESTION_ROWS);
		print_words(subject, too_small);
		return 0;
	}
	if (l.words_first)
		print_words(subject, subject->key
			    ? _("If the camera can't read the picture below, type this into the app:")
			    : _("If the camera can't read the picture below, open this address on the phone:"));
	r = draw(qr, &l, subject);
	if (r == 0 && !l.words_first)
		print_words(subject, subject->key ? _("Or type this into the app:")
						  : _("Or open this address on the phone:"));
	return r;
}

static int write_svg(const struct mfa_qr *qr, FILE *to)
{
	char *text;
	int r = mfa_qr_svg(qr, &text);

	if (r != 0)
		return r;
	r = fputs(text, to) >= 0 && fflush(to) == 0 ? 0 : -EIO;
	mfa_qr_text_free(&text);
	return r;
}

/* A file by its name in a folder that stays open: root may have been told to write into a folder of somebody who puts
 * another in its place meanwhile. */
struct file {
	int folder;		/* -1: there is none */
	const char *name;
};

static void file_close(struct file *file)
{
	if (file->folder >= 0)
		(void)close(file->folder);
	file->folder = -1;
}

static void file_remove(struct file *file)
{
	if (file->folder >= 0)
		(void)unlinkat(file->folder, file->name, 0);
	file_close(file);
}

/* A new file that only its owner can read.  Returns a descriptor or a negative errno. */
static int file_create(const char *path, struct file *out)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : strndup(path, slash > path ? (size_t)(slash - path) : 1);
	int fd, r;

	*out = (struct file){ .folder = -1, .name = slash != NULL ? slash + 1 : path };
	if (folder == NULL)
		return -ENOMEM;
	out->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = out->folder < 0 ? -1 : openat(out->folder, out->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
					   0600);
	r = fd >= 0 ? fd : -errno;
	free(folder);
	if (r < 0)
		file_close(out);
	return r;
}

/* On a failure none stays. */
static int write_file(const char *path, const struct mfa_qr *qr,
		      int (*write_to)(const struct mfa_qr *qr, FILE *to), struct file *out)
{
	int fd = file_create(path, out);
	FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
	int r = fd < 0 ? fd : -ENOMEM;

	if (to != NULL) {
		/* A buffer would keep the secret when it is freed. */
		(void)setvbuf(to, NULL, _IONBF, 0);
		r = write_to(qr, to);
	}
	if (to != NULL && fclose(to) != 0 && r == 0)
		r = -errno;
	if (r == 0) {
		(void)printf(_("The QR code is in %s\nDelete that file when you have scanned it: "
			       "who has it has your codes.\n\n"), path);
		(void)fflush(stdout);
		return 0;
	}
	(void)fprintf(stderr, PROGRAM ": %s: %s\n", path, strerror(-r));
	file_remove(out);
	return r;
}

int picture_show(const struct picture_options *options, const char *uri)
{
	struct subject subject = { .uri = uri, .key = strncmp(uri, "otpauth:", 8) == 0 };
	struct file png = { .folder = -1 }, svg = { .folder = -1 };
	struct mfa_qr *qr = NULL;
	int r = mfa_qr_new(uri, &qr);

	if (r == 0 && subject.key)
		r = mfa_otpauth_parse(uri, strlen(uri), &subject.otpauth, NULL);
	if (r != 0) {
		(void)fprintf(stderr, PROGRAM ": %s: %s\n", _("the QR code can't be drawn"), strerror(-r));
		goto out;
	}
	/* Files first: what is said of them must not push the picture off the screen. */
	if (options->png != NULL)
		r = write_file(options->png, qr, png_write, &png);
	if (r != 0)
		goto out;
	if (options->svg != NULL)
		r = write_file(options->svg, qr, write_svg, &svg);
	if (r != 0) {
		file_remove(&png);
		goto out;
	}
	r = print(qr, options, &subject);
	if (r != 0)
		(void)fprintf(stderr, PROGRAM ": %s: %s\n", _("the QR code can't be drawn"), strerror(-r));
out:
	file_close(&png);
	file_close(&svg);
	mfa_otpauth_wipe(&subject.otpauth);
	mfa_qr_free(&qr);
	return r;
}
