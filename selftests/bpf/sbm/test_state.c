// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in the registers of the caller: hidden from a sandbox, and out of
 * its reach.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <immintrin.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "box.h"
#include "sbm_test.h"

/*
 * Code for the sandbox. It is assembled here and runs there, so it must not
 * depend on where it is.
 */
#define CODE(name, text)						\
	extern const unsigned char name##_begin[], name##_end[];	\
	asm(".pushsection .rodata\n"					\
	    #name "_begin:\n" text #name "_end:\n"			\
	    ".popsection\n")

#define BOX_CODE(name)							\
	((struct box_code){ name##_begin, name##_end - name##_begin })

/* Returns the or of all general registers but the stack pointer. */
CODE(see_gprs,
     "or %rcx, %rax\n or %rdx, %rax\n or %rbx, %rax\n or %rbp, %rax\n"
     "or %rsi, %rax\n or %rdi, %rax\n or %r8, %rax\n or %r9, %rax\n"
     "or %r10, %rax\n or %r11, %rax\n or %r12, %rax\n or %r13, %rax\n"
     "or %r14, %rax\n or %r15, %rax\n"
     "mov %rax, %rcx\n shr $32, %rcx\n or %ecx, %eax\n ret\n");

/* Returns the or of all vector registers. */
CODE(see_vectors,
     "por %xmm1, %xmm0\n por %xmm2, %xmm0\n por %xmm3, %xmm0\n"
     "por %xmm4, %xmm0\n por %xmm5, %xmm0\n por %xmm6, %xmm0\n"
     "por %xmm7, %xmm0\n por %xmm8, %xmm0\n por %xmm9, %xmm0\n"
     "por %xmm10, %xmm0\n por %xmm11, %xmm0\n por %xmm12, %xmm0\n"
     "por %xmm13, %xmm0\n por %xmm14, %xmm0\n por %xmm15, %xmm0\n"
     "movhlps %xmm0, %xmm1\n por %xmm1, %xmm0\n movq %xmm0, %rax\n"
     "mov %rax, %rcx\n shr $32, %rcx\n or %ecx, %eax\n ret\n");

CODE(see_mxcsr, "push $0\n stmxcsr (%rsp)\n pop %rax\n ret\n");
CODE(see_fcw, "push $0\n fnstcw (%rsp)\n pop %rax\n ret\n");
CODE(see_pkru, "xor %ecx, %ecx\n rdpkru\n ret\n");
CODE(see_bases,
     "rdfsbase %rax\n rdgsbase %rcx\n or %rcx, %rax\n"
     "mov %rax, %rcx\n shr $32, %rcx\n or %ecx, %eax\n ret\n");
CODE(see_selectors,
     "mov %ds, %eax\n mov %es, %ecx\n or %ecx, %eax\n"
     "mov %fs, %ecx\n or %ecx, %eax\n mov %gs, %ecx\n or %ecx, %eax\n ret\n");

/* Changes everything that does not trap, and returns 7. */
#define CLOBBER_ALL							\
	"pcmpeqd %xmm0, %xmm0\n"					\
	"movdqa %xmm0, %xmm1\n movdqa %xmm0, %xmm2\n"			\
	"movdqa %xmm0, %xmm3\n movdqa %xmm0, %xmm4\n"			\
	"movdqa %xmm0, %xmm5\n movdqa %xmm0, %xmm6\n"			\
	"movdqa %xmm0, %xmm7\n movdqa %xmm0, %xmm8\n"			\
	"movdqa %xmm0, %xmm9\n movdqa %xmm0, %xmm10\n"			\
	"movdqa %xmm0, %xmm11\n movdqa %xmm0, %xmm12\n"			\
	"movdqa %xmm0, %xmm13\n movdqa %xmm0, %xmm14\n"			\
	"movdqa %xmm0, %xmm15\n"					\
	"push $0x7f80\n ldmxcsr (%rsp)\n"				\
	"movw $0x0f7f, (%rsp)\n fldcw (%rsp)\n fldpi\n pop %rax\n"	\
	"mov $0x2b, %eax\n mov %eax, %ds\n mov %eax, %es\n"		\
	"mov %eax, %fs\n mov %eax, %gs\n"				\
	"mov $0xffff888000000000, %rax\n wrgsbase %rax\n"		\
	"mov $0x0000600000000000, %rax\n wrfsbase %rax\n"

#define RETURN_7							\
	"pushfq\n orq $0x40000, (%rsp)\n popfq\n std\n"			\
	"mov $7, %eax\n ret\n"

CODE(clobber, CLOBBER_ALL RETURN_7);
CODE(clobber_pkru,
     CLOBBER_ALL "xor %ecx, %ecx\n xor %edx, %edx\n"
     "mov $0x55555550, %eax\n wrpkru\n" RETURN_7);
CODE(clobber_and_fault, CLOBBER_ALL "std\n hlt\n");

/* The registers of this program that a sandbox might reach. */
struct state {
	uint64_t xmm[16][2];
	uint32_t mxcsr;
	uint16_t fcw;
	uint16_t ds, es, fs, gs;
	uint64_t fsbase, gsbase;
	uint32_t pkru;
	uint64_t flags;
};

static bool has_pkru(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & (1 << 4));
}

static void save_state(struct state *state)
{
	uint32_t high;

	asm volatile("mov %%ds, %0\n mov %%es, %1\n mov %%fs, %2\n"
		     "mov %%gs, %3\n"
		     : "=m"(state->ds), "=m"(state->es), "=m"(state->fs),
		       "=m"(state->gs));
	asm volatile("rdfsbase %0\n rdgsbase %1\n"
		     : "=r"(state->fsbase), "=r"(state->gsbase));
	asm volatile("pushfq\n popq %0" : "=r"(state->flags));
	if (has_pkru())
		asm volatile("rdpkru" : "=a"(state->pkru), "=d"(high) : "c"(0));
}

/*
 * Run code in a sandbox with these vector registers, FPU control words and
 * whatever else this program has, and look at them again when the system call
 * is back. Nothing in between may touch a register, so it is one piece.
 */
static long run_with_state(int fd, const struct box_code *code,
			   struct state *before, struct state *after)
{
	long ret = SYS_write;

	save_state(before);
	asm volatile("movdqu 0x00(%[b]), %%xmm0\n movdqu 0x10(%[b]), %%xmm1\n"
		     "movdqu 0x20(%[b]), %%xmm2\n movdqu 0x30(%[b]), %%xmm3\n"
		     "movdqu 0x40(%[b]), %%xmm4\n movdqu 0x50(%[b]), %%xmm5\n"
		     "movdqu 0x60(%[b]), %%xmm6\n movdqu 0x70(%[b]), %%xmm7\n"
		     "movdqu 0x80(%[b]), %%xmm8\n movdqu 0x90(%[b]), %%xmm9\n"
		     "movdqu 0xa0(%[b]), %%xmm10\n movdqu 0xb0(%[b]), %%xmm11\n"
		     "movdqu 0xc0(%[b]), %%xmm12\n movdqu 0xd0(%[b]), %%xmm13\n"
		     "movdqu 0xe0(%[b]), %%xmm14\n movdqu 0xf0(%[b]), %%xmm15\n"
		     "ldmxcsr %[bm]\n fldcw %[bf]\n"
		     "syscall\n"
		     "movdqu %%xmm0, 0x00(%[a])\n movdqu %%xmm1, 0x10(%[a])\n"
		     "movdqu %%xmm2, 0x20(%[a])\n movdqu %%xmm3, 0x30(%[a])\n"
		     "movdqu %%xmm4, 0x40(%[a])\n movdqu %%xmm5, 0x50(%[a])\n"
		     "movdqu %%xmm6, 0x60(%[a])\n movdqu %%xmm7, 0x70(%[a])\n"
		     "movdqu %%xmm8, 0x80(%[a])\n movdqu %%xmm9, 0x90(%[a])\n"
		     "movdqu %%xmm10, 0xa0(%[a])\n movdqu %%xmm11, 0xb0(%[a])\n"
		     "movdqu %%xmm12, 0xc0(%[a])\n movdqu %%xmm13, 0xd0(%[a])\n"
		     "movdqu %%xmm14, 0xe0(%[a])\n movdqu %%xmm15, 0xf0(%[a])\n"
		     "stmxcsr %[am]\n fnstcw %[af]\n"
		     : "+a"(ret), [am] "=m"(after->mxcsr), [af] "=m"(after->fcw)
		     : "D"((long)fd), "S"(code->bytes), "d"(code->len),
		       [b] "r"(before->xmm), [a] "r"(after->xmm),
		       [bm] "m"(before->mxcsr), [bf] "m"(before->fcw)
		     : "rcx", "r11", "memory", "cc",
		       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
		       "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
		       "xmm13", "xmm14", "xmm15");
	save_state(after);

	/* Back to what the compiler expects. */
	asm volatile("ldmxcsr %0\n fninit" : : "m"((uint32_t){ 0x1f80 }));
	return ret;
}

static void fill_state(struct state *state)
{
	int i;

	memset(state, 0, sizeof(*state));
	for (i = 0; i < 16; i++) {
		state->xmm[i][0] = 0x0123456789abcdefULL * (i + 1);
		state->xmm[i][1] = ~state->xmm[i][0];
	}
	state->mxcsr = 0x3f80;	/* round down */
	state->fcw = 0x0b7f;	/* round up */
}

/* Run @code while the registers are full of secrets. Return: its result. */
static int look(struct box_code code, int *result)
{
	struct state before, after;
	char line[256] = "";
	long n;
	int fd;

	fd = open("/sys/kernel/debug/sbm/run", O_RDWR);
	if (fd < 0)
		return -errno;
	fill_state(&before);
	after = before;
	asm volatile("wrgsbase %0" : : "r"(0x123456789000));
	run_with_state(fd, &code, &before, &after);
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0 || sscanf(line, "ret=%d", result) != 1)
		return -EIO;
	return 0;
}

