// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: sandboxes with another life, and what is left of the last.
 */
#include <kunit/test.h>
#include <linux/cpu.h>
#include <linux/crc32.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "arch.h"
#include "../internal.h"
#include "heap.h"
#include "sandboxed.h"
#include "testlib.h"

/* The heap alone needs several page tables. */
#define HEAP_PAGES	1100

static struct sbm_class sbm_pool_class = {
	.name = "sbm-kunit-pool",
	.heap_pages = HEAP_PAGES,
};

static struct sbm_class sbm_pool_other_class = {
	.name = "sbm-kunit-pool2",
	.heap_pages = HEAP_PAGES,
};

static struct sbm_class sbm_pool_fresh_class = {
	.name = "sbm-kunit-fresh",
	.heap_pages = HEAP_PAGES,
	.flags = SBM_CLASS_FRESH,
};

/* Pages of a sandbox that has just been created. */
static unsigned int base_pages(void)
{
	return SBM_STACK_MIN + sbm_image_data_pages();
}

/* KiB, as sbm_pool_size() has them. */
static unsigned long pool_each(void)
{
	return arch_sbm_base_pages() * (PAGE_SIZE / 1024);
}

/**
 * struct counts - what pools have done up to now
 * @hit: Sandboxes that came out.
 * @put: Sandboxes that went in.
 * @drop: Sandboxes that were freed.
 * @kib: What there is now.
 */
struct counts {
	u64 hit;
	u64 put;
	u64 drop;
	unsigned long kib;
};

static struct counts count(void)
{
	return (struct counts) {
		.hit = sbm_events(SBM_EV_REUSE),
		.put = sbm_events(SBM_EV_KEEP),
		.drop = sbm_events(SBM_EV_DROP),
		.kib = sbm_pool_size(),
	};
}

static void expect_since(struct kunit *test, const struct counts *since,
			 long hit, long put, long drop)
{
	struct counts now = count();

	KUNIT_EXPECT_EQ(test, now.hit - since->hit, hit);
	KUNIT_EXPECT_EQ(test, now.put - since->put, put);
	KUNIT_EXPECT_EQ(test, now.drop - since->drop, drop);
	KUNIT_EXPECT_EQ(test, (long)(now.kib - since->kib),
			(put - hit - drop) * (long)pool_each());
}

static int live_once(struct sbm_class *class)
{
	struct sbm sbm;
	int err = sbm_init_class(&sbm, class);

	sbm_destroy(&sbm);
	return err;
}

/* === One life and another === */

/* The address space is the same; the sandbox is not, whoever looks at it. */
static void sbm_pool_reuse(struct kunit *test)
{
	unsigned int sandboxes = sbm_nr_sandboxes();
	unsigned long pages = sbm_nr_pages();
	struct counts before = count();
	struct sbm_sandbox *old;
	struct mm_struct *mm;
	struct sbm sbm;
	u64 id;

	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_pool_class), 0);
	expect_since(test, &before, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, sbm_call(&sbm, sbm_test_null), 0);
	id = sbm.sandbox->info.id;
	mm = sbm.sandbox->arch->mm;
	/* A reader that is late. */
	old = sbm_sandbox_get(id);
	KUNIT_ASSERT_PTR_EQ(test, old, sbm.sandbox);

	sbm_destroy(&sbm);
	expect_since(test, &before, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
	KUNIT_EXPECT_EQ(test, atomic_read(&sbm_pool_class.nr_sandboxes), 0);
	KUNIT_EXPECT_NULL(test, sbm_sandbox_get(id));
	KUNIT_EXPECT_NULL(test, sbm_sandbox_get_next(id));
	KUNIT_EXPECT_EQ(test, old->info.id, id);
	KUNIT_EXPECT_EQ(test, old->info.calls, 1);

	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_pool_class), 0);
	expect_since(test, &before, 1, 1, 0);
	KUNIT_EXPECT_PTR_EQ(test, sbm.sandbox->arch->mm, mm);
	KUNIT_EXPECT_PTR_NE(test, sbm.sandbox, old);
	KUNIT_EXPECT_EQ(test, sbm.sandbox->info.id, id + 1);
	KUNIT_EXPECT_EQ(test, sbm.sandbox->info.calls, 0);
	KUNIT_EXPECT_EQ(test, sbm.sandbox->info.pid, task_pid_nr(current));
	KUNIT_EXPECT_EQ(test, sbm.sandbox->info.mapped_pages, base_pages());
	KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes + 1);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages + base_pages());
	KUNIT_EXPECT_EQ(test, old->info.id, id);
	KUNIT_EXPECT_EQ(test, sbm_call(&sbm, sbm_test_null), 0);
	sbm_sandbox_put(old);
	sbm_destroy(&sbm);
}

