// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: each allocation fails once, and nothing is left behind.
 *
 * Kprobes on the entry points of the allocators make the n-th allocation of
 * this task fail: slab objects, pages of any order, per-CPU memory and vmalloc,
 * whoever asks for them on behalf of the sandbox, mm included. The kernel's own
 * fault injection (fail-nth) leaves out per-CPU memory, all that may sleep unless
 * told otherwise in debugfs, and takes a kernel configured for it.
 *
 * Allocations that must not fail (__GFP_NOFAIL) do not. The charge to a memory
 * cgroup is part of those above; what becomes of one that is refused is tested
 * in the guest.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "../internal.h"
#include "gated.h"
#include "heap.h"
#include "sandboxed.h"
#include "testlib.h"

/* More allocations than a sandbox makes in its life. */
#define INJECT_MAX	2000

static const struct sbm_gate *const inject_gates[] = {
	SBM_GATE(sbm_test_gate_fill),
};

/* A sandbox from a pool would have its allocations behind it. */
static struct sbm_class sbm_inject_class = {
	.name = "sbm-kunit-inject",
	.heap_pages = 600,
	.flags = SBM_CLASS_FRESH,
	.gates = inject_gates,
	.nr_gates = ARRAY_SIZE(inject_gates),
};

static struct sbm_class sbm_inject_pool = {
	.name = "sbm-kunit-inject2",
	.heap_pages = 600,
};

/* === Injection === */

/* Whose allocations fail, and how many are left until one does. */
static struct task_struct *inject_task;
static unsigned int inject_nth;

/* Those after it fail as well: so many have. */
static bool inject_all;
static unsigned int inject_failed;

/* What an allocator does that has nothing. */
static noinline notrace void *inject_nothing(void)
{
	return NULL;
}

/**
 * struct injection - an entry point of an allocator
 * @probe: Where.
 * @gfp: Which of its arguments are the flags.
 */
struct injection {
	struct kprobe probe;
	unsigned int gfp;
};

static int inject_hit(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned int arg = container_of(probe, struct injection, probe)->gfp;
	gfp_t gfp = (__force gfp_t)regs_get_kernel_argument(regs, arg);

	if (current != inject_task || !in_task() || !inject_nth ||
	    gfp & __GFP_NOFAIL)
		return 0;
	if (--inject_nth)
		return 0;
	if (inject_all)
		inject_nth = 1;
	inject_failed++;

	instruction_pointer_set(regs, (unsigned long)inject_nothing);
	return 1;
}

NOKPROBE_SYMBOL(inject_hit);

#define INJECTION(function, argument) {					\
	.probe = {							\
		.symbol_name = function,				\
		.pre_handler = inject_hit,				\
	},								\
	.gfp = argument,						\
}

static struct injection injections[] = {
	INJECTION("__alloc_pages_noprof", 0),
	INJECTION("kmem_cache_alloc_noprof", 1),
	INJECTION("kmem_cache_alloc_node_noprof", 1),
	INJECTION("kmem_cache_alloc_lru_noprof", 2),
	INJECTION("kmem_cache_alloc_bulk_noprof", 1),
	INJECTION("__kmalloc_noprof", 1),
	INJECTION("__kmalloc_node_noprof", 1 + IS_ENABLED(CONFIG_SLAB_BUCKETS)),
	INJECTION("__kmalloc_cache_noprof", 1),
	INJECTION("__kmalloc_cache_node_noprof", 1),
	INJECTION("pcpu_alloc_noprof", 3),
	INJECTION("__vmalloc_node_range_noprof", 4),
};

/* The @nth allocation from here on fails. */
static void inject_begin(unsigned int nth)
{
	inject_nth = nth;
	inject_task = current;
}

/* Return: zero if one failed. */
static unsigned int inject_end(void)
{
	inject_task = NULL;
	return inject_nth;
}

/* === Tests === */

/**
 * struct life - what a sandbox is used for in a test
 * @sbm: The sandbox.
 * @grown: How many blocks it could allocate inside, or a negative errno.
 */
struct life {
	struct sbm sbm;
	int grown;
};

/* The stack gets deeper: a gate needs a page of it, then the code two. */
static int live_deep(struct sbm *sbm)
{
	char *limit;

	if (sbm_level(sbm) < SBM_LEVEL_STRONG)
		return 0;
	limit = (char *)sbm_stack_limit(sbm->sandbox);
	return sbm_call(sbm, sbm_test_gated_fill, limit + 2 * PAGE_SIZE, 1) ?:
	       sbm_call(sbm, sbm_test_write_at, limit, 0);
}

