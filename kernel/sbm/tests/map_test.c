// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: memory of the caller, mapped into a sandbox.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/workqueue.h>

#include "../internal.h"
#include "numbered.h"
#include "sandboxed.h"
#include "testlib.h"

/* Pages of most buffers: no power of two, so address space is left over. */
#define NR_PAGES	3
#define SIZE		(NR_PAGES * PAGE_SIZE)

/* === What a mapping is === */

/* A call reads the memory itself, as it is at the time. */
static void sbm_map_read(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, NR_PAGES);
	u8 *src = SBM_MAP_READONLY(sbm, buf, SIZE);

	KUNIT_ASSERT_NOT_NULL(test, src);
	sbm_test_expect_numbered(test, sbm, src, NR_PAGES);
	buf[PAGE_SIZE] = 0x77;
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, PAGE_SIZE), 0x77);
}

/* What a call writes is in the memory of the caller. */
static void sbm_map_write(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, NR_PAGES);
	int *dst = (int *)SBM_MAP_WRITABLE(sbm, buf, SIZE);

	KUNIT_ASSERT_NOT_NULL(test, dst);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write, dst, 0x12345678), 0);
	KUNIT_EXPECT_EQ(test, *(int *)buf, 0x12345678);
	KUNIT_EXPECT_EQ(test, buf[sizeof(int)], 1);

	KUNIT_EXPECT_EQ(test, write_at(sbm, (u8 *)dst, SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, buf[SIZE - 1], 1);
	KUNIT_EXPECT_EQ(test, buf[SIZE - 2], 3);
}

/* What is mapped to be read is not written to, nor executed. */
static void sbm_map_write_readonly(struct kunit *test)
{
	struct sbm *sbm;
	u8 *buf, *src;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = sbm_test_numbered(test, NR_PAGES);
	src = SBM_MAP_READONLY(sbm, buf, SIZE);
	KUNIT_ASSERT_NOT_NULL(test, src);

	ret = write_at(sbm, src, PAGE_SIZE);
	sbm_test_expect_page_fault(test, sbm, ret, src + PAGE_SIZE,
				   SBM_TEST_PF_WRITE | SBM_TEST_PF_PROT);
	KUNIT_EXPECT_EQ(test, buf[PAGE_SIZE], 2);

	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	ret = sbm_call(sbm, sbm_test_jump, (unsigned long)src);
	sbm_test_expect_page_fault(test, sbm, ret, src,
				   SBM_TEST_PF_INSTR | SBM_TEST_PF_PROT);
}

/* What is mapped to be written to is not executed. */
static void sbm_map_jump(struct kunit *test)
{
	struct sbm *sbm;
	u8 *buf, *dst;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = sbm_test_numbered(test, 1);
	buf[0] = 0xc3;	/* ret */
	dst = SBM_MAP_WRITABLE(sbm, buf, PAGE_SIZE);

	ret = sbm_call(sbm, sbm_test_jump, (unsigned long)dst);
	sbm_test_expect_page_fault(test, sbm, ret, dst,
				   SBM_TEST_PF_INSTR | SBM_TEST_PF_PROT);
}

/* The pages on both sides are the caller's alone, whatever is mapped between. */
static void sbm_map_neighbours(struct kunit *test)
{
	static const long outside[] = { -1, -(long)PAGE_SIZE, SIZE,
					SIZE + PAGE_SIZE - 1 };
	u8 *buf = sbm_test_numbered(test, NR_PAGES + 2);
	struct sbm *sbm;
	unsigned int i;
	u8 *src, *dst;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	src = SBM_MAP_READONLY(sbm, buf + PAGE_SIZE, SIZE);
	dst = SBM_MAP_WRITABLE(sbm, buf + PAGE_SIZE, SIZE);
	KUNIT_ASSERT_EQ(test, sbm_error(sbm), 0);

	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		ret = read_at(sbm, src, outside[i]);
		sbm_test_expect_page_fault(test, sbm, ret, src + outside[i], 0);
		KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);

		ret = write_at(sbm, dst, outside[i]);
		sbm_test_expect_page_fault(test, sbm, ret, dst + outside[i],
					   SBM_TEST_PF_WRITE);
		KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	}
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, 0), 2);
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, SIZE - 1), NR_PAGES + 1);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(buf, 1, PAGE_SIZE), NULL);
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    memchr_inv(buf + PAGE_SIZE + SIZE, NR_PAGES + 2,
				       PAGE_SIZE));
}

