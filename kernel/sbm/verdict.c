// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: asking the policies.
 *
 * A policy can only restrict. Its verdicts are checked here: one that answers
 * out of range is ejected, and what the kernel does without it holds.
 *
 * Hooks may not sleep, so no hook can lead to a sandboxed call and no hook can
 * run inside another: nothing here has to guard against recursion.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/err.h>
#include <linux/glob.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rculist.h>

#include "internal.h"
#include "policy.h"

#define CREATE_TRACE_POINTS
#include <trace/events/sbm.h>

static const char * const sbm_hook_names[SBM_NR_HOOKS] = {
	[SBM_HOOK_ENTER]	= "enter",
	[SBM_HOOK_FAULT]	= "fault",
	[SBM_HOOK_GROW]		= "grow",
	[SBM_HOOK_EXIT]		= "exit",
};

/*
 * The next policy after @policy (%NULL: the first) that matches and has the
 * hook at offset @hook of its ops, which are returned in @ops. Under RCU.
 */
static struct sbm_policy *sbm_policy_next(struct sbm_policy *policy,
					  const struct sbm_info *info,
					  size_t hook,
					  const struct sbm_policy_ops **ops)
{
	policy = list_prepare_entry(policy, &sbm_policies, node);
	list_for_each_entry_continue_rcu(policy, &sbm_policies, node) {
		*ops = rcu_dereference(policy->ops);
		if (READ_ONCE(policy->ejected) == *ops)
			continue;
		if (!*(void **)((void *)*ops + hook))
			continue;
		if (!(*ops)->class[0] || glob_match((*ops)->class, info->class))
			return policy;
	}
	return NULL;
}

#define for_each_sbm_policy(policy, ops, info, hook)			\
	for ((policy) = NULL;						\
	     ((policy) = sbm_policy_next(policy, info,			\
				offsetof(struct sbm_policy_ops, hook),	\
				&(ops)));)

/* Take note of a verdict; eject if it is not @valid. */
static void sbm_policy_answer(struct sbm_policy *policy,
			      const struct sbm_policy_ops *ops,
			      const struct sbm_info *info, enum sbm_hook hook,
			      int verdict, bool valid)
{
	trace_sbm_verdict(info, hook, ops->name, verdict);
	this_cpu_inc(policy->counts->asked);
	if (verdict)
		this_cpu_inc(policy->counts->denied);
	if (unlikely(!valid) && sbm_policy_eject(policy, ops))
		pr_warn("policy %s ejected: hook %s returned %d\n", ops->name,
			sbm_hook_names[hook], verdict);
}

/**
 * sbm_count_denied() - account for something that a sandbox was refused
 * @sandbox: The sandbox.
 *
 * Context: Process context, in the task that owns @sandbox.
 */
void sbm_count_denied(struct sbm_sandbox *sandbox)
{
	sandbox->info.denied++;
	sbm_count(SBM_EV_DENIED);
}

/**
 * __sbm_policy_quarantined() - account for a call of a quarantined class
 * @sandbox: The sandbox.
 *
 * Return: %SBM_ERR_QUARANTINED.
 * Context: Process context.
 */
int __sbm_policy_quarantined(struct sbm_sandbox *sandbox)
{
	sbm_count_denied(sandbox);
	return SBM_ERR_QUARANTINED;
}

/**
 * __sbm_policy_enter() - ask all policies whether a call may enter
 * @sandbox: The sandbox.
 * @flags: Passed to the hooks.
 *
 * All denials are equal; of several, the policy attached first gives the
 * error.
 *
 * Return: Zero, or the negative errno the call has to return.
 * Context: Process context. Only through sbm_policy_enter().
 */
int __sbm_policy_enter(struct sbm_sandbox *sandbox, u64 flags)
{
	const struct sbm_info *info = &sandbox->info;
	const struct sbm_policy_ops *ops;
	struct sbm_policy *policy;
	int err = 0;

	rcu_read_lock();
	for_each_sbm_policy(policy, ops, info, enter) {
		int verdict = ops->enter(info, flags);
		bool valid = verdict == SBM_ENTER_ALLOW ||
			     verdict == SBM_ENTER_DENY ||
			     IS_ERR_VALUE((long)verdict);

		sbm_policy_answer(policy, ops, info, SBM_HOOK_ENTER, verdict,
				  valid);
		if (verdict == SBM_ENTER_DENY || !valid)
			verdict = SBM_ERR_DENIED;
		err = err ?: verdict;
	}
	rcu_read_unlock();

	if (err)
		sbm_count_denied(sandbox);
	return err;
}

