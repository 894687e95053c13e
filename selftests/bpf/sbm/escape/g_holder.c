// SPDX-License-Identifier: GPL-2.0-only
/* G: callers that hold what a sandbox must not get: debuggers, probes, keys. */
#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"
#include "worker.h"

CODE(push_and_return, "push $1\n pop %rcx\n mov $42, %eax\n ret\n");
CODE(int3, "int3\n ret\n");

/* === Breakpoints of a debugger === */

#define DEBUGREG(n)	(offsetof(struct user, u_debugreg) + 8 * (n))

/* DR7: enabled for the task; DR1 and DR2 when 8 bytes are written. */
#define DR7_0_EXECUTE	0x1UL
#define DR7_1_WRITE	(0x4UL | 0x9UL << 20)
#define DR7_2_WRITE	(0x10UL | 0x9UL << 24)
#define DR7		(DR7_0_EXECUTE | DR7_1_WRITE | DR7_2_WRITE)
#define DR7_ENABLED	0x15UL

static volatile long debugged;

static int debugged_call(void)
{
	struct box_result result;
	int i;

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	for (i = 0; i < 3; i++) {
		if (run_code_boxed(&push_and_return, 0, &result) ||
		    result.ret != 42)
			return 1;
		debugged = i;
	}
	return 42;
}

ATTEMPT('G', M8_breakpoints_of_debugger,
	"runs into breakpoints a debugger has set at its addresses")
{
	int status, traps = 0;
	pid_t pid;

	pid = start_process(debugged_call);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_EQ(ptrace(PTRACE_POKEUSER, pid, DEBUGREG(0), place(OF_CODE)), 0);
	CHECK_EQ(ptrace(PTRACE_POKEUSER, pid, DEBUGREG(1),
			place(OF_STACK) - 16), 0);
	CHECK_EQ(ptrace(PTRACE_POKEUSER, pid, DEBUGREG(2), &debugged), 0);
	CHECK_EQ(ptrace(PTRACE_POKEUSER, pid, DEBUGREG(7), DR7), 0);

	while (!ptrace(PTRACE_CONT, pid, 0, 0) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		CHECK_EQ(WSTOPSIG(status), SIGTRAP);
		/* The third, which is the caller's own, and it alone. */
		CHECK_EQ(ptrace(PTRACE_PEEKUSER, pid, DEBUGREG(6), 0) & 0xf, 4);
		CHECK_EQ(ptrace(PTRACE_PEEKUSER, pid, DEBUGREG(7), 0) &
			 DR7_ENABLED, DR7_ENABLED);
		CHECK_EQ(ptrace(PTRACE_POKEUSER, pid, DEBUGREG(6), 0), 0);
		traps++;
	}
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 42);
	CHECK_EQ(traps, 3);
}

/* === Probes === */

#define TRACING		"/sys/kernel/tracing/"
#define UPROBES		TRACING "events/uprobes/"

/* How often a probe was hit, or -1. */
static long probe_hits(const char *name)
{
	FILE *profile = fopen(TRACING "uprobe_profile", "r");
	char line[512], event[64];
	long hits, found = -1;

	while (profile && fgets(line, sizeof(line), profile)) {
		if (sscanf(line, "%*s %63s %ld", event, &hits) == 2 &&
		    !strcmp(event, name))
			found = hits;
	}
	if (profile)
		fclose(profile);
	return found;
}

/* A file of one function, "nop; ret", for memory where a sandbox has its code. */
#define PROBED		"/tmp/sbm_escape_probed"

static void (*map_probed(void))(void)
{
	static const unsigned char function[4096] = { 0x90, 0xc3 };
	void *at = (void *)place(OF_CODE);
	int fd = open(PROBED, O_RDWR | O_CREAT | O_TRUNC, 0700);

	if (fd < 0 || write(fd, function, sizeof(function)) < 0)
		return NULL;
	if (mmap(at, sizeof(function), PROT_READ | PROT_EXEC,
		 MAP_PRIVATE | MAP_FIXED, fd, 0) != at)
		return NULL;
	close(fd);
	return at;
}

/*
 * Not on the instruction that calls: that cannot be probed, with sandboxes or
 * without.
 */
ATTEMPT('G', M3_uprobes_of_caller, "has an int3 where its caller has uprobes")
{
	void (*probed)(void) = map_probed();
	struct box_result result;
	int i, right = 0;

	CHECK(probed);
	CHECK_EQ(write_text(TRACING "uprobe_events",
			    "p:sbm_entry " PROBED ":0"), 0);
	CHECK_EQ(write_text(TRACING "uprobe_events",
			    "r:sbm_return " PROBED ":0"), 0);
	CHECK_EQ(write_text(UPROBES "enable", "1"), 0);
	for (i = 0; i < 3; i++) {
		probed();
		right += !run_code(&int3, &result) && is_fault(&result, 3, 0);
		right += !run_code(&push_and_return, &result) &&
			 result.ret == 42;
	}
	CHECK_EQ(write_text(UPROBES "enable", "0"), 0);
	CHECK_EQ(right, 6);
	CHECK_EQ(probe_hits("sbm_entry"), 3);
	CHECK_EQ(probe_hits("sbm_return"), 3);
	CHECK_EQ(write_text(TRACING "uprobe_events", ""), 0);
	CHECK_EQ(munmap(probed, 4096), 0);
}