/* Everything that allocates. Return: zero, or the first error. */
static int live(struct life *life)
{
	struct sbm *sbm = &life->sbm;
	char data[2 * PAGE_SIZE / 8] = { };
	struct sbm_buf *buf;
	int *in, err;

	life->grown = 0;
	err = sbm_init_class(sbm, &sbm_inject_class);
	if (err)
		return err;
	in = SBM_COPY_IN(sbm, (int *)data, sizeof(data));
	buf = sbm_alloc_buf(sbm, 3 * PAGE_SIZE, SBM_OUT);
	err = sbm_error(sbm);
	if (err)
		return err;
	err = sbm_call(sbm, sbm_test_copy, in, (int *)buf->sbm_ptr) ?:
	      live_deep(sbm);
	if (err)
		return err;
	/* 600 pages need a second page table. */
	life->grown = sbm_call(sbm, sbm_test_heap_fill, 70000, false);
	return sbm_error(sbm);
}

/* The n-th allocation fails, for each n: an error, and no loss. */
static void sbm_inject_each(struct kunit *test)
{
	unsigned int sandboxes = sbm_nr_sandboxes();
	unsigned int n, left, failed = 0, short_heap = 0;
	unsigned long pages = sbm_nr_pages();
	struct life life;
	int err, grown;

	KUNIT_ASSERT_EQ(test, live(&life), 0);
	grown = life.grown;
	KUNIT_EXPECT_GT(test, grown, 20);
	sbm_destroy(&life.sbm);

	for (n = 1; n < INJECT_MAX; n++) {
		inject_begin(n);
		err = live(&life);
		left = inject_end();

		/* Creating, preparing, and a call that needs more stack. */
		if (err) {
			KUNIT_EXPECT_EQ(test, err, -ENOMEM);
			KUNIT_EXPECT_EQ(test, sbm_error(&life.sbm), -ENOMEM);
			failed++;
		} else if (life.grown != grown) {
			KUNIT_EXPECT_GE(test, life.grown, 0);
			KUNIT_EXPECT_LT(test, life.grown, grown);
			short_heap++;
		}
		sbm_destroy(&life.sbm);
		KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes);
		KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
		if (left)
			break;
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, life.grown, grown);
	kunit_info(test, "%u allocations: %u made it fail, %u a heap short",
		   n - 1, failed, short_heap);

	/* The pages alone: data, stack, two buffers; then those of the heap. */
	KUNIT_EXPECT_GT(test, failed, 1 + SBM_STACK_PAGES + 1 + 3);
	KUNIT_EXPECT_GT(test, short_heap, 500);
}

/* A stack that cannot get deeper ends the call. The next has another chance. */
static void sbm_inject_stack(struct kunit *test)
{
	struct sbm_fault fault;
	struct sbm_region *stack;
	struct sbm *sbm;
	char *limit;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	stack = sbm->sandbox->stack;
	limit = (char *)sbm_stack_limit(sbm->sandbox);

	inject_begin(2);	/* of three pages */
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			sbm_call(sbm, sbm_test_write_at, limit, 0));
	KUNIT_EXPECT_EQ(test, inject_end(), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), -ENOMEM);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_NONE);
	KUNIT_EXPECT_EQ(test, stack->nr_pages, SBM_STACK_MIN);
	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT,
			sbm_call(sbm, sbm_test_null));

	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at, limit, 0));
	KUNIT_EXPECT_EQ(test, stack->nr_pages, SBM_STACK_PAGES);
}

