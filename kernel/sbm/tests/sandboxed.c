// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: functions that run inside.
 *
 * Compiled into the kernel proper and into the sandbox image.
 */
#include <linux/compiler.h>
#include <linux/sbm.h>
#include <linux/sbm_gate.h>
#include <asm/page.h>

#include "sandboxed.h"

/* Makes a loop without an end one that the compiler believes to have one. */
static bool sbm_test_forever = true;

/* === Arguments === */

SBM_DEFINE_THUNK(sbm_test_null)
int sbm_test_null(void)
{
	return 0;
}

SBM_DEFINE_THUNK(sbm_test_args1, int, a)
int sbm_test_args1(int a)
{
	return a;
}

SBM_DEFINE_THUNK(sbm_test_args2, int, a, u8, b)
int sbm_test_args2(int a, u8 b)
{
	return a + b;
}

SBM_DEFINE_THUNK(sbm_test_args3, int, a, u8, b, u64, c)
int sbm_test_args3(int a, u8 b, u64 c)
{
	return sbm_test_args2(a, b) + (c >> 32);
}

SBM_DEFINE_THUNK(sbm_test_args4, int, a, u8, b, u64, c, s16, d)
int sbm_test_args4(int a, u8 b, u64 c, s16 d)
{
	return sbm_test_args3(a, b, c) + d;
}

SBM_DEFINE_THUNK(sbm_test_args5, int, a, u8, b, u64, c, s16, d, bool, e)
int sbm_test_args5(int a, u8 b, u64 c, s16 d, bool e)
{
	return sbm_test_args4(a, b, c, d) + (e ? 1000000 : 0);
}

SBM_DEFINE_THUNK(sbm_test_args6, int, a, u8, b, u64, c, s16, d, bool, e,
		 const int *, f)
int sbm_test_args6(int a, u8 b, u64 c, s16 d, bool e, const int *f)
{
	return sbm_test_args5(a, b, c, d, e) + *f;
}

/* === Memory === */

SBM_DEFINE_THUNK(sbm_test_write, int *, dst, int, value)
int sbm_test_write(int *dst, int value)
{
	*dst = value;
	return 0;
}

SBM_DEFINE_THUNK(sbm_test_write_at, char *, base, long, offset)
int sbm_test_write_at(char *base, long offset)
{
	WRITE_ONCE(base[offset], 1);
	return 0;
}

SBM_DEFINE_THUNK(sbm_test_read_at, const char *, base, long, offset)
int sbm_test_read_at(const char *base, long offset)
{
	return (unsigned char)READ_ONCE(base[offset]);
}

SBM_DEFINE_THUNK(sbm_test_copy, const int *, src, int *, dst)
int sbm_test_copy(const int *src, int *dst)
{
	*dst = *src;
	return 0;
}

SBM_DEFINE_THUNK(sbm_test_invert, int *, value)
int sbm_test_invert(int *value)
{
	*value = ~*value;
	return 0;
}

/* The same, with the stack as deep as it gets: there, at @limit, are zeroes. */
SBM_DEFINE_THUNK(sbm_test_invert_deep, int *, value, const char *, limit)
int sbm_test_invert_deep(int *value, const char *limit)
{
	*value = ~*value;
	return READ_ONCE(*limit);
}

SBM_DEFINE_THUNK(sbm_test_write_fail, int *, dst, int, value, int, error)
int sbm_test_write_fail(int *dst, int value, int error)
{
	*dst = value;
	return error;
}

SBM_DEFINE_THUNK(sbm_test_jump, unsigned long, addr)
int sbm_test_jump(unsigned long addr)
{
	int (*fn)(void) = (int (*)(void))addr;

	/* No tail call: there must be a way back. */
	return fn() + 1;
}

SBM_DEFINE_THUNK(sbm_test_divide, int, a, int, b)
int sbm_test_divide(int a, int b)
{
	OPTIMIZER_HIDE_VAR(b);
	return a / b;
}

static int sbm_test_data = SBM_TEST_DATA;
static int sbm_test_bss;

SBM_DEFINE_THUNK(sbm_test_static)
int sbm_test_static(void)
{
	WRITE_ONCE(sbm_test_data, sbm_test_data + 1);
	WRITE_ONCE(sbm_test_bss, sbm_test_bss + 1);
	return sbm_test_data + 2 * sbm_test_bss;
}

