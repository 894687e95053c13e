// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: regions, the memory of a sandbox.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "internal.h"
#include "pages.h"
#include "weak.h"

static struct kmem_cache *sbm_region_cache;

static gfp_t sbm_region_gfp(const struct sbm_sandbox *sandbox,
			    const struct sbm_region *region)
{
	return region == sandbox->heap ? SBM_INSIDE_GFP : SBM_GFP;
}

/*
 * Makes room for the addresses of @nr pages. There is twice as much each time,
 * as code inside may want its heap page by page.
 */
static int sbm_region_add_slots(struct sbm_region *region, unsigned int nr,
				gfp_t gfp)
{
	struct page **pages;

	if (nr <= region->nr_slots)
		return 0;

	nr = min(max(nr, 2 * region->nr_slots), region->max_pages);
	pages = kvrealloc(region->pages, array_size(nr, sizeof(*pages)),
			  gfp & ~__GFP_ZERO);
	if (!pages)
		return -ENOMEM;
	region->pages = pages;
	region->nr_slots = nr;
	return 0;
}

static void sbm_region_free(struct sbm_sandbox *sandbox,
			    struct sbm_region *region)
{
	if (sandbox->info.level == SBM_LEVEL_WEAK)
		sbm_weak_release(region);
	if (region->lent)
		sbm_put_pages(region->pages, region->nr_pages);
	else
		sbm_free_pages(region->pages, region->nr_pages);
	kvfree(region->pages);
	kmem_cache_free(sbm_region_cache, region);
}

/**
 * sbm_region_grow() - map more pages at the end of a region
 * @sandbox: The sandbox.
 * @region: One of its regions.
 * @nr_pages: How many; together not more than &sbm_region.max_pages.
 *
 * The pages are zeroed and charged to the memory cgroup of current.
 *
 * Return: Zero or -ENOMEM. If mapping failed, it does not grow any more.
 * Context: Process context, under &sbm_sandbox.lock; may sleep.
 */
int sbm_region_grow(struct sbm_sandbox *sandbox, struct sbm_region *region,
		    unsigned int nr_pages)
{
	unsigned long va = region->va +
			   (unsigned long)region->nr_pages * PAGE_SIZE;
	gfp_t gfp = sbm_region_gfp(sandbox, region);
	struct page **pages;
	int err;

	lockdep_assert_held(&sandbox->lock);
	if (region->failed)
		return -ENOMEM;

	err = sbm_region_add_slots(region, region->nr_pages + nr_pages, gfp);
	if (err)
		return err;
	pages = region->pages + region->nr_pages;
	err = sbm_alloc_pages(pages, nr_pages, gfp);
	if (err)
		return err;

	/*
	 * From here on the pages belong to the region also if mapping them
	 * fails half way: some may be visible, so they stay until the end.
	 */
	region->nr_pages += nr_pages;
	sandbox->info.mapped_pages += nr_pages;

	if (sandbox->info.level == SBM_LEVEL_STRONG)
		err = arch_sbm_map(sandbox, va, pages, nr_pages, region->prot);
	else
		err = sbm_weak_map(region, va, pages, nr_pages);
	region->failed = err;
	return err;
}

/**
 * sbm_region_shrink() - unmap and free pages at the end of a region
 * @sandbox: The sandbox; it may be running.
 * @region: One of its regions.
 * @nr_pages: How many, of those that are mapped.
 *
 * Return: Zero, or -EAGAIN if that would mean to wait.
 * Context: Process context, under &sbm_sandbox.lock; also from reclaim.
 */
int sbm_region_shrink(struct sbm_sandbox *sandbox, struct sbm_region *region,
		      unsigned int nr_pages)
{
	unsigned int left = region->nr_pages - nr_pages;
	int err;

	lockdep_assert_held(&sandbox->lock);

	/* First nobody can reach the pages any more, then they go. */
	err = arch_sbm_try_unmap(sandbox, region->va + left * PAGE_SIZE,
				 nr_pages);
	if (err)
		return err;

	region->nr_pages = left;
	sandbox->info.mapped_pages -= nr_pages;
	sbm_free_pages(region->pages + left, nr_pages);
	return 0;
}

/**
 * sbm_region_create_at() - create a region at a given address
 * @sandbox: The sandbox.
 * @va: Address in the sandbox, page-aligned; ignored at %SBM_LEVEL_WEAK.
 * @nr_pages: Pages to map now.
 * @max_pages: Pages it may grow to.
 * @prot: SBM_PROT_* flags.
 *
 * Return: The region, or an ERR_PTR(): -ENOMEM, or -EINVAL for memory that
 * would be writable and executable.
 * Context: Process context; may sleep.
 */
