// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode without isolation: the heap.
 *
 * Every object is a region of its own: it ends (but for alignment) where an
 * unmapped page begins, is zero, and is gone once it is freed. That takes at
 * least a page for each, and finds the mistakes that matter at this level.
 * What a call leaves behind, if only because a fault ended it, is freed with
 * the next sbm_reset() or sbm_destroy().
 *
 * While the kernel works here on behalf of the function no fault is caught:
 * it would be the kernel's own.
 */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "weak.h"
#include "weak_heap.h"
#include <trace/events/sbm.h>

/* As on the heap of the image. */
#define SBM_WEAK_ALIGN	16

/**
 * struct sbm_weak_object - an allocated object
 * @node: Entry in &sbm_weak.objects.
 * @region: The memory.
 * @data: Address of the object.
 * @size: Its size in bytes.
 */
struct sbm_weak_object {
	struct list_head node;
	struct sbm_region *region;
	void *data;
	size_t size;
};

static struct sbm_weak_object *sbm_weak_find(struct sbm_sandbox *sandbox,
					     const void *data)
{
	struct sbm_weak_object *object;

	list_for_each_entry(object, &sandbox->weak->objects, node) {
		if (object->data == data)
			return object;
	}
	return NULL;
}

static void *sbm_weak_add(struct sbm_sandbox *sandbox, size_t size,
			  unsigned int nr_pages)
{
	struct sbm_weak_object *object;
	struct sbm_region *region;

	object = kzalloc(sizeof(*object), GFP_KERNEL_ACCOUNT);
	if (!object)
		return NULL;

	region = sbm_region_create(sandbox, nr_pages, nr_pages, SBM_PROT_WRITE);
	if (IS_ERR(region)) {
		kfree(object);
		return NULL;
	}
	object->region = region;
	object->size = size;
	object->data = (void *)region->va + nr_pages * PAGE_SIZE -
		       ALIGN(size, SBM_WEAK_ALIGN);
	list_add(&object->node, &sandbox->weak->objects);
	sandbox->info.heap_pages += nr_pages;
	sbm_count(SBM_EV_GROW);
	return object->data;
}

static void sbm_weak_remove(struct sbm_sandbox *sandbox,
			    struct sbm_weak_object *object)
{
	sandbox->info.heap_pages -= object->region->nr_pages;
	sbm_region_destroy(sandbox, object->region);
	list_del(&object->node);
	kfree(object);
}

/**
 * sbm_weak_heap_empty() - free all objects
 * @sandbox: Sandbox at %SBM_LEVEL_WEAK without a call in progress.
 *
 * Context: Process context; may sleep.
 */
void sbm_weak_heap_empty(struct sbm_sandbox *sandbox)
{
	struct sbm_weak_object *object, *next;

	list_for_each_entry_safe(object, next, &sandbox->weak->objects, node)
		sbm_weak_remove(sandbox, object);
}

/* === What sandboxed code calls, see weak_alloc.h === */

/**
 * sbm_weak_inside() - is this a call in place?
 *
 * Return: True if the caller is a sandboxed function, or called by one.
 */
bool sbm_weak_inside(void)
{
	return sbm_weak_current();
}

/**
 * sbm_weak_malloc() - allocate memory inside the sandbox
 * @size: Size in bytes.
 *
 * Return: Zeroed memory aligned to 16 bytes, or %NULL if the limit of the
 * class or a policy does not allow for more.
 * Context: In the sandboxed function; may sleep.
 */
void *sbm_weak_malloc(size_t size)
{
	void *catcher = arch_sbm_catch_pause();
	struct sbm_sandbox *sandbox = sbm_weak_current();
	struct sbm_info *info = &sandbox->info;
	int verdict = SBM_GROW_DENY;
	void *data = NULL;
	u64 nr_pages;

	size = min_t(size_t, size ?: 1, SSIZE_MAX);
	nr_pages = DIV_ROUND_UP(ALIGN(size, SBM_WEAK_ALIGN), PAGE_SIZE);

	/* The limit is not a policy's to decide. */
	if (info->heap_pages <= info->heap_limit &&
	    nr_pages <= info->heap_limit - info->heap_pages) {
		verdict = sbm_policy_grow(sandbox, nr_pages);
		if (verdict == SBM_GROW_ALLOW)
			data = sbm_weak_add(sandbox, size, nr_pages);
	} else {
		sbm_deny_builtin(sandbox, SBM_HOOK_GROW, verdict);
	}
	trace_sbm_grow(info, nr_pages, verdict);

	arch_sbm_catch_resume(catcher);
	if (verdict == SBM_GROW_KILL)
		sbm_weak_end(sandbox, SBM_CALL_GROW, nr_pages);
	return data;
}

/**
 * sbm_weak_calloc() - allocate an array inside the sandbox
 * @n: Number of elements.
 * @size: Size of one, in bytes.
 *
 * Return: As sbm_weak_malloc(). Context: As sbm_weak_malloc().
 */
void *sbm_weak_calloc(size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL :
						     sbm_weak_malloc(bytes);
}

/**
 * sbm_weak_free() - give memory back
 * @data: What sbm_weak_malloc() returned, or %NULL. Anything else, what was
 *	freed before included, ends the call.
 *
 * Context: In the sandboxed function; may sleep.
 */
void sbm_weak_free(const void *data)
{
	struct sbm_weak_object *object;
	struct sbm_sandbox *sandbox;
	void *catcher;

	if (!data)
		return;

	catcher = arch_sbm_catch_pause();
	sandbox = sbm_weak_current();
	object = sbm_weak_find(sandbox, data);
	if (object)
		sbm_weak_remove(sandbox, object);
	arch_sbm_catch_resume(catcher);

	if (!object)
		sbm_weak_end(sandbox, SBM_CALL_ABORT, SBM_ABORT_BAD_FREE);
}

/**
 * sbm_weak_realloc() - change the size of memory inside the sandbox
 * @data: What sbm_weak_malloc() returned, or %NULL.
 * @size: New size in bytes.
 *
 * Return: As sbm_weak_malloc(); on failure @data stays as it was.
 * Context: As sbm_weak_malloc().
 */
void *sbm_weak_realloc(const void *data, size_t size)
{
	struct sbm_sandbox *sandbox = sbm_weak_current();
	struct sbm_weak_object *object;
	void *copy;

	if (!data)
		return sbm_weak_malloc(size);

	object = sbm_weak_find(sandbox, data);
	if (!object) {
		sbm_weak_end(sandbox, SBM_CALL_ABORT, SBM_ABORT_BAD_FREE);
		return NULL;
	}
	copy = sbm_weak_malloc(size);
	if (copy) {
		memcpy(copy, data, min(size, object->size));
		sbm_weak_free(data);
	}
	return copy;
}
