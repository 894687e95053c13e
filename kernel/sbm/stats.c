// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: event counters.
 *
 * One set per CPU, so that counting costs one instruction and no shared cache
 * line. Sums are exact when nothing runs and close otherwise.
 */
#include <linux/export.h>
#include <linux/percpu.h>

#include "internal.h"

static DEFINE_PER_CPU(u64 [SBM_NR_EVENTS], sbm_event_counts);

/* Names in /sys/kernel/sbm/events. They are ABI; add, never rename. */
static const char * const sbm_event_names[SBM_NR_EVENTS] = {
	[SBM_EV_CREATE]		= "create",
	[SBM_EV_DESTROY]	= "destroy",
	[SBM_EV_CALL]		= "call",
	[SBM_EV_FAULT]		= "fault",
	[SBM_EV_KILLED]		= "killed",
	[SBM_EV_DENIED]		= "denied",
	[SBM_EV_GROW]		= "grow",
	[SBM_EV_SHRINK]		= "shrink",
	[SBM_EV_STACK]		= "stack",
	[SBM_EV_INTR]		= "intr",
	[SBM_EV_PREEMPT]	= "preempt",
	[SBM_EV_MIGRATE]	= "migrate",
	[SBM_EV_EJECT]		= "eject",
	[SBM_EV_GATE]		= "gate",
	[SBM_EV_TIME]		= "time",
	[SBM_EV_FREEZE]		= "freeze",
	[SBM_EV_MAP]		= "map",
	[SBM_EV_UNMAP]		= "unmap",
	[SBM_EV_KEEP]		= "keep",
	[SBM_EV_REUSE]		= "reuse",
	[SBM_EV_DROP]		= "drop",
	[SBM_EV_WOULD_DENY]	= "would_deny",
};

/**
 * sbm_count() - count an event
 * @event: The event.
 *
 * Context: Any.
 */
void sbm_count(enum sbm_event event)
{
	this_cpu_inc(sbm_event_counts[event]);
}

/**
 * sbm_events() - how often an event happened
 * @event: The event.
 *
 * Return: The number of events since boot, on all CPUs.
 * Context: Any.
 */
u64 sbm_events(enum sbm_event event)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(sbm_event_counts, cpu)[event]);
	return sum;
}
EXPORT_SYMBOL_GPL(sbm_events);

/**
 * sbm_event_name() - name of an event
 * @event: The event.
 *
 * Return: The name users see.
 * Context: Any.
 */
const char *sbm_event_name(enum sbm_event event)
{
	return sbm_event_names[event];
}
