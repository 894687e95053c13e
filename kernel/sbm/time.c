// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the CPU time a call may spend inside.
 *
 * What counts is the time between entering and leaving, interrupts handled
 * meanwhile included; not what the call spends in gates, preempted or asleep.
 * It is looked at whenever an interrupt hits the sandbox, which the tick does
 * on any CPU that is not idle. On a CPU that runs without a tick a timer takes
 * its place. So an endless loop ends at most a tick late, and a call that is
 * done in time costs no more than reading the clock twice.
 *
 * A call cannot be frozen: its caller may hold locks that others, who are to
 * freeze as well, wait for. From when the caller is asked to freeze, the call
 * has a limited time, whatever it had before, so that an endless loop does not
 * keep the system from being suspended.
 */
#include <linux/freezer.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/tick.h>
#include <linux/time64.h>

#include "internal.h"

/*
 * Time left to a call whose caller is asked to freeze, in ns. The freezer waits
 * 20 s by default, and other calls may want the same CPU.
 */
#define SBM_TIME_TO_FREEZE	(2 * NSEC_PER_SEC)

/* The interrupt is all it is for. */
static enum hrtimer_restart sbm_time_interrupt(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

/* What the call may take, in ns; zero: any. */
static u64 sbm_time_limit(const struct sbm_sandbox *sandbox)
{
	u64 limit = sandbox->info.time_limit;
	u64 freeze = sandbox->time_freeze;

	return limit && freeze ? min(limit, freeze) : limit | freeze;
}

/**
 * sbm_time_init() - prepare a new sandbox for sbm_time_start()
 * @sandbox: The sandbox.
 */
void sbm_time_init(struct sbm_sandbox *sandbox)
{
	hrtimer_init(&sandbox->timer, CLOCK_MONOTONIC,
		     HRTIMER_MODE_REL_PINNED_HARD);
	sandbox->timer.function = sbm_time_interrupt;
}

/**
 * sbm_time_begin() - a call begins, with all its time
 * @sandbox: The sandbox.
 * @limit: Time it may take, in ns; zero: any.
 */
void sbm_time_begin(struct sbm_sandbox *sandbox, u64 limit)
{
	sandbox->info.time_limit = limit;
	sandbox->info.time_used = 0;
	sandbox->time_freeze = 0;
}

/**
 * sbm_time_start() - the sandbox is about to be entered
 * @sandbox: The sandbox; has time left if it is limited.
 *
 * Context: Interrupts off.
 */
void sbm_time_start(struct sbm_sandbox *sandbox)
{
	u64 limit = sbm_time_limit(sandbox);

	if (!limit)
		return;

	sandbox->time_start = local_clock();
	if (tick_nohz_full_cpu(smp_processor_id()))
		hrtimer_start(&sandbox->timer,
			      ns_to_ktime(limit - sandbox->info.time_used),
			      HRTIMER_MODE_REL_PINNED_HARD);
}

/**
 * sbm_time_stop() - the sandbox was left
 * @sandbox: The sandbox of sbm_time_start(), on the same CPU.
 *
 * Context: Interrupts off, and have been since the sandbox was left.
 */
void sbm_time_stop(struct sbm_sandbox *sandbox)
{
	if (!sbm_time_limit(sandbox))
		return;

	sandbox->info.time_used += local_clock() - sandbox->time_start;
	/* Cannot fail: its handler could run on this CPU only. */
	if (tick_nohz_full_cpu(smp_processor_id()))
		hrtimer_try_to_cancel(&sandbox->timer);
}

/* Is the caller asked to freeze, and that is news, or not any more? */
static bool sbm_time_freeze_changed(const struct sbm_sandbox *sandbox)
{
	return freezing(current) != !!sandbox->time_freeze;
}

/**
 * sbm_time_is_up() - has a call used up its time?
 * @sandbox: The sandbox, between two runs.
 *
 * Return: Whether it has to end.
 */
bool sbm_time_is_up(struct sbm_sandbox *sandbox)
{
	u64 used = sandbox->info.time_used;
	u64 limit;

	if (unlikely(sbm_time_freeze_changed(sandbox)))
		sandbox->time_freeze = sandbox->time_freeze ? 0 :
				       used + SBM_TIME_TO_FREEZE;
	limit = sbm_time_limit(sandbox);
	if (!limit || used < limit)
		return false;

	sbm_count(SBM_EV_TIME);
	if (limit == sandbox->time_freeze)
		sbm_count(SBM_EV_FREEZE);
	return true;
}

/**
 * sbm_time_is_running_out() - has the present run used up the call's time?
 * @sandbox: The sandbox, between sbm_time_start() and sbm_time_stop().
 *
 * Return: Whether it has to be left, also to take note that its caller is asked
 * to freeze.
 * Context: Interrupts off.
 */
bool sbm_time_is_running_out(const struct sbm_sandbox *sandbox)
{
	u64 limit = sbm_time_limit(sandbox);

	if (unlikely(sbm_time_freeze_changed(sandbox)))
		return true;
	return limit && sandbox->info.time_used + local_clock() -
			sandbox->time_start >= limit;
}
