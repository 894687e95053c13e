// SPDX-License-Identifier: GPL-2.0-only
/* G: what the caller has that a sandbox must not get, and gets back. */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

/* === Ports === */

/* A port that delays and does nothing else. */
#define PORT	0x80

CODE(out_byte, "mov $0x80, %edx\n out %al, %dx\n xor %eax, %eax\n ret\n");
CODE(in_byte, "mov $0x80, %edx\n in %dx, %al\n xor %eax, %eax\n ret\n");
CODE(in_bytes, "mov $0x80, %edx\n lea -16(%rsp), %rdi\n insb\n ret\n");
CODE(clear_if, "cli\n xor %eax, %eax\n ret\n");
CODE(set_if, "sti\n xor %eax, %eax\n ret\n");

ATTEMPT('G', M8_ioperm_of_caller, "uses a port the caller may use")
{
	struct box_result result;
	int i;

	CHECK_EQ(ioperm(PORT, 1, 1), 0);
	for (i = 0; i < 3; i++) {
		outb(0, PORT);
		CHECK_EQ(run_code(&out_byte, &result), 0);
		CHECK_FAULT(&result, 13, 0);
		CHECK_EQ(run_code(&in_byte, &result), 0);
		CHECK_FAULT(&result, 13, 0);
		CHECK_EQ(run_code(&in_bytes, &result), 0);
		CHECK_FAULT(&result, 13, 0);
		/* It still may: no signal. */
		outb(0, PORT);
	}
	CHECK_EQ(ioperm(PORT, 1, 0), 0);
}

ATTEMPT('G', S1_iopl_of_caller,
	"executes cli, sti and in, where the caller has IOPL 3")
{
	struct box_result result;

	/* The kernel emulates cli and sti for such a process. */
	CHECK_EQ(iopl(3), 0);
	CHECK_EQ(run_code(&clear_if, &result), 0);
	CHECK_FAULT(&result, 13, 0);
	CHECK_EQ(run_code(&set_if, &result), 0);
	CHECK_FAULT(&result, 13, 0);
	CHECK_EQ(run_code(&in_byte, &result), 0);
	CHECK_FAULT(&result, 13, 0);
	inb(PORT);
	CHECK_EQ(iopl(0), 0);
}

/* === Time === */

CODE(read_tsc, "rdtsc\n xor %eax, %eax\n ret\n");

ATTEMPT('G', S1_tsc_of_caller,
	"reads the TSC, where the caller must not: no SIGSEGV")
{
	struct box_result result;
	int mode = 0;

	CHECK_EQ(prctl(PR_SET_TSC, PR_TSC_SIGSEGV), 0);
	CHECK_EQ(run_code(&read_tsc, &result), 0);
	CHECK_EQ(prctl(PR_GET_TSC, &mode), 0);
	CHECK_EQ(mode, PR_TSC_SIGSEGV);
	CHECK_EQ(prctl(PR_SET_TSC, PR_TSC_ENABLE), 0);
	CHECK_FAULT(&result, 13, 0);
}

/* === Breakpoints === */

static int breakpoint(pid_t pid, uint64_t addr, unsigned int type,
		      unsigned int len)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = type,
		.bp_addr = addr,
		.bp_len = len,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return syscall(SYS_perf_event_open, &attr, pid, -1, -1,
		       PERF_FLAG_FD_CLOEXEC);
}

static long long hits(int fd)
{
	long long count = -1;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : -1;
}

static volatile long watched;

CODE(push_and_loop, "push $1\n pop %rcx\n mov $20000000, %ecx\n"
     "1: dec %ecx\n jnz 1b\n mov $42, %eax\n ret\n");

ATTEMPT('G', M8_breakpoints_of_caller,
	"runs into breakpoints the caller has set at its addresses")
{
	int code, stack, own, i;
	struct box_result result;

	code = breakpoint(0, place(OF_CODE), HW_BREAKPOINT_X, sizeof(long));
	stack = breakpoint(0, place(OF_STACK) - 16, HW_BREAKPOINT_W,
			   HW_BREAKPOINT_LEN_8);
	own = breakpoint(0, (uint64_t)&watched, HW_BREAKPOINT_W,
			 HW_BREAKPOINT_LEN_8);
	CHECK(code >= 0 && stack >= 0 && own >= 0);

	for (i = 0; i < 3; i++) {
		CHECK_EQ(hits(own), i);
		CHECK_EQ(run_code(&push_and_loop, &result), 0);
		CHECK_RETURNED(&result, 42);
		/* The caller's still work. */
		watched = i;
		CHECK_EQ(hits(own), i + 1);
	}
	CHECK_EQ(hits(code), 0);
	CHECK_EQ(hits(stack), 0);
	close(code);
	close(stack);
	close(own);
}

ATTEMPT('G', M8_breakpoint_meanwhile,
	"runs into one that is set while it is inside")
{
	pid_t pid = start_code(loop_for_ever);
	int fd;

	CHECK(pid > 0);
	wait_ms(50);
	fd = breakpoint(pid, place(OF_CODE), HW_BREAKPOINT_X, sizeof(long));
	CHECK(fd >= 0);
	wait_ms(50);
	CHECK_EQ(hits(fd), 0);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_EQ(box_kill(pid), SIGKILL);
	close(fd);
}

/* === FPU registers, when others use the CPU === */

CODE(dirty_vectors, "mov $4000000, %ecx\n"
     "1: pcmpeqd %xmm0, %xmm0\n pcmpeqd %xmm7, %xmm7\n pcmpeqd %xmm15, %xmm15\n"
     "dec %ecx\n jnz 1b\n mov $42, %eax\n ret\n");

/* Vector registers of a task that is in no sandbox, over and over. */
static void hold_vectors(double seconds)
{
	unsigned char want[16], got[16];
	long i;

	memset(want, 0x3c, sizeof(want));
	for (i = 0; i < seconds * 2000; i++) {
		asm volatile("movdqu %1, %%xmm7\n mov $20000, %%ecx\n"
			     "1: dec %%ecx\n jnz 1b\n movdqu %%xmm7, %0\n"
			     : "=m"(got) : "m"(want) : "ecx", "xmm7", "cc");
		if (memcmp(want, got, sizeof(want)))
			_exit(1);
	}
	_exit(0);
}

ATTEMPT('G', S4_vectors_of_another_task,
	"dirties vectors on the CPU of another task that uses them")
{
	struct box_result result;
	cpu_set_t one, all;
	int status, i;
	pid_t pid;

	CHECK_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = fork();
	if (!pid)
		hold_vectors(1);
	for (i = 0; i < 20 && !sbm_test_failed(); i++) {
		/* Compares this task's own as well. */
		if (run_code(&dirty_vectors, &result) || result.ret != 42)
			sbm_test_fail(__FILE__, __LINE__, "call %d fails", i);
	}
	sched_setaffinity(0, sizeof(all), &all);
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}
