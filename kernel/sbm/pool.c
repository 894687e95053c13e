// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: sandboxes that are ready, but nobody's.
 *
 * Most of what a sandbox costs is its address space. So when one is destroyed
 * its address space is not: it is made as new, given to a new sandbox, and that
 * waits for the next sbm_init_class() of its class on this CPU. What the code
 * that ran inside may have left is all gone then, whoever it was the code of:
 *
 *   static data, stack		written anew; of the stack what is not always there
 *				unmapped and freed
 *   heap, buffers		unmapped and freed, with their page tables
 *   memory of the caller	unmapped and given back
 *   addresses			given out from the same one on
 *   registers, fault, limits,	in &struct sbm_sandbox, which is another one, and
 *   counters, gates, timer	in &struct arch_sbm, which is cleared
 *   input of sbm_pull()	with the caller, in &struct sbm
 *
 * An address space that a machine check has hit, or of which something else
 * went wrong, is freed. How a call ended does not matter: with a fault it ends
 * no less than with a return, as sbm_reset() shows.
 *
 * What stays is the same for each sandbox, and charged to nobody (charge.c).
 * There is a limit for all of it, and a shrinker that takes it when memory is
 * short. That, and all that empties pools, takes sandboxes out of the lists and
 * frees them afterwards, outside of all locks.
 *
 * Pools are per CPU to be near, not because of any rule: whoever wants can take
 * from any, under its lock. So nothing is lost if a task is migrated half way,
 * or puts a sandbox into the pool of a CPU that has just gone.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "internal.h"
#include "map.h"

/* Most callers have one at a time on a CPU, but some sleep meanwhile. */
#define SBM_POOL_DEPTH	4

/**
 * struct sbm_pool - the ready sandboxes of a class on a CPU
 * @lock: The members below. Also taken from reclaim.
 * @ready: By &sbm_sandbox.pooled, the one used last first.
 * @nr: How many.
 */
struct sbm_pool {
	spinlock_t lock;	/* all members */
	struct list_head ready;
	unsigned int nr;
};

/*
 * Classes that have pools, and sandboxes for sbm_pool_work.
 *
 * Lock ordering: sbm_pools_lock, then the lock of a pool.
 */
static DEFINE_SPINLOCK(sbm_pools_lock);
static LIST_HEAD(sbm_pools);
static LIST_HEAD(sbm_pool_dying);

/* Sandboxes in pools, and on their way in. */
static atomic_long_t sbm_pool_nr;

/* How much they may be, in KiB. */
static unsigned long sbm_pool_kib = SZ_4M / SZ_1K;

/* Not zero, which it is where there are none. */
static unsigned long sbm_pool_kib_each(void)
{
	return max(arch_sbm_base_pages(), 1U) * (PAGE_SIZE / SZ_1K);
}

static unsigned long sbm_pool_max(void)
{
	return READ_ONCE(sbm_pool_kib) / sbm_pool_kib_each();
}

/* === Emptying === */

static unsigned long sbm_pool_take_from(struct sbm_pool *pool,
					unsigned long max,
					struct list_head *sandboxes)
{
	unsigned long taken = 0;

	spin_lock(&pool->lock);
	while (taken < max && !list_empty(&pool->ready)) {
		list_move(pool->ready.next, sandboxes);
		taken++;
	}
	pool->nr -= taken;
	spin_unlock(&pool->lock);
	return taken;
}

/* Moves up to @max sandboxes from pools of @cpus to @sandboxes. */
static unsigned long sbm_pool_take(unsigned long max,
				   const struct cpumask *cpus,
				   struct list_head *sandboxes)
{
	unsigned long taken = 0;
	struct sbm_class *class;
	int cpu;

	lockdep_assert_held(&sbm_pools_lock);

	list_for_each_entry(class, &sbm_pools, pool_node) {
		for_each_cpu(cpu, cpus)
			taken += sbm_pool_take_from(per_cpu_ptr(class->pool, cpu),
						    max - taken, sandboxes);
	}
	return taken;
}

static void sbm_pool_drop(struct list_head *sandboxes)
{
	struct sbm_sandbox *sandbox, *next;

	list_for_each_entry_safe(sandbox, next, sandboxes, pooled) {
		list_del(&sandbox->pooled);
		sbm_add_pages(sandbox->info.mapped_pages);
		sbm_sandbox_free(sandbox);
		atomic_long_dec(&sbm_pool_nr);
		sbm_count(SBM_EV_DROP);
		cond_resched();
	}
}

static void sbm_pool_shrink(unsigned long nr, const struct cpumask *cpus)
{
	LIST_HEAD(sandboxes);

	scoped_guard(spinlock, &sbm_pools_lock)
		sbm_pool_take(nr, cpus, &sandboxes);
	sbm_pool_drop(&sandboxes);
}