/* === Protection keys === */

CODE(see_pkru, "xor %ecx, %ecx\n rdpkru\n push %rax\n pop %rax\n ret\n");
CODE(change_pkru, "xor %ecx, %ecx\n xor %edx, %edx\n mov $0x5555, %eax\n"
     "wrpkru\n mov $7, %eax\n"
     /* It has no right to its stack any more: not RET. */
     "mov $7, %edi\n xor %eax, %eax\n syscall\n");

/* Only what has key 1 can be reached: nothing of this program. */
#define PKRU_ONLY_1	0x55555551U

/*
 * write() with these rights. From one WRPKRU to the other, neither memory nor
 * the stack is touched.
 */
static long write_with_pkru(int fd, const void *data, size_t len, uint32_t pkru,
			    uint32_t *after)
{
	register uint64_t rights asm("r8") = pkru;
	register uint64_t length asm("r9") = len;
	register uint64_t seen asm("r10");
	register uint64_t ret asm("r12");

	asm volatile("xor %%ecx, %%ecx\n rdpkru\n mov %%eax, %%r13d\n"
		     "mov %%r8d, %%eax\n xor %%edx, %%edx\n wrpkru\n"
		     "mov %[nr], %%eax\n mov %%r9, %%rdx\n syscall\n"
		     "mov %%rax, %%r12\n"
		     "xor %%ecx, %%ecx\n rdpkru\n mov %%eax, %%r10d\n"
		     "mov %%r13d, %%eax\n xor %%edx, %%edx\n wrpkru\n"
		     : "=r"(seen), "=r"(ret)
		     : [nr] "i"(SYS_write), "D"((long)fd), "S"(data),
		       "r"(rights), "r"(length)
		     : "rax", "rcx", "rdx", "r11", "r13", "memory", "cc");
	*after = seen;
	return ret;
}

static int call_with_pkru(int fd, unsigned char *page, const struct code *code,
			  int want)
{
	size_t len = code->end - code->begin;
	struct box_result result;
	uint32_t after = 0;

	memcpy(page, code->begin, len);
	if (write_with_pkru(fd, page, len, PKRU_ONLY_1, &after) != (long)len)
		return 3;
	if (after != PKRU_ONLY_1)
		return 4;
	if (box_read_result(fd, &result) || result.ret != want)
		return 5;
	return 0;
}

static int calls_with_pkru(void)
{
	int fd = open(BOX_DEBUGFS_RUN, O_RDWR), i, err = 0;
	unsigned char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* The kernel writes there when it schedules, and may not either. */
	if (__rseq_size)
		syscall(SYS_rseq, (char *)__builtin_thread_pointer() +
			__rseq_offset, 32, 1, RSEQ_SIG);
	if (fd < 0 || page == MAP_FAILED || pkey_alloc(0, 0) != 1)
		return 1;
	if (pkey_mprotect(page, 4096, PROT_READ | PROT_WRITE, 1))
		return 2;
	for (i = 0; i < 3 && !err; i++) {
		err = call_with_pkru(fd, page, &see_pkru, 0);
		if (!err)
			err = call_with_pkru(fd, page, &change_pkru, 7);
		if (!err)
			err = call_with_pkru(fd, page, &int3, EFAULT_RET);
	}
	return err;
}

ATTEMPT('G', M8_pkru_denies_key_0,
	"has rights its caller has not: key 0 is denied")
{
	pid_t pid;

	if (!has(NEED_PKU)) {
		skip(need_reason(NEED_PKU));
		return;
	}
	pid = start_process(calls_with_pkru);
	CHECK(pid > 0);
	CHECK_EXITS(pid, 0);
}

/*
 * A worker of io_uring has the rights its maker had, and goes on with them. It
 * is made for the first of these.
 */
static long enter_with_pkru(int fd, unsigned int wait)
{
	register uint64_t rights asm("r12") = PKRU_ONLY_1;
	register uint64_t min asm("r14") = wait;
	register uint64_t ret asm("r15");

	asm volatile("xor %%ecx, %%ecx\n rdpkru\n mov %%eax, %%r13d\n"
		     "mov %%r12d, %%eax\n xor %%edx, %%edx\n wrpkru\n"
		     "mov %[nr], %%eax\n mov $1, %%esi\n mov %%r14, %%rdx\n"
		     "mov %[flags], %%r10d\n xor %%r8d, %%r8d\n"
		     "xor %%r9d, %%r9d\n syscall\n mov %%rax, %%r15\n"
		     "xor %%ecx, %%ecx\n xor %%edx, %%edx\n"
		     "mov %%r13d, %%eax\n wrpkru\n"
		     : "=r"(ret)
		     : [nr] "i"(SYS_io_uring_enter),
		       [flags] "i"(IORING_ENTER_GETEVENTS), "D"((long)fd),
		       "r"(rights), "r"(min)
		     : "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11",
		       "r13", "memory", "cc");
	return ret;
}

