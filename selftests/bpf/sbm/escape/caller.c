// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caller of a sandbox: its registers are full while the call is made, and
 * must be the same afterwards.
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caller.h"

/* Legacy part and header of what XSAVE writes. */
#define XSAVE_FCW	0
#define XSAVE_FTW	4
#define XSAVE_MXCSR	24
#define XSAVE_ST	32
#define XSAVE_XMM	160
#define XSAVE_BV	512
#define XSAVE_YMM	576

#define FLAGS_FIXED	0x202
#define FLAGS_ARITH	0x8d5	/* OF SF ZF AF PF CF */
#define FLAGS_DF	0x400
#define FLAGS_AC	0x40000
#define FLAGS_ID	0x200000

struct caller caller_before, caller_after;
uint64_t caller_args[4];
void (*caller_do)(void) = caller_do_syscall;

static size_t xsave_size;
static int run_fd = -1;
static unsigned int seed;

static void fill(unsigned char *at, size_t len, unsigned int seed)
{
	while (len--)
		*at++ = (seed = seed * 1103515245 + 12345) >> 16;
}

/* Something in each register; @seed makes it something else each time. */
static void fill_registers(unsigned int seed)
{
	unsigned char *xsave = caller_before.xsave;
	const uint16_t fcw = 0x0b7f;		/* round up */
	const uint32_t mxcsr = 0x3fa0;		/* round down, inexact seen */
	unsigned int i, a, b, c, d;
	uint64_t xcr0;

	memset(xsave, 0, xsave_size);
	memset(caller_after.xsave, 0, xsave_size);
	memcpy(xsave + XSAVE_FCW, &fcw, sizeof(fcw));
	memcpy(xsave + XSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
	xsave[XSAVE_FTW] = 0xff;
	for (i = 0; i < 8; i++)
		fill(xsave + XSAVE_ST + 16 * i, 10, seed + i);
	fill(xsave + XSAVE_XMM, 16 * 16, seed + 8);

	/* Components that are left out of BV come up in their initial state. */
	asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	xcr0 = a | (uint64_t)d << 32;
	xcr0 &= 0xef;			/* x87, SSE, AVX, BND0-3, AVX-512 */
	for (i = 2; i < 8; i++) {
		if (!(xcr0 & (1 << i)))
			continue;
		__cpuid_count(0xd, i, a, b, c, d);
		fill(xsave + b, a, seed + 8 + i);
	}
	/* Protection keys as they are: C runs with them. */
	__cpuid_count(0xd, 0, a, b, c, d);
	if (a & (1 << 9)) {
		uint32_t pkru, high;

		asm volatile("rdpkru" : "=a"(pkru), "=d"(high) : "c"(0));
		__cpuid_count(0xd, 9, a, b, c, d);
		memcpy(xsave + b, &pkru, sizeof(pkru));
		xcr0 |= 1 << 9;
	}
	memcpy(xsave + XSAVE_BV, &xcr0, sizeof(xcr0));

	fill((void *)caller_before.gprs, sizeof(caller_before.gprs), seed + 20);
	caller_before.flags = FLAGS_FIXED | FLAGS_ARITH | FLAGS_DF | FLAGS_AC |
			      FLAGS_ID;
	caller_before.gsbase = 0x123456789000 + ((uint64_t)seed << 12);
	for (i = 0; i < 5; i++)
		caller_before.selectors[i] = 0x2b;
}

/* To be called once. Return: zero or a negative errno. */
int caller_init(void)
{
	unsigned int a, b, c, d;

	__cpuid_count(0xd, 0, a, b, c, d);
	xsave_size = (b + 63) & ~63;
	caller_before.xsave = aligned_alloc(64, xsave_size);
	caller_after.xsave = aligned_alloc(64, xsave_size);
	if (!caller_before.xsave || !caller_after.xsave)
		return -ENOMEM;
	run_fd = open(BOX_DEBUGFS_RUN, O_RDWR | O_CLOEXEC);
	return run_fd < 0 ? -errno : 0;
}

/**
 * caller_run() - run code in a fresh sandbox, with every register in use
 * @code: The code.
 * @len: Its length.
 * @result: How it ended.
 *
 * For one thread only. caller_changed() tells whether the registers are the
 * same afterwards.
 *
 * Return: Zero or a negative errno.
 */
int caller_run(const void *code, size_t len, struct box_result *result)
{
	fill_registers(++seed);
	caller_args[0] = SYS_write;
	caller_args[1] = run_fd;
	caller_args[2] = (uint64_t)code;
	caller_args[3] = len;
	caller_syscall();
	if ((int64_t)caller_args[0] != (int64_t)len)
		return (int64_t)caller_args[0] < 0 ? caller_args[0] : -EIO;
	return box_read_result(run_fd, result);
}

/* The same with something else than a system call, see caller_do. */
void caller_try(void)
{
	fill_registers(++seed);
	memset(caller_args, 0, sizeof(caller_args));
	caller_syscall();
}

/* Which of the caller's registers did the last call change? NULL if none. */
const char *caller_changed(void)
{
	static const char * const gprs[] = {
		"rbx", "rbp", "r8", "r9", "r10", "r12", "r13", "r14", "r15",
		"rdi", "rsi", "rdx", "rsp",
	};
	static const char * const selectors[] = { "ds", "es", "fs", "gs", "ss" };
	static char text[64];
	size_t i;

	for (i = 0; i < 13; i++)
		if (caller_before.gprs[i] != caller_after.gprs[i])
			return gprs[i];
	for (i = 0; i < 5; i++)
		if (caller_before.selectors[i] != caller_after.selectors[i])
			return selectors[i];
	if (caller_before.flags != caller_after.flags) {
		snprintf(text, sizeof(text), "flags: %#llx, not %#llx",
			 (unsigned long long)caller_after.flags,
			 (unsigned long long)caller_before.flags);
		return text;
	}
	if (caller_before.fsbase != caller_after.fsbase)
		return "FS base";
	if (caller_before.gsbase != caller_after.gsbase)
		return "GS base";
	for (i = 0; i < xsave_size; i++) {
		if (caller_before.xsave[i] == caller_after.xsave[i])
			continue;
		snprintf(text, sizeof(text), "byte %zu of the XSAVE area: %#x, not %#x",
			 i, caller_after.xsave[i], caller_before.xsave[i]);
		return text;
	}
	return NULL;
}