struct sbm_region *sbm_region_create_at(struct sbm_sandbox *sandbox,
					unsigned long va, unsigned int nr_pages,
					unsigned int max_pages,
					unsigned int prot)
{
	struct sbm_region *region;
	int err;

	if (WARN_ON_ONCE(!max_pages || nr_pages > max_pages ||
			 ((prot & SBM_PROT_WRITE) && (prot & SBM_PROT_EXEC))))
		return ERR_PTR(-EINVAL);

	region = kmem_cache_zalloc(sbm_region_cache, GFP_KERNEL);
	if (!region)
		return ERR_PTR(-ENOMEM);

	region->va = va;
	region->max_pages = max_pages;
	region->prot = prot;
	/* In the list from here on, for whoever tidies up after a failure. */
	scoped_guard(mutex, &sandbox->lock)
		list_add_tail(&region->node, &sandbox->regions);

	if (sandbox->info.level == SBM_LEVEL_STRONG)
		err = arch_sbm_reserve(sandbox, va, max_pages);
	else
		err = sbm_weak_reserve(region);
	if (err)
		return ERR_PTR(err);
	if (nr_pages) {
		mutex_lock(&sandbox->lock);
		err = sbm_region_grow(sandbox, region, nr_pages);
		mutex_unlock(&sandbox->lock);
		if (err)
			return ERR_PTR(err);
	}
	return region;
}

/**
 * sbm_region_create() - create a region
 * @sandbox: The sandbox.
 * @nr_pages: Pages to map now.
 * @max_pages: Pages it may grow to.
 * @prot: SBM_PROT_* flags.
 *
 * The page before and the page behind the region's address space are not
 * mapped.
 *
 * Return: As sbm_region_create_at().
 * Context: Process context; may sleep.
 */
struct sbm_region *sbm_region_create(struct sbm_sandbox *sandbox,
				     unsigned int nr_pages,
				     unsigned int max_pages, unsigned int prot)
{
	unsigned long va = sandbox->next_va;

	sandbox->next_va += (unsigned long)(max_pages + 1) * PAGE_SIZE;
	return sbm_region_create_at(sandbox, va, nr_pages, max_pages, prot);
}

/**
 * sbm_region_lend() - get a region for pages of the caller
 * @sandbox: The sandbox.
 * @nr_pages: How many it must have room for.
 * @prot: SBM_PROT_* flags.
 *
 * Takes one that is empty, if there is one: how many there are depends on what
 * is mapped at a time, not on how often. It stays empty until sbm_region_map().
 *
 * Return: As sbm_region_create_at(), with no pages.
 * Context: Process context; may sleep.
 */
struct sbm_region *sbm_region_lend(struct sbm_sandbox *sandbox,
				   unsigned int nr_pages, unsigned int prot)
{
	struct sbm_region *region;

	list_for_each_entry(region, &sandbox->regions, node) {
		if (region->lent && !region->nr_pages &&
		    region->prot == prot && region->max_pages >= nr_pages)
			goto found;
	}

	/* So that sizes which differ a little share one. */
	region = sbm_region_create(sandbox, 0, roundup_pow_of_two(nr_pages),
				   prot);
	if (IS_ERR(region))
		return region;
	region->lent = true;
found:
	if (sbm_region_add_slots(region, nr_pages, SBM_GFP))
		return ERR_PTR(-ENOMEM);
	return region;
}

/**
 * sbm_region_map() - let a sandbox see pages of the caller
 * @sandbox: The sandbox.
 * @region: From sbm_region_lend(); the pages are in &sbm_region.pages.
 * @nr_pages: How many.
 *
 * Takes over a reference of each page, also if it fails.
 *
 * Return: Zero; or -ENOMEM, or -EINVAL if the architecture refuses a page, with
 * nothing mapped.
 * Context: Process context; may sleep.
 */
int sbm_region_map(struct sbm_sandbox *sandbox, struct sbm_region *region,
		   unsigned int nr_pages)
{
	int err;

	region->nr_pages = nr_pages;
	scoped_guard(mutex, &sandbox->lock)
		sandbox->info.mapped_pages += nr_pages;

	if (sandbox->info.level == SBM_LEVEL_STRONG)
		err = arch_sbm_map(sandbox, region->va, region->pages, nr_pages,
				   region->prot);
	else
		err = sbm_weak_map(region, region->va, region->pages, nr_pages);
	if (err)
		sbm_region_return(sandbox, region);
	return err;
}

