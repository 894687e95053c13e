// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: looking into a sandbox, for those who are not its caller.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "internal.h"

/**
 * struct sbm_used - the bytes of a region that are in use
 * @start: The first of those that are mapped.
 * @size: How many.
 * @hole: How many of them are not mapped: they come before @start, and are zero.
 */
struct sbm_used {
	size_t start;
	size_t size;
	size_t hole;
};

static struct sbm_used sbm_region_used(const struct sbm_sandbox *sandbox,
				       const struct sbm_region *region)
{
	struct sbm_used used = { };

	if (region->buf_kind) {
		used.size = region->buf_used;
		used.start = region->buf_start + region->buf_size - used.size;
	} else if (region == sandbox->heap) {
		/* Not the spare pages: reclaim may be taking them. */
		used.size = sandbox->info.heap_pages * PAGE_SIZE;
	} else {
		used.size = region->nr_pages * PAGE_SIZE;
	}
	/* So that an offset means the same byte, however deep it is. */
	if (region == sandbox->stack) {
		used.hole = region->va - sbm_stack_limit(sandbox);
		used.size += used.hole;
	}
	return used;
}

/* To memory that is zero. */
static int sbm_read_used(struct sbm_region *region,
			 const struct sbm_used *used, size_t offset, void *dst,
			 size_t len)
{
	size_t skip = min(len, used->hole - min(used->hole, offset));

	if (skip == len)
		return 0;
	return sbm_region_read(region, used->start + offset + skip - used->hole,
			       dst + skip, len - skip);
}

static size_t sbm_size_of_kind(const struct sbm_sandbox *sandbox,
			       enum sbm_fault_region kind)
{
	const struct sbm_region *region;
	size_t size = 0;

	list_for_each_entry(region, &sandbox->regions, node) {
		if (sbm_region_kind(sandbox, region) == kind)
			size += sbm_region_used(sandbox, region).size;
	}
	return size;
}

/**
 * sbm_read() - copy memory of a sandbox
 * @sandbox: The sandbox.
 * @kind: Which memory: data, stack, heap, input, output or inout. Of several
 *	buffers, one follows the other in the order they were added.
 * @offset: Where in it, in bytes; from its end if negative.
 * @dst: Where to.
 * @len: How many bytes.
 *
 * What is behind the end of the memory is not read; the rest of @dst is zeroed.
 * Everything but input is what the sandbox made it. The stack is there as a
 * whole: where the sandbox never was, it is zero.
 *
 * Return: The number of bytes; -EINVAL for another @kind or an @offset before
 * the memory; -EFAULT for memory that the hardware cannot read.
 * Context: The owner's, with the sandbox not inside, so that nothing changes
 * and nothing goes away meanwhile. Does not sleep.
 */
int sbm_read(struct sbm_sandbox *sandbox, enum sbm_fault_region kind,
	     s64 offset, void *dst, size_t len)
{
	struct sbm_region *region;
	size_t done = 0;

	memset(dst, 0, len);
	if (kind < SBM_REGION_DATA || kind > SBM_REGION_INOUT)
		return -EINVAL;
	if (offset < 0)
		offset += sbm_size_of_kind(sandbox, kind);
	if (offset < 0)
		return -EINVAL;

	list_for_each_entry(region, &sandbox->regions, node) {
		struct sbm_used used;
		size_t n;

		if (sbm_region_kind(sandbox, region) != kind)
			continue;
		used = sbm_region_used(sandbox, region);
		if (offset >= used.size) {
			offset -= used.size;
			continue;
		}
		n = min(len - done, used.size - (size_t)offset);
		if (sbm_read_used(region, &used, offset, dst + done, n))
			return -EFAULT;
		done += n;
		offset = 0;
	}
	return done;
}

/**
 * sbm_mapping_get_next() - describe a mapping of a sandbox
 * @sandbox: The sandbox, with a reference.
 * @va: Take the one above this address, zero for the first; its own is put
 *	here. Not for display.
 * @info: Where to.
 *
 * Return: Whether there is one; none if the sandbox has gone away meanwhile.
 * Context: Process context; may sleep.
 */
bool sbm_mapping_get_next(struct sbm_sandbox *sandbox, unsigned long *va,
			  struct sbm_mapping_info *info)
{
	const struct sbm_region *region, *next = NULL;

	guard(mutex)(&sandbox->lock);
	list_for_each_entry(region, &sandbox->regions, node) {
		if (region->va > *va && (!next || region->va < next->va))
			next = region;
	}
	if (!next)
		return false;

	*va = next->va;
	*info = (struct sbm_mapping_info){
		.id = sandbox->info.id,
		.kind = sbm_region_kind(sandbox, next),
		.nr_pages = next->nr_pages,
		.max_pages = next->max_pages,
	};
	strscpy(info->class, sandbox->info.class);
	if (next->prot & SBM_PROT_WRITE)
		info->flags |= SBM_MAPPING_WRITE;
	if (next->prot & SBM_PROT_EXEC)
		info->flags |= SBM_MAPPING_EXEC;
	if (next->lent)
		info->flags |= SBM_MAPPING_LENT;
	/* Below the strong level these are addresses of the kernel. */
	if (sandbox->info.level == SBM_LEVEL_STRONG)
		info->start = next->va - arch_sbm_image_va(0);
	return true;
}
