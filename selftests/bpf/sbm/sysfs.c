// SPDX-License-Identifier: GPL-2.0-only
/* Files in /sys/kernel/sbm, and what the kernel says besides. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

#define SYSFS	"/sys/kernel/sbm/"

/**
 * sysfs_read() - read a file
 * @path: The file, below /sys/kernel/sbm.
 * @text: Its content, without the newline at the end.
 * @size: Size of @text.
 *
 * Return: Zero or a negative errno.
 */
int sysfs_read(const char *path, char *text, size_t size)
{
	char name[256];
	ssize_t len;
	int fd;

	snprintf(name, sizeof(name), SYSFS "%s", path);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	if (len && text[len - 1] == '\n')
		len--;
	text[len] = 0;
	return 0;
}

/* The number in a file, or a negative errno. */
long long sysfs_number(const char *path)
{
	char text[64], *end;
	long long value;
	int err;

	err = sysfs_read(path, text, sizeof(text));
	if (err)
		return err;
	value = strtoll(text, &end, 10);
	return *end || !text[0] ? -EPROTO : value;
}

/* The number in a file of a policy, or a negative errno. */
long long sysfs_policy(const char *name, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "policies/%s/%s", name, file);
	return sysfs_number(path);
}

/* Write to a file below /sys/kernel/sbm. Zero or a negative errno. */
int sysfs_write(const char *path, const char *text)
{
	int fd, err = 0;
	char name[256];

	snprintf(name, sizeof(name), SYSFS "%s", path);
	fd = open(name, O_WRONLY);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = -errno;
	close(fd);
	return err;
}

/* Write to a file of a policy. Zero or a negative errno. */
int sysfs_write_policy(const char *name, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "policies/%s/%s", name, file);
	return sysfs_write(path, text);
}

/* Open the kernel's log, for what it will say from now on. */
int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* Did the kernel say that, since the last time it was asked? */
bool kmsg_has(int fd, const char *text)
{
	bool found = false;
	char line[1024];
	ssize_t len;

	for (;;) {
		len = read(fd, line, sizeof(line) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return found;
		line[len] = 0;
		if (strstr(line, text))
			found = true;
	}
}
