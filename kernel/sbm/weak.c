// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode without help from the architecture (SBM_LEVEL_WEAK).
 *
 * The function runs in place, with kernel privilege, but on copies of its
 * buffers: each region is mapped once more in vmalloc space, where nothing
 * else is next to it. An overrun hits an unmapped page instead of somebody
 * else's data. Whether the kernel survives that is up to the architecture;
 * a wild pointer is not contained at all.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "weak.h"

/**
 * sbm_weak_map() - make a region usable where it is
 * @region: Region with its pages, not mapped yet; gets its address.
 *
 * vmap() leaves a page unmapped behind the region; so does whatever comes
 * before it.
 *
 * Return: Zero or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_weak_map(struct sbm_region *region)
{
	pgprot_t prot = PAGE_KERNEL_RO;
	void *va;

	if (region->prot & SBM_PROT_WRITE)
		prot = PAGE_KERNEL;

	va = vmap(region->pages, region->nr_pages, VM_MAP, prot);
	if (!va)
		return -ENOMEM;
	region->va = (unsigned long)va;
	return 0;
}

/**
 * sbm_weak_unmap() - undo sbm_weak_map()
 * @region: Region that is not used any more; keeps its pages.
 *
 * Also after a failed sbm_weak_map(): then the address is still what the
 * region was created with.
 *
 * Context: Process context; may sleep.
 */
void sbm_weak_unmap(struct sbm_region *region)
{
	void *va = (void *)region->va;

	if (is_vmalloc_addr(va))
		vunmap(va);
	region->va = 0;
}

/**
 * sbm_weak_exec() - run a function in place
 * @sandbox: The sandbox.
 * @func: The function.
 * @data: Its argument.
 *
 * Return: What the function returned.
 * Context: Process context; may sleep.
 */
int sbm_weak_exec(struct sbm_sandbox *sandbox, const struct sbm_func *func,
		  void *data)
{
	return func->fn(data);
}
