// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: what a faulting address belongs to.
 *
 * "Page fault at 0x2a3f1e05ffb0" says little to who has to find the bug; "80
 * bytes below the stack" says it all. Memory of a sandbox lies between unmapped
 * pages, so an address in one of these is told by its neighbours.
 */
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "internal.h"

/**
 * struct sbm_extent - a piece of memory as a developer thinks of it
 * @region: What it is.
 * @start: Address of its first byte.
 * @end: Address behind its last byte that can be used.
 * @below: Bytes before @start that belong to nobody else.
 * @above: Bytes from @end on that belong to nobody else.
 */
struct sbm_extent {
	enum sbm_fault_region region;
	u64 start;
	u64 end;
	u64 below;
	u64 above;
};

/* Take @extent if the address is in it, or next to it and to nothing nearer. */
static void sbm_place_in(struct sbm_fault *fault,
			 const struct sbm_extent *extent)
{
	enum sbm_fault_side side;
	u64 distance;

	if (fault->addr < extent->start) {
		side = SBM_SIDE_BELOW;
		distance = extent->start - fault->addr;
		if (distance > extent->below)
			return;
	} else if (fault->addr >= extent->end) {
		side = SBM_SIDE_ABOVE;
		distance = fault->addr - extent->end + 1;
		if (distance > extent->above)
			return;
	} else {
		side = SBM_SIDE_INSIDE;
		distance = fault->addr - extent->start;
	}

	if (fault->region != SBM_REGION_NONE &&
	    (fault->side == SBM_SIDE_INSIDE ||
	     (side != SBM_SIDE_INSIDE && distance >= fault->distance)))
		return;

	fault->region = extent->region;
	fault->side = side;
	fault->distance = distance;
}

/**
 * sbm_region_kind() - what a region is
 * @sandbox: The sandbox.
 * @region: One of its regions.
 *
 * Return: The word for it; %SBM_REGION_OTHER if there is none.
 * Context: The owner's, or under &sbm_sandbox.lock.
 */
enum sbm_fault_region sbm_region_kind(const struct sbm_sandbox *sandbox,
				      const struct sbm_region *region)
{
	enum sbm_fault_region buf_kind = READ_ONCE(region->buf_kind);

	if (buf_kind)
		return buf_kind;
	if (region == sandbox->stack)
		return SBM_REGION_STACK;
	if (region == sandbox->heap)
		return SBM_REGION_HEAP;
	if (region->va - arch_sbm_image_va(0) < arch_sbm_image_size())
		return SBM_REGION_DATA;
	return SBM_REGION_OTHER;
}

static void sbm_place_in_region(struct sbm_fault *fault,
				const struct sbm_sandbox *sandbox,
				const struct sbm_region *region)
{
	u64 unused = region->max_pages - region->nr_pages;
	u64 size = (u64)region->nr_pages * PAGE_SIZE;
	struct sbm_extent extent = {
		.region = sbm_region_kind(sandbox, region),
		.start = region->va,
		.end = region->va + size,
		.below = PAGE_SIZE,
		.above = (unused + 1) * PAGE_SIZE,
	};

	if (region->buf_kind) {
		/* The rest of its pages is not the caller's, but is mapped. */
		extent.start += region->buf_start;
		extent.end = extent.start + region->buf_size;
		extent.below += region->buf_start;
		extent.above += size - region->buf_start - region->buf_size;
	} else if (region == sandbox->stack) {
		/* Mapped or not, it is the stack. */
		extent.start = sbm_stack_limit(sandbox);
		extent.below = SBM_STACK_GUARD * PAGE_SIZE;
		extent.above = PAGE_SIZE;
	}
	sbm_place_in(fault, &extent);
}

/**
 * sbm_fault_place() - say what memory a faulting address is in or next to
 * @sbm: The sandbox that faulted.
 * @fault: Its fault; gets &sbm_fault.region, side and distance.
 *
 * Context: Process context; not during a run.
 */
void sbm_fault_place(const struct sbm *sbm, struct sbm_fault *fault)
{
	const struct sbm_extent image = {
		.region = SBM_REGION_IMAGE,
		.start = arch_sbm_image_va(0),
		.end = arch_sbm_image_va(0) + arch_sbm_image_size(),
		.below = PAGE_SIZE,
		.above = PAGE_SIZE,
	};
	const struct sbm_region *region;

	if (!arch_sbm_fault_has_addr(fault))
		return;

	if (fault->addr < PAGE_SIZE) {
		fault->region = SBM_REGION_NULL;
		fault->distance = fault->addr;
		return;
	}
	if (fault->addr >= TASK_SIZE_MAX) {
		fault->region = SBM_REGION_KERNEL;
		return;
	}

	list_for_each_entry(region, &sbm->sandbox->regions, node)
		sbm_place_in_region(fault, sbm->sandbox, region);
	sbm_place_in(fault, &image);
}
