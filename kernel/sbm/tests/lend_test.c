// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: what memory a caller may lend to a sandbox.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched/task_stack.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>

#include "../internal.h"
#include "numbered.h"
#include "testlib.h"

/* Pages of most buffers: no power of two, so address space is left over. */
#define NR_PAGES	3
#define SIZE		(NR_PAGES * PAGE_SIZE)

static u8 lend_test_data[PAGE_SIZE] __page_aligned_data;

static void expect_refused(struct kunit *test, struct sbm *sbm, const u8 *addr)
{
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), -EINVAL);
	KUNIT_EXPECT_NULL(test, addr);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
}

/* Half pages are refused, and so is nothing at all and too much. */
static void sbm_map_unaligned(struct kunit *test)
{
	static const struct {
		size_t offset, size;
	} bad[] = {
		{ 1, PAGE_SIZE },
		{ 64, 2 * PAGE_SIZE - 64 },
		{ PAGE_SIZE / 2, PAGE_SIZE },
		{ 0, 1 },
		{ 0, PAGE_SIZE - 1 },
		{ 0, PAGE_SIZE + 1 },
		{ 0, 0 },
		{ 0, SZ_256M + PAGE_SIZE },
		{ 0, -PAGE_SIZE },
#ifdef CONFIG_64BIT
		/* One page, if only the lower half of their number counted. */
		{ 0, (BIT_ULL(32) + 1) * PAGE_SIZE },
#endif
	};
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, NR_PAGES);
	u64 mapped = sbm->sandbox->info.mapped_pages;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		expect_refused(test, sbm,
			       SBM_MAP_READONLY(sbm, buf + bad[i].offset,
						bad[i].size));
		expect_refused(test, sbm,
			       SBM_MAP_WRITABLE(sbm, buf + bad[i].offset,
						bad[i].size));
	}
	for (i = 0; i < NR_PAGES; i++)
		KUNIT_EXPECT_EQ(test, 1,
				page_ref_count(virt_to_page(buf + i * PAGE_SIZE)));
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.mapped_pages, mapped);
}

static void refuse(struct kunit *test, struct sbm *sbm, const void *buf)
{
	const u8 *page = PTR_ALIGN_DOWN(buf, PAGE_SIZE);

	expect_refused(test, sbm, SBM_MAP_READONLY(sbm, page, PAGE_SIZE));
	expect_refused(test, sbm, SBM_MAP_WRITABLE(sbm, (u8 *)page, PAGE_SIZE));
}

/* The kernel itself is not mapped: code, data, zero page, stack, per-CPU. */
static void sbm_map_kernel(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u64 __percpu *counter = alloc_percpu(u64);
	int local;

	KUNIT_ASSERT_TRUE(test, counter);
	refuse(test, sbm, _stext);
	refuse(test, sbm, __start_rodata);
	refuse(test, sbm, lend_test_data);
	refuse(test, sbm, page_address(ZERO_PAGE(0)));
	refuse(test, sbm, &local);
	refuse(test, sbm, task_stack_page(current));
	refuse(test, sbm, per_cpu_ptr(counter, 0));
	free_percpu(counter);
}

/* Nor is what the slab allocator has in its pages, even if it fills them. */
static void sbm_map_slab(struct kunit *test)
{
	static const size_t sizes[] = { 8, 512, PAGE_SIZE,
					KMALLOC_MAX_CACHE_SIZE };
	struct sbm *sbm = sbm_test_init(test);
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = kunit_kzalloc(test, sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		refuse(test, sbm, p);
	}
}

