// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the attached policies.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/spinlock.h>
#include <trace/events/sbm.h>

#include "internal.h"
#include "policy.h"

DEFINE_STATIC_KEY_FALSE(sbm_policy_key);

/*
 * Lock ordering: the locks of a policy's owner (update_mutex of struct_ops),
 * then sbm_policy_mutex, then cpu_hotplug_lock (static keys). So an owner is
 * never called with sbm_policy_mutex held, but for hold(), which takes no lock.
 * Files of a policy in sysfs go away under it, so none of them may take it.
 */
static DEFINE_MUTEX(sbm_policy_mutex);
static LIST_HEAD(sbm_policies);
static unsigned int sbm_policies_now;
static u64 sbm_policy_last_id;
static u64 sbm_policy_bits;
static atomic64_t sbm_policy_nr_rejected;

/* So that a mode is only ever set that the present hooks can honour. */
static DEFINE_SPINLOCK(sbm_mode_lock);

static struct sbm_policy_ops *sbm_policy_ops(const struct sbm_policy *policy)
{
	return rcu_dereference_protected(policy->ops,
					 lockdep_is_held(&sbm_policy_mutex));
}

static bool sbm_policy_ejected(const struct sbm_policy *policy)
{
	return READ_ONCE(policy->ejected) == sbm_policy_ops(policy);
}

/* === Ejecting === */

/* Under sbm_policy_mutex. */
static void sbm_policy_tell_ejected(struct sbm_policy *policy)
{
	if (!policy->told)
		sbm_sysfs_tell(policy, "eject");
	policy->told = true;
}

/**
 * sbm_policy_eject_all() - detach the policies that are not asked any more
 *
 * Context: Process context; may sleep.
 */
void sbm_policy_eject_all(void)
{
	const struct sbm_policy_owner *owner;
	struct sbm_policy *policy;
	void *arg;

	/* Eject one at a time: the mutex has to be dropped for each. */
	do {
		owner = NULL;
		scoped_guard(mutex, &sbm_policy_mutex) {
			list_for_each_entry(policy, &sbm_policies, node) {
				if (!sbm_policy_ejected(policy))
					continue;
				sbm_policy_tell_ejected(policy);
				if (policy->held || !policy->owner)
					continue;
				policy->held = true;
				if (!policy->owner->hold(policy->arg))
					continue;
				owner = policy->owner;
				arg = policy->arg;
				break;
			}
		}
		if (owner)
			owner->eject(arg);
	} while (owner);
}

/* === Attaching === */

/* May @ops be attached beside the others, but @self? */
static int sbm_policy_check_others(const struct sbm_policy_ops *ops,
				   const struct sbm_policy *self)
{
	const struct sbm_policy *policy;

	list_for_each_entry(policy, &sbm_policies, node) {
		const struct sbm_policy_ops *other = sbm_policy_ops(policy);

		if (policy == self)
			continue;
		if (!strcmp(other->name, ops->name)) {
			pr_notice_ratelimited("policy %s refused: a policy has this name\n",
					      ops->name);
			return -EEXIST;
		}
		if (ops->priority && other->priority == ops->priority) {
			pr_notice_ratelimited("policy %s refused: policy %s has priority %d\n",
					      ops->name, other->name,
					      ops->priority);
			return -EEXIST;
		}
	}
	return 0;
}

/* May @ops be attached, in the place of @self if that is not NULL? */
static int sbm_policy_check(const struct sbm_policy_ops *ops,
			    const struct sbm_policy *self)
{
	int err;

	lockdep_assert_held(&sbm_policy_mutex);

	err = sbm_policy_validate(ops);
	if (err)
		return err;
	if (!capable(CAP_SYS_ADMIN)) {
		pr_notice_ratelimited("policy %s refused: needs CAP_SYS_ADMIN\n",
				      ops->name);
		return -EPERM;
	}
	if (ops->priv) {
		pr_notice_ratelimited("policy %s refused: it is attached already\n",
				      ops->name);
		return -EBUSY;
	}
	if (!self && sbm_policies_now >= SBM_MAX_POLICIES) {
		pr_notice_ratelimited("policy %s refused: %u are attached\n",
				      ops->name, sbm_policies_now);
		return -E2BIG;
	}
	return sbm_policy_check_others(ops, self);
}

/**
 * sbm_policy_refuse() - take note of a policy that is not attached
 * @ops: The policy; or %NULL if not even its strings are sane.
 *
 * Context: Process context.
 */
void sbm_policy_refuse(const struct sbm_policy_ops *ops)
{
	atomic64_inc(&sbm_policy_nr_rejected);
	trace_sbm_policy(0, ops ? ops->class : "", ops ? ops->name : "",
			 SBM_POLICY_REJECT);
}

