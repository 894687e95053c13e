// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the caller holds all the time, beside its registers, and must still hold
 * after each call: a TLS descriptor, a port, a breakpoint.
 */
#include <asm/ldt.h>
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "escape.h"

/* The last of three entries; attempts that need one use the others. */
#define TLS_ENTRY	14
#define TLS_SELECTOR	(TLS_ENTRY << 3 | 3)

/* Ports that nothing listens to. The other one the caller may not use. */
#define PORT		0x84
#define OTHER_PORT	0x85

static volatile long watched;
static int watch = -1;
static long long hits_before;

/* Set the limit of the TLS descriptor, in pages. Zero or a negative errno. */
int held_set_tls(unsigned int limit)
{
	struct user_desc tls = {
		.entry_number = TLS_ENTRY,
		.limit = limit,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};

	return set_tls(&tls);
}

/* As the CPU has it, not as the kernel remembers it; in bytes. */
static unsigned long tls_limit(void)
{
	unsigned long limit = 0;

	asm volatile("lsl %1, %0" : "+r"(limit) : "r"(TLS_SELECTOR + 0UL)
		     : "cc");
	return limit;
}

/* Allow or forbid one of the ports. Zero or a negative errno. */
int held_set_port(bool other, bool allowed)
{
	return ioperm(other ? OTHER_PORT : PORT, 1, allowed) ? -errno : 0;
}

static sigjmp_buf refused;

static void got_refused(int sig)
{
	siglongjmp(refused, 1);
}

static bool may_use(unsigned short port)
{
	struct sigaction action = { .sa_handler = got_refused }, before;
	volatile bool may = false;

	sigaction(SIGSEGV, &action, &before);
	if (!sigsetjmp(refused, 1)) {
		outb(0, port);
		may = true;
	}
	sigaction(SIGSEGV, &before, NULL);
	return may;
}

static long long hits(void)
{
	long long count = -1;

	return read(watch, &count, sizeof(count)) == sizeof(count) ? count : -1;
}

/* Hit the breakpoint. */
void held_touch(void)
{
	watched++;
}

/* Set or remove the breakpoint. Zero or a negative errno. */
int held_set_breakpoint(bool set)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = (uint64_t)&watched,
		.bp_len = HW_BREAKPOINT_LEN_8,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	if (watch >= 0)
		close(watch);
	watch = -1;
	if (!set)
		return 0;
	watch = syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			PERF_FLAG_FD_CLOEXEC);
	if (watch < 0)
		return -errno;
	hits_before = hits();
	return hits_before < 0 ? -EIO : 0;
}

/* To be called once. Return: zero or a negative errno. */
int held_init(void)
{
	int err = held_set_tls(HELD_TLS_LIMIT);

	err = err ?: held_set_port(false, true);
	return err ?: held_set_breakpoint(true);
}

/* What does the caller not hold any more, or too much? NULL if nothing. */
const char *held_changed(void)
{
	long long before = hits_before;

	if (tls_limit() != HELD_TLS_LIMIT * 4096UL + 4095)
		return "TLS descriptor";
	if (!may_use(PORT))
		return "a port, which it may not use any more";
	if (may_use(OTHER_PORT))
		return "a port, which it may use now";
	if (hits() != before)
		return "breakpoint, which was hit";
	held_touch();
	hits_before = hits();
	return hits_before == before + 1 ? NULL : "breakpoint, which is not hit";
}
