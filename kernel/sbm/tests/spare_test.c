// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: spare pages of the heap, and what a reset leaves.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "../internal.h"
#include "heap.h"
#include "sandboxed.h"
#include "testlib.h"

#define PAGES	SBM_TEST_HEAP_PAGES

/* A sandbox whose heap has all its pages in use. */
static struct sbm *full_sandbox(struct kunit *test)
{
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	KUNIT_EXPECT_EQ(test, (PAGES - 1) * 4,
			sbm_call(sbm, sbm_test_heap_fill, 1000, true));
	KUNIT_EXPECT_EQ(test, sbm->sandbox->heap->nr_pages, PAGES);
	return sbm;
}

/* Spare pages go when memory is short, and cannot be reached any more. */
static void sbm_spare_reclaimed(struct kunit *test)
{
	struct sbm *sbm = full_sandbox(test);
	struct sbm_region *heap = sbm->sandbox->heap;
	u64 mapped = sbm->sandbox->info.mapped_pages;
	u64 shrunk = sbm_events(SBM_EV_SHRINK);
	char *last = (char *)heap->va + PAGES * PAGE_SIZE - 1;
	unsigned long pages = sbm_nr_pages();
	struct sbm_fault fault;

	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	/* Loads their translations, if this CPU has a TLB worth the name. */
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, last, 0), 0);

	/* What "echo 2 >/proc/sys/vm/drop_caches" does. */
	drop_slab();
	/* Sandboxes that are ready in pools go as well, a little later. */
	sbm_pool_wait();
	KUNIT_EXPECT_EQ(test, heap->nr_pages, 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.mapped_pages, mapped - PAGES);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages - PAGES);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_SHRINK), shrunk + 1);

	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_read_at, last, 0));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.vector, 14);
	KUNIT_EXPECT_EQ(test, fault.error, SBM_TEST_PF_USER);
	KUNIT_EXPECT_EQ(test, fault.region, SBM_REGION_HEAP);
	KUNIT_EXPECT_EQ(test, fault.distance, PAGES * PAGE_SIZE);

	/* The heap is as good as new. */
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, (PAGES - 1) * 4,
			sbm_call(sbm, sbm_test_heap_fill, 1000, false));
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.mapped_pages, mapped);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
}

/* Pages in use stay, also while the sandbox is idle; so does their content. */
static void sbm_spare_live(struct kunit *test)
{
	struct sbm *sbm = full_sandbox(test);
	struct sbm_region *heap = sbm->sandbox->heap;
	size_t size = PAGES * PAGE_SIZE;
	u8 *before = kunit_kmalloc(test, size, GFP_KERNEL);
	u8 *after = kunit_kmalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, before);
	KUNIT_ASSERT_NOT_NULL(test, after);
	sbm_region_read(heap, 0, before, size);
	drop_slab();
	KUNIT_ASSERT_EQ(test, heap->nr_pages, PAGES);
	sbm_region_read(heap, 0, after, size);
	KUNIT_EXPECT_MEMEQ(test, before, after, size);

	/* In use again after a reset: two pages of them, no more. */
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_heap_reuse, 100, 1), 0);
	drop_slab();
	KUNIT_EXPECT_EQ(test, heap->nr_pages, 2);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_heap_reuse, 100, 1), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* A sandbox whose owner is busy with its memory is passed by. */
static void sbm_spare_busy(struct kunit *test)
{
	struct sbm *sbm = full_sandbox(test);
	struct sbm_region *heap = sbm->sandbox->heap;

	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	mutex_lock(&sbm->sandbox->lock);
	KUNIT_EXPECT_EQ(test, sbm_spare_free(PAGES), 0);
	mutex_unlock(&sbm->sandbox->lock);
	KUNIT_EXPECT_EQ(test, heap->nr_pages, PAGES);

	KUNIT_EXPECT_EQ(test, sbm_spare_free(3), 3);
	KUNIT_EXPECT_EQ(test, heap->nr_pages, PAGES - 3);
	KUNIT_EXPECT_EQ(test, sbm_spare_free(ULONG_MAX), PAGES - 3);
	KUNIT_EXPECT_EQ(test, sbm_spare_free(ULONG_MAX), 0);
}

static int take_spare_pages(void *data)
{
	while (!kthread_should_stop()) {
		sbm_spare_free(5);
		cond_resched();
	}
	return 0;
}

