// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: translations that must be gone.
 *
 * A CPU with PCIDs keeps what its TLB has of an address space while another one
 * is loaded. So in each of these tests another sandbox runs before the mapping
 * changes: no CPU has the address space loaded then, no interrupt is sent, and
 * only its TLB generation tells the CPU to flush when it comes back.
 *
 * An emulator that drops everything with each write of CR3, as QEMU does, cannot
 * fail them; sbm_tlb_kept tells which kind the machine is. scripts/tests/bochs
 * runs them on one that keeps all it may keep.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "../internal.h"
#include "arch.h"
#include "heap.h"
#include "sandboxed.h"
#include "testlib.h"

/* More sandboxes than the kernel uses PCIDs for. */
#define MANY	(2 * TLB_NR_DYN_ASIDS + 1)

static void free_two_pages(void *buf)
{
	free_pages_exact(buf, 2 * PAGE_SIZE);
}

/* Two pages with @value in each byte. */
static u8 *alloc_two_pages(struct kunit *test, u8 value)
{
	u8 *buf = alloc_pages_exact(2 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_two_pages, buf));
	return memset(buf, value, 2 * PAGE_SIZE);
}

static int read_first(struct sbm *sbm, const u8 *addr)
{
	return sbm_call(sbm, sbm_test_read_at, (const char *)addr, 0);
}

/* Leave what the TLB has of the others under PCIDs that are not loaded. */
static void run(struct kunit *test, struct sbm *sbm)
{
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
}

static void expect_gone(struct kunit *test, struct sbm *sbm, const u8 *addr)
{
	sbm_test_expect_page_fault(test, sbm, read_first(sbm, addr), addr, 0);
}

static int sbm_tlb_init(struct kunit *test)
{
	sbm_test_need_strong(test);
	/* The thread of this test ends with it. */
	return set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
}

/* === Is there anything that could be stale? === */

static int exchange_entry(pte_t *pte, unsigned long va, void *data)
{
	pte_t *other = data;
	pte_t old = ptep_get(pte);

	set_pte(pte, *other);
	*other = old;
	return 0;
}

/* Changes an entry and tells nobody. */
static int exchange_silently(struct sbm *sbm, const u8 *addr, pte_t *pte)
{
	struct mm_struct *mm = sbm->sandbox->arch->mm;
	int err;

	mmap_write_lock(mm);
	err = apply_to_page_range(mm, (unsigned long)addr, PAGE_SIZE,
				  exchange_entry, pte);
	mmap_write_unlock(mm);
	return err;
}

/*
 * The control of this suite: an entry is cleared and nothing flushed. If the
 * sandbox still gets at the page after another one has run, the CPU keeps
 * translations, and the other tests can fail.
 */
static void sbm_tlb_kept(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm *other = sbm_test_init(test);
	u8 *addr = SBM_MAP_READONLY(sbm, alloc_two_pages(test, 1), PAGE_SIZE);
	pte_t pte = __pte(0);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, addr);
	KUNIT_EXPECT_EQ(test, read_first(sbm, addr), 1);
	KUNIT_ASSERT_EQ(test, exchange_silently(sbm, addr, &pte), 0);
	KUNIT_EXPECT_TRUE(test, pte_present(pte));
	run(test, other);
	ret = read_first(sbm, addr);
	KUNIT_EXPECT_EQ(test, exchange_silently(sbm, addr, &pte), 0);
	KUNIT_EXPECT_TRUE(test, pte_none(pte));

	if (ret == SBM_ERR_FAULT)
		kunit_skip(test, "the CPU keeps no translations");
	KUNIT_EXPECT_EQ(test, ret, 1);
}

/* === One sandbox === */

/* What is unmapped while another address space is loaded is gone. */
static void sbm_tlb_unmap(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm *other = sbm_test_init(test);
	u8 *addr = SBM_MAP_READONLY(sbm, alloc_two_pages(test, 1), PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, addr);
	KUNIT_EXPECT_EQ(test, read_first(sbm, addr), 1);
	run(test, other);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, addr), 0);
	expect_gone(test, sbm, addr);
}

/* What is mapped in its place is what is read, and written to. */
static void sbm_tlb_remap(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm *other = sbm_test_init(test);
	u8 *first = alloc_two_pages(test, 2);
	u8 *second = alloc_two_pages(test, 3);
	u8 *addr = SBM_MAP_WRITABLE(sbm, first, PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, addr);
	KUNIT_EXPECT_EQ(test, read_first(sbm, addr), 2);
	run(test, other);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, addr), 0);
	KUNIT_ASSERT_PTR_EQ(test, addr,
			    SBM_MAP_WRITABLE(sbm, second, PAGE_SIZE));

	KUNIT_EXPECT_EQ(test, read_first(sbm, addr), 3);
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_write_at,
					  (char *)addr, 0));
	KUNIT_EXPECT_EQ(test, first[0], 2);
	KUNIT_EXPECT_EQ(test, second[0], 1);
}

