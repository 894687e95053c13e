// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: spare pages, and giving them back when memory is short.
 *
 * A reset empties the heap but leaves its pages mapped, as the next call most
 * likely wants them. Until the sandbox asks for them again they are spare:
 * zeroed, and what is written to them meanwhile was never promised to stay. A
 * shrinker takes them from any sandbox, also in the middle of a call; then the
 * heap grows as it did the first time. Pages that were handed out are never
 * taken, whether the sandbox is in a call or not.
 *
 * Locking: the shrinker runs under whatever locks the task that is short of
 * memory holds, maybe in the middle of adding memory to the very same sandbox.
 * So it waits for nothing: it tries the lock of a sandbox, then that of the
 * address space, and passes by if it cannot have them. A sandbox that is being
 * destroyed has no heap any more.
 */
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/shrinker.h>

#include "internal.h"

/* Spare pages of all sandboxes. */
static atomic_long_t sbm_spare_pages;

/* The sandbox looked at last: the next time it is another one's turn. */
static u64 sbm_spare_last;

static unsigned long sbm_spare_now(const struct sbm_sandbox *sandbox)
{
	const struct sbm_region *heap = sandbox->heap;

	/* Of a heap that failed it is not known what is mapped. */
	if (!heap || heap->failed)
		return 0;
	return heap->nr_pages - sandbox->info.heap_pages;
}

/**
 * sbm_spare_update() - the number of spare pages may have changed
 * @sandbox: The sandbox.
 *
 * Context: Any, under &sbm_sandbox.lock.
 */
void sbm_spare_update(struct sbm_sandbox *sandbox)
{
	unsigned long now = sbm_spare_now(sandbox);

	lockdep_assert_held(&sandbox->lock);
	atomic_long_add(now - sandbox->spare, &sbm_spare_pages);
	sandbox->spare = now;
}

static unsigned long sbm_spare_take(struct sbm_sandbox *sandbox,
				    unsigned long nr_pages)
{
	nr_pages = min(nr_pages, sbm_spare_now(sandbox));
	if (!nr_pages || sbm_region_shrink(sandbox, sandbox->heap, nr_pages))
		return 0;

	sbm_spare_update(sandbox);
	sbm_count(SBM_EV_SHRINK);
	return nr_pages;
}

/**
 * sbm_spare_free() - give spare pages back
 * @nr_pages: How many.
 *
 * Return: How many it were; fewer if there are no more, or if their sandboxes
 * are busy with their memory.
 * Context: Process context; also from reclaim.
 */
unsigned long sbm_spare_free(unsigned long nr_pages)
{
	unsigned int rounds = sbm_nr_sandboxes() + 1;
	u64 id = READ_ONCE(sbm_spare_last);
	struct sbm_sandbox *sandbox;
	unsigned long freed = 0;

	while (freed < nr_pages && rounds--) {
		sandbox = sbm_sandbox_get_next(id);
		if (!sandbox) {
			/* After the last comes the first. */
			id = 0;
			continue;
		}
		id = sandbox->info.id;
		if (mutex_trylock(&sandbox->lock)) {
			freed += sbm_spare_take(sandbox, nr_pages - freed);
			mutex_unlock(&sandbox->lock);
		}
		sbm_sandbox_put(sandbox);
		cond_resched();
	}
	WRITE_ONCE(sbm_spare_last, id);
	return freed;
}

static unsigned long sbm_spare_count(struct shrinker *shrinker,
				     struct shrink_control *sc)
{
	return atomic_long_read(&sbm_spare_pages) ?: SHRINK_EMPTY;
}

static unsigned long sbm_spare_scan(struct shrinker *shrinker,
				    struct shrink_control *sc)
{
	return sbm_spare_free(sc->nr_to_scan) ?: SHRINK_STOP;
}

static int __init sbm_spare_init(void)
{
	struct shrinker *shrinker = shrinker_alloc(0, "sbm");

	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = sbm_spare_count;
	shrinker->scan_objects = sbm_spare_scan;
	shrinker_register(shrinker);
	return 0;
}
subsys_initcall(sbm_spare_init);