/* Pages are taken while calls run, grow and are reset, and none is lost. */
static void sbm_spare_race(struct kunit *test)
{
	u64 shrunk = sbm_events(SBM_EV_SHRINK);
	unsigned long pages = sbm_nr_pages();
	struct task_struct *thread;
	struct sbm *sbm;
	int i, ret = 0;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	thread = kthread_run(take_spare_pages, NULL, "sbm-spare");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));

	for (i = 0; i < 300 && !ret; i++) {
		ret = sbm_call(sbm, sbm_test_heap_fill, 1000, false);
		ret = ret == (PAGES - 1) * 4 ? sbm_reset(sbm) : -EILSEQ;
		/*
		 * If there is one CPU only the thread may get it in the middle
		 * of calls alone, when no page is spare. Now all of them are.
		 */
		if (i % 16 == 0)
			schedule_timeout_uninterruptible(1);
	}
	kthread_stop(thread);
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_GT(test, sbm_events(SBM_EV_SHRINK), shrunk);

	kunit_release_action(test, sbm_test_destroy, sbm);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
	KUNIT_EXPECT_EQ(test, sbm_spare_free(ULONG_MAX), 0);
}

/* After a reset nothing is left of the calls before, spare pages included. */
static void sbm_reset_clears(struct kunit *test)
{
	struct sbm *sbm = full_sandbox(test);
	struct sbm_sandbox *sandbox = sbm->sandbox;
	size_t heap_size = PAGES * PAGE_SIZE;
	size_t stack_size = SBM_STACK_PAGES * PAGE_SIZE;
	char *spare = (char *)sandbox->heap->va + 5 * PAGE_SIZE;
	char *bottom = (char *)sbm_stack_limit(sandbox);
	u8 *content = kunit_kmalloc(test, heap_size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, content);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);

	/* Nobody handed it out, but it is there. */
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write_at, spare, 0), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, spare, 0), 1);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write_at, bottom, 0), 0);
	KUNIT_EXPECT_EQ(test, sandbox->info.heap_pages, 0);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);

	KUNIT_ASSERT_EQ(test, sandbox->heap->nr_pages, PAGES);
	sbm_region_read(sandbox->heap, 0, content, heap_size);
	KUNIT_EXPECT_NULL(test, memchr_inv(content, 0, heap_size));
	KUNIT_ASSERT_EQ(test, sandbox->stack->nr_pages, SBM_STACK_PAGES);
	sbm_region_read(sandbox->stack, 0, content, stack_size);
	KUNIT_EXPECT_NULL(test, memchr_inv(content, 0, stack_size));
}

/* Nor what is mapped next to a buffer and is nobody's. Buffers stay. */
static void sbm_reset_clears_slack(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm_buf *out = sbm_alloc_buf(sbm, 100, SBM_OUT);
	struct sbm_buf *inout = sbm_alloc_buf(sbm, 100, SBM_INOUT);
	char *slack[2];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, inout);
	slack[0] = out->sbm_ptr + 100;
	slack[1] = inout->sbm_ptr - 1;

	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, 0,
				sbm_call(sbm, sbm_test_write_at, slack[i], 0));
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
					  inout->sbm_ptr, 0));
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, 0,
				sbm_call(sbm, sbm_test_read_at, slack[i], 0));
	KUNIT_EXPECT_EQ(test, 1, sbm_call(sbm, sbm_test_read_at,
					  inout->sbm_ptr, 0));
}

/* Static data is as new after a fault and a reset, and buffers stay. */
static void sbm_reset_after_fault(struct kunit *test)
{
	struct sbm_buf *buf;
	struct sbm *sbm;
	char c = 'x';

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = sbm_alloc_buf(sbm, 1, SBM_INOUT);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, sbm_buf_write(buf, 0, &c, 1), 0);

	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 3,
			sbm_call(sbm, sbm_test_static));
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_write, NULL, 0));
	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT,
			sbm_call(sbm, sbm_test_static));
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);

	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 3,
			sbm_call(sbm, sbm_test_static));
	KUNIT_EXPECT_EQ(test, 'x',
			sbm_call(sbm, sbm_test_read_at, buf->sbm_ptr, 0));
}

static struct kunit_case sbm_spare_cases[] = {
	KUNIT_CASE(sbm_spare_reclaimed),
	KUNIT_CASE(sbm_spare_live),
	KUNIT_CASE(sbm_spare_busy),
	KUNIT_CASE(sbm_spare_race),
	KUNIT_CASE(sbm_reset_clears),
	KUNIT_CASE(sbm_reset_clears_slack),
	KUNIT_CASE(sbm_reset_after_fault),
	{}
};

static struct kunit_suite sbm_spare_suite = {
	.name = "sandbox_mode_spare",
	.test_cases = sbm_spare_cases,
};

kunit_test_suite(sbm_spare_suite);
