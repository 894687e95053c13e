/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bench-guest.c and bochs-guest.c share: doing things so that they can be
 * counted. Both define mark(), which is what their plugins look for.
 *
 * Each item is done A times between the first and the second mark and B times
 * between the second and the third, so that what is common to both cancels out.
 * For each, "NAME A B" is printed.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BENCH "/sys/kernel/debug/sbm/bench/"

static void mark(void);

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void measure(const char *name, void (*run)(const char *name, long n),
		    long a, long b)
{
	/* Once to warm up: the first time is not like the others. */
	run(name, a);
	mark();
	run(name, a);
	mark();
	run(name, b);
	mark();
	printf("%s %ld %ld\n", name, a, b);
	fflush(stdout);
}

static void run_getppid(const char *name, long n)
{
	while (n--)
		syscall(SYS_getppid);
}

/* What the kernel does when its benchmark is told how often. */
static void run_file(const char *name, long n)
{
	char path[256], text[32];
	int fd, len;

	/* "copy of xz" is the file "copy", and "copy-in, 4 KiB" is "copy-in" */
	snprintf(path, sizeof(path), BENCH "%s", name);
	path[strcspn(path, " ,")] = 0;
	fd = open(path, O_WRONLY);
	len = snprintf(text, sizeof(text), "%ld", n);
	if (fd < 0 || write(fd, text, len) != len)
		die(name);
	close(fd);
}

#endif /* MEASURE_H */
