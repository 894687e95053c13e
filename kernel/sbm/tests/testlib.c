// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: what the suites share.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/init.h>

#include "testlib.h"

static struct sbm_class sbm_test_class = {
	.name = "sbm-kunit",
	.heap_pages = SBM_TEST_HEAP_PAGES,
};

/**
 * sbm_test_need_strong() - skip a test of what only isolation contains
 * @test: The test.
 */
void sbm_test_need_strong(struct kunit *test)
{
	if (!sbm_strong_available())
		kunit_skip(test, "needs strong isolation");
}

/**
 * sbm_test_need_faults() - skip a test where a fault does not end the call
 * @test: The test.
 */
void sbm_test_need_faults(struct kunit *test)
{
	if (!sbm_strong_available() && !IS_ENABLED(CONFIG_HAVE_ARCH_SBM_CATCH))
		kunit_skip(test, "needs faults to be caught");
}

/**
 * sbm_test_destroy() - destroy a sandbox, with the test or before it ends
 * @sbm: The sandbox; for kunit_release_action().
 */
void sbm_test_destroy(void *sbm)
{
	sbm_destroy(sbm);
}

/**
 * sbm_test_init_class() - a sandbox that goes away with the test
 * @test: The test; fails if there is no sandbox.
 * @class: Class of the sandbox.
 *
 * Return: The sandbox.
 */
struct sbm *sbm_test_init_class(struct kunit *test, struct sbm_class *class)
{
	struct sbm *sbm = kunit_kzalloc(test, sizeof(*sbm), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sbm);
	KUNIT_ASSERT_EQ(test, sbm_init_class(sbm, class), 0);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, sbm_test_destroy, sbm));
	return sbm;
}

/**
 * sbm_test_init() - a sandbox of the tests' class
 * @test: The test.
 *
 * Return: As sbm_test_init_class().
 */
struct sbm *sbm_test_init(struct kunit *test)
{
	return sbm_test_init_class(test, &sbm_test_class);
}

/**
 * sbm_test_expect_fault() - check that a call ended in a certain fault
 * @test: The test.
 * @sbm: The sandbox.
 * @ret: What the call returned.
 * @want: The fault; its sp is not compared, nor is its ip if that is zero.
 *
 * Whether a page is mapped, but not for this access, is not known at the weak
 * level: there it is the host's mapping that has failed.
 */
void sbm_test_expect_fault(struct kunit *test, struct sbm *sbm, int ret,
			   const struct sbm_fault *want)
{
	u64 ignore = sbm_level(sbm) == SBM_LEVEL_WEAK ? SBM_TEST_PF_PROT : 0;
	struct sbm_fault got;

	KUNIT_EXPECT_EQ(test, ret, SBM_ERR_FAULT);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), SBM_ERR_FAULT);

	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &got), 0);
	KUNIT_EXPECT_EQ(test, got.kind, want->kind);
	KUNIT_EXPECT_EQ(test, got.vector, want->vector);
	KUNIT_EXPECT_EQ(test, got.error & ~ignore, want->error & ~ignore);
	KUNIT_EXPECT_EQ(test, got.addr, want->addr);
	if (want->ip)
		KUNIT_EXPECT_EQ(test, got.ip, want->ip);
}

/**
 * sbm_test_expect_page_fault() - check that a call ended in a page fault
 * @test: The test.
 * @sbm: The sandbox.
 * @ret: What the call returned.
 * @addr: The faulting address.
 * @access: SBM_TEST_PF_* flags but %SBM_TEST_PF_USER; without
 *	%SBM_TEST_PF_PROT nothing is mapped there.
 */
void sbm_test_expect_page_fault(struct kunit *test, struct sbm *sbm, int ret,
				const void *addr, u64 access)
{
	struct sbm_fault want = {
		.kind = SBM_FAULT_EXCEPTION,
		.vector = 14,
		.error = SBM_TEST_PF_USER | access,
		.addr = (unsigned long)addr,
	};

	sbm_test_expect_fault(test, sbm, ret, &want);
}

static int __init sbm_test_class_init(void)
{
	return sbm_class_register(&sbm_test_class);
}
late_initcall(sbm_test_class_init);
