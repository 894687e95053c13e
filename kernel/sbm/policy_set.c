// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the attached policies, in the form in which they are asked.
 *
 * A hook is on the way of each call, so all that can be known about a policy
 * beforehand is worked out when the policies change.
 */
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "internal.h"
#include "policy.h"

/*
 * The set that is read, and one that is filled in for the next change. Two are
 * enough, as a change waits until nobody reads the one before.
 */
static struct sbm_policy_set sbm_policy_sets[2];
struct sbm_policy_set __rcu *sbm_policy_set =
	RCU_INITIALIZER(&sbm_policy_sets[0]);

/* Whether any policy has a hook. */
DEFINE_STATIC_KEY_ARRAY_FALSE(sbm_hook_keys, SBM_NR_HOOKS);

/* Whether @a is asked before @b. */
static bool sbm_policy_before(const struct sbm_policy_ops *a,
			      const struct sbm_policy_ops *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return strcmp(a->name, b->name) < 0;
}

/* Time a hook of @ops may take, by sbm_clock(). */
static u64 sbm_policy_limit(const struct sbm_policy_ops *ops)
{
	u64 us = sbm_policy_time_us(ops), khz = sbm_clock_khz();

	return khz ? mul_u64_u64_div_u64(us, khz, USEC_PER_MSEC) : U64_MAX;
}

static void sbm_policy_set_add(struct sbm_policy_set *set,
			       struct sbm_policy *policy,
			       const struct sbm_policy_ops *ops)
{
	unsigned int i;

	for (i = set->nr++;
	     i && sbm_policy_before(ops, set->slots[i - 1].ops); i--)
		set->slots[i] = set->slots[i - 1];
	set->slots[i] = (struct sbm_policy_slot){
		.policy = policy,
		.ops = ops,
		.counts = policy->counts,
		.cgroup = policy->cgroup,
		.limit = sbm_policy_limit(ops),
		.scoped = ops->class[0] || policy->cgroup,
	};
}

/* Who has which hook. */
static void sbm_policy_set_sort_out(struct sbm_policy_set *set)
{
	const struct sbm_policy_slot **next[SBM_NR_HOOKS];
	unsigned int i;

	for (i = 0; i < SBM_NR_HOOKS; i++)
		next[i] = set->asked[i];
	for (i = 0; i < set->nr; i++) {
		const struct sbm_policy_slot *slot = &set->slots[i];

		if (slot->ops->enter)
			*next[SBM_HOOK_ENTER]++ = slot;
		if (slot->ops->fault)
			*next[SBM_HOOK_FAULT]++ = slot;
		if (slot->ops->grow)
			*next[SBM_HOOK_GROW]++ = slot;
		if (slot->ops->exit)
			*next[SBM_HOOK_EXIT]++ = slot;
	}
	for (i = 0; i < SBM_NR_HOOKS; i++)
		*next[i] = NULL;
}

static void sbm_policy_set_keys(const struct sbm_policy_set *set)
{
	unsigned int i;

	for (i = 0; i < SBM_NR_HOOKS; i++) {
		if (set->asked[i][0])
			static_branch_enable(&sbm_hook_keys[i]);
		else
			static_branch_disable(&sbm_hook_keys[i]);
	}
}

/**
 * sbm_policy_publish() - ask these policies from now on, and no others
 * @policies: The list of them, at most %SBM_MAX_POLICIES.
 *
 * When this returns nobody asks by the old ones.
 *
 * Context: Process context, under sbm_policy_mutex; may sleep.
 */
void sbm_policy_publish(const struct list_head *policies)
{
	struct sbm_policy_set *set = &sbm_policy_sets[0];
	struct sbm_policy *policy;

	if (rcu_access_pointer(sbm_policy_set) == set)
		set = &sbm_policy_sets[1];
	set->nr = 0;
	list_for_each_entry(policy, policies, node)
		sbm_policy_set_add(set, policy,
				   rcu_dereference_protected(policy->ops, true));
	sbm_policy_set_sort_out(set);
	rcu_assign_pointer(sbm_policy_set, set);
	sbm_policy_set_keys(set);
	synchronize_rcu();
}