#define CHECK_SEES(code, want)						\
do {									\
	int __seen = -1;						\
									\
	CHECK_EQ(look(BOX_CODE(code), &__seen), 0);			\
	CHECK_EQ(__seen, want);						\
} while (0)

SBM_TEST_PARALLEL(state_hidden, "a sandbox sees none of the caller's registers")
{
	CHECK_SEES(see_gprs, 0);
	CHECK_SEES(see_vectors, 0);
	CHECK_SEES(see_mxcsr, 0x1f80);
	CHECK_SEES(see_fcw, 0x37f);
	CHECK_SEES(see_bases, 0);
	CHECK_SEES(see_selectors, 0);
	if (has_pkru())
		CHECK_SEES(see_pkru, 0);
}

static void check_kept(struct box_code code, const char *kind, int ret)
{
	struct state before, after;
	char got[16] = "", line[256] = "";
	int fd, i, seen = 0;

	fd = open("/sys/kernel/debug/sbm/run", O_RDWR);
	CHECK(fd >= 0);
	fill_state(&before);
	memset(&after, 0, sizeof(after));
	asm volatile("wrgsbase %0" : : "r"(0x123456789000));
	CHECK_EQ(run_with_state(fd, &code, &before, &after), code.len);
	CHECK(read(fd, line, sizeof(line) - 1) > 0);
	close(fd);
	CHECK_EQ(sscanf(line, "ret=%d kind=%15s", &seen, got), 2);
	CHECK_STR(got, kind);
	CHECK_EQ(seen, ret);

	for (i = 0; i < 16; i++) {
		CHECK_EQ(after.xmm[i][0], before.xmm[i][0]);
		CHECK_EQ(after.xmm[i][1], before.xmm[i][1]);
	}
	CHECK_EQ(after.mxcsr & 0xffc0, before.mxcsr & 0xffc0);
	CHECK_EQ(after.fcw, before.fcw);
	CHECK_EQ(after.ds, before.ds);
	CHECK_EQ(after.es, before.es);
	CHECK_EQ(after.fs, before.fs);
	CHECK_EQ(after.gs, before.gs);
	CHECK_EQ(after.fsbase, before.fsbase);
	CHECK_EQ(after.gsbase, before.gsbase);
	CHECK_EQ(after.pkru, before.pkru);
	/* Arithmetic flags are anybody's. */
	CHECK_EQ(after.flags & 0x47f00, before.flags & 0x47f00);
}

SBM_TEST_PARALLEL(state_kept, "a sandbox that returns has changed none of them")
{
	check_kept(BOX_CODE(clobber), "none", 7);
	if (has_pkru() && !sbm_test_failed())
		check_kept(BOX_CODE(clobber_pkru), "none", 7);
}

SBM_TEST_PARALLEL(state_kept_fault, "nor has one that faults")
{
	check_kept(BOX_CODE(clobber_and_fault), "exception", -EFAULT);
}
