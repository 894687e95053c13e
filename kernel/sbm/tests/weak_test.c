// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: what is special about calls that run in place.
 */
#include <kunit/test.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/workqueue.h>

#include "../internal.h"
#include "../weak_heap.h"
#include "heap.h"
#include "sandboxed.h"
#include "testlib.h"

static void expect_no_access(struct kunit *test, struct sbm *sbm, char *addr)
{
	struct sbm_fault want = {
		.kind = SBM_FAULT_EXCEPTION,
		.vector = 14,
		.error = SBM_TEST_PF_USER,
		.addr = (unsigned long)addr,
	};
	int ret;

	ret = sbm_call(sbm, sbm_test_read_at, addr, 0);
	sbm_test_expect_fault(test, sbm, ret, &want);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);

	want.error = SBM_TEST_PF_USER | SBM_TEST_PF_WRITE;
	ret = sbm_call(sbm, sbm_test_write_at, addr, 0);
	sbm_test_expect_fault(test, sbm, ret, &want);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
}

/*
 * The pages on both sides of a buffer are not mapped, also where another
 * buffer was before.
 */
static void sbm_weak_guards(struct kunit *test)
{
	struct sbm_region *region;
	char *start, *end;
	struct sbm *sbm;
	struct sbm old;
	int i;

	sbm_test_need_faults(test);
	KUNIT_ASSERT_EQ(test, sbm_init(&old), 0);
	for (i = 0; i < 50; i++)
		KUNIT_EXPECT_NOT_NULL(test, sbm_alloc_buf(&old, PAGE_SIZE << i % 4,
							  SBM_INOUT));
	sbm_destroy(&old);

	sbm = sbm_test_init(test);
	for (i = 0; i < 20; i++)
		KUNIT_EXPECT_NOT_NULL(test, sbm_alloc_buf(sbm, 1 + i * PAGE_SIZE,
							  i % 3));
	list_for_each_entry(region, &sbm->sandbox->regions, node) {
		start = (char *)region->va;
		end = start + region->nr_pages * PAGE_SIZE;

		KUNIT_EXPECT_EQ(test, 0,
				sbm_call(sbm, sbm_test_read_at, start, 0));
		KUNIT_EXPECT_EQ(test, 0,
				sbm_call(sbm, sbm_test_read_at, end, -1));
		expect_no_access(test, sbm, start - 1);
		expect_no_access(test, sbm, start - PAGE_SIZE);
		expect_no_access(test, sbm, end);
		expect_no_access(test, sbm, end + PAGE_SIZE - 1);
	}
}

/* Calls another sandbox, which faults, and faults itself if told to. */
SBM_DEFINE_FUNC(sbm_test_call_other, struct sbm *, other, bool, fault)
{
	int ret = sbm_call(other, sbm_test_write, NULL, 5);

	if (fault)
		sbm_test_write(NULL, 5);
	return ret - 1000;
}

/* A call in a call: a fault ends the one that it happened in. */
static void sbm_weak_inner(struct kunit *test)
{
	struct sbm *sbm, *other;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	other = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT - 1000,
			sbm_call(sbm, sbm_test_call_other, other, false));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(other), SBM_ERR_FAULT);

	KUNIT_EXPECT_EQ(test, sbm_reset(other), 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_call_other, other, true));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), SBM_ERR_FAULT);
	KUNIT_EXPECT_EQ(test, sbm_error(other), SBM_ERR_FAULT);
}

/* The heap notices the first byte behind an object, and what is stale. */
static void sbm_weak_heap_guards(struct kunit *test)
{
	static const struct {
		unsigned int size;
		bool stale;
	} cases[] = {
		{ 16 }, { 48 }, { PAGE_SIZE }, { 3 * PAGE_SIZE },
		{ 16, true }, { PAGE_SIZE, true },
	};
	struct sbm_fault fault;
	unsigned long size, want;
	struct sbm *sbm;
	int i, ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size = cases[i].size;
		want = 0;
		if (cases[i].stale)
			want = offset_in_page(-size);

		ret = sbm_call(sbm, sbm_test_heap_touch, size, cases[i].stale);
		KUNIT_EXPECT_EQ(test, ret, SBM_ERR_FAULT);
		KUNIT_EXPECT_EQ(test, sbm_last_fault(sbm, &fault), 0);
		KUNIT_EXPECT_EQ(test, fault.vector, 14);
		KUNIT_EXPECT_EQ(test, offset_in_page(fault.addr), want);
		KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	}
}

