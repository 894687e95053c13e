/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what the two sides of policies share, attaching (policy.c) and
 * asking (verdict.c).
 */
#ifndef _KERNEL_SBM_POLICY_H
#define _KERNEL_SBM_POLICY_H

#include <linux/list.h>
#include <linux/sbm_policy.h>

/* What a policy did. Per CPU, as hooks run on all of them. */
struct sbm_policy_counts {
	u64 asked;
	u64 denied;
};

/**
 * struct sbm_policy - an attached policy
 * @node: Entry in sbm_policies. Changed under sbm_policy_mutex, read under RCU.
 * @ops: Its hooks. Replaced under sbm_policy_mutex, read under RCU.
 * @owner: Who attached it; may be %NULL.
 * @arg: For @owner.
 * @id: Unique since boot.
 * @ejected: The hooks that returned an invalid verdict. If they are still @ops
 *	the policy is not asked any more; else it was replaced just in time.
 * @held: sbm_policy_owner.hold() was called; under sbm_policy_mutex.
 * @counts: What it did.
 */
struct sbm_policy {
	struct list_head node;
	struct sbm_policy_ops __rcu *ops;
	const struct sbm_policy_owner *owner;
	void *arg;
	u64 id;
	const struct sbm_policy_ops *ejected;
	bool held;
	struct sbm_policy_counts __percpu *counts;
};

extern struct list_head sbm_policies;

bool sbm_policy_eject(struct sbm_policy *policy,
		      const struct sbm_policy_ops *ops);

#endif /* _KERNEL_SBM_POLICY_H */
