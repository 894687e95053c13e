/* SPDX-License-Identifier: GPL-2.0-only */
/* Files in /sys/kernel/sbm, and what the kernel says besides. */
#ifndef SYSFS_H
#define SYSFS_H

#include <stdbool.h>
#include <stddef.h>

int sysfs_read(const char *path, char *text, size_t size);
long long sysfs_number(const char *path);
long long sysfs_policy(const char *name, const char *file);
int sysfs_write(const char *path, const char *text);
int sysfs_write_policy(const char *name, const char *file, const char *text);

int kmsg_open(void);
bool kmsg_has(int fd, const char *text);

#endif /* SYSFS_H */
