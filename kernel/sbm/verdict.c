// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: asking the policies.
 *
 * A policy can only restrict. Its verdicts are checked here: one that answers
 * out of range or takes too long again and again is ejected, and what the kernel
 * does without it holds.
 *
 * Hooks may not sleep, so no hook can lead to a sandboxed call and no hook can
 * run inside another: the verifier refuses programs that could, and a call that
 * a hook makes all the same is refused, see __sbm_policy_recursion().
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/cgroup.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/glob.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "internal.h"
#include "policy.h"

#define CREATE_TRACE_POINTS
#include <trace/events/sbm.h>

/* === Who is asked === */

#ifdef CONFIG_PREEMPT_RCU
static __always_inline void sbm_note_asked(struct sbm_sandbox *sandbox)
{
}

/*
 * A hook may have been preempted, and other hooks run on this CPU then, so it
 * is the task that tells. Who is in no RCU section is in no hook; a caller that
 * is in one is not to be there, and may wait for the search.
 */
static struct sbm_sandbox *sbm_find_asked(void)
{
	struct sbm_sandbox *sandbox;
	u64 id = 0;

	while ((sandbox = sbm_sandbox_next_rcu(id))) {
		id = sandbox->info.id;
		if (READ_ONCE(sandbox->asking) &&
		    sandbox->info.pid == task_pid_nr(current))
			return sandbox;
	}
	return NULL;
}
#else
/*
 * Without preemptible RCU a hook keeps its CPU: nothing in it sleeps, and what
 * is in an RCU section is not preempted. One is enough.
 */
static DEFINE_PER_CPU(struct sbm_sandbox *, sbm_asked);

static __always_inline void sbm_note_asked(struct sbm_sandbox *sandbox)
{
	this_cpu_write(sbm_asked, sandbox);
}

static struct sbm_sandbox *sbm_find_asked(void)
{
	return this_cpu_read(sbm_asked);
}
#endif

/**
 * sbm_policy_asked() - find the sandbox that a hook of this task is asked about
 *
 * Return: The sandbox, or %NULL if this task is not in a hook. An interrupt is
 * in none.
 * Context: Any, under RCU.
 */
const struct sbm_sandbox *sbm_policy_asked(void)
{
	return in_task() ? sbm_find_asked() : NULL;
}

/* === One policy === */

/*
 * A hook that does not deny anything costs what is inlined here; see "Cost" in
 * Documentation/bpf/sbm.rst. What happens seldom is left out of line.
 */

/**
 * struct sbm_pass - one after the other, the policies are asked the same
 * @sandbox: About which sandbox.
 * @hook: And what.
 * @over: Permissive policies that are not asked about this call any more.
 * @next: Who is next, if not %NULL.
 * @start: When the last one was done, by sbm_clock(): the next one begins then.
 * @switches: How often the task was switched away until the first one began. If
 *	it was since, nobody knows for how long, so a hook is not judged by its
 *	time.
 */
struct sbm_pass {
	struct sbm_sandbox *sandbox;
	enum sbm_hook hook;
	u64 over;
	const struct sbm_policy_slot *const *next;
	u64 start;
	unsigned long switches;
};

/* Once, so that the clock is read before or after it, as the code says. */
static __always_inline unsigned long sbm_task_switches(void)
{
	return READ_ONCE(current->nvcsw) + READ_ONCE(current->nivcsw);
}

static bool sbm_slot_permissive(const struct sbm_policy_slot *slot)
{
	return READ_ONCE(slot->policy->mode) == SBM_MODE_PERMISSIVE;
}

static noinline bool sbm_slot_in_scope(const struct sbm_policy_slot *slot,
				       const struct sbm_sandbox *sandbox)
{
	const char *pattern = slot->ops->class;

	if (pattern[0] && !glob_match(pattern, sandbox->info.class))
		return false;
#ifdef CONFIG_CGROUPS
	if (slot->cgroup)
		return cgroup_is_descendant(task_dfl_cgroup(current),
					    slot->cgroup);
#endif
	return true;
}

/* A hook took too long. It has done what it does; the policy may have to go. */
static noinline void sbm_slot_overrun(const struct sbm_policy_slot *slot,
				      const struct sbm_sandbox *sandbox,
				      enum sbm_hook hook, u64 ticks)
{
	u64 us = mul_u64_u64_div_u64(ticks, USEC_PER_MSEC, sbm_clock_khz());
	u32 limit_us = sbm_policy_time_us(slot->ops);
	char msg[SBM_EJECT_MSG_LEN];

	this_cpu_inc(slot->counts->overran);
	trace_sbm_overrun(&sandbox->info, hook, slot->ops->name, us, limit_us);
	if (!sbm_policy_overran(slot->policy, us))
		return;

	snprintf(msg, sizeof(msg),
		 "overran %u times: took %llu us in %s, its limit is %u us",
		 SBM_HOOK_OVERRUNS, us, sbm_hook_names[hook], limit_us);
	sbm_policy_eject(slot, hook, SBM_EJECT_TIME, us, msg);
}

