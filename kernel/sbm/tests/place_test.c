// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: a fault record says what memory the address belongs to.
 */
#include <kunit/test.h>
#include <linux/mm.h>

#include "../internal.h"
#include "sandboxed.h"
#include "testlib.h"

/* Writes to @addr, and expects a fault that is placed as said. */
static void expect_at(struct kunit *test, struct sbm *sbm, unsigned long addr,
		      enum sbm_fault_region region, enum sbm_fault_side side,
		      u64 distance)
{
	struct sbm_fault fault;

	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_write_at, (char *)addr, 0));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.addr, addr);
	KUNIT_EXPECT_EQ(test, fault.region, region);
	KUNIT_EXPECT_EQ(test, fault.side, side);
	KUNIT_EXPECT_EQ(test, fault.distance, distance);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
}

/* The first byte before and behind a buffer, and what is farther. */
static void sbm_place_buffers(struct kunit *test)
{
	char in[10] = { }, out[10], inout[10] = { };
	unsigned long i, o, io;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	i = (unsigned long)SBM_COPY_IN(sbm, in, sizeof(in));
	o = (unsigned long)SBM_COPY_OUT(sbm, out, sizeof(out));
	io = (unsigned long)SBM_COPY_INOUT(sbm, inout, sizeof(inout));

	expect_at(test, sbm, i, SBM_REGION_INPUT, SBM_SIDE_INSIDE, 0);
	expect_at(test, sbm, i + 9, SBM_REGION_INPUT, SBM_SIDE_INSIDE, 9);
	expect_at(test, sbm, i + 10, SBM_REGION_INPUT, SBM_SIDE_ABOVE, 1);
	expect_at(test, sbm, i - 3, SBM_REGION_INPUT, SBM_SIDE_BELOW, 3);
	expect_at(test, sbm, i + 2000, SBM_REGION_INPUT, SBM_SIDE_ABOVE, 1991);

	/* Between two buffers is one page, of which each has its half. */
	expect_at(test, sbm, o - 1, SBM_REGION_OUTPUT, SBM_SIDE_BELOW, 1);
	expect_at(test, sbm, o - 2000, SBM_REGION_OUTPUT, SBM_SIDE_BELOW, 2000);
	expect_at(test, sbm, o + PAGE_SIZE, SBM_REGION_OUTPUT, SBM_SIDE_ABOVE,
		  PAGE_SIZE - 10 + 1);
	expect_at(test, sbm, io + 10, SBM_REGION_INOUT, SBM_SIDE_ABOVE, 1);
	expect_at(test, sbm, io + 9 + PAGE_SIZE, SBM_REGION_INOUT,
		  SBM_SIDE_ABOVE, PAGE_SIZE);
	expect_at(test, sbm, io + 10 + PAGE_SIZE, SBM_REGION_NONE,
		  SBM_SIDE_INSIDE, 0);
}

/* A stack overflow is one, also if a large frame leaves out some pages. */
static void sbm_place_stack(struct kunit *test)
{
	struct sbm_fault fault;
	unsigned long limit;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	limit = sbm_stack_limit(sbm->sandbox);

	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_stack_overflow));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.region, SBM_REGION_STACK);
	KUNIT_EXPECT_EQ(test, fault.side, SBM_SIDE_BELOW);
	KUNIT_EXPECT_EQ(test, fault.distance, limit - fault.addr);
	KUNIT_EXPECT_LE(test, fault.distance, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);

	expect_at(test, sbm, limit - 1, SBM_REGION_STACK, SBM_SIDE_BELOW, 1);
	expect_at(test, sbm, limit - SBM_STACK_GUARD * PAGE_SIZE,
		  SBM_REGION_STACK, SBM_SIDE_BELOW,
		  SBM_STACK_GUARD * PAGE_SIZE);
	expect_at(test, sbm, limit + SBM_STACK_PAGES * PAGE_SIZE,
		  SBM_REGION_STACK, SBM_SIDE_ABOVE, 1);
}

/* What is set aside for the heap, but not mapped, is above the heap. */
static void sbm_place_heap(struct kunit *test)
{
	struct sbm_region *heap;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	heap = sbm->sandbox->heap;

	expect_at(test, sbm, heap->va - 1, SBM_REGION_HEAP, SBM_SIDE_BELOW, 1);
	expect_at(test, sbm, heap->va + 5, SBM_REGION_HEAP, SBM_SIDE_ABOVE, 6);
	expect_at(test, sbm,
		  heap->va + (SBM_TEST_HEAP_PAGES + 1) * PAGE_SIZE - 1,
		  SBM_REGION_HEAP, SBM_SIDE_ABOVE,
		  (SBM_TEST_HEAP_PAGES + 1) * PAGE_SIZE);
}

/* The image, and the addresses that are nobody's. */
static void sbm_place_others(struct kunit *test)
{
	unsigned long image = arch_sbm_image_va(0);
	struct sbm_region *data;
	struct sbm_fault fault;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);

	expect_at(test, sbm, image + 7, SBM_REGION_IMAGE, SBM_SIDE_INSIDE, 7);
	expect_at(test, sbm, image - 1, SBM_REGION_IMAGE, SBM_SIDE_BELOW, 1);
	expect_at(test, sbm, image + arch_sbm_image_size(), SBM_REGION_DATA,
		  SBM_SIDE_ABOVE, 1);
	expect_at(test, sbm, 8, SBM_REGION_NULL, SBM_SIDE_INSIDE, 8);
	expect_at(test, sbm, (unsigned long)test, SBM_REGION_KERNEL,
		  SBM_SIDE_INSIDE, 0);
	expect_at(test, sbm, SZ_1G, SBM_REGION_NONE, SBM_SIDE_INSIDE, 0);

	/* The image's data can be written to, but not be executed. */
	data = list_first_entry(&sbm->sandbox->regions, struct sbm_region,
				node);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_jump, data->va + 16));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.region, SBM_REGION_DATA);
	KUNIT_EXPECT_EQ(test, fault.side, SBM_SIDE_INSIDE);
	KUNIT_EXPECT_EQ(test, fault.distance, 16);
}

/* A fault that is not about an address has none. */
static void sbm_place_no_address(struct kunit *test)
{
	struct sbm_fault fault;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);

	/* Address zero in the record, and no null pointer. */
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_write, (int *)BIT_ULL(63), 0));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.addr, 0);
	KUNIT_EXPECT_EQ(test, fault.region, SBM_REGION_NONE);
}

static struct kunit_case sbm_place_cases[] = {
	KUNIT_CASE(sbm_place_buffers),
	KUNIT_CASE(sbm_place_stack),
	KUNIT_CASE(sbm_place_heap),
	KUNIT_CASE(sbm_place_others),
	KUNIT_CASE(sbm_place_no_address),
	{}
};

static struct kunit_suite sbm_place_suite = {
	.name = "sandbox_mode_place",
	.test_cases = sbm_place_cases,
};

kunit_test_suite(sbm_place_suite);