/* Freeing twice ends the call. What was freed is forgotten at this level. */
static void sbm_weak_free_twice(struct kunit *test)
{
	struct sbm_fault want = {
		.kind = SBM_FAULT_ABORT,
		.addr = SBM_ABORT_BAD_FREE,
	};
	struct sbm *sbm = sbm_test_init(test);
	int ret;

	if (sbm_level(sbm) != SBM_LEVEL_WEAK)
		kunit_skip(test, "needs the weak level");
	ret = sbm_call(sbm, sbm_test_heap_twice);
	sbm_test_expect_fault(test, sbm, ret, &want);
}

struct sbm_test_look {
	struct work_struct work;
	bool inside;
};

static void sbm_test_look_fn(struct work_struct *work)
{
	container_of(work, struct sbm_test_look, work)->inside =
		sbm_weak_inside();
}

enum sbm_test_who { SBM_TEST_ITSELF, SBM_TEST_INTERRUPT, SBM_TEST_TASK };

/* Who takes the call for its own: the caller, and others that run meanwhile. */
SBM_DEFINE_FUNC(sbm_test_inside, enum sbm_test_who, who)
{
	struct sbm_test_look look = { };

	switch (who) {
	case SBM_TEST_ITSELF:
		look.inside = sbm_weak_inside();
		break;
	case SBM_TEST_INTERRUPT:
		preempt_count_add(HARDIRQ_OFFSET);
		look.inside = sbm_weak_inside();
		preempt_count_sub(HARDIRQ_OFFSET);
		break;
	case SBM_TEST_TASK:
		INIT_WORK_ONSTACK(&look.work, sbm_test_look_fn);
		queue_work(system_unbound_wq, &look.work);
		flush_work(&look.work);
		destroy_work_on_stack(&look.work);
		break;
	}
	return look.inside;
}

/* Code that runs inside allocates on the heap, code outside does not. */
static void sbm_weak_heap_is_private(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u64 grown = sbm_events(SBM_EV_GROW);

	KUNIT_EXPECT_EQ(test, sbm_test_heap_reuse(5000, 10), 0);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_GROW), grown);
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_heap_reuse, 5000, 10));
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_GROW), grown + 20);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.heap_pages, 0);

	/* Nor does an interrupt that hits a call, or another task meanwhile. */
	KUNIT_EXPECT_EQ(test, sbm_test_inside(SBM_TEST_ITSELF), 0);
	KUNIT_EXPECT_EQ(test, 1, sbm_call(sbm, sbm_test_inside,
					  SBM_TEST_ITSELF));
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_inside,
					  SBM_TEST_INTERRUPT));
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_inside,
					  SBM_TEST_TASK));
}

static void fault_often(struct kunit *test, int times)
{
	struct sbm *sbm = sbm_test_init(test);
	int i, bad = 0;

	for (i = 0; i < times; i++) {
		bad += sbm_call(sbm, sbm_test_write, NULL, 0) != SBM_ERR_FAULT;
		bad += sbm_reset(sbm) != 0;
		bad += sbm_call(sbm, sbm_test_args1, i) != i;
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.faults, times);
}

/* A fault leaves nothing behind in the caller, however many there are. */
static void sbm_weak_many_faults(struct kunit *test)
{
	int count = preempt_count();

	sbm_test_need_faults(test);
	fault_often(test, 10000);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	/* Also not on the stack: the next one finds the end of it as it was. */
	KUNIT_EXPECT_EQ(test, *end_of_stack(current), STACK_END_MAGIC);
	might_sleep();
	schedule();
}

/* The caller may have an address space: its memory is not the sandbox's. */
static void sbm_weak_caller_mm(struct kunit *test)
{
	struct sbm *sbm;
	unsigned long va;

	sbm_test_need_faults(test);
	va = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, va, 0);
	KUNIT_ASSERT_NOT_NULL(test, current->mm);

	sbm = sbm_test_init(test);
	expect_no_access(test, sbm, (char *)va);
	fault_often(test, 100);
}

static struct kunit_case sbm_weak_cases[] = {
	KUNIT_CASE(sbm_weak_guards),
	KUNIT_CASE(sbm_weak_inner),
	KUNIT_CASE(sbm_weak_heap_guards),
	KUNIT_CASE(sbm_weak_free_twice),
	KUNIT_CASE(sbm_weak_heap_is_private),
	KUNIT_CASE(sbm_weak_many_faults),
	KUNIT_CASE(sbm_weak_caller_mm),
	{}
};

static struct kunit_suite sbm_weak_suite = {
	.name = "sandbox_mode_weak",
	.test_cases = sbm_weak_cases,
};

kunit_test_suite(sbm_weak_suite);
