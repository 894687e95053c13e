// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: policies that went wrong, and the records they leave.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>
#include <trace/events/sbm.h>

#include "internal.h"
#include "policy.h"

/* Records kept; those of more than this many ejections ago are overwritten. */
#define SBM_NR_RECORDS	8

/**
 * struct sbm_eject_record - what is left of a policy that was ejected
 * @id: Its id.
 * @name: Its name.
 * @hook: The hook it failed in.
 * @kind: What it failed by.
 * @code: With what figure: see &enum sbm_eject_kind.
 * @msg: The same in words.
 * @nr_last: How many there are in @last.
 * @last: Its latest denials on the CPU where it failed, the latest first.
 */
struct sbm_eject_record {
	u64 id;
	char name[SBM_NAME_LEN];
	enum sbm_hook hook;
	enum sbm_eject_kind kind;
	s64 code;
	char msg[SBM_EJECT_MSG_LEN];
	unsigned int nr_last;
	struct sbm_policy_denial last[SBM_POLICY_DENIALS];
};

/*
 * Policies that were ejected. A raw lock, as a program may give up with
 * preemption off.
 */
static DEFINE_RAW_SPINLOCK(sbm_record_lock);
static struct sbm_eject_record sbm_records[SBM_NR_RECORDS];
static unsigned int sbm_nr_records;

static void sbm_eject_fn(struct work_struct *work)
{
	sbm_policy_eject_all();
}

static DECLARE_WORK(sbm_eject_work, sbm_eject_fn);

static void sbm_copy_last(const struct sbm_policy *policy,
			  struct sbm_eject_record *record)
{
	const struct sbm_policy_counts *counts;
	unsigned int nr;

	guard(preempt)();
	counts = this_cpu_ptr(policy->counts);
	for (nr = counts->nr_last;
	     nr && record->nr_last < SBM_POLICY_DENIALS; nr--)
		record->last[record->nr_last++] =
			counts->last[(nr - 1) % SBM_POLICY_DENIALS];
}

/**
 * sbm_policy_eject() - get rid of a policy that went wrong
 * @slot: The policy, and the hooks it had when it did.
 * @hook: The hook that did.
 * @kind: How.
 * @code: A figure: see &enum sbm_eject_kind.
 * @msg: Why, as a sentence without its subject.
 *
 * It is not asked any more when this returns, but calls of its hooks may still
 * be under way. Its owner takes it away later.
 *
 * Return: Whether it was done now; false if another CPU was faster.
 * Context: Under RCU.
 */
bool sbm_policy_eject(const struct sbm_policy_slot *slot, enum sbm_hook hook,
		      enum sbm_eject_kind kind, s64 code, const char *msg)
{
	struct sbm_policy *policy = slot->policy;
	struct sbm_eject_record record = {
		.id = policy->id,
		.hook = hook,
		.kind = kind,
		.code = code,
	};

	/* First, as from the next step on it is as if it had never been. */
	strscpy(record.name, slot->ops->name);
	strscpy(record.msg, msg);
	sbm_copy_last(policy, &record);

	if (cmpxchg(&policy->ejected, NULL, slot->ops))
		return false;

	scoped_guard(raw_spinlock, &sbm_record_lock)
		sbm_records[sbm_nr_records++ % SBM_NR_RECORDS] = record;
	sbm_count(SBM_EV_EJECT);
	trace_sbm_policy(record.id, slot->ops->class, record.name,
			 SBM_POLICY_EJECT);
	trace_sbm_eject(record.id, record.name, hook, kind, code, record.msg);
	pr_warn("policy %s ejected: %s\n", record.name, record.msg);
	schedule_work(&sbm_eject_work);
	return true;
}

/* Hooks that took too long; not a mutex, as hooks must not sleep. */
static DEFINE_SPINLOCK(sbm_overrun_lock);

/**
 * sbm_policy_overran() - note that a hook of a policy took too long
 * @policy: The policy.
 * @us: What it took, in microseconds, until now.
 *
 * Once says little. Time goes on while a hypervisor runs something else, or the
 * firmware, or a storm of interrupts, and few of them tell; an attacker may even
 * be able to cause it, and would be rid of a policy. So it takes as many as
 * %SBM_HOOK_OVERRUNS, none of which began longer than %SBM_HOOK_FORGET_US after
 * the end of the one before, nor before that end: what holds up a machine holds
 * up the hooks on all of its CPUs.
 *
 * Return: Whether there were as many.
 * Context: Under RCU, in process context.
 */