static void sbm_slot_count(const struct sbm_policy_slot *slot,
			   struct sbm_sandbox *sandbox,
			   enum sbm_hook hook, int verdict, bool permissive)
{
	struct sbm_policy_counts *counts;

	guard(preempt)();
	counts = this_cpu_ptr(slot->counts);
	if (permissive)
		counts->would_deny++;
	else
		counts->denied++;
	counts->last[counts->nr_last++ % SBM_POLICY_DENIALS] =
		(struct sbm_policy_denial){
			.id = sandbox->info.id,
			.hook = hook,
			.verdict = verdict,
		};
}

/* May @hook answer that, besides zero? */
static bool sbm_verdict_valid(enum sbm_hook hook, int verdict)
{
	switch (hook) {
	case SBM_HOOK_ENTER:
		return verdict == SBM_ENTER_DENY ||
		       IS_ERR_VALUE((long)verdict);
	case SBM_HOOK_FAULT:
		return verdict == SBM_FAULT_QUARANTINE;
	case SBM_HOOK_GROW:
		return verdict == SBM_GROW_DENY || verdict == SBM_GROW_KILL;
	default:
		return false;
	}
}

/* What counts instead of a verdict that is not valid. */
static const int sbm_verdict_instead[SBM_NR_HOOKS] = {
	[SBM_HOOK_ENTER] = SBM_ENTER_DENY,
	[SBM_HOOK_FAULT] = SBM_FAULT_KILL,
	[SBM_HOOK_GROW] = SBM_GROW_DENY,
};

/*
 * A policy denies something; it is ejected if there is no such verdict.
 *
 * Return: the verdict that holds.
 */
static noinline int sbm_slot_deny(const struct sbm_policy_slot *slot,
				  struct sbm_sandbox *sandbox,
				  enum sbm_hook hook, int verdict)
{
	bool permissive = sbm_slot_permissive(slot);
	char msg[SBM_EJECT_MSG_LEN];

	sbm_slot_count(slot, sandbox, hook, verdict, permissive);
	sbm_note_denied(sandbox, hook, verdict, slot->ops->name,
			permissive ? SBM_MODE_PERMISSIVE : SBM_MODE_ENFORCE);
	if (!sbm_verdict_valid(hook, verdict)) {
		snprintf(msg, sizeof(msg), "hook %s returned %d",
			 sbm_hook_names[hook], verdict);
		sbm_policy_eject(slot, hook, SBM_EJECT_VERDICT, verdict, msg);
		verdict = sbm_verdict_instead[hook];
	}
	if (!permissive)
		return verdict;

	sbm_count(SBM_EV_WOULD_DENY);
	if (hook == SBM_HOOK_ENTER)
		sandbox->refused |= slot->policy->bit;
	if (hook == SBM_HOOK_ENTER ||
	    (hook == SBM_HOOK_GROW && verdict == SBM_GROW_KILL))
		sandbox->ended |= slot->policy->bit;
	return 0;
}

/* === All policies === */

/* Permissive policies for which the call was over before @hook. */
static __always_inline u64 sbm_pass_over(const struct sbm_sandbox *sandbox,
					 enum sbm_hook hook)
{
	switch (hook) {
	case SBM_HOOK_ENTER:
		return 0;
	case SBM_HOOK_EXIT:
		return sandbox->refused;
	default:
		return sandbox->ended;
	}
}

/*
 * Begin to ask, under RCU until sbm_pass_end(). This is an initializer: what
 * has none may be cleared first, by CONFIG_INIT_STACK_ALL_ZERO.
 */
static __always_inline struct sbm_pass
sbm_pass_begin(struct sbm_sandbox *sandbox, enum sbm_hook hook)
	__acquires(RCU)
{
	static const struct sbm_policy_slot *const nobody;
	unsigned long switches = sbm_task_switches();

	rcu_read_lock();
	sandbox->asking_hook = hook;
	sbm_note_asked(sandbox);
	return (struct sbm_pass){
		.sandbox = sandbox,
		.hook = hook,
		.over = sbm_pass_over(sandbox, hook),
		.next = unlikely(READ_ONCE(sbm_builtin_only)) ? &nobody :
			rcu_dereference(sbm_policy_set)->asked[hook],
		.switches = switches,
		.start = sbm_clock(),
	};
}

/* Who is to be asked now, or NULL. */
static __always_inline const struct sbm_policy_slot *
sbm_pass_next(struct sbm_pass *pass)
{
	const struct sbm_policy_slot *slot;

	while ((slot = *pass->next)) {
		pass->next++;
		if (READ_ONCE(slot->policy->ejected) == slot->ops)
			continue;
		/* The bit may be left from another policy; never skip an enforced one. */
		if (unlikely(pass->over) && slot->policy->bit & pass->over &&
		    sbm_slot_permissive(slot))
			continue;
		if (unlikely(slot->scoped)) {
			if (!sbm_slot_in_scope(slot, pass->sandbox))
				continue;
			pass->start = sbm_clock();
		}
		WRITE_ONCE(pass->sandbox->asking, slot);
		return slot;
	}
	return NULL;
}

/*
 * The hook of @slot came back with @verdict, zero if it has none.
 *
 * Return: the verdict that holds.
 */
