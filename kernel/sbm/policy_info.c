// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: what a policy says about itself, and what is said about it.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "internal.h"
#include "policy.h"

/**
 * sbm_policy_has_mode() - can a policy be in a mode?
 * @ops: The policy.
 * @mode: Of &enum sbm_policy_mode.
 *
 * Return: Whether its flags allow it.
 * Context: Any.
 */
bool sbm_policy_has_mode(const struct sbm_policy_ops *ops, u32 mode)
{
	return !(ops->flags & (mode == SBM_MODE_PERMISSIVE ?
			       SBM_POLICY_ENFORCE_ONLY :
			       SBM_POLICY_PERMISSIVE_ONLY));
}

static bool sbm_pattern_valid(const char *pattern)
{
	size_t len = strnlen(pattern, SBM_NAME_LEN);
	size_t i;

	for (i = 0; i < len && isascii(pattern[i]) && isgraph(pattern[i]); i++)
		;
	return i == len && len < SBM_NAME_LEN;
}

/**
 * sbm_policy_validate() - check what a policy says about itself
 * @ops: The policy.
 *
 * The name has to be one that sbm_name_valid() accepts, and the class pattern
 * a string of printable characters; mode, flags and time in their ranges.
 *
 * Return: Zero, -EINVAL, or -EOPNOTSUPP for a mode that the flags exclude; the
 * log tells why.
 * Context: Any.
 */
int sbm_policy_validate(const struct sbm_policy_ops *ops)
{
	const u32 flags = SBM_POLICY_ENFORCE_ONLY | SBM_POLICY_PERMISSIVE_ONLY;
	const char *why;

	if (!sbm_name_valid(ops->name)) {
		pr_notice_ratelimited("policy refused: bad or missing name\n");
		return -EINVAL;
	}
	if (!sbm_pattern_valid(ops->class))
		why = "bad class pattern";
	else if (ops->mode > SBM_MODE_PERMISSIVE)
		why = "unknown mode";
	else if (ops->flags & ~flags)
		why = "unknown flags";
	else if (ops->flags == flags)
		why = "flags that leave no mode";
	else if (ops->time_us > SBM_HOOK_TIME_MAX_US)
		why = "time_us is too high";
	else
		why = NULL;
	if (why) {
		pr_notice_ratelimited("policy %s refused: %s\n", ops->name, why);
		return -EINVAL;
	}
	if (!sbm_policy_has_mode(ops, ops->mode)) {
		pr_notice_ratelimited("policy %s refused: its flags exclude its mode\n",
				      ops->name);
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * sbm_policy_describe() - describe a policy
 * @policy: The policy.
 * @info: Where to.
 *
 * Context: Any; @policy does not go away.
 */
void sbm_policy_describe(const struct sbm_policy *policy,
			 struct sbm_policy_info *info)
{
	const struct sbm_policy_ops *ops;
	int cpu;

	*info = (struct sbm_policy_info){
		.id = policy->id,
		.mode = READ_ONCE(policy->mode),
	};
	scoped_guard(rcu) {
		ops = rcu_dereference(policy->ops);
		strscpy(info->name, ops->name);
		strscpy(info->class, ops->class);
		info->cgroup = ops->cgroup;
		info->priority = ops->priority;
	}
	for_each_possible_cpu(cpu) {
		const struct sbm_policy_counts *counts =
			per_cpu_ptr(policy->counts, cpu);

		info->asked += READ_ONCE(counts->asked);
		info->denied += READ_ONCE(counts->denied);
		info->would_deny += READ_ONCE(counts->would_deny);
		info->limited += READ_ONCE(counts->limited);
		info->would_limit += READ_ONCE(counts->would_limit);
		info->overran += READ_ONCE(counts->overran);
	}
}