static int worker_with_pkru(void)
{
	const struct code *codes[] = { &see_pkru, &change_pkru, &int3 };
	const int want[] = { 0, 7, EFAULT_RET };
	struct ring ring;
	struct box_result result;
	unsigned char *allowed, *denied;
	size_t i, len;
	int fd;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	allowed = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	denied = allowed + 4096;
	if (fd < 0 || allowed == MAP_FAILED || ring_init(&ring) ||
	    pkey_alloc(0, 0) != 1 ||
	    pkey_mprotect(allowed, 4096, PROT_READ | PROT_WRITE, 1))
		return 1;
	if (__rseq_size)
		syscall(SYS_rseq, (char *)__builtin_thread_pointer() +
			__rseq_offset, 32, 1, RSEQ_SIG);
	ring.enter = enter_with_pkru;
	for (i = 0; i < 3 * ARRAY_SIZE(codes); i++) {
		const struct code *code = codes[i % ARRAY_SIZE(codes)];

		len = code->end - code->begin;
		memcpy(allowed, code->begin, len);
		memcpy(denied, code->begin, len);
		if (ring_write(&ring, fd, denied, len, 1) != -EFAULT)
			return 2;
		if (ring_write(&ring, fd, allowed, len, 1) != (int)len)
			return 3;
		if (box_read_result(fd, &result) ||
		    result.ret != want[i % ARRAY_SIZE(codes)])
			return 10 + i;
	}
	return 0;
}

ATTEMPT('G', M8_pkru_of_worker,
	"has rights that the worker of io_uring which calls has not")
{
	pid_t pid;

	if (!has(NEED_PKU)) {
		skip(need_reason(NEED_PKU));
		return;
	}
	pid = start_process(worker_with_pkru);
	CHECK(pid > 0);
	CHECK_EXITS(pid, 0);
}

/* === A worker of io_uring, whose process holds all of this === */

#define PORT	0x80

CODE(out_byte, "mov $0x80, %edx\n out %al, %dx\n ret\n");
CODE(clear_if, "cli\n ret\n");
CODE(use_ldt, "mov $7, %eax\n mov %eax, %ds\n ret\n");
CODE(see_worker,
     "mov %ds, %eax\n mov %es, %ecx\n or %ecx, %eax\n"
     "mov %fs, %ecx\n or %ecx, %eax\n mov %gs, %ecx\n or %ecx, %eax\n"
     "rdfsbase %rcx\n or %rcx, %rax\n rdgsbase %rcx\n or %rcx, %rax\n"
     ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
     "por %xmm\\n, %xmm0\n .endr\n"
     "movhlps %xmm0, %xmm1\n por %xmm1, %xmm0\n movq %xmm0, %rcx\n"
     "or %rcx, %rax\n mov %rax, %rcx\n shr $32, %rcx\n or %ecx, %eax\n"
     "ret\n");

static int inherited_breakpoint(uint64_t addr)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_X,
		.bp_addr = addr,
		.bp_len = sizeof(long),
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.inherit = 1,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static int holding_process(void)
{
	const struct code *codes[] = {
		&out_byte, &clear_if, &use_ldt, &see_worker, &push_and_return,
	};
	const int want[] = { EFAULT_RET, EFAULT_RET, EFAULT_RET, 0, 42 };
	struct user_desc data = {
		.entry_number = 0,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
	struct box_result result;
	struct ring ring;
	long long hits;
	size_t i, len;
	int fd, bp;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	bp = inherited_breakpoint(place(OF_CODE));
	if (fd < 0 || bp < 0 || iopl(3) || ioperm(PORT, 1, 1) ||
	    syscall(SYS_modify_ldt, 1, &data, sizeof(data)) ||
	    ring_init(&ring))
		return 1;
	/* The process may, which the worker takes over, and goes on to. */
	outb(0, PORT);
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		len = codes[i]->end - codes[i]->begin;
		if (ring_write(&ring, fd, codes[i]->begin, len, 1) != (int)len)
			return 2;
		if (box_read_result(fd, &result) || result.ret != want[i])
			return 10 + i;
		outb(0, PORT);
	}
	if (read(bp, &hits, sizeof(hits)) != sizeof(hits) || hits)
		return 3;
	return 0;
}

ATTEMPT('G', M8_worker_of_holder,
	"runs in a worker whose process has ports, an LDT and breakpoints")
{
	pid_t pid = start_process(holding_process);

	CHECK(pid > 0);
	CHECK_EXITS(pid, 0);
}
