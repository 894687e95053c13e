// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest what scripts/tests/bochs counts.
 *
 *   bochs-guest
 *
 * As bench-guest.c: each item is done A times between the first and the second
 * mark and B times between the second and the third, and "NAME A B" is printed.
 * The marks are for bochs-plugin.c.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BENCH	"/sys/kernel/debug/sbm/bench/"
#define MARK	0x5b4d0000

static void mark(void)
{
	unsigned int a, b, c, d;

	__cpuid(MARK, a, b, c, d);
}

static void run_getppid(const char *name, long n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void run_file(const char *name, long n)
{
	char path[64], text[32];
	int fd, len;

	snprintf(path, sizeof(path), BENCH "%s", name);
	fd = open(path, O_WRONLY);
	len = snprintf(text, sizeof(text), "%ld", n);
	if (fd < 0 || write(fd, text, len) != len) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static void measure(const char *name, void (*run)(const char *name, long n),
		    long a, long b)
{
	run(name, a);
	mark();
	run(name, a);
	mark();
	run(name, b);
	mark();
	printf("%s %ld %ld\n", name, a, b);
	fflush(stdout);
}

int main(void)
{
	measure("getppid", run_getppid, 1000, 6000);
	measure("null", run_file, 1000, 6000);
	measure("fault", run_file, 200, 1200);
	return 0;
}
