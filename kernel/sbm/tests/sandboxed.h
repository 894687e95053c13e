/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: functions that run inside. */
#ifndef _KERNEL_SBM_TESTS_SANDBOXED_H
#define _KERNEL_SBM_TESTS_SANDBOXED_H

#include <linux/sbm.h>

/**
 * enum sbm_test_insn - instructions a sandbox must not get away with
 * @SBM_TEST_UD2: Undefined instruction.
 * @SBM_TEST_HLT: Privileged instruction.
 * @SBM_TEST_DIV0: Division by zero.
 * @SBM_TEST_INT3: Breakpoint.
 */
enum sbm_test_insn {
	SBM_TEST_UD2,
	SBM_TEST_HLT,
	SBM_TEST_DIV0,
	SBM_TEST_INT3,
};

/* Initial values of the image's static data, see sbm_test_static(). */
#define SBM_TEST_DATA	1000

SBM_DEFINE_CALL(sbm_test_null);
SBM_DEFINE_CALL(sbm_test_args1, int, a);
SBM_DEFINE_CALL(sbm_test_args2, int, a, u8, b);
SBM_DEFINE_CALL(sbm_test_args3, int, a, u8, b, u64, c);
SBM_DEFINE_CALL(sbm_test_args4, int, a, u8, b, u64, c, s16, d);
SBM_DEFINE_CALL(sbm_test_args5, int, a, u8, b, u64, c, s16, d, bool, e);
SBM_DEFINE_CALL(sbm_test_args6, int, a, u8, b, u64, c, s16, d, bool, e,
		const int *, f);

SBM_DEFINE_CALL(sbm_test_write, int *, dst, int, value);
SBM_DEFINE_CALL(sbm_test_write_at, char *, base, long, offset);
SBM_DEFINE_CALL(sbm_test_read_at, const char *, base, long, offset);
SBM_DEFINE_CALL(sbm_test_copy, const int *, src, int *, dst);
SBM_DEFINE_CALL(sbm_test_invert, int *, value);
SBM_DEFINE_CALL(sbm_test_invert_deep, int *, value, const char *, limit);
SBM_DEFINE_CALL(sbm_test_write_fail, int *, dst, int, value, int, error);
SBM_DEFINE_CALL(sbm_test_jump, unsigned long, addr);
SBM_DEFINE_CALL(sbm_test_divide, int, a, int, b);
SBM_DEFINE_CALL(sbm_test_static);
SBM_DEFINE_CALL(sbm_test_stack_overflow);

SBM_DEFINE_CALL(sbm_test_pull);

SBM_DEFINE_CALL(sbm_test_spin, u64, rounds, u64 *, state);
SBM_DEFINE_CALL(sbm_test_spin_forever);

#ifdef CONFIG_X86_64
SBM_DEFINE_CALL(sbm_test_cs);
SBM_DEFINE_CALL(sbm_test_fault, enum sbm_test_insn, insn, u64 *, where);
SBM_DEFINE_CALL(sbm_test_syscall, unsigned long, nr);
#endif

#endif /* _KERNEL_SBM_TESTS_SANDBOXED_H */