/**
 * struct snapshot - all that a sandbox can see, and could find out
 * @nr: Pages mapped.
 * @pages: Where they are, what may be done there, and what they hold.
 * @pgtables: Bytes of page tables.
 * @next_va: Where the next buffer would be.
 * @info: What is known of it.
 */
struct snapshot {
	unsigned int nr;
	struct {
		unsigned long va;
		pteval_t flags;
		u32 crc;
	} pages[512];
	unsigned long pgtables;
	unsigned long next_va;
	struct sbm_info info;
};

static int snapshot_page(pte_t *ptep, unsigned long va, void *data)
{
	struct snapshot *snapshot = data;
	pte_t pte = ptep_get(ptep);
	unsigned int i = snapshot->nr++;
	const void *content;

	if (i >= ARRAY_SIZE(snapshot->pages))
		return -ENOSPC;
	content = kmap_local_page(pte_page(pte));
	snapshot->pages[i].va = va;
	/* What the CPU has noted there cannot be read inside. */
	snapshot->pages[i].flags = pte_flags(pte) & ~(_PAGE_ACCESSED |
						      _PAGE_DIRTY);
	snapshot->pages[i].crc = crc32(0, content, PAGE_SIZE);
	kunmap_local(content);
	return 0;
}

static struct snapshot *take_snapshot(struct kunit *test, struct sbm *sbm)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	struct vm_area_struct *vma = sandbox->arch->vma;
	struct mm_struct *mm = sandbox->arch->mm;
	struct snapshot *snapshot;
	int err;

	snapshot = kunit_kzalloc(test, sizeof(*snapshot), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, snapshot);
	KUNIT_ASSERT_EQ(test, mm->map_count, 1);
	mmap_read_lock(mm);
	err = apply_to_existing_page_range(mm, vma->vm_start,
					   vma->vm_end - vma->vm_start,
					   snapshot_page, snapshot);
	mmap_read_unlock(mm);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, snapshot->nr, base_pages());
	snapshot->pgtables = mm_pgtables_bytes(mm);
	snapshot->next_va = sandbox->next_va;
	snapshot->info = sandbox->info;
	snapshot->info.id = 0;
	memset(snapshot->info.class, 0, sizeof(snapshot->info.class));
	return snapshot;
}

static void fill(struct sbm_region *region)
{
	static const u8 text[64] = { [0 ... 63] = 0xa5 };
	size_t at;

	for (at = 0; at < region->nr_pages * PAGE_SIZE; at += sizeof(text))
		sbm_region_write(region, at, text, sizeof(text));
}

/* As much of a life as there can be; all memory is written to at the end. */
static void live_full(struct kunit *test, struct sbm *sbm, void *lent)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	struct sbm_region *region;
	static char value[5000];

	KUNIT_EXPECT_NOT_NULL(test, SBM_COPY_IN(sbm, value, sizeof(value)));
	KUNIT_EXPECT_NOT_NULL(test, SBM_COPY_OUT(sbm, value, sizeof(value)));
	KUNIT_EXPECT_NOT_NULL(test, SBM_MAP_WRITABLE(sbm, lent, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 3,
			sbm_call(sbm, sbm_test_static));
	KUNIT_EXPECT_GT(test, sbm_call(sbm, sbm_test_heap_fill, 3000, true), 0);
	/* More than one page table of it. */
	KUNIT_EXPECT_GT(test, sandbox->heap->nr_pages, 1024);
	list_for_each_entry(region, &sandbox->regions, node)
		fill(region);
	sandbox->arch->regs.bx = 0x1234;
}

