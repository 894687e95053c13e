// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: the stack, mapped as far down as it is used.
 */
#include <kunit/test.h>
#include <linux/mm.h>

#include "../internal.h"
#include "gated.h"
#include "sandboxed.h"
#include "testlib.h"

static ssize_t stack_pull(void *ctx, void *buf, size_t size)
{
	memset(buf, 0x77, size);
	return size;
}

static const struct sbm_gate *const stack_gates[] = {
	SBM_GATE(sbm_pull),
	SBM_GATE(sbm_test_gate_sum),
	SBM_GATE(sbm_test_gate_fill),
};

static struct sbm_class sbm_stack_class = {
	.name = "sbm-kunit-stack",
	.heap_pages = 16,
	.gates = stack_gates,
	.nr_gates = ARRAY_SIZE(stack_gates),
};

static struct sbm *stack_sandbox(struct kunit *test)
{
	sbm_test_need_strong(test);
	return sbm_test_init_class(test, &sbm_stack_class);
}

/* Page @nr of the stack, as the sandbox sees it. The first is the topmost. */
static char *stack_page(struct sbm *sbm, unsigned int nr)
{
	return (char *)sbm_stack_limit(sbm->sandbox) +
	       (SBM_STACK_PAGES - 1 - nr) * PAGE_SIZE;
}

/* What the kernel finds at offset @at of that page. */
static u8 stack_byte(struct sbm *sbm, unsigned int nr, size_t at)
{
	struct sbm_region *stack = sbm->sandbox->stack;
	u8 byte;

	sbm_region_read(stack, (stack->nr_pages - 1 - nr) * PAGE_SIZE + at,
			&byte, 1);
	return byte;
}

/* Down to a page that is touched all are mapped, each once, and none before. */
static void sbm_stack_deeper(struct kunit *test)
{
	struct sbm *sbm = stack_sandbox(test);
	struct sbm_sandbox *sandbox = sbm->sandbox;
	u64 mapped = sandbox->info.mapped_pages;
	unsigned long pages = sbm_nr_pages();
	u64 events = sbm_events(SBM_EV_STACK);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, SBM_STACK_MIN);
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_null));
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, SBM_STACK_MIN);

	/* The last byte of the second page, then the first of the last one. */
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
					  stack_page(sbm, 0), -1));
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, 2);
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_read_at,
					  stack_page(sbm, 3), 0));
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, SBM_STACK_PAGES);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_STACK), events + 2);
	KUNIT_EXPECT_EQ(test, sandbox->info.mapped_pages, mapped + 3);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages + 3);

	/* The kernel knows which is which. */
	for (i = 1; i < SBM_STACK_PAGES; i++)
		KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
						  stack_page(sbm, i), i));
	for (i = 1; i < SBM_STACK_PAGES; i++) {
		KUNIT_EXPECT_EQ(test, stack_byte(sbm, i, i), 1);
		KUNIT_EXPECT_EQ(test, stack_byte(sbm, i, i + 1), 0);
	}
	KUNIT_EXPECT_EQ(test, stack_byte(sbm, 1, PAGE_SIZE - 1), 1);

	/* Nobody took any of that for a fault. */
	KUNIT_EXPECT_EQ(test, sandbox->info.faults, 0);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_STACK), events + 2);
}

/* A gate finds the stack as the sandbox would, touched before or not. */
static void sbm_stack_gate(struct kunit *test)
{
	struct sbm *sbm = stack_sandbox(test);
	struct sbm_sandbox *sandbox = sbm->sandbox;
	struct sbm_fault fault;

	KUNIT_EXPECT_EQ(test, 5,
			sbm_call(sbm, sbm_test_gated_sum, 5, 0, 0,
				 (u32 *)stack_page(sbm, 1), false));
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, 2);

	/* Over the end of a page, the lower one not being there yet. */
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_gated_fill,
					  stack_page(sbm, 1) - 2, 4));
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, 3);
	KUNIT_EXPECT_EQ(test, stack_byte(sbm, 2, PAGE_SIZE - 2), 0x5a);
	KUNIT_EXPECT_EQ(test, stack_byte(sbm, 1, 1), 0x5a);
	KUNIT_EXPECT_EQ(test, stack_byte(sbm, 1, 2), 0);

	sbm_set_pull(sbm, stack_pull, NULL);
	KUNIT_EXPECT_EQ(test, 3, sbm_call(sbm, sbm_test_gated_pull,
					  stack_page(sbm, 3), 3, 3));
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, 4);
	KUNIT_EXPECT_EQ(test, stack_byte(sbm, 3, 2), 0x77);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);

	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_gated_fill,
				 stack_page(sbm, 3) - 1, 1));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_POINTER);
	KUNIT_EXPECT_EQ(test, fault.region, SBM_REGION_STACK);
	KUNIT_EXPECT_EQ(test, fault.side, SBM_SIDE_BELOW);
	KUNIT_EXPECT_EQ(test, fault.distance, 1);
}

