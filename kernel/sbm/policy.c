// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the attached policies.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <trace/events/sbm.h>

#include "internal.h"
#include "policy.h"

/* More is a mistake: every one of them is asked on every call. */
#define SBM_MAX_POLICIES	64

DEFINE_STATIC_KEY_FALSE(sbm_policy_key);

/*
 * Lock ordering: the locks of a policy's owner (update_mutex of struct_ops),
 * then sbm_policy_mutex, then cpu_hotplug_lock (static keys). So an owner is
 * never called with sbm_policy_mutex held, but for hold(), which takes no lock.
 */
static DEFINE_MUTEX(sbm_policy_mutex);
LIST_HEAD(sbm_policies);
static unsigned int sbm_nr_policies;
static u64 sbm_policy_last_id;

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

static void sbm_policy_eject_fn(struct work_struct *work)
{
	const struct sbm_policy_owner *owner;
	struct sbm_policy *policy;
	void *arg;

	/* Eject one at a time: the mutex has to be dropped for each. */
	do {
		owner = NULL;
		scoped_guard(mutex, &sbm_policy_mutex) {
			list_for_each_entry(policy, &sbm_policies, node) {
				if (!sbm_policy_ejected(policy) ||
				    policy->held || !policy->owner)
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

static DECLARE_WORK(sbm_policy_eject_work, sbm_policy_eject_fn);

/**
 * sbm_policy_eject() - get rid of a policy that misbehaved
 * @policy: The policy.
 * @ops: The hooks it had when it did.
 *
 * It is not asked any more when this returns, but calls of its hooks may still
 * be under way. Its owner takes it away later.
 *
 * Return: Whether it was done now; false if another CPU was faster.
 * Context: Under RCU.
 */
bool sbm_policy_eject(struct sbm_policy *policy,
		      const struct sbm_policy_ops *ops)
{
	if (cmpxchg(&policy->ejected, NULL, ops))
		return false;
	sbm_count(SBM_EV_EJECT);
	trace_sbm_policy(policy->id, ops->class, ops->name, SBM_POLICY_EJECT);
	schedule_work(&sbm_policy_eject_work);
	return true;
}

/* === Attaching === */

/**
 * sbm_policy_validate() - check what a policy says about itself
 * @ops: The policy.
 *
 * The name has to be one that sbm_name_valid() accepts, and the class pattern
 * a string of printable characters.
 *
 * Return: Zero or -EINVAL; the log tells why.
 * Context: Any.
 */
int sbm_policy_validate(const struct sbm_policy_ops *ops)
{
	size_t len = strnlen(ops->class, SBM_NAME_LEN);
	size_t i;

	if (!sbm_name_valid(ops->name)) {
		pr_notice_ratelimited("policy refused: bad or missing name\n");
		return -EINVAL;
	}
	for (i = 0; i < len && isgraph(ops->class[i]); i++)
		;
	if (i < len || len == SBM_NAME_LEN) {
		pr_notice_ratelimited("policy %s refused: bad class pattern\n",
				      ops->name);
		return -EINVAL;
	}
	return 0;
}

/* May @ops be attached, in the place of @self if that is not NULL? */
static int sbm_policy_check(const struct sbm_policy_ops *ops,
			    const struct sbm_policy *self)
{
	const struct sbm_policy *policy;
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
	if (ops->priv)
		return -EBUSY;
	if (!self && sbm_nr_policies >= SBM_MAX_POLICIES)
		return -E2BIG;
	list_for_each_entry(policy, &sbm_policies, node) {
		if (policy != self &&
		    !strcmp(sbm_policy_ops(policy)->name, ops->name))
			return -EEXIST;
	}
	return 0;
}

/* As sbm_policy_check(), and tell those who watch. */
static int sbm_policy_admit(const struct sbm_policy_ops *ops,
			    const struct sbm_policy *self)
{
	int err = sbm_policy_check(ops, self);

	if (err == -EINVAL)	/* not even its strings are sane */
		trace_sbm_policy(0, "", "", SBM_POLICY_REJECT);
	else if (err)
		trace_sbm_policy(0, ops->class, ops->name, SBM_POLICY_REJECT);
	return err;
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
 * Return: Zero, -EINVAL if sbm_policy_validate() says so, -EPERM without
 * CAP_SYS_ADMIN, -EEXIST if the name is taken, -EBUSY if @ops is attached
 * already, -E2BIG if there are too many policies, or -ENOMEM.
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
	if (err) {
		sbm_policy_free(policy);
		return err;
	}

	policy->owner = owner;
	policy->arg = arg;
	policy->id = ++sbm_policy_last_id;
	RCU_INIT_POINTER(policy->ops, ops);
	ops->priv = policy;
	list_add_tail_rcu(&policy->node, &sbm_policies);
	sbm_nr_policies++;
	trace_sbm_policy(policy->id, ops->class, ops->name, SBM_POLICY_ATTACH);
	static_branch_inc(&sbm_policy_key);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_policy_attach);

/**
 * sbm_policy_update() - replace the hooks of an attached policy
 * @ops: The new hooks; name and pattern may be others.
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
	struct sbm_policy *policy;
	int err;

	guard(mutex)(&sbm_policy_mutex);
	policy = old->priv;
	if (!policy || sbm_policy_ejected(policy))
		return -ENOENT;
	err = sbm_policy_admit(ops, policy);
	if (err)
		return err;

	ops->priv = policy;
	rcu_assign_pointer(policy->ops, ops);
	old->priv = NULL;
	trace_sbm_policy(policy->id, ops->class, ops->name, SBM_POLICY_UPDATE);

	/* After this nobody blames @old, whose memory may come back as new. */
	synchronize_rcu();
	cmpxchg(&policy->ejected, old, NULL);
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

	scoped_guard(mutex, &sbm_policy_mutex) {
		policy = ops->priv;
		if (!policy)
			return;
		list_del_rcu(&policy->node);
		ops->priv = NULL;
		sbm_nr_policies--;
		static_branch_dec(&sbm_policy_key);
		/* Who was ejected is gone already, for those who watch. */
		if (READ_ONCE(policy->ejected) != ops)
			trace_sbm_policy(policy->id, ops->class, ops->name,
					 SBM_POLICY_DETACH);
	}
	synchronize_rcu();
	sbm_policy_free(policy);
}
EXPORT_SYMBOL_GPL(sbm_policy_detach);

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
	const struct sbm_policy_ops *ops;
	struct sbm_policy *policy;
	int cpu;

	guard(mutex)(&sbm_policy_mutex);
	list_for_each_entry(policy, &sbm_policies, node) {
		if (policy->id <= id || sbm_policy_ejected(policy))
			continue;

		ops = sbm_policy_ops(policy);
		*info = (struct sbm_policy_info){ .id = policy->id };
		strscpy(info->name, ops->name);
		strscpy(info->class, ops->class);
		for_each_possible_cpu(cpu) {
			const struct sbm_policy_counts *counts =
				per_cpu_ptr(policy->counts, cpu);

			info->asked += READ_ONCE(counts->asked);
			info->denied += READ_ONCE(counts->denied);
		}
		return true;
	}
	return false;
}
