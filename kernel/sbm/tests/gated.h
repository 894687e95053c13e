/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: gates, and functions that run inside and call them. */
#ifndef _KERNEL_SBM_TESTS_GATED_H
#define _KERNEL_SBM_TESTS_GATED_H

#include <linux/sbm_gate.h>

/* The sum of all arguments. */
SBM_DECLARE_GATE(SBM_GATE_FIRST, sbm_test_gate_sum, u8, a, s32, b, u64, c,
		 const u32 *, d, bool, e)
/* Writes @len times 0x5a. */
SBM_DECLARE_GATE(SBM_GATE_FIRST + 1, sbm_test_gate_fill, void *, buf,
		 size_t, len)
/* Makes a call in another sandbox, and tries to make one in this. */
SBM_DECLARE_GATE(SBM_GATE_FIRST + 2, sbm_test_gate_nested)
/* A hole in the table of the class. */
SBM_DECLARE_GATE(SBM_GATE_FIRST + 3, sbm_test_gate_hole)
/* Does nothing. */
SBM_DECLARE_GATE(SBM_GATE_FIRST + 4, sbm_test_gate_null)
/* Declared, but behind the end of the table. */
SBM_DECLARE_GATE(SBM_GATE_FIRST + 5, sbm_test_gate_behind)

SBM_DEFINE_CALL(sbm_test_gated_sum, u8, a, s32, b, u64, c, const u32 *, d,
		bool, e);
SBM_DEFINE_CALL(sbm_test_gated_fill, void *, buf, size_t, len);
SBM_DEFINE_CALL(sbm_test_gated_nested, u64, state);
SBM_DEFINE_CALL(sbm_test_gated_hole);
SBM_DEFINE_CALL(sbm_test_gated_behind);
SBM_DEFINE_CALL(sbm_test_gated_log, const char *, text);
SBM_DEFINE_CALL(sbm_test_gated_log_literal);
SBM_DEFINE_CALL(sbm_test_gated_pull, char *, buf, size_t, size, size_t, step);
SBM_DEFINE_CALL(sbm_test_gated_forever);

#endif /* _KERNEL_SBM_TESTS_GATED_H */