/* Spare pages that the shrinker has taken meanwhile are gone. */
static void sbm_tlb_spare(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm *other = sbm_test_init(test);
	struct sbm_region *heap = sbm->sandbox->heap;
	u8 *last = (u8 *)heap->va + (SBM_TEST_HEAP_PAGES - 1) * PAGE_SIZE;

	KUNIT_EXPECT_GT(test, sbm_call(sbm, sbm_test_heap_fill, 1000, true), 0);
	KUNIT_ASSERT_EQ(test, heap->nr_pages, SBM_TEST_HEAP_PAGES);
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, read_first(sbm, last), 0);

	run(test, other);
	drop_slab();
	KUNIT_ASSERT_EQ(test, heap->nr_pages, 0);
	expect_gone(test, sbm, last);
}

/* === Several === */

static const unsigned int nr_sandboxes[] = { 2, MANY };

static void describe_nr(const unsigned int *nr, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u sandboxes", *nr);
}

KUNIT_ARRAY_PARAM(sbm_tlb_nr, nr_sandboxes, describe_nr);

/* Each sees its own memory at the address that all of them use. */
static void sbm_tlb_alternate(struct kunit *test)
{
	unsigned int i, round, nr = *(const unsigned int *)test->param_value;
	struct sbm *sbm[MANY];
	u8 *addr[MANY];

	for (i = 0; i < nr; i++) {
		sbm[i] = sbm_test_init(test);
		addr[i] = SBM_MAP_READONLY(sbm[i], alloc_two_pages(test, i + 1),
					   PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, addr[i]);
		KUNIT_ASSERT_PTR_EQ(test, addr[i], addr[0]);
	}
	for (round = 0; round < 20; round++) {
		for (i = 0; i < nr; i++)
			KUNIT_EXPECT_EQ(test, read_first(sbm[i], addr[i]), i + 1);
	}
}

/*
 * Nothing of a sandbox that was destroyed is seen by the next ones, which have
 * its addresses, most likely its page tables and pages, and its PCID in turn.
 */
static void sbm_tlb_destroy(struct kunit *test)
{
	struct sbm *other = sbm_test_init(test);
	unsigned int i;

	for (i = 1; i <= MANY; i++) {
		struct sbm *sbm = sbm_test_init(test);
		u8 *buf = alloc_two_pages(test, i);
		u8 *addr, *next;

		/* Once two pages, once one: the second of them has to go. */
		addr = SBM_MAP_READONLY(sbm, buf, (1 + i % 2) * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, addr);
		next = addr + PAGE_SIZE;
		KUNIT_EXPECT_EQ(test, read_first(sbm, addr), i);
		if (i % 2)
			KUNIT_EXPECT_EQ(test, read_first(sbm, next), i);
		else
			expect_gone(test, sbm, next);

		run(test, other);
		kunit_release_action(test, sbm_test_destroy, sbm);
		kunit_release_action(test, free_two_pages, buf);
	}
}

/* === Another CPU === */

struct remote {
	struct sbm *sbm;
	const u8 *addr;
};

static long remote_read(void *data)
{
	struct remote *r = data;

	return r->addr ? read_first(r->sbm, r->addr) :
			 sbm_call(r->sbm, sbm_test_null);
}

/* It is gone where the sandbox ran before another one did, and not since. */
static void sbm_tlb_other_cpu(struct kunit *test)
{
	int cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id());
	struct remote r = { }, other = { };
	int ret;

	if (cpu >= nr_cpu_ids)
		kunit_skip(test, "needs two CPUs");

	r.sbm = sbm_test_init(test);
	other.sbm = sbm_test_init(test);
	r.addr = SBM_MAP_READONLY(r.sbm, alloc_two_pages(test, 1), PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, r.addr);
	KUNIT_EXPECT_EQ(test, work_on_cpu(cpu, remote_read, &r), 1);
	KUNIT_EXPECT_EQ(test, work_on_cpu(cpu, remote_read, &other), 0);

	KUNIT_EXPECT_EQ(test, sbm_unmap(r.sbm, r.addr), 0);
	ret = work_on_cpu(cpu, remote_read, &r);
	sbm_test_expect_page_fault(test, r.sbm, ret, r.addr, 0);
}

static struct kunit_case sbm_tlb_cases[] = {
	KUNIT_CASE(sbm_tlb_kept),
	KUNIT_CASE(sbm_tlb_unmap),
	KUNIT_CASE(sbm_tlb_remap),
	KUNIT_CASE(sbm_tlb_spare),
	KUNIT_CASE_PARAM(sbm_tlb_alternate, sbm_tlb_nr_gen_params),
	KUNIT_CASE(sbm_tlb_destroy),
	KUNIT_CASE(sbm_tlb_other_cpu),
	{}
};

static struct kunit_suite sbm_tlb_suite = {
	.name = "sandbox_mode_tlb",
	.init = sbm_tlb_init,
	.test_cases = sbm_tlb_cases,
};

kunit_test_suite(sbm_tlb_suite);
