#include "wire/command.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void mfa_command_line(char *out, size_t size)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t len = 0, skip, i;
	char text[512];
	ssize_t n;

	out[0] = '\0';
	if (fd < 0)
		return;
	while (len < sizeof(text) - 1 && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(fd);
	text[len] = '\0';
	skip = strlen(text) + 1;
	if (skip >= len)
		return;
	len -= skip;
	/* Each argument ends with a NUL. */
	if (text[skip + len - 1] == '\0')
		len--;
	if (len >= size)
		len = size - 1;
	for (i = 0; i < len; i++)
		out[i] = text[skip + i] == '\0' ? ' ' : text[skip + i];
	out[len] = '\0';
	explicit_bzero(text, sizeof(text));
}