/* As sbm_policy_check(), and tell those who watch. */
static int sbm_policy_admit(const struct sbm_policy_ops *ops,
			    const struct sbm_policy *self)
{
	int err = sbm_policy_check(ops, self);

	if (err)
		sbm_policy_refuse(err == -EINVAL ? NULL : ops);
	return err;
}

/*
 * The cgroup that @ops is for. It is held but not kept: when it is removed no
 * task is left in it, so the policy matches nobody.
 */
static int sbm_policy_get_cgroup(const struct sbm_policy_ops *ops,
				 struct cgroup **cgroup)
{
	struct cgroup *found = ERR_PTR(-ENOENT);

	*cgroup = NULL;
	if (!ops->cgroup)
		return 0;
#ifdef CONFIG_CGROUPS
	found = cgroup_get_from_id(ops->cgroup);
#endif
	if (!IS_ERR(found)) {
		*cgroup = found;
		return 0;
	}
	pr_notice_ratelimited("policy %s refused: no cgroup %llu\n",
			      ops->name, ops->cgroup);
	sbm_policy_refuse(ops);
	return -ENOENT;
}

static void sbm_policy_put_cgroup(struct cgroup *cgroup)
{
#ifdef CONFIG_CGROUPS
	if (cgroup)
		cgroup_put(cgroup);
#endif
}

static struct sbm_policy *sbm_policy_alloc(void)
{
	struct sbm_policy *policy;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return NULL;
	policy->counts = alloc_percpu_gfp(struct sbm_policy_counts,
					  GFP_KERNEL_ACCOUNT);
	if (!policy->counts) {
		kfree(policy);
		return NULL;
	}
	return policy;
}

static void sbm_policy_free(struct sbm_policy *policy)
{
	sbm_policy_put_cgroup(policy->cgroup);
	free_percpu(policy->counts);
	kfree(policy);
}

/**
 * sbm_policy_attach() - attach a policy
 * @ops: Its hooks; must stay valid and unchanged until it is detached.
 * @owner: Who attaches it, and wants to know when it is ejected; may be %NULL,
 *	and then an ejected policy stays attached without being asked.
 * @arg: Passed to @owner.
 *
 * From when this returns it is asked by every call that matches.
 *
 * Return: Zero, -EINVAL or -EOPNOTSUPP if sbm_policy_validate() says so, -EPERM
 * without CAP_SYS_ADMIN, -EEXIST if the name or the priority is taken, -EBUSY
 * if @ops is attached already, -E2BIG if there are too many policies, -ENOENT
 * if there is no such cgroup, or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_policy_attach(struct sbm_policy_ops *ops,
		      const struct sbm_policy_owner *owner, void *arg)
{
	struct sbm_policy *policy;
	int err;

	policy = sbm_policy_alloc();
	if (!policy)
		return -ENOMEM;

	guard(mutex)(&sbm_policy_mutex);
	err = sbm_policy_admit(ops, NULL);
	if (err)
		goto err_free;
	err = sbm_policy_get_cgroup(ops, &policy->cgroup);
	if (err)
		goto err_free;

	policy->owner = owner;
	policy->arg = arg;
	policy->id = ++sbm_policy_last_id;
	policy->bit = BIT_ULL(ffz(sbm_policy_bits));
	policy->mode = ops->mode;
	RCU_INIT_POINTER(policy->ops, ops);
	err = sbm_sysfs_add_policy(policy, ops->name);
	if (err)
		goto err_free;

	sbm_policy_bits |= policy->bit;
	ops->priv = policy;
	list_add_tail(&policy->node, &sbm_policies);
	sbm_policies_now++;
	/* First: sbm_policy_recursion() goes by it as soon as a hook may run. */
	static_branch_inc(&sbm_policy_key);
	sbm_policy_publish(&sbm_policies);
	trace_sbm_policy(policy->id, ops->class, ops->name, SBM_POLICY_ATTACH);
	sbm_sysfs_tell(policy, "attach");
	return 0;

err_free:
	sbm_policy_free(policy);
	return err;
}
EXPORT_SYMBOL_GPL(sbm_policy_attach);

/**
 * sbm_policy_update() - replace the hooks of an attached policy
 * @ops: The new hooks; name, pattern, cgroup, priority and mode may be others.
 * @old: The present ones.
 *
 * Each hook is asked in one of the two, never in none. A call that is under
 * way may enter under the old and exit under the new ones. When this returns
 * no hook of @old is running.
 *
 * Return: Zero, -ENOENT if @old is not attached or is being ejected, or an
 * error as sbm_policy_attach() has it.
 * Context: Process context; may sleep.
 */
