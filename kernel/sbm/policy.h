/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what the sides of policies share: attaching (policy.c), the set
 * that is asked (policy_set.c), asking (verdict.c), ejecting (eject.c) and
 * showing them (policy_info.c, policy_sysfs.c).
 */
#ifndef _KERNEL_SBM_POLICY_H
#define _KERNEL_SBM_POLICY_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sbm_policy.h>

/* More is a mistake: every one of them is asked on every call. */
#define SBM_MAX_POLICIES	64

/* Denials that are remembered on each CPU, to be shown after an ejection. */
#define SBM_POLICY_DENIALS	8

struct cgroup;
struct sbm_policy_kobj;

/**
 * struct sbm_policy_denial - a denial of the recent past
 * @id: The sandbox it was about.
 * @hook: The hook, of &enum sbm_hook.
 * @verdict: The verdict.
 */
struct sbm_policy_denial {
	u64 id;
	u32 hook;
	s32 verdict;
};

/**
 * struct sbm_policy_counts - what a policy did
 * @asked: Hooks called.
 * @denied: Verdicts other than zero, while enforced.
 * @would_deny: The same, while permissive.
 * @limited: Limits of a call that it made lower, while enforced.
 * @would_limit: The same, while permissive.
 * @overran: Hooks that took longer than they may.
 * @nr_last: How many verdicts of @denied and @would_deny there were,
 * @last: and the latest of them, at their number modulo %SBM_POLICY_DENIALS.
 *
 * One for each CPU, as hooks run on all of them. Changed with preemption off.
 */
struct sbm_policy_counts {
	u64 asked;
	u64 denied;
	u64 would_deny;
	u64 limited;
	u64 would_limit;
	u64 overran;
	unsigned int nr_last;
	struct sbm_policy_denial last[SBM_POLICY_DENIALS];
};

/**
 * struct sbm_policy - an attached policy
 * @node: Entry in sbm_policies, under sbm_policy_mutex.
 * @ops: Its hooks. Replaced under sbm_policy_mutex, read under RCU.
 * @cgroup: Whose tasks it is for, or %NULL. As @ops.
 * @owner: Who attached it; may be %NULL.
 * @arg: For @owner.
 * @id: Unique since boot.
 * @bit: Its bit in &sbm_sandbox.refused and &sbm_sandbox.ended.
 * @mode: Of &enum sbm_policy_mode. Written under sbm_mode_lock.
 * @ejected: The hooks that went wrong. If they are still @ops the policy is
 *	not asked any more; else it was replaced just in time.
 * @held: sbm_policy_owner.hold() was called; under sbm_policy_mutex.
 * @told: User space was told that it is ejected; under sbm_policy_mutex.
 * @overruns: How many of its hooks took too long, one after the other,
 * @overran_until: and when the last one was over. Under sbm_overrun_lock.
 * @kobj: Its folder in sysfs.
 * @counts: What it did.
 */
struct sbm_policy {
	struct list_head node;
	struct sbm_policy_ops __rcu *ops;
	struct cgroup *cgroup;
	const struct sbm_policy_owner *owner;
	void *arg;
	u64 id;
	u64 bit;
	u32 mode;
	const struct sbm_policy_ops *ejected;
	bool held;
	bool told;
	unsigned int overruns;
	ktime_t overran_until;
	struct sbm_policy_kobj *kobj;
	struct sbm_policy_counts __percpu *counts;
};

/**
 * struct sbm_policy_slot - a policy as it is asked
 * @policy: The policy.
 * @ops: Its hooks.
 * @counts: What it did.
 * @cgroup: Whose tasks it is for, or %NULL.
 * @limit: Time that a hook may take, by sbm_clock().
 * @scoped: It is not for all calls: look at its pattern and @cgroup.
 */
struct sbm_policy_slot {
	struct sbm_policy *policy;
	const struct sbm_policy_ops *ops;
	struct sbm_policy_counts __percpu *counts;
	struct cgroup *cgroup;
	u64 limit;
	bool scoped;
};

/**
 * struct sbm_policy_set - the policies in the order they are asked
 * @nr: How many.
 * @slots: They.
 * @asked: Those that have a certain hook, with %NULL behind the last.
 *
 * Never changed while someone may read it: a change is a new set.
 */
struct sbm_policy_set {
	unsigned int nr;
	struct sbm_policy_slot slots[SBM_MAX_POLICIES];
	const struct sbm_policy_slot *asked[SBM_NR_HOOKS][SBM_MAX_POLICIES + 1];
};

extern struct sbm_policy_set __rcu *sbm_policy_set;

/* Microseconds that a hook of @ops may take. */
static inline u32 sbm_policy_time_us(const struct sbm_policy_ops *ops)
{
	return ops->time_us ?: SBM_HOOK_TIME_US;
}

/* policy_set.c */
void sbm_policy_publish(const struct list_head *policies);

/* policy_info.c */
bool sbm_policy_has_mode(const struct sbm_policy_ops *ops, u32 mode);
void sbm_policy_describe(const struct sbm_policy *policy,
			 struct sbm_policy_info *info);

/* policy.c */
int sbm_policy_set_mode(struct sbm_policy *policy, u32 mode);
void sbm_policy_eject_all(void);

/* eject.c */
bool sbm_policy_overran(struct sbm_policy *policy, u64 us);
void sbm_policy_forget_overruns(struct sbm_policy *policy);
bool sbm_policy_eject(const struct sbm_policy_slot *slot, enum sbm_hook hook,
		      enum sbm_eject_kind kind, s64 code, const char *msg);

/* verdict.c */
const struct sbm_sandbox *sbm_policy_asked(void);

/* policy_sysfs.c */
#ifdef CONFIG_SYSFS
struct kobject;
int sbm_policy_sysfs_init(struct kobject *parent);
int sbm_sysfs_add_policy(struct sbm_policy *policy, const char *name);
int sbm_sysfs_rename_policy(struct sbm_policy *policy, const char *name);
void sbm_sysfs_remove_policy(struct sbm_policy *policy);
void sbm_sysfs_tell(const struct sbm_policy *policy, const char *event);
#else
static inline int sbm_sysfs_add_policy(struct sbm_policy *policy,
				       const char *name) { return 0; }
static inline int sbm_sysfs_rename_policy(struct sbm_policy *policy,
					  const char *name) { return 0; }
static inline void sbm_sysfs_remove_policy(struct sbm_policy *policy) { }
static inline void sbm_sysfs_tell(const struct sbm_policy *policy,
				  const char *event) { }
#endif

#endif /* _KERNEL_SBM_POLICY_H */
