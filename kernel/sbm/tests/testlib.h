/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: what the suites share. */
#ifndef _KERNEL_SBM_TESTS_TESTLIB_H
#define _KERNEL_SBM_TESTS_TESTLIB_H

#include <kunit/test.h>
#include <linux/sbm.h>

/* Page fault error code. */
#define SBM_TEST_PF_PROT	BIT(0)
#define SBM_TEST_PF_WRITE	BIT(1)
#define SBM_TEST_PF_USER	BIT(2)
#define SBM_TEST_PF_INSTR	BIT(4)

/* Heap limit of the class of sbm_test_init(), in pages. */
#define SBM_TEST_HEAP_PAGES	16

void sbm_test_need_strong(struct kunit *test);
void sbm_test_need_faults(struct kunit *test);
struct sbm *sbm_test_init(struct kunit *test);
void sbm_test_destroy(void *sbm);
struct sbm *sbm_test_init_class(struct kunit *test, struct sbm_class *class);
void sbm_test_expect_fault(struct kunit *test, struct sbm *sbm, int ret,
			   const struct sbm_fault *want);
void sbm_test_expect_page_fault(struct kunit *test, struct sbm *sbm, int ret,
				const void *addr, u64 access);

#endif /* _KERNEL_SBM_TESTS_TESTLIB_H */
