// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: who pays for a sandbox.
 *
 * What a sandbox is set up with may have several lives, see pool.c, and thus
 * callers. So nobody is charged when it is allocated: each caller is charged
 * for the same amount from sbm_init() to sbm_destroy(), whether it was there
 * already or not. What comes later, heap and buffers, is charged when it is
 * allocated and freed with the life it was for.
 */
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>

#include "internal.h"

static size_t sbm_base_size(void)
{
	return arch_sbm_base_pages() * PAGE_SIZE;
}

/**
 * sbm_charge_nobody() - charge no memory cgroup from here on
 *
 * Return: What set_active_memcg() gets at the end.
 * Context: Process context.
 */
struct mem_cgroup *sbm_charge_nobody(void)
{
	return set_active_memcg(root_mem_cgroup);
}

/**
 * sbm_charge() - charge the memory cgroup of current for a sandbox
 * @sandbox: A sandbox that is set up.
 *
 * Not at %SBM_LEVEL_WEAK, where a sandbox has one life, and is charged as any
 * memory is.
 *
 * Return: Zero or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_charge(struct sbm_sandbox *sandbox)
{
	struct obj_cgroup *objcg;
	int err;

	if (sandbox->info.level < SBM_LEVEL_STRONG)
		return 0;
	objcg = get_obj_cgroup_from_current();
	if (!objcg)
		return 0;

	err = obj_cgroup_charge(objcg, GFP_KERNEL, sbm_base_size());
	if (err) {
		obj_cgroup_put(objcg);
		return err;
	}
	sandbox->objcg = objcg;
	return 0;
}

/**
 * sbm_uncharge() - undo sbm_charge()
 * @sandbox: The sandbox.
 *
 * Context: Process context.
 */
void sbm_uncharge(struct sbm_sandbox *sandbox)
{
	struct obj_cgroup *objcg = sandbox->objcg;

	if (!objcg)
		return;
	sandbox->objcg = NULL;
	obj_cgroup_uncharge(objcg, sbm_base_size());
	obj_cgroup_put(objcg);
}