/**
 * sbm_region_return() - take the pages of the caller away from a sandbox
 * @sandbox: The sandbox, not in a call.
 * @region: Region that sbm_region_map() has filled; empty afterwards.
 *
 * Context: Process context; may sleep.
 */
void sbm_region_return(struct sbm_sandbox *sandbox, struct sbm_region *region)
{
	/* First nobody can reach the pages any more, then they go. */
	if (sandbox->info.level == SBM_LEVEL_STRONG)
		arch_sbm_unmap(sandbox, region->va, region->nr_pages);
	else
		sbm_weak_unmap(region);
	sbm_put_pages(region->pages, region->nr_pages);

	scoped_guard(mutex, &sandbox->lock)
		sandbox->info.mapped_pages -= region->nr_pages;
	region->nr_pages = 0;
}

/**
 * sbm_region_at() - find the region that has an address
 * @sandbox: The sandbox.
 * @va: An address, maybe one that the sandbox has made up.
 *
 * Return: The region with a page there, or %NULL. Of the heap, that may be a
 * spare one.
 * Context: The owner's.
 */
struct sbm_region *sbm_region_at(struct sbm_sandbox *sandbox, unsigned long va)
{
	struct sbm_region *region;

	list_for_each_entry(region, &sandbox->regions, node) {
		if (va >= region->va &&
		    va - region->va < region->nr_pages * PAGE_SIZE)
			return region;
	}
	return NULL;
}

/**
 * sbm_region_destroy() - free one region
 * @sandbox: Sandbox at %SBM_LEVEL_WEAK.
 * @region: One of its regions.
 *
 * Context: Process context; may sleep.
 */
void sbm_region_destroy(struct sbm_sandbox *sandbox, struct sbm_region *region)
{
	scoped_guard(mutex, &sandbox->lock) {
		list_del(&region->node);
		sandbox->info.mapped_pages -= region->nr_pages;
	}
	sbm_region_free(sandbox, region);
}

/**
 * sbm_region_free_all() - free all regions
 * @sandbox: Sandbox whose address space is gone already.
 *
 * Context: Process context; may sleep.
 */
void sbm_region_free_all(struct sbm_sandbox *sandbox)
{
	struct sbm_region *region, *next;

	LIST_HEAD(regions);

	/* From here on no iterator comes by them. */
	scoped_guard(mutex, &sandbox->lock)
		list_splice_init(&sandbox->regions, &regions);
	list_for_each_entry_safe(region, next, &regions, node)
		sbm_region_free(sandbox, region);
	sandbox->info.mapped_pages = 0;
}

/**
 * sbm_region_trim() - free all memory that came after the sandbox was set up
 * @sandbox: Sandbox at %SBM_LEVEL_STRONG that is not in a call; nothing of its
 *	caller is mapped.
 *
 * Its heap is empty afterwards, its buffers are gone, and it has no page table
 * that it did not have when it was new.
 *
 * Context: Process context; may sleep.
 */
void sbm_region_trim(struct sbm_sandbox *sandbox)
{
	struct sbm_region *heap = sandbox->heap, *region, *next;

	/* Slots it has for ever, once it has had a page. */
	if (!heap->nr_slots && list_is_last(&heap->node, &sandbox->regions))
		return;

	/* While its pages go, nobody takes spare ones. */
	guard(mutex)(&sandbox->lock);

	/* First nobody can reach the pages any more, then they go. */
	arch_sbm_trim(sandbox, heap->va);

	region = heap;
	list_for_each_entry_safe_continue(region, next, &sandbox->regions,
					  node) {
		list_del(&region->node);
		sandbox->info.mapped_pages -= region->nr_pages;
		sbm_region_free(sandbox, region);
	}

	sbm_free_pages(heap->pages, heap->nr_pages);
	sandbox->info.mapped_pages -= heap->nr_pages;
	sandbox->info.heap_pages = 0;
	heap->nr_pages = 0;
	heap->failed = false;
	kvfree(heap->pages);
	heap->pages = NULL;
	heap->nr_slots = 0;
	sbm_spare_update(sandbox);
	sandbox->next_va = heap->va + (heap->max_pages + 1UL) * PAGE_SIZE;
}

static int __init sbm_region_init(void)
{
	sbm_region_cache = KMEM_CACHE(sbm_region, SLAB_ACCOUNT | SLAB_PANIC);
	return 0;
}
core_initcall(sbm_region_init);
