// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: memory of the caller, mapped into a sandbox instead of copied.
 *
 * The caller lends whole pages and gets them back with sbm_unmap(). Meanwhile
 * the sandbox holds a reference of each, so that a caller who frees them too
 * early does not let it at whoever gets them next.
 *
 * A page that is lent is visible as a whole and for as long as it is mapped.
 * So only memory is taken that can be told to consist of such pages, and to be
 * used by nobody but the kernel; sbm_may_lend(), sbm_vmalloc_pages() and
 * sbm_linear_page() are the rule. Whether it is the caller's own cannot be told.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/vmalloc.h>

#include "buffer.h"
#include "internal.h"
#include "map.h"

/* === What may be lent === */

/*
 * Pages of the page allocator that are not part of the kernel itself (these are
 * reserved, the zero page among them), nor in use by another allocator or as a
 * page table (these have a type), nor cached or a process's (these have a
 * mapping, or are mapped).
 */
static bool sbm_may_lend(struct page *page)
{
	struct folio *folio = page_folio(page);

	return !PageReserved(page) && !PageHWPoison(page) &&
	       !is_zone_device_page(page) && !page_has_type(&folio->page) &&
	       !folio->mapping && !folio_mapped(folio);
}

/*
 * The pages of vmalloc() and its like, or NULL. Anything else there has other
 * flags: what is mapped a second time or is no memory (vmap(), ioremap()), is
 * code, or is made for processes to map. Per-CPU memory has no list of pages.
 */
static struct page **sbm_vmalloc_pages(const void *buf, unsigned int nr)
{
	const struct vm_struct *area = find_vm_area(buf);
	unsigned long first;

	/* A stack looks like any other. */
	if (!area || object_is_on_stack(buf) ||
	    (area->flags & ~VM_ALLOW_HUGE_VMAP) != VM_ALLOC)
		return NULL;

	first = PFN_DOWN(buf - area->addr);
	return first + nr <= area->nr_pages ? area->pages + first : NULL;
}

static struct page *sbm_linear_page(const void *addr)
{
	if (object_is_on_stack(addr) || !virt_addr_valid(addr))
		return NULL;
	return virt_to_page(addr);
}

/*
 * A page in the middle of a higher order has a reference count of its own only
 * if it is compound or was split. Without, it cannot be held.
 */
static bool sbm_get_page(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_try_get(folio))
		return false;
	if (sbm_may_lend(page))
		return true;
	folio_put(folio);
	return false;
}

/* === Mapping === */

/* Takes pages from @pages or, without, those at the linear address @buf. */
static int sbm_get_pages(struct page **dst, struct page **pages,
			 const void *buf, unsigned int nr)
{
	struct page *page;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		page = pages ? pages[i] : sbm_linear_page(buf + i * PAGE_SIZE);
		if (!page || !sbm_get_page(page))
			goto err_put;
		dst[i] = page;
	}
	return 0;

err_put:
	while (i--)
		put_page(dst[i]);
	return -EINVAL;
}

static void *sbm_map(struct sbm *sbm, struct page **pages, const void *buf,
		     unsigned int nr, unsigned int prot)
{
	struct sbm_region *region;
	int err;

	region = sbm_region_lend(sbm->sandbox, nr, prot);
	if (IS_ERR(region)) {
		sbm->error = PTR_ERR(region);
		return NULL;
	}

	err = sbm_get_pages(region->pages, pages, buf, nr);
	if (!err)
		err = sbm_region_map(sbm->sandbox, region, nr);
	if (err) {
		sbm->error = err;
		return NULL;
	}

	sbm_count(SBM_EV_MAP);
	return (void *)region->va;
}

static void *sbm_map_buf(struct sbm *sbm, const void *buf, size_t size,
			 unsigned int prot)
{
	unsigned int nr = size / PAGE_SIZE;
	struct page **pages = NULL;

	if (sbm->error)
		return NULL;
	if (!size || size > SBM_MAX_BUF || !PAGE_ALIGNED(buf) ||
	    !PAGE_ALIGNED(size))
		goto err_invalid;

	if (is_vmalloc_addr(buf)) {
		pages = sbm_vmalloc_pages(buf, nr);
		if (!pages)
			goto err_invalid;
	}
	return sbm_map(sbm, pages, buf, nr, prot);

err_invalid:
	sbm->error = -EINVAL;
	return NULL;
}