/* How a life may end. */
static const struct ending {
	const char *name;
	bool shrink;	/* spare pages go first: their page tables stay */
	bool fault;
} endings[] = {
	{ "return" },
	{ "fault", .fault = true },
	{ "shrunk heap", .shrink = true },
};

KUNIT_ARRAY_PARAM_DESC(endings, endings, name);

/* Nothing of a life is seen in the next: it is as if there had been none. */
static void sbm_pool_as_new(struct kunit *test)
{
	const struct ending *ending = test->param_value;
	struct snapshot *fresh, *again;
	struct counts before = count();
	struct page *page;
	struct sbm sbm;
	unsigned int i;

	fresh = take_snapshot(test, sbm_test_init_class(test,
							&sbm_pool_fresh_class));
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, page);

	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_pool_class), 0);
	live_full(test, &sbm, page_address(page));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	if (ending->shrink) {
		KUNIT_EXPECT_EQ(test, sbm_reset(&sbm), 0);
		KUNIT_EXPECT_GT(test, sbm_spare_free(ULONG_MAX), 1024);
	}
	if (ending->fault)
		KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
				sbm_call(&sbm, sbm_test_write, NULL, 0));
	sbm_destroy(&sbm);
	expect_since(test, &before, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);

	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_pool_class), 0);
	expect_since(test, &before, 1, 1, 0);
	again = take_snapshot(test, &sbm);
	KUNIT_EXPECT_EQ(test, again->nr, fresh->nr);
	for (i = 0; i < fresh->nr; i++) {
		KUNIT_EXPECT_EQ(test, again->pages[i].va, fresh->pages[i].va);
		KUNIT_EXPECT_EQ(test, again->pages[i].flags,
				fresh->pages[i].flags);
		KUNIT_EXPECT_EQ(test, again->pages[i].crc, fresh->pages[i].crc);
	}
	KUNIT_EXPECT_EQ(test, again->pgtables, fresh->pgtables);
	KUNIT_EXPECT_EQ(test, again->next_va, fresh->next_va);
	KUNIT_EXPECT_MEMEQ(test, &again->info, &fresh->info,
			   sizeof(fresh->info));
	KUNIT_EXPECT_EQ(test, sbm.sandbox->arch->regs.bx, 0);
	KUNIT_EXPECT_EQ(test, sbm.sandbox->heap->nr_slots, 0);

	/* And works as new. */
	live_full(test, &sbm, page_address(page));
	sbm_destroy(&sbm);
	__free_page(page);
}

/* What was mapped before is not there, whatever the TLB remembers. */
static void sbm_pool_gone(struct kunit *test)
{
	struct sbm_fault fault;
	unsigned long heap;
	struct sbm *sbm;

	sbm = sbm_test_init_class(test, &sbm_pool_class);
	heap = sbm->sandbox->heap->va;
	KUNIT_EXPECT_GT(test, sbm_call(sbm, sbm_test_heap_fill, 3000, true), 0);
	kunit_release_action(test, sbm_test_destroy, sbm);

	sbm = sbm_test_init_class(test, &sbm_pool_class);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->heap->va, heap);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_read_at, (char *)heap, 5));
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.vector, 14);
	KUNIT_EXPECT_EQ(test, fault.error, SBM_TEST_PF_USER);
	KUNIT_EXPECT_EQ(test, fault.addr, heap + 5);
}

/* What a machine check has hit, or is in a call, has no other life. */
static void sbm_pool_refused(struct kunit *test)
{
	struct counts before = count();
	unsigned long pages = sbm_nr_pages();
	struct sbm sbm;

	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_pool_class), 0);
	sbm.sandbox->arch->poisoned = true;
	sbm_destroy(&sbm);
	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_pool_class), 0);
	sbm.sandbox->info.state = SBM_STATE_RUNNING;
	sbm_destroy(&sbm);
	KUNIT_EXPECT_EQ(test, live_once(&sbm_pool_fresh_class), 0);
	expect_since(test, &before, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
}

