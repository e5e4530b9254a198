#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "otp/base32.h"
#include "otp/otpauth.h"
#include "otp/totp.h"
#include "png.h"
#include "qr/qr.h"
#include "terminal/terminal.h"

#define PROGRAM "mfa-enroll"
#define TEXT_ROWS 9		/* below the picture: names, key, prompt */

static enum mfa_qr_style choose_style(const struct picture_options *options)
{
	bool utf8 = mfa_terminal_utf8();

	if (!options->plain && mfa_terminal_colour(STDOUT_FILENO))
		return utf8 ? MFA_QR_HALF_BLOCKS_COLOUR : MFA_QR_ASCII_COLOUR;
	if (utf8)
		return options->inverted ? MFA_QR_HALF_BLOCKS_INVERTED : MFA_QR_HALF_BLOCKS;
	return options->inverted ? MFA_QR_ASCII_INVERTED : MFA_QR_ASCII;
}

/* The widest quiet zone with which all fits the window; 0 if none does.  If only the words below
 * do not fit, the picture still does: what scrolls away is above it. */
static unsigned choose_quiet(const struct mfa_qr *qr, enum mfa_qr_style style, unsigned *columns,
			     unsigned *rows)
{
	static const unsigned zones[] = { 4, 2, 1 };
	unsigned width, height, spare, i;

	if (mfa_terminal_size(&width, &height) != 0)
		return zones[1];
	for (spare = TEXT_ROWS; ; spare = 1) {
		for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
			mfa_qr_extent(qr, style, zones[i], columns, rows);
			if (*columns <= width && *rows + spare <= height)
				return zones[i];
		}
		if (spare == 1)
			return 0;
	}
}

static int draw(const struct mfa_qr *qr, const struct picture_options *options)
{
	enum mfa_qr_style style = choose_style(options);
	unsigned columns = 0, rows = 0, quiet = choose_quiet(qr, style, &columns, &rows);
	char *text;
	int r;

	if (quiet == 0) {
		(void)printf("\nThe QR code does not fit this window: it needs %u columns and %u rows. Make "
			     "the\nwindow larger or its letters smaller and start again (Ctrl-C), or type "
			     "the key\nbelow into the app.\n", columns, rows + 1);
		return 0;
	}
	r = mfa_qr_draw(qr, style, quiet, &text);
	if (r != 0)
		return r;
	(void)printf("\nScan this with the authenticator app on your phone:\n\n%s", text);
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
	(void)fputs("\nOr type this key:", stdout);
	for (i = 0; key[i] != '\0'; i++)
		(void)printf("%s%c", i % 4 == 0 ? " " : "", key[i]);
	(void)fputs("\n", stdout);
	explicit_bzero(key, sizeof(key));
}

static int print_words(const char *uri)
{
	struct mfa_otpauth otpauth;
	int r = mfa_otpauth_parse(uri, strlen(uri), &otpauth, NULL);

	if (r != 0)
		return r;
	print_key(&otpauth);
	(void)printf("Account: %s%s%s%s\n", otpauth.account, otpauth.issuer[0] != '\0' ? " (" : "",
		     otpauth.issuer, otpauth.issuer[0] != '\0' ? ")" : "");
	if (otpauth.hash != MFA_HASH_SHA1 || otpauth.digits != MFA_OTP_DIGITS_MIN ||
	    otpauth.period != MFA_TOTP_PERIOD_DEFAULT)
		(void)printf("Settings: %s, %u digits, every %u seconds\n", mfa_hash_name(otpauth.hash),
			     otpauth.digits, otpauth.period);
	(void)fputs("\n", stdout);
	(void)fflush(stdout);
	mfa_otpauth_wipe(&otpauth);
	return 0;
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

/* A new file that only its owner can read; on a failure none stays. */
static int write_file(const char *path, const struct mfa_qr *qr,
		      int (*write_to)(const struct mfa_qr *qr, FILE *to))
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
	int r = fd < 0 ? -errno : to == NULL ? -ENOMEM : write_to(qr, to);

	if (to != NULL && fclose(to) != 0 && r == 0)
		r = -errno;
	if (r == 0) {
		(void)printf("The QR code is in %s. Delete that file when you have scanned it: who has it\n"
			     "has your codes.\n", path);
		return 0;
	}
	(void)fprintf(stderr, PROGRAM ": %s: %s\n", path, strerror(-r));
	if (fd >= 0)
		(void)unlink(path);
	return r;
}

int picture_show(const struct picture_options *options, const char *uri)
{
	struct mfa_qr *qr = NULL;
	int r = mfa_qr_new(uri, &qr);

	if (r == 0)
		r = draw(qr, options);
	if (r == 0)
		r = print_words(uri);
	if (r != 0)
		(void)fprintf(stderr, PROGRAM ": the QR code can't be drawn: %s\n", strerror(-r));
	if (r == 0 && options->png != NULL)
		r = write_file(options->png, qr, png_write);
	if (r == 0 && options->svg != NULL)
		r = write_file(options->svg, qr, write_svg);
	mfa_qr_free(&qr);
	return r;
}