/**
 * sbm_map_readonly() - let a sandbox read memory of the caller
 * @sbm: SBM instance.
 * @buf: The memory; begins on a page.
 * @size: Its size in bytes, whole pages.
 *
 * Callers use SBM_MAP_READONLY(), which keeps the type.
 *
 * Memory from alloc_pages_exact(), alloc_pages() with __GFP_COMP, vmalloc(),
 * and kmalloc() of more than %KMALLOC_MAX_CACHE_SIZE can be mapped.
 *
 * Return: Address inside the sandbox, or %NULL with sbm_error() set to
 * -EINVAL, if @buf or @size is not page-aligned, @size is zero or above 256
 * MiB, or the memory is of another kind; or to -ENOMEM. Nothing is mapped then.
 * Context: Process context; may sleep. Not during a call.
 */
void *sbm_map_readonly(struct sbm *sbm, const void *buf, size_t size)
{
	return sbm_map_buf(sbm, buf, size, SBM_PROT_READ);
}
EXPORT_SYMBOL_GPL(sbm_map_readonly);

/**
 * sbm_map_writable() - let a sandbox read and write memory of the caller
 * @sbm: SBM instance.
 * @buf: The memory; begins on a page.
 * @size: Its size in bytes, whole pages.
 *
 * Callers use SBM_MAP_WRITABLE(), which keeps the type.
 *
 * Return: As sbm_map_readonly().
 * Context: Process context; may sleep. Not during a call.
 */
void *sbm_map_writable(struct sbm *sbm, void *buf, size_t size)
{
	return sbm_map_buf(sbm, buf, size, SBM_PROT_WRITE);
}
EXPORT_SYMBOL_GPL(sbm_map_writable);

/**
 * sbm_map_pages() - let a sandbox use pages of the caller
 * @sbm: SBM instance.
 * @pages: The pages, in the order in which the sandbox finds them.
 * @nr: How many.
 * @dir: %SBM_IN if the sandbox may only read them.
 *
 * For pages that are not next to each other. As SBM_MAP_READONLY() and
 * SBM_MAP_WRITABLE() in everything else. Not available without
 * CONFIG_SANDBOX_MODE.
 *
 * Return: Address of the first inside the sandbox, or as sbm_map_readonly().
 * Context: Process context; may sleep. Not during a call.
 */
void *sbm_map_pages(struct sbm *sbm, struct page **pages, unsigned int nr,
		    enum sbm_dir dir)
{
	if (sbm->error)
		return NULL;
	if (!nr || nr > SBM_MAX_BUF / PAGE_SIZE) {
		sbm->error = -EINVAL;
		return NULL;
	}
	return sbm_map(sbm, pages, NULL, nr,
		       dir == SBM_IN ? SBM_PROT_READ : SBM_PROT_WRITE);
}
EXPORT_SYMBOL_GPL(sbm_map_pages);

static void sbm_unmap_region(struct sbm_sandbox *sandbox,
			     struct sbm_region *region)
{
	sbm_region_return(sandbox, region);
	sbm_count(SBM_EV_UNMAP);
}

/**
 * sbm_unmap() - take memory back that a sandbox was let use
 * @sbm: SBM instance; whether it has an error does not matter.
 * @addr: What SBM_MAP_READONLY() or its like returned, %NULL included.
 *
 * When this returns, the sandbox cannot reach the memory on any CPU, and has no
 * reference of its pages. What it has written there is still untrusted, but
 * does not change any more.
 *
 * Return: Zero, or -EINVAL if nothing is mapped at @addr.
 * Context: Process context; may sleep. Not during a call.
 */
int sbm_unmap(struct sbm *sbm, const void *addr)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	struct sbm_region *region;

	if (!addr)
		return 0;
	if (!sandbox)
		return -EINVAL;

	region = sbm_region_at(sandbox, (unsigned long)addr);
	if (!region || !region->lent || region->va != (unsigned long)addr)
		return -EINVAL;
	sbm_unmap_region(sandbox, region);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_unmap);

/**
 * sbm_unmap_all() - take everything back
 * @sandbox: Sandbox that is not in a call; it still has its address space.
 *
 * Context: Process context; may sleep.
 */
void sbm_unmap_all(struct sbm_sandbox *sandbox)
{
	struct sbm_region *region;

	list_for_each_entry(region, &sandbox->regions, node) {
		if (region->lent && region->nr_pages)
			sbm_unmap_region(sandbox, region);
	}
}