/* A fault and a reset change nothing about what is mapped. */
static void sbm_map_stays(struct kunit *test)
{
	struct sbm *sbm;
	u8 *buf, *dst;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = sbm_test_numbered(test, NR_PAGES);
	dst = SBM_MAP_WRITABLE(sbm, buf, SIZE);
	KUNIT_ASSERT_NOT_NULL(test, dst);
	buf[0] = 0;

	KUNIT_EXPECT_EQ(test, write_at(sbm, dst, 0), 0);
	KUNIT_EXPECT_EQ(test, read_at(sbm, NULL, 0), SBM_ERR_FAULT);
	KUNIT_EXPECT_EQ(test, read_at(sbm, dst, 0), SBM_ERR_AFTER_FAULT);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.state, SBM_STATE_FAULTED);
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(buf)), 2);

	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	sbm_test_expect_numbered(test, sbm, dst, NR_PAGES);

	/* Nor does a fault keep the caller from taking it back. */
	KUNIT_EXPECT_EQ(test, read_at(sbm, NULL, 0), SBM_ERR_FAULT);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, dst), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(buf)), 1);
}

/* === Unmapping === */

/* What was unmapped is gone, at its address and for good. */
static void sbm_unmap_gone(struct kunit *test)
{
	struct sbm *sbm;
	u8 *buf, *src, *dst;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = sbm_test_numbered(test, NR_PAGES);
	src = SBM_MAP_READONLY(sbm, buf, SIZE);
	dst = SBM_MAP_WRITABLE(sbm, buf, SIZE);
	KUNIT_EXPECT_EQ(test, write_at(sbm, dst, SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, SIZE - 1), 1);

	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, dst), 0);
	buf[SIZE - 1] = 0;
	ret = write_at(sbm, dst, SIZE - 1);
	sbm_test_expect_page_fault(test, sbm, ret, dst + SIZE - 1,
				   SBM_TEST_PF_WRITE);
	KUNIT_EXPECT_EQ(test, buf[SIZE - 1], 0);

	/* The other one is still there. */
	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src), 0);
	ret = read_at(sbm, src, 0);
	sbm_test_expect_page_fault(test, sbm, ret, src, 0);
}

struct remote_read {
	struct sbm *sbm;
	const u8 *addr;
};

static long remote_read(void *data)
{
	struct remote_read *r = data;

	return read_at(r->sbm, r->addr, 0);
}

/*
 * It is gone on all CPUs that have run the sandbox. A kernel thread leaves the
 * address space loaded behind it, with all that the TLB holds of it, so this
 * notices if that is not invalidated; under QEMU on a CPU without PKU.
 */
static void sbm_unmap_other_cpu(struct kunit *test)
{
	int cpu = cpumask_first(cpu_online_mask);
	int other = cpumask_any_but(cpu_online_mask, cpu);
	struct remote_read r = { };
	u8 *buf;
	int ret;

	sbm_test_need_strong(test);
	if (other >= nr_cpu_ids)
		kunit_skip(test, "needs two CPUs");

	r.sbm = sbm_test_init(test);
	buf = sbm_test_numbered(test, 1);
	r.addr = SBM_MAP_READONLY(r.sbm, buf, PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, r.addr);
	KUNIT_EXPECT_EQ(test, work_on_cpu(cpu, remote_read, &r), 1);
	KUNIT_EXPECT_EQ(test, work_on_cpu(other, remote_read, &r), 1);

	KUNIT_EXPECT_EQ(test, sbm_unmap(r.sbm, r.addr), 0);
	ret = work_on_cpu(other, remote_read, &r);
	sbm_test_expect_page_fault(test, r.sbm, ret, r.addr, 0);
	KUNIT_ASSERT_EQ(test, sbm_reset(r.sbm), 0);
	ret = work_on_cpu(cpu, remote_read, &r);
	sbm_test_expect_page_fault(test, r.sbm, ret, r.addr, 0);
}

