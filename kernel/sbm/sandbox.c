// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: sandboxes, from creation to destruction, and their registry.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "buffer.h"
#include "internal.h"
#include "map.h"
#include "weak.h"
#include "weak_heap.h"
#include <trace/events/sbm.h>

/*
 * All live sandboxes by id, for iterators. Looked up under RCU; a reference
 * keeps what was found, not what it does, from going away.
 */
static DEFINE_XARRAY(sbm_sandboxes);
static atomic64_t sbm_last_id;
static atomic_t sbm_nr_live;

/* What there may be ten thousand of is not rounded up as kmalloc() does. */
static struct kmem_cache *sbm_sandbox_cache;

static void sbm_sandbox_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(sbm_sandbox_cache,
			container_of(rcu, struct sbm_sandbox, rcu));
}

/*
 * Not kfree_rcu(): it starts a timer with its own lock held, and the last
 * reference may be given back by a program that traces timers.
 */
static void sbm_sandbox_release(struct kref *ref)
{
	struct sbm_sandbox *sandbox = container_of(ref, struct sbm_sandbox, ref);

	call_rcu(&sandbox->rcu, sbm_sandbox_free_rcu);
}

/**
 * sbm_sandbox_put() - give a reference back
 * @sandbox: Sandbox from sbm_sandbox_get() or sbm_sandbox_get_next().
 */
void sbm_sandbox_put(struct sbm_sandbox *sandbox)
{
	kref_put(&sandbox->ref, sbm_sandbox_release);
}

/**
 * sbm_sandbox_next_rcu() - find the live sandbox that comes after another
 * @id: Identifier of the other one; zero for the first.
 *
 * Return: The sandbox with the smallest identifier above @id, or %NULL. It may
 * go away; what is in it can be read until the end of the RCU section.
 * Context: Any, under RCU.
 */
struct sbm_sandbox *sbm_sandbox_next_rcu(u64 id)
{
	unsigned long index = id;

	return xa_find_after(&sbm_sandboxes, &index, ULONG_MAX, XA_PRESENT);
}

/**
 * sbm_sandbox_get_next() - find the live sandbox that comes after another
 * @id: Identifier of the other one; zero for the first.
 *
 * Return: The sandbox with the smallest identifier above @id, with a reference
 * for sbm_sandbox_put(), or %NULL.
 * Context: Any but NMI.
 */
struct sbm_sandbox *sbm_sandbox_get_next(u64 id)
{
	struct sbm_sandbox *sandbox;

	guard(rcu)();
	while ((sandbox = sbm_sandbox_next_rcu(id))) {
		if (kref_get_unless_zero(&sandbox->ref))
			break;
		id = sandbox->info.id;
	}
	return sandbox;
}

/**
 * sbm_sandbox_get() - find a live sandbox
 * @id: Its identifier.
 *
 * Return: The sandbox, with a reference for sbm_sandbox_put(), or %NULL.
 * Context: Any but NMI.
 */
struct sbm_sandbox *sbm_sandbox_get(u64 id)
{
	struct sbm_sandbox *sandbox;

	guard(rcu)();
	sandbox = xa_load(&sbm_sandboxes, id);
	if (sandbox && !kref_get_unless_zero(&sandbox->ref))
		sandbox = NULL;
	return sandbox;
}

/**
 * sbm_nr_sandboxes() - number of live sandboxes
 *
 * Return: Their number.
 */
unsigned int sbm_nr_sandboxes(void)
{
	return atomic_read(&sbm_nr_live);
}

/**
 * sbm_strong_available() - can this machine isolate?
 *
 * Return: True if sandboxes are created at %SBM_LEVEL_STRONG.
 * Context: Any.
 */
bool sbm_strong_available(void)
{
	return arch_sbm_available();
}
EXPORT_SYMBOL_GPL(sbm_strong_available);

static void sbm_sandbox_free_memory(struct sbm_sandbox *sandbox)
{
	/* From here on nobody takes spare pages. */
	mutex_lock(&sandbox->lock);
	sandbox->heap = NULL;
	sbm_spare_update(sandbox);
	mutex_unlock(&sandbox->lock);

	/* First nobody can reach the pages any more, then they go. */
	sbm_unmap_all(sandbox);
	arch_sbm_free(sandbox);
	sbm_weak_destroy(sandbox);
	sbm_region_free_all(sandbox);
}

