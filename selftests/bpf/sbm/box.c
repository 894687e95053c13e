// SPDX-License-Identifier: GPL-2.0-only
/* Running code in a sandbox, through debugfs, and what sysfs says about it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"

#define SYSFS		"/sys/kernel/sbm"
#define QUARANTINED	SYSFS "/classes/" BOX_CLASS "/quarantined"

#define BOX_CODE(name, ...)						\
static const unsigned char name##_bytes[] = { __VA_ARGS__ };		\
const struct box_code name = { name##_bytes, sizeof(name##_bytes) }

BOX_CODE(box_return_42,
	 0xb8, 42, 0, 0, 0,			/* mov $42, %eax */
	 0xc3);					/* ret */

BOX_CODE(box_hlt,
	 0xf4,					/* hlt */
	 0xc3);					/* ret */

BOX_CODE(box_wild_write,
	 0xb8, 0x34, 0x12, 0, 0,		/* mov $0x1234, %eax */
	 0x88, 0x00,				/* mov %al, (%rax) */
	 0xc3);					/* ret */

BOX_CODE(box_spin,
	 0xeb, 0xfe);				/* 1: jmp 1b */

/*
 * grow is system call 1: pages in %rdi, returns their address or 0. Writing to
 * the first and the last byte shows that they are there.
 */
#define GROW(pages)							\
	 0xb8, 1, 0, 0, 0,			/* mov $1, %eax */	\
	 0xbf, (pages) & 0xff, (pages) >> 8, 0, 0, /* mov $pages, %edi */ \
	 0x0f, 0x05,				/* syscall */		\
	 0x48, 0x85, 0xc0,			/* test %rax, %rax */	\
	 0x74, 0x0f,				/* jz 1f */		\
	 0xc6, 0x00, 0x01,			/* movb $1, (%rax) */	\
	 0xc6, 0x80, 0xff, 0x0f + (((pages) - 1) << 4 & 0xf0),		\
	       ((pages) - 1) >> 4 & 0xff, 0, 0x01, /* movb $1, end(%rax) */ \
	 0xb8, 1, 0, 0, 0,			/* mov $1, %eax */	\
	 0xc3					/* 1: ret */

BOX_CODE(box_grow_3, GROW(3));
BOX_CODE(box_grow_too_much, GROW(BOX_HEAP_PAGES + 1));

/**
 * box_read_result() - read how code ended
 * @fd: Descriptor the code was written to.
 * @result: How it ended.
 *
 * Return: Zero or a negative errno.
 */
int box_read_result(int fd, struct box_result *result)
{
	char line[256];
	ssize_t len;

	len = read(fd, line, sizeof(line) - 1);
	if (len < 0)
		return -errno;
	line[len] = 0;

	memset(result, 0, sizeof(*result));
	if (sscanf(line,
		   "ret=%d kind=%15s vector=%u error=0x%llx addr=0x%llx ip=0x%llx level=%15s",
		   &result->ret, result->kind, &result->vector, &result->error,
		   &result->addr, &result->ip, result->level) != 7)
		return -EPROTO;
	return 0;
}

/**
 * box_run() - run code in a fresh sandbox
 * @code: The code.
 * @result: How it ended.
 *
 * Return: Zero, or a negative errno if it could not be run.
 */
int box_run(const struct box_code *code, struct box_result *result)
{
	int fd, err;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	if (fd < 0)
		return -errno;
	if (write(fd, code->bytes, code->len) != (ssize_t)code->len)
		err = errno ? -errno : -EIO;
	else
		err = box_read_result(fd, result);
	close(fd);
	return err;
}

/* What box_start() started and box_kill() did not end yet. */
static pid_t started[8];

/**
 * box_start() - run code in a sandbox of another process
 * @code: The code, which does not return by itself.
 *
 * Return: The process, for box_kill(), or a negative errno.
 */
pid_t box_start(const struct box_code *code)
{
	struct box_result result;
	unsigned int i = 0;
	pid_t pid;

	while (started[i])
		if (++i == sizeof(started) / sizeof(started[0]))
			return -ENOSPC;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		box_run(code, &result);
		_exit(0);
	}
	started[i] = pid;
	return pid;
}

/**
 * box_kill() - end what box_start() started
 * @pid: The process.
 *
 * Return: The signal that ended it, zero if it ended by itself, or a negative
 * errno.
 */
int box_kill(pid_t pid)
{
	unsigned int i;
	int status;

	for (i = 0; i < sizeof(started) / sizeof(started[0]); i++)
		if (started[i] == pid)
			started[i] = 0;
	if (kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* End all that box_start() started. */
void box_kill_all(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(started) / sizeof(started[0]); i++)
		if (started[i])
			box_kill(started[i]);
}

/* Is the class quarantined? 0, 1 or a negative errno. */
int box_class_quarantined(void)
{
	FILE *file = fopen(QUARANTINED, "r");
	int value = -EPROTO;

	if (!file)
		return -errno;
	if (fscanf(file, "%d", &value) != 1)
		value = -EPROTO;
	fclose(file);
	return value;
}

static int write_quarantined(const char *value)
{
	int fd = open(QUARANTINED, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

/* Begin the quarantine of the class. Zero or a negative errno. */
int box_quarantine_class(void)
{
	return write_quarantined("1");
}

/* End the quarantine of the class. Zero or a negative errno. */
int box_release_class(void)
{
	return write_quarantined("0");
}

/* How often did an event of /sys/kernel/sbm/events happen? */
long long box_event(const char *name)
{
	FILE *file = fopen(SYSFS "/events", "r");
	long long value, found = -ENOENT;
	char key[32];

	if (!file)
		return -errno;
	while (fscanf(file, "%31s %lld", key, &value) == 2)
		if (!strcmp(key, name))
			found = value;
	fclose(file);
	return found;
}