/* === How many there are === */

/* No class gets what another had. */
static void sbm_pool_classes(struct kunit *test)
{
	struct counts before = count();

	KUNIT_EXPECT_EQ(test, live_once(&sbm_pool_class), 0);
	KUNIT_EXPECT_EQ(test, live_once(&sbm_pool_other_class), 0);
	expect_since(test, &before, 0, 2, 0);
	KUNIT_EXPECT_EQ(test, live_once(&sbm_pool_other_class), 0);
	expect_since(test, &before, 1, 3, 0);
}

static void live_together(struct kunit *test, unsigned int nr)
{
	struct sbm sbm[8];
	unsigned int i;

	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, 0,
				sbm_init_class(&sbm[i], &sbm_pool_class));
	for (i = 0; i < nr; i++)
		sbm_destroy(&sbm[i]);
}

/* A few for each class and CPU, and the limit for all. */
static void sbm_pool_limits(struct kunit *test)
{
	unsigned long limit = sbm_pool_limit();
	struct counts before = count();

	live_together(test, 8);
	expect_since(test, &before, 0, 4, 0);

	/* Lowered, all go that are too much. */
	sbm_pool_set_limit(before.kib + 3 * pool_each() - 1);
	expect_since(test, &before, 0, 4, 2);
	live_together(test, 8);
	expect_since(test, &before, 2, 6, 2);

	sbm_pool_set_limit(0);
	KUNIT_EXPECT_EQ(test, sbm_pool_size(), 0);
	before = count();
	live_together(test, 8);
	expect_since(test, &before, 0, 0, 0);

	sbm_pool_set_limit(limit);
	live_together(test, 8);
	expect_since(test, &before, 0, 4, 0);
}

/* All go when memory is short. */
static void sbm_pool_short(struct kunit *test)
{
	struct counts before = count();
	u64 had = before.kib / pool_each();

	live_together(test, 3);
	expect_since(test, &before, 0, 3, 0);

	/* What "echo 2 >/proc/sys/vm/drop_caches" does. */
	drop_slab();
	sbm_pool_wait();
	expect_since(test, &before, 0, 3, had + 3);
	KUNIT_EXPECT_EQ(test, sbm_pool_size(), 0);
}

/* They go with their class. */
static void sbm_pool_class_gone(struct kunit *test)
{
	struct sbm_class class = { .name = "sbm-kunit-gone", .heap_pages = 1 };
	unsigned long pages = sbm_nr_pages();
	struct counts before = count();

	KUNIT_ASSERT_EQ(test, sbm_class_register(&class), 0);
	KUNIT_EXPECT_EQ(test, live_once(&class), 0);
	expect_since(test, &before, 0, 1, 0);
	sbm_class_unregister(&class);
	expect_since(test, &before, 0, 1, 1);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
}

static long live_once_there(void *data)
{
	return live_once(data);
}

/* They go with their CPU, and come again with it. */
static void sbm_pool_cpu_gone(struct kunit *test)
{
	int cpu = cpumask_any_but(cpu_online_mask,
				  cpumask_first(cpu_online_mask));
	struct counts before = count();

	if (!IS_ENABLED(CONFIG_HOTPLUG_CPU) || cpu >= nr_cpu_ids)
		kunit_skip(test, "needs two CPUs");

	KUNIT_EXPECT_EQ(test, 0,
			work_on_cpu(cpu, live_once_there, &sbm_pool_class));
	expect_since(test, &before, 0, 1, 0);
	KUNIT_ASSERT_EQ(test, remove_cpu(cpu), 0);
	expect_since(test, &before, 0, 1, 1);
	KUNIT_ASSERT_EQ(test, add_cpu(cpu), 0);
	KUNIT_EXPECT_EQ(test, 0,
			work_on_cpu(cpu, live_once_there, &sbm_pool_class));
	expect_since(test, &before, 0, 2, 1);
}