static int sbm_sandbox_set_up(struct sbm_sandbox *sandbox)
{
	struct sbm_region *heap;
	int err;

	if (sandbox->info.level < SBM_LEVEL_STRONG)
		return sbm_weak_create(sandbox);

	err = arch_sbm_create(sandbox);
	if (err)
		return err;

	err = sbm_stack_create(sandbox);
	if (err)
		return err;

	heap = sbm_region_create(sandbox, 0, sandbox->class->heap_pages,
				 SBM_PROT_WRITE);
	if (IS_ERR(heap))
		return PTR_ERR(heap);
	sandbox->heap = heap;
	return 0;
}

/**
 * sbm_sandbox_alloc() - begin a sandbox
 * @class: Its class.
 *
 * Return: A sandbox without memory and identifier; or %NULL.
 * Context: Process context; may sleep.
 */
struct sbm_sandbox *sbm_sandbox_alloc(struct sbm_class *class)
{
	struct sbm_sandbox *sandbox = kmem_cache_zalloc(sbm_sandbox_cache,
							GFP_KERNEL);

	if (!sandbox)
		return NULL;

	kref_init(&sandbox->ref);
	mutex_init(&sandbox->lock);
	INIT_LIST_HEAD(&sandbox->regions);
	sandbox->class = class;
	sbm_time_init(sandbox);
	strscpy(sandbox->info.class, class->name);
	sandbox->info.level = arch_sbm_available() ? SBM_LEVEL_STRONG :
						     SBM_LEVEL_WEAK;
	sandbox->info.heap_limit = class->heap_pages;
	return sandbox;
}

/**
 * sbm_sandbox_free() - undo sbm_sandbox_alloc() and all that came after it
 * @sandbox: A sandbox that is not in the registry.
 *
 * Context: Process context; may sleep.
 */
void sbm_sandbox_free(struct sbm_sandbox *sandbox)
{
	sbm_sandbox_free_memory(sandbox);
	sbm_sandbox_put(sandbox);
}

static struct sbm_sandbox *sbm_sandbox_make(struct sbm_class *class)
{
	bool strong = arch_sbm_available();
	struct sbm_sandbox *sandbox;
	struct mem_cgroup *memcg;
	int err = -ENOMEM;

	/* It may have other callers after this one, see sbm_charge(). */
	if (strong)
		memcg = sbm_charge_nobody();
	sandbox = sbm_sandbox_alloc(class);
	if (sandbox)
		err = sbm_sandbox_set_up(sandbox);
	if (strong)
		set_active_memcg(memcg);

	if (!err)
		return sandbox;
	if (sandbox)
		sbm_sandbox_free(sandbox);
	return ERR_PTR(err);
}

static struct sbm_sandbox *sbm_sandbox_create(struct sbm_class *class)
{
	struct sbm_sandbox *sandbox;
	int err;

	if (class->flags & SBM_CLASS_STRONG && !arch_sbm_available())
		return ERR_PTR(SBM_ERR_UNSUPPORTED);

	sandbox = sbm_pool_get(class) ?: sbm_sandbox_make(class);
	if (IS_ERR(sandbox))
		return sandbox;

	err = sbm_charge(sandbox);
	if (err)
		goto err_free;

	sandbox->info.id = atomic64_inc_return(&sbm_last_id);
	sandbox->info.pid = task_pid_nr(current);
	get_task_comm(sandbox->info.comm, current);

	err = xa_err(xa_store(&sbm_sandboxes, sandbox->info.id, sandbox,
			      GFP_KERNEL));
	if (err)
		goto err_uncharge;

	atomic_inc(&class->nr_sandboxes);
	atomic_inc(&sbm_nr_live);
	sbm_count(SBM_EV_CREATE);
	trace_sbm_create(&sandbox->info);
	return sandbox;

err_uncharge:
	sbm_uncharge(sandbox);
err_free:
	sbm_sandbox_free(sandbox);
	return ERR_PTR(err);
}

static void sbm_sandbox_destroy(struct sbm_sandbox *sandbox)
{
	trace_sbm_destroy(&sandbox->info);
	sbm_count(SBM_EV_DESTROY);
	atomic_dec(&sbm_nr_live);
	atomic_dec(&sandbox->class->nr_sandboxes);

	xa_erase(&sbm_sandboxes, sandbox->info.id);
	if (!sbm_pool_put(sandbox))
		sbm_sandbox_free_memory(sandbox);
	sbm_uncharge(sandbox);
	sbm_sandbox_put(sandbox);
}

/**
 * sbm_init_class() - create a sandbox of a class
 * @sbm: SBM instance to initialise.
 * @class: Registered class.
 *
 * Return: Zero, or a negative errno that sbm_error() returns as well:
 * -ENOMEM, or %SBM_ERR_UNSUPPORTED if the class demands strong isolation and
 * this machine cannot give it.
 * Context: Process context; may sleep.
 */