static __always_inline int sbm_pass_judge(struct sbm_pass *pass,
					  const struct sbm_policy_slot *slot,
					  int verdict)
{
	u64 now = sbm_clock();
	u64 ticks = now - pass->start;

	pass->start = now;
	this_cpu_inc(slot->counts->asked);
	if (pass->hook != SBM_HOOK_EXIT && trace_sbm_verdict_enabled()) {
		trace_sbm_verdict(&pass->sandbox->info, pass->hook,
				  slot->ops->name, verdict,
				  sbm_slot_permissive(slot));
		pass->start = sbm_clock();
	}
	if (unlikely(verdict)) {
		verdict = sbm_slot_deny(slot, pass->sandbox, pass->hook,
					verdict);
		pass->start = sbm_clock();
	}
	/* The clocks of two CPUs may differ, but then it was switched away. */
	if (unlikely(ticks > slot->limit) &&
	    sbm_task_switches() == pass->switches) {
		sbm_slot_overrun(slot, pass->sandbox, pass->hook, ticks);
		pass->start = sbm_clock();
	}
	return verdict;
}

static __always_inline void sbm_pass_end(struct sbm_pass *pass)
	__releases(RCU)
{
	WRITE_ONCE(pass->sandbox->asking, NULL);
	sbm_note_asked(NULL);
	rcu_read_unlock();
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
	sbm_deny_builtin(sandbox, SBM_HOOK_ENTER, SBM_ERR_QUARANTINED);
	return SBM_ERR_QUARANTINED;
}

/**
 * __sbm_policy_enter() - ask all policies whether a call may enter
 * @sandbox: The sandbox.
 * @flags: Passed to the hooks.
 *
 * All denials are equal; of several, the policy asked first gives the error.
 *
 * Return: Zero, or the negative errno the call has to return.
 * Context: Process context. Only through sbm_policy_enter().
 */
int __sbm_policy_enter(struct sbm_sandbox *sandbox, u64 flags)
{
	const struct sbm_policy_slot *slot;
	struct sbm_pass pass = sbm_pass_begin(sandbox, SBM_HOOK_ENTER);
	int err = 0;

	while ((slot = sbm_pass_next(&pass))) {
		int verdict = slot->ops->enter(&sandbox->info, flags);

		verdict = sbm_pass_judge(&pass, slot, verdict);
		if (verdict == SBM_ENTER_DENY)
			verdict = SBM_ERR_DENIED;
		err = err ?: verdict;
	}
	sbm_pass_end(&pass);

	if (err)
		sbm_count_denied(sandbox);
	return err;
}

/*
 * May the policy that is being asked set a limit? If it is permissive it is
 * only counted that it would have.
 */
static bool sbm_limit_allowed(struct sbm_info *info)
{
	struct sbm_sandbox *sandbox = container_of(info, struct sbm_sandbox, info);
	const struct sbm_policy_slot *slot = sandbox->asking;

	if (!slot)
		return false;
	if (sbm_slot_permissive(slot)) {
		this_cpu_inc(slot->policy->counts->would_limit);
		return false;
	}
	this_cpu_inc(slot->policy->counts->limited);
	return true;
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
	if ((!info->time_limit || ns < info->time_limit) &&
	    sbm_limit_allowed(info))
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
	if (nr_pages < info->heap_limit && sbm_limit_allowed(info))
		info->heap_limit = nr_pages;
}

/**
 * __sbm_policy_fault() - tell all policies about a fault
 * @sandbox: The sandbox; its fault record is valid.
 *
 * Context: Process context. Only through sbm_policy_fault().
 */
void __sbm_policy_fault(struct sbm_sandbox *sandbox)
{
	const struct sbm_policy_slot *slot;
	struct sbm_pass pass = sbm_pass_begin(sandbox, SBM_HOOK_FAULT);

	while ((slot = sbm_pass_next(&pass))) {
		int verdict = slot->ops->fault(&sandbox->info, &sandbox->fault);

		verdict = sbm_pass_judge(&pass, slot, verdict);
		if (verdict != SBM_FAULT_QUARANTINE)
			continue;
		sbm_class_quarantine(sandbox->class, true, slot->ops->name);
		pass.start = sbm_clock();
	}
	sbm_pass_end(&pass);
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
	const struct sbm_policy_slot *slot;
	struct sbm_pass pass = sbm_pass_begin(sandbox, SBM_HOOK_GROW);
	int worst = SBM_GROW_ALLOW;

	while ((slot = sbm_pass_next(&pass))) {
		int verdict = slot->ops->grow(&sandbox->info, nr_pages);

		worst = max(worst, sbm_pass_judge(&pass, slot, verdict));
	}
	sbm_pass_end(&pass);

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
	const struct sbm_policy_slot *slot;
	struct sbm_pass pass = sbm_pass_begin(sandbox, SBM_HOOK_EXIT);

	while ((slot = sbm_pass_next(&pass))) {
		slot->ops->exit(&sandbox->info, result);
		sbm_pass_judge(&pass, slot, 0);
	}
	sbm_pass_end(&pass);
}