SBM_DEFINE_THUNK(sbm_test_stack_overflow)
int sbm_test_stack_overflow(void)
{
	char *sp = __builtin_frame_address(0);

	/* What a recursion does, without a compiler that sees through it. */
	for (; READ_ONCE(sbm_test_forever); sp -= PAGE_SIZE)
		WRITE_ONCE(*sp, 1);
	return 0;
}

/* === Time === */

/*
 * Keeps much of its state in registers while it runs, so that an exit in the
 * middle that loses one shows in the result.
 */
SBM_DEFINE_THUNK(sbm_test_spin, u64, rounds, u64 *, state)
int sbm_test_spin(u64 rounds, u64 *state)
{
	u64 a = state[0], b = state[1], c = state[2], d = state[3];

	while (rounds--) {
		a += b ^ rounds;
		b = (b << 7 | b >> 57) + c;
		c ^= d + rounds;
		d = (d << 13 | d >> 51) ^ a;
	}
	state[0] = a;
	state[1] = b;
	state[2] = c;
	state[3] = d;
	return 0;
}

SBM_DEFINE_THUNK(sbm_test_spin_forever)
int sbm_test_spin_forever(void)
{
	while (READ_ONCE(sbm_test_forever))
		;
	return 0;
}

/* === Instructions === */

/* Asks the caller for a byte. */
SBM_DEFINE_THUNK(sbm_test_pull)
int sbm_test_pull(void)
{
	char c;

	return sbm_pull(&c, sizeof(c));
}

#ifdef CONFIG_X86_64

SBM_DEFINE_THUNK(sbm_test_cs)
int sbm_test_cs(void)
{
	unsigned int cs;

	asm volatile("mov %%cs, %0" : "=r" (cs));
	return cs;
}

/* The rest would be the end of the kernel proper, unless it catches faults. */
#if defined(__SBM_IMAGE__) || defined(CONFIG_HAVE_ARCH_SBM_CATCH)

/* Stores the address of the instruction that follows, and clears registers. */
#define SBM_TEST_STORE_IP			\
	"lea 1f(%%rip), %%rax\n\t"		\
	"mov %%rax, %0\n\t"			\
	"xor %%edx, %%edx\n\t"			\
	"xor %%ecx, %%ecx\n\t"			\
	"1: "

static void sbm_test_do_fault(enum sbm_test_insn insn, u64 *where)
{
	switch (insn) {
	case SBM_TEST_UD2:
		asm volatile(SBM_TEST_STORE_IP "ud2"
			     : "=m" (*where) : : "rax", "rcx", "rdx");
		break;
	case SBM_TEST_HLT:
		asm volatile(SBM_TEST_STORE_IP "hlt"
			     : "=m" (*where) : : "rax", "rcx", "rdx");
		break;
	case SBM_TEST_DIV0:
		asm volatile(SBM_TEST_STORE_IP "divl %%ecx"
			     : "=m" (*where) : : "rax", "rcx", "rdx");
		break;
	case SBM_TEST_INT3:
		asm volatile(SBM_TEST_STORE_IP "int3"
			     : "=m" (*where) : : "rax", "rcx", "rdx");
		break;
	}
}

#else

static void sbm_test_do_fault(enum sbm_test_insn insn, u64 *where)
{
}

#endif

#ifdef __SBM_IMAGE__

static unsigned long sbm_test_do_syscall(unsigned long nr)
{
	asm volatile("syscall" : "+a" (nr) : "D" (0), "S" (0), "d" (0)
		     : "rcx", "r11", "memory");
	return nr;
}

#else

static unsigned long sbm_test_do_syscall(unsigned long nr)
{
	return nr;
}

#endif

SBM_DEFINE_THUNK(sbm_test_fault, enum sbm_test_insn, insn, u64 *, where)
int sbm_test_fault(enum sbm_test_insn insn, u64 *where)
{
	sbm_test_do_fault(insn, where);
	return 0;
}

SBM_DEFINE_THUNK(sbm_test_syscall, unsigned long, nr)
int sbm_test_syscall(unsigned long nr)
{
	return sbm_test_do_syscall(nr);
}

#endif /* CONFIG_X86_64 */