bool sbm_policy_overran(struct sbm_policy *policy, u64 us)
{
	ktime_t now = ktime_get();
	bool enough = false;

	scoped_guard(spinlock, &sbm_overrun_lock) {
		s64 idle_us = ktime_us_delta(now, policy->overran_until) - us;

		if (policy->overruns && idle_us < 0)
			break;
		if (idle_us > SBM_HOOK_FORGET_US)
			policy->overruns = 0;
		policy->overran_until = now;
		enough = ++policy->overruns >= SBM_HOOK_OVERRUNS;
	}
	return enough;
}

/**
 * sbm_policy_forget_overruns() - the hooks of a policy are others now
 * @policy: The policy.
 *
 * Context: Process context.
 */
void sbm_policy_forget_overruns(struct sbm_policy *policy)
{
	scoped_guard(spinlock, &sbm_overrun_lock)
		policy->overruns = 0;
}

/**
 * sbm_policy_error() - a policy says itself that it went wrong
 * @info: Argument of its hook.
 * @code: A figure of its own.
 * @msg: Why; need not end in a NUL. What cannot be printed is replaced.
 * @len: Length of @msg in bytes.
 *
 * The verdict that the hook returns after this still holds.
 *
 * Return: Zero, or -EINVAL if @info is not that of a hook that is being asked.
 * Context: In a hook.
 */
int sbm_policy_error(const struct sbm_info *info, s32 code, const char *msg,
		     size_t len)
{
	const struct sbm_sandbox *sandbox =
		container_of(info, struct sbm_sandbox, info);
	const struct sbm_policy_slot *slot = sandbox->asking;
	char text[SBM_EJECT_MSG_LEN];
	size_t i;

	if (!slot || info->pid != task_pid_nr(current))
		return -EINVAL;

	for (i = 0; i < min(len, sizeof(text) - 1) && msg[i]; i++)
		text[i] = isascii(msg[i]) && isprint(msg[i]) && msg[i] != '"' ?
			  msg[i] : '?';
	text[i] = '\0';
	sbm_policy_eject(slot, sandbox->asking_hook, SBM_EJECT_ERROR, code,
			 text);
	return 0;
}

/**
 * __sbm_policy_recursion() - find out whether a call is made by a hook
 * @called: The sandbox that is called.
 *
 * If it is, the policy is ejected: its hook would be asked about the call, too,
 * and a call may sleep where a hook must not. No program that the verifier lets
 * pass should come here; this is for functions that it takes for harmless.
 *
 * Return: Whether it is, and has to be refused.
 * Context: Any. Only through sbm_policy_recursion().
 */
bool __sbm_policy_recursion(const struct sbm_sandbox *called)
{
	const struct sbm_sandbox *asked;
	char msg[SBM_EJECT_MSG_LEN];

	guard(rcu)();
	asked = sbm_policy_asked();
	if (!asked)
		return false;

	snprintf(msg, sizeof(msg), "hook %s made a call of class %s",
		 sbm_hook_names[asked->asking_hook], called->info.class);
	sbm_policy_eject(asked->asking, asked->asking_hook,
			 SBM_EJECT_RECURSION, called->info.id, msg);
	return true;
}

/**
 * sbm_eject_show() - print the records of ejected policies
 * @buf: A page.
 *
 * The latest first, one in a line.
 *
 * Return: Length.
 * Context: Process context.
 */
int sbm_eject_show(char *buf)
{
	unsigned int nr, i, len = 0;

	raw_spin_lock(&sbm_record_lock);
	for (nr = sbm_nr_records;
	     nr && sbm_nr_records - nr < SBM_NR_RECORDS; nr--) {
		const struct sbm_eject_record *record =
			&sbm_records[(nr - 1) % SBM_NR_RECORDS];

		len += sysfs_emit_at(buf, len,
				     "id=%llu name=%s hook=%s kind=%s code=%lld message=\"%s\" last=",
				     record->id, record->name,
				     sbm_hook_names[record->hook],
				     sbm_eject_names[record->kind],
				     record->code, record->msg);
		for (i = 0; i < record->nr_last; i++)
			len += sysfs_emit_at(buf, len, "%s%llu:%s:%d",
					     i ? "," : "", record->last[i].id,
					     sbm_hook_names[record->last[i].hook],
					     record->last[i].verdict);
		len += sysfs_emit_at(buf, len, "\n");
	}
	raw_spin_unlock(&sbm_record_lock);
	return len;
}
