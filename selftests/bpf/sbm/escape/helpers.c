// SPDX-License-Identifier: GPL-2.0-only
/* Steps and code that several families need. */
#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "escape.h"

CODE(jump_to_itself, "1: jmp 1b\n");
CODE(watch_tsc,
     "rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
     "lea 400000000(%rax), %rbx\n"
     "1: rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
     "cmp %rbx, %rax\n jb 1b\n"
     "mov $42, %eax\n ret\n");

const struct code *const loop_for_ever = &jump_to_itself;
/* Returns 42, after 0.1 to 0.2 s. */
const struct code *const take_time = &watch_tsc;

/* Also if signals arrive meanwhile. */
void wait_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Until there were this many calls since boot; but not for ever. */
void wait_calls(long long calls)
{
	int i;

	for (i = 0; i < 10000 && box_event("call") < calls; i++)
		wait_ms(1);
}

/* Write a setting of procfs or sysfs. Return: zero or a negative errno. */
int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/*
 * Set a TLS descriptor, and be told which. Only the 32-bit system call does, with
 * a pointer of 32 bits. Return: zero or a negative errno.
 */
int set_tls(struct user_desc *tls)
{
	static struct user_desc *low;
	long err;

	if (!low) {
		low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		if (low == MAP_FAILED) {
			low = NULL;
			return -ENOMEM;
		}
	}
	*low = *tls;
	asm volatile("int $0x80" : "=a"(err) : "a"(243), "b"(low)
		     : "memory", "r8", "r9", "r10", "r11");
	*tls = *low;
	return err;
}

/* A process that runs a function, which returns its exit status. */
pid_t start_process(int (*fn)(void))
{
	pid_t pid = fork();

	if (!pid)
		_exit(fn());
	return pid;
}

/*
 * For that: zero if code that takes its time returns 42. Several times, so that
 * it is inside when something is done to it, on a busy machine as well.
 */
int takes_time(void)
{
	struct box_result result;
	int i;

	for (i = 0; i < 6; i++) {
		if (run_code_boxed(take_time, 0, &result) ||
		    strcmp(result.kind, "none") || result.ret != 42)
			return 1;
	}
	return 0;
}
