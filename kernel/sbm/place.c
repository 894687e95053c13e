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

static const struct sbm_buf *sbm_buf_of(const struct sbm *sbm,
					const struct sbm_region *region)
{
	const struct sbm_buf *buf;

	list_for_each_entry(buf, &sbm->bufs, node) {
		if (buf->region == region)
			return buf;
	}
	return NULL;
}

static void sbm_place_in_buf(struct sbm_fault *fault, const struct sbm_buf *buf,
			     struct sbm_extent *extent)
{
	static const enum sbm_fault_region regions[] = {
		[SBM_IN] = SBM_REGION_INPUT,
		[SBM_OUT] = SBM_REGION_OUTPUT,
		[SBM_INOUT] = SBM_REGION_INOUT,
	};
	u64 start = (unsigned long)buf->sbm_ptr;
	u64 end = start + buf->size;

	/* The rest of its pages is not the caller's, but is mapped. */
	extent->region = regions[buf->dir];
	extent->below += start - extent->start;
	extent->above += extent->end - end;
	extent->start = start;
	extent->end = end;
	sbm_place_in(fault, extent);
}

static void sbm_place_in_region(struct sbm_fault *fault, const struct sbm *sbm,
				const struct sbm_region *region)
{
	const struct sbm_sandbox *sandbox = sbm->sandbox;
	const struct sbm_buf *buf = sbm_buf_of(sbm, region);
	u64 unused = region->max_pages - region->nr_pages;
	struct sbm_extent extent = {
		.region = SBM_REGION_OTHER,
		.start = region->va,
		.end = region->va + (u64)region->nr_pages * PAGE_SIZE,
		.below = PAGE_SIZE,
		.above = (unused + 1) * PAGE_SIZE,
	};

	if (buf) {
		sbm_place_in_buf(fault, buf, &extent);
		return;
	}
	if (region == sandbox->stack) {
		extent.region = SBM_REGION_STACK;
		extent.below = SBM_STACK_GUARD * PAGE_SIZE;
	} else if (region == sandbox->heap) {
		extent.region = SBM_REGION_HEAP;
	} else if (region->va - arch_sbm_image_va(0) < arch_sbm_image_size()) {
		extent.region = SBM_REGION_DATA;
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
		sbm_place_in_region(fault, sbm, region);
	sbm_place_in(fault, &image);
}