/* More than the limit allows for? Whoever makes it so asks afterwards. */
static void sbm_pool_keep_limit(void)
{
	long nr = atomic_long_read(&sbm_pool_nr);
	long max = sbm_pool_max();

	if (nr > max)
		sbm_pool_shrink(nr - max, cpu_possible_mask);
}

/* === Using === */

/**
 * sbm_pool_get() - take a ready sandbox
 * @class: Its class.
 *
 * Return: A sandbox that is set up, but has no identifier yet, or %NULL if none
 * is ready on this CPU.
 * Context: Process context.
 */
struct sbm_sandbox *sbm_pool_get(struct sbm_class *class)
{
	struct sbm_sandbox *sandbox;
	struct sbm_pool *pool;

	if (!class->pool)
		return NULL;

	pool = raw_cpu_ptr(class->pool);
	scoped_guard(spinlock, &pool->lock) {
		sandbox = list_first_entry_or_null(&pool->ready,
						   struct sbm_sandbox, pooled);
		if (!sandbox)
			return NULL;
		list_del(&sandbox->pooled);
		pool->nr--;
	}
	atomic_long_dec(&sbm_pool_nr);
	sbm_add_pages(sandbox->info.mapped_pages);
	sbm_count(SBM_EV_REUSE);
	return sandbox;
}

/* One that is in a call would go on in its next life. */
static bool sbm_pool_may(const struct sbm_sandbox *sandbox)
{
	const struct sbm_class *class = sandbox->class;

	return class->pool && sandbox->info.level == SBM_LEVEL_STRONG &&
	       sandbox->info.state != SBM_STATE_RUNNING &&
	       READ_ONCE(raw_cpu_ptr(class->pool)->nr) < SBM_POOL_DEPTH;
}

static int sbm_pool_clean(struct sbm_sandbox *sandbox)
{
	int err;

	sbm_unmap_all(sandbox);
	sbm_region_trim(sandbox);
	sbm_stack_trim(sandbox);

	/* Nothing ever ran inside. */
	if (!sandbox->info.calls)
		return 0;
	err = arch_sbm_reset(sandbox);
	if (err)
		return err;
	sbm_stack_clear(sandbox);
	return 0;
}

/* Return: a new sandbox with the address space of @old, or NULL. */
static struct sbm_sandbox *sbm_pool_renew(struct sbm_sandbox *old)
{
	struct mem_cgroup *memcg = sbm_charge_nobody();
	struct sbm_sandbox *sandbox = sbm_sandbox_alloc(old->class);

	set_active_memcg(memcg);
	if (!sandbox)
		return NULL;
	if (sbm_pool_clean(old) || arch_sbm_hand_over(old, sandbox)) {
		sbm_sandbox_put(sandbox);
		return NULL;
	}

	sandbox->stack = old->stack;
	sandbox->next_va = old->next_va;
	sandbox->info.mapped_pages = old->info.mapped_pages;
	old->info.mapped_pages = 0;

	/* The shrinker of spare pages, or an iterator, may look at it right now. */
	scoped_guard(mutex, &old->lock) {
		list_splice_init(&old->regions, &sandbox->regions);
		sandbox->heap = old->heap;
		old->heap = NULL;
	}
	return sandbox;
}

/**
 * sbm_pool_put() - make a sandbox ready for another life
 * @sandbox: Sandbox whose life is over, and which is not in the registry.
 *
 * Return: True if all its memory is another one's now; otherwise the caller
 * frees it.
 * Context: Process context; may sleep.
 */
bool sbm_pool_put(struct sbm_sandbox *sandbox)
{
	struct sbm_class *class = sandbox->class;
	struct sbm_sandbox *ready;
	struct sbm_pool *pool;
	LIST_HEAD(excess);

	if (!sbm_pool_may(sandbox))
		return false;
	if (atomic_long_inc_return(&sbm_pool_nr) > sbm_pool_max())
		goto no_room;
	ready = sbm_pool_renew(sandbox);
	if (!ready)
		goto no_room;

	sbm_add_pages(-(long)ready->info.mapped_pages);
	sbm_count(SBM_EV_KEEP);
	pool = raw_cpu_ptr(class->pool);
	scoped_guard(spinlock, &pool->lock) {
		list_add(&ready->pooled, &pool->ready);
		/* It may be another CPU's than the one that had room. */
		if (pool->nr == SBM_POOL_DEPTH)
			list_move(pool->ready.prev, &excess);
		else
			pool->nr++;
	}
	sbm_pool_drop(&excess);
	/* The limit may have been lowered before it was there to be taken. */
	sbm_pool_keep_limit();
	return true;

no_room:
	atomic_long_dec(&sbm_pool_nr);
	return false;
}

/* === Pools of a class === */