/* With a ready one there is less to fail, and no less care taken. */
static void sbm_inject_pooled(struct kunit *test)
{
	unsigned int sandboxes = sbm_nr_sandboxes();
	unsigned int n, left = 0, failed = 0, freed = 0;
	unsigned long pages = sbm_nr_pages();
	struct sbm sbm;
	u64 puts;
	int err;

	sbm_test_need_strong(test);
	for (n = 1; n < INJECT_MAX && !left; n++) {
		/* So that one is ready. */
		KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_inject_pool), 0);
		sbm_destroy(&sbm);

		inject_begin(n);
		err = sbm_init_class(&sbm, &sbm_inject_pool);
		left = inject_end();
		/* The registry tries again, so this need not fail. */
		if (err)
			KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		else
			KUNIT_EXPECT_EQ(test, sbm_call(&sbm, sbm_test_null), 0);
		failed += !!err;
		sbm_destroy(&sbm);
		KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes);
		KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
	}
	KUNIT_EXPECT_NE(test, left, 0);

	left = 0;
	for (n = 1; n < INJECT_MAX && !left; n++) {
		KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_inject_pool), 0);
		KUNIT_EXPECT_EQ(test, sbm_call(&sbm, sbm_test_null), 0);
		puts = sbm_events(SBM_EV_KEEP);
		inject_begin(n);
		sbm_destroy(&sbm);
		left = inject_end();
		freed += sbm_events(SBM_EV_KEEP) == puts;
		KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes);
		KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
	}
	KUNIT_EXPECT_NE(test, left, 0);
	/* The next sandbox, which is all that is allocated. */
	KUNIT_EXPECT_EQ(test, freed, 1);
	kunit_info(test, "%u made creating fail, %u made destroying free",
		   failed, freed);
}

/* Whoever asks again and again is told no without looking any further. */
static void sbm_inject_starve(struct kunit *test)
{
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);

	inject_failed = 0;
	inject_all = true;
	inject_begin(1);
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_heap_insist, 1000));
	inject_end();
	inject_all = false;
	KUNIT_EXPECT_GE(test, inject_failed, 8);
	KUNIT_EXPECT_LE(test, inject_failed, 40);

	/* The next call finds what there is. */
	KUNIT_EXPECT_EQ(test, 10, sbm_call(sbm, sbm_test_heap_insist, 10));
}

/* What a plain call and a reset do needs no memory. */
static void sbm_inject_call(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int err;

	inject_begin(1);
	err = sbm_call(sbm, sbm_test_null) ?: sbm_reset(sbm);
	KUNIT_EXPECT_EQ(test, inject_end(), 1);
	KUNIT_EXPECT_EQ(test, err, 0);
}

/* A sandbox is destroyed whatever fails meanwhile. */
static void sbm_inject_destroy(struct kunit *test)
{
	unsigned int sandboxes = sbm_nr_sandboxes();
	unsigned long pages = sbm_nr_pages();
	unsigned int n, left = 0;
	struct life life;

	for (n = 1; n < INJECT_MAX && !left; n++) {
		KUNIT_ASSERT_EQ(test, live(&life), 0);
		inject_begin(n);
		sbm_destroy(&life.sbm);
		left = inject_end();
		KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes);
		KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
	}
	KUNIT_EXPECT_NE(test, left, 0);
	kunit_info(test, "%u allocations", n - 2);
}

static struct kunit_case sbm_inject_cases[] = {
	KUNIT_CASE_SLOW(sbm_inject_each),
	KUNIT_CASE(sbm_inject_stack),
	KUNIT_CASE(sbm_inject_pooled),
	KUNIT_CASE(sbm_inject_starve),
	KUNIT_CASE(sbm_inject_call),
	KUNIT_CASE(sbm_inject_destroy),
	{}
};

static void sbm_inject_suite_exit(struct kunit_suite *suite)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(injections); i++)
		unregister_kprobe(&injections[i].probe);
	sbm_class_unregister(&sbm_inject_pool);
	sbm_class_unregister(&sbm_inject_class);
}

static int sbm_inject_suite_init(struct kunit_suite *suite)
{
	int i, err;

	err = sbm_class_register(&sbm_inject_class);
	if (err)
		return err;
	err = sbm_class_register(&sbm_inject_pool);
	if (err)
		goto err_class;
	for (i = 0; i < ARRAY_SIZE(injections); i++) {
		err = register_kprobe(&injections[i].probe);
		if (err)
			goto err_probes;
	}
	return 0;

err_probes:
	while (i--)
		unregister_kprobe(&injections[i].probe);
	sbm_class_unregister(&sbm_inject_pool);
err_class:
	sbm_class_unregister(&sbm_inject_class);
	return err;
}

static struct kunit_suite sbm_inject_suite = {
	.name = "sandbox_mode_inject",
	.suite_init = sbm_inject_suite_init,
	.suite_exit = sbm_inject_suite_exit,
	.test_cases = sbm_inject_cases,
};

kunit_test_suite(sbm_inject_suite);
