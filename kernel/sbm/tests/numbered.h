/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: memory whose pages are numbered, and a look from inside. */
#ifndef _KERNEL_SBM_TESTS_NUMBERED_H
#define _KERNEL_SBM_TESTS_NUMBERED_H

#include <kunit/test.h>
#include <linux/sbm.h>

#include "sandboxed.h"

u8 *sbm_test_numbered(struct kunit *test, unsigned int nr);
void sbm_test_expect_numbered(struct kunit *test, struct sbm *sbm,
			      const u8 *base, unsigned int nr);

static inline int read_at(struct sbm *sbm, const u8 *base, long offset)
{
	return sbm_call(sbm, sbm_test_read_at, (const char *)base, offset);
}

static inline int write_at(struct sbm *sbm, u8 *base, long offset)
{
	return sbm_call(sbm, sbm_test_write_at, (char *)base, offset);
}

#endif /* _KERNEL_SBM_TESTS_NUMBERED_H */
