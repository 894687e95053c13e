/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode policies: what decides about sandboxes, and how it is attached.
 *
 * The core asks; who answers (a BPF program, in practice) is not its business.
 */
#ifndef _LINUX_SBM_POLICY_H
#define _LINUX_SBM_POLICY_H

#include <linux/types.h>
#include <uapi/linux/sbm.h>

struct sbm_policy;

/**
 * struct sbm_policy_ops - hooks of a policy
 *
 * Every hook may be left out. All hooks run in process context, under RCU,
 * and must not sleep. When several policies match, all of them are asked and
 * the most restrictive verdict wins.
 *
 * While a policy is permissive a call that it would have ended is over for it:
 * it is not asked about that call again, as it would not be if it were enforced.
 */
struct sbm_policy_ops {
	/**
	 * @enter: May this call enter the sandbox?
	 *
	 * @info: the sandbox; @flags: reserved, zero.
	 *
	 * Return: %SBM_ENTER_ALLOW, %SBM_ENTER_DENY, or a negative errno that
	 * becomes the result of the call. If several deny, it is the first to
	 * be asked whose errno that is.
	 * Not called if the class is quarantined.
	 */
	int (*enter)(const struct sbm_info *info, u64 flags);

	/**
	 * @fault: The call ended in a fault. What else should happen?
	 *
	 * @info: the sandbox; @fault: where and why.
	 *
	 * Return: a value of &enum sbm_fault_verdict.
	 */
	int (*fault)(const struct sbm_info *info, const struct sbm_fault *fault);

	/**
	 * @grow: May the heap of this sandbox grow by @nr_pages?
	 *
	 * @info: the sandbox, before growing.
	 *
	 * Return: a value of &enum sbm_grow_verdict.
	 * Not called if the limit of the class is exceeded anyway.
	 */
	int (*grow)(const struct sbm_info *info, u64 nr_pages);

	/**
	 * @exit: A call ended.
	 *
	 * @info: the sandbox; @result: what the caller will see.
	 *
	 * Not called if @enter of any policy denied the call.
	 */
	void (*exit)(const struct sbm_info *info, s32 result);

	/**
	 * @class: Which classes the policy is for: a glob pattern such as
	 * ``squashfs-*``. Empty means all.
	 */
	char class[SBM_NAME_LEN];

	/** @name: Name of the policy; must be set and be unique. */
	char name[SBM_NAME_LEN];

	/**
	 * @cgroup: Which callers the policy is for: those in the cgroup (of the
	 * unified hierarchy) with this id and below. Zero means all. Ids are
	 * never used again: when the cgroup is gone the policy matches nobody.
	 */
	u64 cgroup;

	/** @mode: Mode to begin with, of &enum sbm_policy_mode. */
	u32 mode;

	/** @flags: Of &enum sbm_policy_flags. */
	u32 flags;

	/**
	 * @priority: Policies with a higher one are asked first. It has to be
	 * unique unless it is zero, the default; those that have the same are
	 * asked in the alphabetical order of their names.
	 */
	s32 priority;

	/**
	 * @time_us: How long a hook may take, in microseconds. Zero means
	 * %SBM_HOOK_TIME_US. A policy whose hooks take longer is ejected,
	 * after %SBM_HOOK_OVERRUNS of them; see sbm_policy_overran().
	 */
	u32 time_us;

	/* private: */
	struct sbm_policy *priv;
};

/**
 * struct sbm_policy_owner - who attached a policy
 */
struct sbm_policy_owner {
	/**
	 * @hold: The policy is going to be ejected. Keep @arg valid.
	 *
	 * Return: false if @arg is going away and the policy with it; @eject
	 * is not called then.
	 * Context: Process context, under the lock of the policies.
	 */
	bool (*hold)(void *arg);

	/**
	 * @eject: Detach the policy, if it still is attached, and undo @hold.
	 *
	 * Context: Process context, without locks; may sleep.
	 */
	void (*eject)(void *arg);
};

int sbm_policy_validate(const struct sbm_policy_ops *ops);
int sbm_policy_attach(struct sbm_policy_ops *ops,
		      const struct sbm_policy_owner *owner, void *arg);
int sbm_policy_update(struct sbm_policy_ops *ops, struct sbm_policy_ops *old);
void sbm_policy_detach(struct sbm_policy_ops *ops);
void sbm_policy_refuse(const struct sbm_policy_ops *ops);

void sbm_limit_time(struct sbm_info *info, u64 ns);
void sbm_limit_heap(struct sbm_info *info, u64 nr_pages);
int sbm_policy_error(const struct sbm_info *info, s32 code, const char *msg,
		     size_t len);

#endif /* _LINUX_SBM_POLICY_H */