static void expect_no_page(struct kunit *test, struct sbm *sbm, int ret,
			   const char *addr, u64 access)
{
	sbm_test_expect_page_fault(test, sbm, ret, addr, access);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->stack->nr_pages, SBM_STACK_MIN);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
}

/* It ends where it ends, and is not for code; nothing is mapped in vain. */
static void sbm_stack_bounds(struct kunit *test)
{
	struct sbm *sbm = stack_sandbox(test);
	char *end = stack_page(sbm, 0) + PAGE_SIZE;
	char *limit = stack_page(sbm, 3);
	struct sbm_fault fault;
	int ret;

	ret = sbm_call(sbm, sbm_test_write_at, limit, -1);
	expect_no_page(test, sbm, ret, limit - 1, SBM_TEST_PF_WRITE);
	ret = sbm_call(sbm, sbm_test_read_at, end, 0);
	expect_no_page(test, sbm, ret, end, 0);

	ret = sbm_call(sbm, sbm_test_jump, (unsigned long)limit + 5);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.region, SBM_REGION_STACK);
	KUNIT_EXPECT_EQ(test, fault.side, SBM_SIDE_INSIDE);
	KUNIT_EXPECT_EQ(test, fault.distance, 5);
	expect_no_page(test, sbm, ret, limit + 5, SBM_TEST_PF_INSTR);
}

/* Who is not the owner reads zeroes where nothing is mapped. */
static void sbm_stack_read(struct kunit *test)
{
	struct sbm *sbm = stack_sandbox(test);
	struct sbm_sandbox *sandbox = sbm->sandbox;
	size_t hole = (SBM_STACK_PAGES - SBM_STACK_MIN) * PAGE_SIZE;
	u64 words[2], last;

	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
					  stack_page(sbm, 0), 0));
	memset(words, 0xff, sizeof(words));
	KUNIT_EXPECT_EQ(test, sizeof(words),
			sbm_read(sandbox, SBM_REGION_STACK, 0, words,
				 sizeof(words)));
	KUNIT_EXPECT_EQ(test, words[0] | words[1], 0);
	KUNIT_EXPECT_EQ(test, sizeof(words),
			sbm_read(sandbox, SBM_REGION_STACK, hole - 8, words,
				 sizeof(words)));
	KUNIT_EXPECT_EQ(test, words[0], 0);
	KUNIT_EXPECT_EQ(test, words[1], 1);

	/* Nor does an offset from the end depend on how deep it is. */
	KUNIT_EXPECT_EQ(test, sizeof(last),
			sbm_read(sandbox, SBM_REGION_STACK,
				 -(s64)(SBM_STACK_MIN * PAGE_SIZE), &last,
				 sizeof(last)));
	KUNIT_EXPECT_EQ(test, last, 1);
	KUNIT_EXPECT_EQ(test, sandbox->stack->nr_pages, SBM_STACK_MIN);
}

/* A reset keeps what is mapped; another life begins with one page. */
static void sbm_stack_next_life(struct kunit *test)
{
	struct sbm *sbm = stack_sandbox(test);
	unsigned long end = (unsigned long)stack_page(sbm, 0) + PAGE_SIZE;
	u64 mapped = sbm->sandbox->info.mapped_pages;
	unsigned long pages = sbm_nr_pages();
	u64 reused = sbm_events(SBM_EV_REUSE);
	unsigned int i;

	for (i = 0; i < SBM_STACK_PAGES; i++)
		KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
						  stack_page(sbm, i), 9));
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->stack->nr_pages, SBM_STACK_PAGES);
	for (i = 0; i < SBM_STACK_PAGES; i++)
		KUNIT_EXPECT_EQ(test, stack_byte(sbm, i, 9), 0);

	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
					  stack_page(sbm, 3), 9));
	/* On one CPU, so that what is kept is found again. */
	migrate_disable();
	kunit_release_action(test, sbm_test_destroy, sbm);
	sbm = sbm_test_init_class(test, &sbm_stack_class);
	migrate_enable();
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_REUSE), reused + 1);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->stack->nr_pages, SBM_STACK_MIN);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.mapped_pages, mapped);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
	KUNIT_EXPECT_EQ(test, end,
			(unsigned long)stack_page(sbm, 0) + PAGE_SIZE);

	/* And gets as deep as any. */
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_read_at,
					  stack_page(sbm, 3), 9));
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages + 3);
}

static struct kunit_case sbm_stack_cases[] = {
	KUNIT_CASE(sbm_stack_deeper),
	KUNIT_CASE(sbm_stack_gate),
	KUNIT_CASE(sbm_stack_bounds),
	KUNIT_CASE(sbm_stack_read),
	KUNIT_CASE(sbm_stack_next_life),
	{}
};

static int sbm_stack_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_stack_class);
}

static void sbm_stack_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_stack_class);
}

static struct kunit_suite sbm_stack_suite = {
	.name = "sandbox_mode_stack",
	.suite_init = sbm_stack_suite_init,
	.suite_exit = sbm_stack_suite_exit,
	.test_cases = sbm_stack_cases,
};

kunit_test_suite(sbm_stack_suite);
