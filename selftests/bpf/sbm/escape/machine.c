// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must never change: the code and read-only data of the kernel, and the
 * tables and registers that rule each CPU.
 *
 * The kernel changes its own code with static keys. Those that come with perf
 * events and with policies are therefore held on for the whole run.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../policy.h"
#include "escape.h"

#define SELFHASH	"/sys/kernel/debug/sbm/selfhash/"
#define MAX_TEXT	65536

static char text[MAX_TEXT], cpus[MAX_TEXT];

static int slurp(const char *path, char *into)
{
	ssize_t got, len = 0;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -errno;
	while ((got = read(fd, into + len, MAX_TEXT - 1 - len)) > 0)
		len += got;
	into[len] = 0;
	close(fd);
	return got || !len ? -EIO : 0;
}

static int hold_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1,
		       PERF_FLAG_FD_CLOEXEC) < 0 ? -errno : 0;
}

/**
 * machine_reset_policies() - detach all policies but one that is for no class
 *
 * Return: Zero or a negative errno.
 */
int machine_reset_policies(void)
{
	struct policy *policy;

	policy_close_all();
	policy = policy_load("escape-hold", "nothing");
	return policy ? policy_attach(policy) : -errno;
}

/* To be called once. Return: zero or a negative errno. */
int machine_init(void)
{
	int err = hold_perf();

	err = err ?: machine_reset_policies();
	err = err ?: slurp(SELFHASH "text", text);
	return err ?: slurp(SELFHASH "cpus", cpus);
}

/* The first line that differs, or NULL. */
static const char *changed(const char *path, const char *want)
{
	static char now[MAX_TEXT];
	static char line[160];
	size_t i, start = 0;

	if (slurp(path, now))
		return "cannot be read";
	for (i = 0; now[i] == want[i]; i++) {
		if (!now[i])
			return NULL;
		if (now[i] == '\n')
			start = i + 1;
	}
	snprintf(line, sizeof(line), "%.*s, was %.*s",
		 (int)strcspn(now + start, "\n"), now + start,
		 (int)strcspn(want + start, "\n"), want + start);
	return line;
}

/* What changed of code and read-only data? NULL if nothing did. */
const char *machine_text_changed(void)
{
	return changed(SELFHASH "text", text);
}

/* What changed of the tables and registers of the CPUs? NULL if nothing did. */
const char *machine_cpus_changed(void)
{
	return changed(SELFHASH "cpus", cpus);
}

/* A line of a text, by its number, which is counted down; or NULL. */
static char *find_line(char *from, unsigned int *number)
{
	for (; *from; from = strchr(from, '\n') + 1)
		if (!(*number)--)
			return from;
	return NULL;
}

/**
 * machine_forge() - change a line of what is remembered
 * @number: Of the line, from 0, those of code and data first. The second time
 *	it is as before again.
 *
 * Return: The line as it was, or %NULL if there is none.
 */
const char *machine_forge(unsigned int number)
{
	char *line = find_line(text, &number) ?: find_line(cpus, &number);
	static char name[160];

	if (!line)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, "\n"), line);
	strchr(line, '\n')[-1] ^= 1;
	return name;
}