/**
 * sbm_limit_time() - limit the time of the call that is about to enter
 * @info: The sandbox.
 * @ns: CPU time it may spend inside, in nanoseconds, not zero. More than it has
 *	already changes nothing.
 *
 * Context: In an enter hook.
 */
void sbm_limit_time(struct sbm_info *info, u64 ns)
{
	if (!info->time_limit || ns < info->time_limit)
		info->time_limit = ns;
}

/**
 * sbm_limit_heap() - limit the heap for the call that is about to enter
 * @info: The sandbox.
 * @nr_pages: Pages its heap may have. More than it may have already changes
 *	nothing; with less than it has, it cannot grow.
 *
 * Context: In an enter hook.
 */
void sbm_limit_heap(struct sbm_info *info, u64 nr_pages)
{
	info->heap_limit = min(nr_pages, info->heap_limit);
}

/**
 * __sbm_policy_fault() - tell all policies about a fault
 * @sandbox: The sandbox; its fault record is valid.
 *
 * Context: Process context. Only through sbm_policy_fault().
 */
void __sbm_policy_fault(struct sbm_sandbox *sandbox)
{
	const struct sbm_info *info = &sandbox->info;
	const struct sbm_policy_ops *ops;
	struct sbm_policy *policy;

	rcu_read_lock();
	for_each_sbm_policy(policy, ops, info, fault) {
		int verdict = ops->fault(info, &sandbox->fault);
		bool valid = verdict == SBM_FAULT_KILL ||
			     verdict == SBM_FAULT_QUARANTINE;

		sbm_policy_answer(policy, ops, info, SBM_HOOK_FAULT, verdict,
				  valid);
		if (verdict == SBM_FAULT_QUARANTINE)
			sbm_class_quarantine(sandbox->class, true, ops->name);
	}
	rcu_read_unlock();
}

/**
 * __sbm_policy_grow() - ask all policies whether a heap may grow
 * @sandbox: The sandbox.
 * @nr_pages: By how much.
 *
 * Return: The most restrictive verdict, of &enum sbm_grow_verdict.
 * Context: Process context. Only through sbm_policy_grow().
 */
int __sbm_policy_grow(struct sbm_sandbox *sandbox, u64 nr_pages)
{
	const struct sbm_info *info = &sandbox->info;
	const struct sbm_policy_ops *ops;
	struct sbm_policy *policy;
	int worst = SBM_GROW_ALLOW;

	rcu_read_lock();
	for_each_sbm_policy(policy, ops, info, grow) {
		int verdict = ops->grow(info, nr_pages);
		bool valid = verdict >= SBM_GROW_ALLOW &&
			     verdict <= SBM_GROW_KILL;

		sbm_policy_answer(policy, ops, info, SBM_HOOK_GROW, verdict,
				  valid);
		worst = max_t(int, worst, valid ? verdict : SBM_GROW_DENY);
	}
	rcu_read_unlock();

	if (worst != SBM_GROW_ALLOW)
		sbm_count_denied(sandbox);
	return worst;
}

/**
 * __sbm_policy_exit() - tell all policies that a call ended
 * @sandbox: The sandbox.
 * @result: What the caller will see.
 *
 * Context: Process context. Only through sbm_policy_exit().
 */
void __sbm_policy_exit(struct sbm_sandbox *sandbox, int result)
{
	const struct sbm_info *info = &sandbox->info;
	const struct sbm_policy_ops *ops;
	struct sbm_policy *policy;

	rcu_read_lock();
	for_each_sbm_policy(policy, ops, info, exit) {
		ops->exit(info, result);
		this_cpu_inc(policy->counts->asked);
	}
	rcu_read_unlock();
}