/* All references go back, by sbm_unmap() and by sbm_destroy(). */
static void sbm_unmap_refs(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, NR_PAGES);
	unsigned int i;
	u8 *src, *dst;

	src = SBM_MAP_READONLY(sbm, buf, SIZE);
	dst = SBM_MAP_WRITABLE(sbm, buf, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, sbm_error(sbm), 0);
	for (i = 0; i < NR_PAGES; i++)
		KUNIT_EXPECT_EQ(test, i ? 2 : 3,
				page_ref_count(virt_to_page(buf + i * PAGE_SIZE)));

	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, dst), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(buf)), 2);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, dst), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src + PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, NULL), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(buf)), 2);

	sbm_destroy(sbm);
	for (i = 0; i < NR_PAGES; i++)
		KUNIT_EXPECT_EQ(test, 1,
				page_ref_count(virt_to_page(buf + i * PAGE_SIZE)));
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src), -EINVAL);
}

/* A caller that frees what is mapped does not free it before it is unmapped. */
static void sbm_unmap_freed(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	u8 *src;

	KUNIT_ASSERT_NOT_NULL(test, page);
	src = sbm_map_pages(sbm, &page, 1, SBM_IN);
	__free_page(page);
	KUNIT_ASSERT_NOT_NULL(test, src);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, PAGE_SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src), 0);
}

/* Mapping again and again takes the same address space. */
static void sbm_map_again(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, NR_PAGES + 1);
	u8 *src, *first = NULL;
	unsigned int i, nr;

	/* All of these take the address space of the largest. */
	for (i = 0; i < 100; i++) {
		nr = NR_PAGES + 1 - i % 2;
		src = SBM_MAP_READONLY(sbm, buf, nr * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, src);
		if (!i)
			first = src;
		if (sbm_level(sbm) == SBM_LEVEL_STRONG)
			KUNIT_EXPECT_PTR_EQ(test, src, first);
		KUNIT_EXPECT_EQ(test, read_at(sbm, src, nr * PAGE_SIZE - 1), nr);
		KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src), 0);
	}
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* What is mapped is counted, as pages and as events. */
static void sbm_map_counted(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, NR_PAGES);
	u64 pages = sbm->sandbox->info.mapped_pages;
	u64 maps = sbm_events(SBM_EV_MAP);
	u64 unmaps = sbm_events(SBM_EV_UNMAP);
	u8 *src = SBM_MAP_READONLY(sbm, buf, SIZE);

	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.mapped_pages, pages + NR_PAGES);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_MAP), maps + 1);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_UNMAP), unmaps);

	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.mapped_pages, pages);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_UNMAP), unmaps + 1);

	KUNIT_EXPECT_NOT_NULL(test, SBM_MAP_READONLY(sbm, buf, SIZE));
	sbm_destroy(sbm);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_MAP), maps + 2);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_UNMAP), unmaps + 2);
}

static struct kunit_case sbm_map_cases[] = {
	KUNIT_CASE(sbm_map_read),
	KUNIT_CASE(sbm_map_write),
	KUNIT_CASE(sbm_map_write_readonly),
	KUNIT_CASE(sbm_map_jump),
	KUNIT_CASE(sbm_map_neighbours),
	KUNIT_CASE(sbm_map_stays),
	KUNIT_CASE(sbm_unmap_gone),
	KUNIT_CASE(sbm_unmap_other_cpu),
	KUNIT_CASE(sbm_unmap_refs),
	KUNIT_CASE(sbm_unmap_freed),
	KUNIT_CASE(sbm_map_again),
	KUNIT_CASE(sbm_map_counted),
	{}
};

static struct kunit_suite sbm_map_suite = {
	.name = "sandbox_mode_map",
	.test_cases = sbm_map_cases,
};

kunit_test_suite(sbm_map_suite);
