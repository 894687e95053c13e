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
 */
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/tick.h>

#include "internal.h"

/* The interrupt is all it is for. */
static enum hrtimer_restart sbm_time_interrupt(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
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
 * sbm_time_start() - the sandbox is about to be entered
 * @sandbox: The sandbox; has time left if it is limited.
 *
 * Context: Interrupts off.
 */
void sbm_time_start(struct sbm_sandbox *sandbox)
{
	u64 limit = sandbox->info.time_limit;

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
	if (!sandbox->info.time_limit)
		return;

	sandbox->info.time_used += local_clock() - sandbox->time_start;
	/* Cannot fail: its handler could run on this CPU only. */
	if (tick_nohz_full_cpu(smp_processor_id()))
		hrtimer_try_to_cancel(&sandbox->timer);
}

/**
 * sbm_time_is_up() - has a call used up its time?
 * @sandbox: The sandbox, between two runs.
 *
 * Return: Whether it has to end.
 */
bool sbm_time_is_up(const struct sbm_sandbox *sandbox)
{
	return sandbox->info.time_limit &&
	       sandbox->info.time_used >= sandbox->info.time_limit;
}

/**
 * sbm_time_is_running_out() - has the present run used up the call's time?
 * @sandbox: The sandbox, between sbm_time_start() and sbm_time_stop().
 *
 * Return: Whether it has to be left.
 * Context: Interrupts off.
 */
bool sbm_time_is_running_out(const struct sbm_sandbox *sandbox)
{
	u64 limit = sandbox->info.time_limit;

	return limit && sandbox->info.time_used + local_clock() -
			sandbox->time_start >= limit;
}