/**
 * sbm_pool_create() - give a class its pools
 * @class: The class.
 *
 * Return: Zero, also if its sandboxes are not pooled, or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_pool_create(struct sbm_class *class)
{
	struct sbm_pool *pool;
	int cpu;

	class->pool = NULL;
	if (!arch_sbm_available() || class->flags & SBM_CLASS_FRESH)
		return 0;

	class->pool = alloc_percpu(struct sbm_pool);
	if (!class->pool)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		pool = per_cpu_ptr(class->pool, cpu);
		spin_lock_init(&pool->lock);
		INIT_LIST_HEAD(&pool->ready);
	}

	spin_lock(&sbm_pools_lock);
	list_add_tail(&class->pool_node, &sbm_pools);
	spin_unlock(&sbm_pools_lock);
	return 0;
}

/**
 * sbm_pool_destroy() - undo sbm_pool_create()
 * @class: The class, without live sandboxes.
 *
 * Context: Process context; may sleep.
 */
void sbm_pool_destroy(struct sbm_class *class)
{
	LIST_HEAD(sandboxes);
	int cpu;

	if (!class->pool)
		return;

	scoped_guard(spinlock, &sbm_pools_lock)
		list_del(&class->pool_node);
	for_each_possible_cpu(cpu)
		list_splice(&per_cpu_ptr(class->pool, cpu)->ready, &sandboxes);
	sbm_pool_drop(&sandboxes);
	free_percpu(class->pool);
	class->pool = NULL;
}

/* === Shortage of memory, CPUs that go === */

/*
 * Taking an address space apart takes locks under which memory is allocated,
 * so not in reclaim itself.
 */
static void sbm_pool_work_fn(struct work_struct *work)
{
	LIST_HEAD(sandboxes);

	scoped_guard(spinlock, &sbm_pools_lock)
		list_splice_init(&sbm_pool_dying, &sandboxes);
	sbm_pool_drop(&sandboxes);
}

static DECLARE_WORK(sbm_pool_work, sbm_pool_work_fn);

/**
 * sbm_pool_wait() - wait until all that the shrinker took is free
 *
 * Context: Process context; may sleep.
 */
void sbm_pool_wait(void)
{
	flush_work(&sbm_pool_work);
}

static unsigned long sbm_pool_count(struct shrinker *shrinker,
				    struct shrink_control *sc)
{
	unsigned long nr = atomic_long_read(&sbm_pool_nr);

	return nr * arch_sbm_base_pages() ?: SHRINK_EMPTY;
}

static unsigned long sbm_pool_scan(struct shrinker *shrinker,
				   struct shrink_control *sc)
{
	unsigned int each = arch_sbm_base_pages();
	unsigned long taken;

	scoped_guard(spinlock, &sbm_pools_lock)
		taken = sbm_pool_take(DIV_ROUND_UP(sc->nr_to_scan, each),
				      cpu_possible_mask, &sbm_pool_dying);
	if (!taken)
		return SHRINK_STOP;
	schedule_work(&sbm_pool_work);
	return taken * each;
}

/* Nobody who runs there comes back for them soon. */
static int sbm_pool_cpu_dead(unsigned int cpu)
{
	sbm_pool_shrink(ULONG_MAX, cpumask_of(cpu));
	return 0;
}

/* === The limit === */

/**
 * sbm_pool_size() - memory of all ready sandboxes
 *
 * Return: Its size in KiB.
 */
unsigned long sbm_pool_size(void)
{
	return atomic_long_read(&sbm_pool_nr) * sbm_pool_kib_each();
}

/**
 * sbm_pool_limit() - how much sbm_pool_size() may be
 *
 * Return: The limit in KiB.
 */
unsigned long sbm_pool_limit(void)
{
	return READ_ONCE(sbm_pool_kib);
}

/**
 * sbm_pool_set_limit() - set the limit of sbm_pool_size()
 * @kib: The limit in KiB. Zero: no pools.
 *
 * Holds when this returns, but for what is just being put into a pool.
 *
 * Context: Process context; may sleep.
 */
void sbm_pool_set_limit(unsigned long kib)
{
	WRITE_ONCE(sbm_pool_kib, kib);
	smp_mb();	/* sbm_pool_put() counts first, then looks here */
	sbm_pool_wait();
	sbm_pool_keep_limit();
}

static int __init sbm_pool_init(void)
{
	struct shrinker *shrinker;
	int err;

	if (!arch_sbm_available())
		return 0;

	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "sbm:pool", NULL,
					sbm_pool_cpu_dead);
	if (err < 0)
		return err;
	shrinker = shrinker_alloc(0, "sbm-pool");
	if (!shrinker) {
		cpuhp_remove_state_nocalls(err);
		return -ENOMEM;
	}
	shrinker->count_objects = sbm_pool_count;
	shrinker->scan_objects = sbm_pool_scan;
	shrinker_register(shrinker);
	return 0;
}
subsys_initcall(sbm_pool_init);