/* More than that is pages, and is mapped. */
static void sbm_map_kmalloc(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = kunit_kzalloc(test, 2 * KMALLOC_MAX_CACHE_SIZE, GFP_KERNEL);
	u8 *src = SBM_MAP_READONLY(sbm, buf, 2 * KMALLOC_MAX_CACHE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, read_at(sbm, src, KMALLOC_MAX_CACHE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* Memory of processes, and what is no memory, is not mapped. */
static void sbm_map_foreign(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct vm_struct *io = get_vm_area(PAGE_SIZE, VM_IOREMAP);
	struct page *page = virt_to_page(sbm_test_numbered(test, 1));
	u8 *alias;

	KUNIT_ASSERT_NOT_NULL(test, io);
	refuse(test, sbm, NULL);
	refuse(test, sbm, (void *)(16 * PAGE_SIZE));
	refuse(test, sbm, (void *)(TASK_SIZE - PAGE_SIZE));
	refuse(test, sbm, (void *)-PAGE_SIZE);
	refuse(test, sbm, io->addr);
	free_vm_area(io);

	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, alias);
	refuse(test, sbm, alias);
	vunmap(alias);
}

/* Pages are refused for what they are, however they are given. */
static void sbm_map_kinds(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct page *pages[2] = { virt_to_page(sbm_test_numbered(test, 1)) };
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int kind;

	KUNIT_ASSERT_NOT_NULL(test, page);
	pages[1] = page;

	/* Not to be made in a test, but to be made to look like it. */
	for (kind = 0; kind < 5; kind++) {
		switch (kind) {
		case 0:	/* page cache */
			page->mapping = (void *)test;
			break;
		case 1:	/* in a page table of a process */
			atomic_set(&page->_mapcount, 0);
			break;
		case 2:	/* a page table */
			__folio_set_pgtable(page_folio(page));
			break;
		case 3:	/* part of the kernel */
			SetPageReserved(page);
			break;
		case 4:	/* free */
			page_ref_dec(page);
			break;
		}
		expect_refused(test, sbm,
			       sbm_map_pages(sbm, pages, 2, SBM_IN));
		expect_refused(test, sbm,
			       sbm_map_pages(sbm, &page, 1, SBM_OUT));
		switch (kind) {
		case 0:
			page->mapping = NULL;
			break;
		case 1:
			atomic_set(&page->_mapcount, -1);
			break;
		case 2:
			__folio_clear_pgtable(page_folio(page));
			break;
		case 3:
			ClearPageReserved(page);
			break;
		case 4:
			set_page_count(page, 1);
			break;
		}
		/* The good one is as it was. */
		KUNIT_EXPECT_EQ(test, page_ref_count(pages[0]), 1);
	}
	KUNIT_EXPECT_NOT_NULL(test, sbm_map_pages(sbm, pages, 2, SBM_IN));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	__free_page(page);
}

#ifdef CONFIG_X86_PAT
/* Nor is memory that is cached in another way, or not at all. */
static void sbm_map_uncached(struct kunit *test)
{
	struct sbm *sbm;
	u8 *buf;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = sbm_test_numbered(test, NR_PAGES);

	KUNIT_ASSERT_EQ(test, 0, set_memory_wc((unsigned long)buf + PAGE_SIZE, 1));
	expect_refused(test, sbm, SBM_MAP_READONLY(sbm, buf, SIZE));
	refuse(test, sbm, buf + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(buf)), 1);

	KUNIT_ASSERT_EQ(test, 0, set_memory_wb((unsigned long)buf + PAGE_SIZE, 1));
	sbm_test_expect_numbered(test, sbm, SBM_MAP_READONLY(sbm, buf, SIZE),
				 NR_PAGES);
}
#endif

/* An array of pages is refused if it is empty or too long. */
static void sbm_map_no_pages(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct page *pages[1] = { };

	expect_refused(test, sbm, sbm_map_pages(sbm, pages, 0, SBM_IN));
	expect_refused(test, sbm, sbm_map_pages(sbm, pages, 1, SBM_IN));
	expect_refused(test, sbm, sbm_map_pages(sbm, pages, -1, SBM_IN));
}

/* vmalloc() memory is mapped, up to its end and not further. */
static void sbm_map_vmalloc(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = vmalloc(SIZE), *dst;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i < NR_PAGES; i++)
		memset(buf + i * PAGE_SIZE, i + 1, PAGE_SIZE);

	dst = SBM_MAP_WRITABLE(sbm, buf, SIZE);
	KUNIT_EXPECT_NOT_NULL(test, dst);
	sbm_test_expect_numbered(test, sbm, dst, NR_PAGES);
	KUNIT_EXPECT_EQ(test, write_at(sbm, dst, 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, buf[2 * PAGE_SIZE], 1);

	/* From its middle on, too; a guard page is not part of it. */
	KUNIT_EXPECT_EQ(test, 2,
			read_at(sbm, SBM_MAP_READONLY(sbm, buf + PAGE_SIZE,
						      SIZE - PAGE_SIZE), 0));
	expect_refused(test, sbm, SBM_MAP_READONLY(sbm, buf + PAGE_SIZE, SIZE));
	expect_refused(test, sbm, SBM_MAP_READONLY(sbm, buf + SIZE, PAGE_SIZE));

	/* It is the list of pages that counts. */
	find_vm_area(buf)->nr_pages--;
	expect_refused(test, sbm, SBM_MAP_READONLY(sbm, buf, SIZE));
	find_vm_area(buf)->nr_pages++;
	vfree(buf);

	/* Made for processes to map. */
	buf = vmalloc_user(SIZE);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	refuse(test, sbm, buf);
	vfree(buf);
}

/* Pages are found in the order in which they are given. */
static void sbm_map_page_array(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	u8 *buf = sbm_test_numbered(test, 2 * NR_PAGES);
	struct page *pages[NR_PAGES];
	unsigned int i;
	u8 *dst;

	for (i = 0; i < NR_PAGES; i++)
		pages[i] = virt_to_page(buf + (2 * NR_PAGES - 1 - 2 * i) *
					PAGE_SIZE);

	dst = sbm_map_pages(sbm, pages, NR_PAGES, SBM_INOUT);
	KUNIT_ASSERT_NOT_NULL(test, dst);
	for (i = 0; i < NR_PAGES; i++) {
		u8 *page = page_address(pages[i]);

		KUNIT_EXPECT_EQ(test, read_at(sbm, dst, i * PAGE_SIZE), *page);
		KUNIT_EXPECT_EQ(test, 0,
				write_at(sbm, dst, (i + 1) * PAGE_SIZE - 1));
		KUNIT_EXPECT_EQ(test, page[PAGE_SIZE - 1], 1);
	}
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* Higher orders: compound ones are held as one, others cannot be held. */
static void sbm_map_order(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	u8 *buf, *src;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	buf = page_address(page);
	for (i = 0; i < 4; i++)
		memset(buf + i * PAGE_SIZE, i, PAGE_SIZE);

	/* Two of four, without the first. */
	src = SBM_MAP_READONLY(sbm, buf + PAGE_SIZE, 2 * PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, src);
	sbm_test_expect_numbered(test, sbm, src, 2);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 3);
	KUNIT_EXPECT_EQ(test, sbm_unmap(sbm, src), 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	__free_pages(page, 2);

	page = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	buf = page_address(page);
	expect_refused(test, sbm, SBM_MAP_READONLY(sbm, buf, 4 * PAGE_SIZE));
	refuse(test, sbm, buf + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	__free_pages(page, 2);
}

static struct kunit_case sbm_lend_cases[] = {
	KUNIT_CASE(sbm_map_unaligned),
	KUNIT_CASE(sbm_map_kernel),
	KUNIT_CASE(sbm_map_slab),
	KUNIT_CASE(sbm_map_kmalloc),
	KUNIT_CASE(sbm_map_foreign),
	KUNIT_CASE(sbm_map_kinds),
#ifdef CONFIG_X86_PAT
	KUNIT_CASE(sbm_map_uncached),
#endif
	KUNIT_CASE(sbm_map_no_pages),
	KUNIT_CASE(sbm_map_vmalloc),
	KUNIT_CASE(sbm_map_page_array),
	KUNIT_CASE(sbm_map_order),
	{}
};

static struct kunit_suite sbm_lend_suite = {
	.name = "sandbox_mode_lend",
	.test_cases = sbm_lend_cases,
};

kunit_test_suite(sbm_lend_suite);
