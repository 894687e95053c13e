// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode tests: functions that run inside and call gates. */
#include <linux/minmax.h>

#include "gated.h"

SBM_DEFINE_THUNK(sbm_test_gated_sum, u8, a, s32, b, u64, c, const u32 *, d,
		 bool, e)
int sbm_test_gated_sum(u8 a, s32 b, u64 c, const u32 *d, bool e)
{
	return sbm_test_gate_sum(a, b, c, d, e);
}

SBM_DEFINE_THUNK(sbm_test_gated_fill, void *, buf, size_t, len)
int sbm_test_gated_fill(void *buf, size_t len)
{
	return sbm_test_gate_fill(buf, len);
}

/* Return: zero if @state survives the gate, in a register or on the stack. */
SBM_DEFINE_THUNK(sbm_test_gated_nested, u64, state)
int sbm_test_gated_nested(u64 state)
{
	u64 saved = state;
	long ret;

	asm volatile("" : "+r" (saved));
	ret = sbm_test_gate_nested();
	return saved == state ? ret : -EIO;
}

SBM_DEFINE_THUNK(sbm_test_gated_hole)
int sbm_test_gated_hole(void)
{
	return sbm_test_gate_hole();
}

SBM_DEFINE_THUNK(sbm_test_gated_behind)
int sbm_test_gated_behind(void)
{
	return sbm_test_gate_behind();
}

SBM_DEFINE_THUNK(sbm_test_gated_log, const char *, text)
int sbm_test_gated_log(const char *text)
{
	return sbm_log(text);
}

/* The text is in the image. */
SBM_DEFINE_THUNK(sbm_test_gated_log_literal)
int sbm_test_gated_log_literal(void)
{
	return sbm_log("a literal");
}

/* Return: how much there was to pull, asking for @step bytes at a time. */
SBM_DEFINE_THUNK(sbm_test_gated_pull, char *, buf, size_t, size, size_t, step)
int sbm_test_gated_pull(char *buf, size_t size, size_t step)
{
	size_t have = 0;
	long ret;

	while (have < size) {
		ret = sbm_pull(buf + have, min(step, size - have));
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		have += ret;
	}
	return have;
}

SBM_DEFINE_THUNK(sbm_test_gated_forever)
int sbm_test_gated_forever(void)
{
	for (;;)
		sbm_test_gate_null();
}