int sbm_policy_update(struct sbm_policy_ops *ops, struct sbm_policy_ops *old)
{
	struct cgroup *cgroup;
	struct sbm_policy *policy;
	int err;

	guard(mutex)(&sbm_policy_mutex);
	policy = old->priv;
	if (!policy || sbm_policy_ejected(policy))
		return -ENOENT;
	err = sbm_policy_admit(ops, policy);
	if (err)
		return err;
	err = sbm_policy_get_cgroup(ops, &cgroup);
	if (err)
		return err;
	if (strcmp(ops->name, old->name)) {
		err = sbm_sysfs_rename_policy(policy, ops->name);
		if (err) {
			sbm_policy_put_cgroup(cgroup);
			return err;
		}
	}

	ops->priv = policy;
	swap(policy->cgroup, cgroup);
	scoped_guard(spinlock, &sbm_mode_lock) {
		rcu_assign_pointer(policy->ops, ops);
		WRITE_ONCE(policy->mode, ops->mode);
	}
	old->priv = NULL;
	sbm_policy_publish(&sbm_policies);
	trace_sbm_policy(policy->id, ops->class, ops->name, SBM_POLICY_UPDATE);
	sbm_sysfs_tell(policy, "update");

	/* Now nobody blames @old, whose memory may come back as new. */
	cmpxchg(&policy->ejected, old, NULL);
	sbm_policy_forget_overruns(policy);
	sbm_policy_put_cgroup(cgroup);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_policy_update);

/**
 * sbm_policy_detach() - detach a policy
 * @ops: Its hooks. Nothing happens if they are not attached.
 *
 * When this returns no hook of @ops is running.
 *
 * Context: Process context; may sleep.
 */
void sbm_policy_detach(struct sbm_policy_ops *ops)
{
	struct sbm_policy *policy;

	guard(mutex)(&sbm_policy_mutex);
	policy = ops->priv;
	if (!policy)
		return;

	list_del(&policy->node);
	ops->priv = NULL;
	sbm_policies_now--;
	sbm_policy_publish(&sbm_policies);
	/* Last, as no hook is running any more. */
	static_branch_dec(&sbm_policy_key);
	sbm_policy_bits &= ~policy->bit;

	/* Who was ejected is gone already, for those who watch. */
	if (READ_ONCE(policy->ejected) == ops) {
		sbm_policy_tell_ejected(policy);
	} else {
		trace_sbm_policy(policy->id, ops->class, ops->name,
				 SBM_POLICY_DETACH);
		sbm_sysfs_tell(policy, "detach");
	}
	sbm_sysfs_remove_policy(policy);
	sbm_policy_free(policy);
}
EXPORT_SYMBOL_GPL(sbm_policy_detach);

/* === Modes === */

/**
 * sbm_policy_set_mode() - change what becomes of the verdicts of a policy
 * @policy: The policy.
 * @mode: Of &enum sbm_policy_mode.
 *
 * Return: Zero, or -EOPNOTSUPP if its flags exclude @mode.
 * Context: Process context, while @policy has its folder in sysfs.
 */
int sbm_policy_set_mode(struct sbm_policy *policy, u32 mode)
{
	const struct sbm_policy_ops *ops;

	guard(rcu)();
	scoped_guard(spinlock, &sbm_mode_lock) {
		ops = rcu_dereference(policy->ops);
		if (!sbm_policy_has_mode(ops, mode))
			return -EOPNOTSUPP;
		if (policy->mode == mode)
			return 0;
		WRITE_ONCE(policy->mode, mode);
	}
	trace_sbm_policy(policy->id, ops->class, ops->name, SBM_POLICY_MODE);
	pr_notice("policy %s is %s now\n", ops->name,
		  mode == SBM_MODE_PERMISSIVE ? "permissive" : "enforced");
	return 0;
}

/* === Showing === */

/**
 * sbm_nr_policies() - how many policies are attached
 *
 * Return: Their number; ejected ones count until they are detached.
 * Context: Any.
 */
unsigned int sbm_nr_policies(void)
{
	return READ_ONCE(sbm_policies_now);
}

/**
 * sbm_policies_attached() - how often a policy was attached
 *
 * Return: The number since boot.
 * Context: Any.
 */
u64 sbm_policies_attached(void)
{
	return READ_ONCE(sbm_policy_last_id);
}

/**
 * sbm_policies_rejected() - how often a policy was refused
 *
 * Return: The number since boot.
 * Context: Any.
 */
u64 sbm_policies_rejected(void)
{
	return atomic64_read(&sbm_policy_nr_rejected);
}

/**
 * sbm_policy_get_next() - describe an attached policy
 * @id: Start after this one; zero for the first.
 * @info: Where to.
 *
 * Return: Whether there is one with an id above @id.
 * Context: Process context; may sleep.
 */
bool sbm_policy_get_next(u64 id, struct sbm_policy_info *info)
{
	struct sbm_policy *policy;

	guard(mutex)(&sbm_policy_mutex);
	list_for_each_entry(policy, &sbm_policies, node) {
		if (policy->id <= id || sbm_policy_ejected(policy))
			continue;
		sbm_policy_describe(policy, info);
		return true;
	}
	return false;
}