static int empty_pools(void *data)
{
	unsigned long limit = sbm_pool_limit();

	while (!kthread_should_stop()) {
		drop_slab();
		sbm_pool_set_limit(0);
		sbm_pool_set_limit(limit);
		cond_resched();
	}
	return 0;
}

static int live_and_die(void *data)
{
	unsigned int *failed = data;

	while (!kthread_should_stop()) {
		*failed += live_once(&sbm_pool_class) != 0;
		cond_resched();
	}
	return 0;
}

/* Two live and die and one takes all away: no sandbox is lost or there twice. */
static void sbm_pool_race(struct kunit *test)
{
	unsigned int sandboxes = sbm_nr_sandboxes();
	unsigned long pages = sbm_nr_pages();
	struct task_struct *emptying, *living;
	struct counts before = count(), after;
	unsigned int i, failed = 0;

	emptying = kthread_run(empty_pools, NULL, "sbm-empty");
	living = kthread_run(live_and_die, &failed, "sbm-live");
	KUNIT_ASSERT_FALSE(test, IS_ERR(emptying) || IS_ERR(living));
	for (i = 0; i < 300; i++) {
		KUNIT_EXPECT_EQ(test, live_once(&sbm_pool_class), 0);
		/* Let the others have the CPU, if there is one only. */
		if (!(i % 10))
			schedule_timeout_uninterruptible(1);
	}
	kthread_stop(living);
	kthread_stop(emptying);
	sbm_pool_wait();

	after = count();
	KUNIT_EXPECT_EQ(test, failed, 0);
	KUNIT_EXPECT_GT(test, after.put, before.put);
	KUNIT_EXPECT_GT(test, after.drop, before.drop);
	KUNIT_EXPECT_EQ(test, after.put - before.put + before.kib / pool_each(),
			after.hit - before.hit + after.drop - before.drop +
			after.kib / pool_each());
	KUNIT_EXPECT_EQ(test, sbm_nr_sandboxes(), sandboxes);
	KUNIT_EXPECT_EQ(test, sbm_nr_pages(), pages);
}

static struct kunit_case sbm_pool_cases[] = {
	KUNIT_CASE(sbm_pool_reuse),
	KUNIT_CASE_PARAM(sbm_pool_as_new, endings_gen_params),
	KUNIT_CASE(sbm_pool_gone),
	KUNIT_CASE(sbm_pool_refused),
	KUNIT_CASE(sbm_pool_classes),
	KUNIT_CASE(sbm_pool_limits),
	KUNIT_CASE(sbm_pool_short),
	KUNIT_CASE(sbm_pool_class_gone),
	KUNIT_CASE(sbm_pool_cpu_gone),
	KUNIT_CASE(sbm_pool_race),
	{}
};

/* Each test has empty pools, and its CPU. */
static int sbm_pool_test_init(struct kunit *test)
{
	unsigned long limit = sbm_pool_limit();
	int err;

	sbm_test_need_strong(test);
	err = set_cpus_allowed_ptr(current,
				   cpumask_of(cpumask_first(cpu_online_mask)));
	if (err)
		return err;
	sbm_pool_set_limit(0);
	sbm_pool_set_limit(limit);
	return 0;
}

static void sbm_pool_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_pool_class);
	sbm_class_unregister(&sbm_pool_other_class);
	sbm_class_unregister(&sbm_pool_fresh_class);
}

static int sbm_pool_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_pool_class) ?:
	       sbm_class_register(&sbm_pool_other_class) ?:
	       sbm_class_register(&sbm_pool_fresh_class);
}

static struct kunit_suite sbm_pool_suite = {
	.name = "sandbox_mode_pool",
	.suite_init = sbm_pool_suite_init,
	.suite_exit = sbm_pool_suite_exit,
	.init = sbm_pool_test_init,
	.test_cases = sbm_pool_cases,
};

kunit_test_suite(sbm_pool_suite);
