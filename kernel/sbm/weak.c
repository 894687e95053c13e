// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode without isolation (SBM_LEVEL_WEAK): memory and calls.
 *
 * The function runs in place, with kernel privilege and on the caller's stack,
 * but on copies of its buffers: each region is mapped once more in vmalloc
 * space, between two pages that are not mapped. An overrun hits one of these
 * instead of somebody else's data. Where the architecture can catch the fault
 * (HAVE_ARCH_SBM_CATCH) it ends the call; elsewhere it is a fault of the
 * kernel. A wild pointer to memory that exists is not contained at all.
 */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "weak.h"
#include "weak_heap.h"

/* === Memory === */

/**
 * sbm_weak_reserve() - set address space aside for a region
 * @region: New region; gets its address.
 *
 * With a page before it that stays unmapped. get_vm_area() adds the one behind.
 *
 * Return: Zero or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_weak_reserve(struct sbm_region *region)
{
	region->area = get_vm_area((region->max_pages + 1UL) * PAGE_SIZE,
				   VM_MAP);
	if (!region->area)
		return -ENOMEM;
	region->va = (unsigned long)region->area->addr + PAGE_SIZE;
	return 0;
}

/**
 * sbm_weak_map() - map pages into a region
 * @region: Region from sbm_weak_reserve().
 * @va: Where in it.
 * @pages: The pages.
 * @nr: Their number.
 *
 * Return: Zero or -ENOMEM; then some of the pages may be mapped.
 * Context: Process context; may sleep.
 */
int sbm_weak_map(struct sbm_region *region, unsigned long va,
		 struct page **pages, unsigned int nr)
{
	pgprot_t prot = region->prot & SBM_PROT_WRITE ? PAGE_KERNEL :
							PAGE_KERNEL_RO;
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++, va += PAGE_SIZE) {
		err = vmap_page_range(va, va + PAGE_SIZE,
				      page_to_phys(pages[i]), prot);
		if (err)
			return err;
	}
	return 0;
}

/**
 * sbm_weak_unmap() - undo sbm_weak_map()
 * @region: Region from sbm_weak_reserve(); keeps its pages.
 *
 * Nobody can reach the pages after this, also not through a stale TLB entry.
 *
 * Context: Process context; may sleep.
 */
void sbm_weak_unmap(struct sbm_region *region)
{
	vunmap_range(region->va,
		     region->va + (unsigned long)region->max_pages * PAGE_SIZE);
}

/**
 * sbm_weak_release() - undo sbm_weak_reserve()
 * @region: Region that is not used any more; keeps its pages.
 *
 * Context: Process context; may sleep.
 */
void sbm_weak_release(struct sbm_region *region)
{
	if (!region->area)
		return;
	sbm_weak_unmap(region);
	free_vm_area(region->area);
}

/* === Calls === */

/*
 * Calls in progress, the innermost of a task first: how code that runs in
 * place finds its sandbox. An entry holds a reference of its task, so that no
 * other task is mistaken for it should the call never end, as when a fault
 * that is not caught kills the task.
 */
static LIST_HEAD(sbm_weak_calls);
static DEFINE_SPINLOCK(sbm_weak_lock);

static void sbm_weak_begin(struct sbm_weak *weak)
{
	weak->end = (struct sbm_exit) { };
	weak->task = get_task_struct(current);
	spin_lock(&sbm_weak_lock);
	list_add(&weak->node, &sbm_weak_calls);
	spin_unlock(&sbm_weak_lock);
}

static void sbm_weak_finish(struct sbm_weak *weak)
{
	spin_lock(&sbm_weak_lock);
	list_del(&weak->node);
	spin_unlock(&sbm_weak_lock);
	put_task_struct(weak->task);
	weak->task = NULL;
}

/**
 * sbm_weak_current() - which sandbox runs this code?
 *
 * Return: The sandbox of the innermost call in place of current, or %NULL. An
 * interrupt that hits a call is not part of it.
 * Context: Any but NMI.
 */
struct sbm_sandbox *sbm_weak_current(void)
{
	struct sbm_sandbox *sandbox = NULL;
	struct sbm_weak *weak;

	if (!in_task() || list_empty(&sbm_weak_calls))
		return NULL;

	spin_lock(&sbm_weak_lock);
	list_for_each_entry(weak, &sbm_weak_calls, node) {
		if (weak->task == current) {
			sandbox = weak->sandbox;
			break;
		}
	}
	spin_unlock(&sbm_weak_lock);
	return sandbox;
}

/**
 * sbm_weak_end() - end the call from inside
 * @sandbox: From sbm_weak_current().
 * @nr: SBM_CALL_* constant: what the image would call.
 * @arg: Its argument.
 *
 * Returns only where the architecture cannot end a call in the middle. The
 * function then runs on, but its call has failed.
 *
 * Context: In the sandboxed function.
 */
void sbm_weak_end(struct sbm_sandbox *sandbox, u64 nr, u64 arg)
{
	struct sbm_exit *end = &sandbox->weak->end;

	if (end->reason != SBM_EXIT_CALL)
		*end = (struct sbm_exit) {
			.reason = SBM_EXIT_CALL,
			.nr = nr,
			.args = { arg },
		};
	arch_sbm_catch_leave();
}

/**
 * sbm_weak_run() - run a function in place
 * @sandbox: The sandbox.
 * @func: The function.
 * @data: Its argument.
 * @exit: How it ended.
 *
 * Context: Process context; may sleep.
 */
void sbm_weak_run(struct sbm_sandbox *sandbox, const struct sbm_func *func,
		  void *data, struct sbm_exit *exit)
{
	struct sbm_weak *weak = sandbox->weak;

	sbm_weak_begin(weak);
	arch_sbm_catch(func->fn, data, exit);
	sbm_weak_finish(weak);
	if (weak->end.reason == SBM_EXIT_CALL)
		*exit = weak->end;
}

/* === Life === */

/**
 * sbm_weak_create() - what a sandbox of this level needs
 * @sandbox: New sandbox.
 *
 * Return: Zero or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_weak_create(struct sbm_sandbox *sandbox)
{
	struct sbm_weak *weak = kzalloc(sizeof(*weak), GFP_KERNEL_ACCOUNT);

	if (!weak)
		return -ENOMEM;
	weak->sandbox = sandbox;
	INIT_LIST_HEAD(&weak->objects);
	sandbox->weak = weak;
	return 0;
}

/**
 * sbm_weak_destroy() - undo sbm_weak_create()
 * @sandbox: The sandbox, of any level.
 *
 * Context: Process context; may sleep.
 */
void sbm_weak_destroy(struct sbm_sandbox *sandbox)
{
	struct sbm_weak *weak = sandbox->weak;

	if (!weak)
		return;
	/* A fault that was not caught may have taken the caller away. */
	if (weak->task)
		sbm_weak_finish(weak);
	sbm_weak_heap_empty(sandbox);
	sandbox->weak = NULL;
	kfree(weak);
}