int sbm_init_class(struct sbm *sbm, struct sbm_class *class)
{
	struct sbm_sandbox *sandbox = sbm_sandbox_create(class);

	*sbm = (struct sbm) { };
	INIT_LIST_HEAD(&sbm->bufs);
	if (IS_ERR(sandbox))
		sbm->error = PTR_ERR(sandbox);
	else
		sbm->sandbox = sandbox;
	return sbm->error;
}
EXPORT_SYMBOL_GPL(sbm_init_class);

/**
 * sbm_init() - create a sandbox of the default class
 * @sbm: SBM instance to initialise.
 *
 * Return: As sbm_init_class().
 * Context: Process context; may sleep.
 */
int sbm_init(struct sbm *sbm)
{
	return sbm_init_class(sbm, &sbm_default_class);
}
EXPORT_SYMBOL_GPL(sbm_init);

/**
 * sbm_destroy() - destroy a sandbox and its buffers
 * @sbm: SBM instance, also one whose initialisation failed.
 *
 * Its address space may be used for another sandbox of the class, see pool.c.
 *
 * Memory that is still mapped is unmapped, as by sbm_unmap(). Does not change
 * sbm_error().
 *
 * Context: Process context; may sleep. Not during a call.
 */
void sbm_destroy(struct sbm *sbm)
{
	struct sbm_buf *buf, *next;

	list_for_each_entry_safe(buf, next, &sbm->bufs, node)
		kfree(buf);
	INIT_LIST_HEAD(&sbm->bufs);

	if (sbm->sandbox)
		sbm_sandbox_destroy(sbm->sandbox);
	sbm->sandbox = NULL;
}
EXPORT_SYMBOL_GPL(sbm_destroy);

/**
 * sbm_reset() - make a sandbox as good as new
 * @sbm: SBM instance.
 *
 * Static data of the image gets its initial values, the heap is emptied, the
 * sticky error is cleared. Buffers stay; memory of the caller stays mapped and
 * is not touched. Needed after a fault, and whenever nothing of an earlier call
 * may be seen by the next.
 *
 * Return: Zero, or a negative errno if there is nothing to reset or it cannot
 * be used again.
 * Context: Process context; may sleep. Not during a call.
 */
int sbm_reset(struct sbm *sbm)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	int err;

	if (!sandbox)
		return sbm->error;
	if (sandbox->info.state == SBM_STATE_RUNNING)
		return SBM_ERR_NESTED;

	if (sandbox->info.level == SBM_LEVEL_STRONG) {
		err = arch_sbm_reset(sandbox);
		if (err)
			return err;
		sbm_stack_clear(sandbox);

		mutex_lock(&sandbox->lock);
		/* The spare pages too: they can be written to as any. */
		sbm_region_zero(sandbox->heap, 0,
				sandbox->heap->nr_pages * PAGE_SIZE);
		sandbox->info.heap_pages = 0;
		sbm_spare_update(sandbox);
		mutex_unlock(&sandbox->lock);
	} else {
		sbm_weak_heap_empty(sandbox);
	}
	sbm_clear_slack(sbm);

	sandbox->info.state = SBM_STATE_IDLE;
	sandbox->info.error = 0;
	sbm->error = 0;
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_reset);

/**
 * sbm_level() - isolation level of a sandbox
 * @sbm: SBM instance.
 *
 * Return: Its level; %SBM_LEVEL_NONE if initialisation failed.
 */
enum sbm_level sbm_level(const struct sbm *sbm)
{
	return sbm->sandbox ? sbm->sandbox->info.level : SBM_LEVEL_NONE;
}
EXPORT_SYMBOL_GPL(sbm_level);

/**
 * sbm_last_fault() - the last fault of a sandbox
 * @sbm: SBM instance.
 * @fault: Filled in; its kind is %SBM_FAULT_NONE if there was none yet.
 *
 * Later calls that end otherwise do not change it, nor does sbm_reset(). If the
 * last call ended in it, sbm_error() is %SBM_ERR_FAULT or %SBM_ERR_GATE.
 *
 * Return: Zero, or the error of a failed initialisation.
 */
int sbm_last_fault(const struct sbm *sbm, struct sbm_fault *fault)
{
	*fault = (struct sbm_fault) { };
	if (!sbm->sandbox)
		return sbm->error;
	*fault = sbm->sandbox->fault;
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_last_fault);

static int __init sbm_sandbox_init(void)
{
	sbm_sandbox_cache = KMEM_CACHE(sbm_sandbox, SLAB_ACCOUNT | SLAB_PANIC);
	return 0;
}
core_initcall(sbm_sandbox_init);
