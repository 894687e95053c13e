// SPDX-License-Identifier: GPL-2.0-only
/* What a policy can allow a call in its enter hook: less. */

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "timer.skel.h"

/* Something else may come before the timer. Not that often. */
#define TIMER_TRIES	20

SBM_TEST(limit_time, "an endless loop ends when the time a policy gave it is up")
{
	struct policy *policy = policy_new("time");
	long long events = box_event("time");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->time_limit = 50 * 1000 * 1000;
	CHECK_EQ(box_run(&box_spin, &result), 0);
	CHECK_EQ(policy->skel->bss->limit_result, 0);
	CHECK_EQ(result.ret, SBM_ERR_TIME);
	CHECK_STR(result.kind, "none");
	CHECK_EQ(policy->skel->bss->last_result, SBM_ERR_TIME);
	CHECK_EQ(policy->skel->bss->faults, 0);
	CHECK_EQ(box_event("time") - events, 1);

	/* Who is done in time does not notice. */
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
}

SBM_TEST(limit_time_lowest, "of several limits the lowest holds, whoever comes first")
{
	struct policy *first = policy_new("first");
	struct policy *second = policy_new("second");
	const __u64 hour = 3600ULL * 1000 * 1000 * 1000;
	struct box_result result;

	CHECK(first && second);
	first->skel->bss->time_limit = 20 * 1000 * 1000;
	second->skel->bss->time_limit = hour;
	CHECK_EQ(box_run(&box_spin, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_TIME);

	first->skel->bss->time_limit = hour;
	second->skel->bss->time_limit = 20 * 1000 * 1000;
	CHECK_EQ(box_run(&box_spin, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_TIME);
}

/* Is the tick of this CPU to stop while a task runs? */
static bool without_tick(int cpu)
{
	char line[256] = "", *list = line;
	int first, last;
	FILE *file;

	file = fopen("/sys/devices/system/cpu/nohz_full", "r");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);

	while (*list >= '0' && *list <= '9') {
		first = strtol(list, &list, 10);
		last = first;
		if (*list == '-')
			last = strtol(list + 1, &list, 10);
		if (cpu >= first && cpu <= last)
			return true;
		if (*list == ',')
			list++;
	}
	return false;
}

static struct timer_bpf *watched;

SBM_TEST(limit_time_timer, "a timer ends a call on a CPU without a tick, and only there")
{
	bool wanted = without_tick(sched_getcpu());
	struct policy *policy = policy_new("timer");
	struct box_result result;
	int tries, alone = 0, ticks = 0;

	CHECK(policy);
	policy->skel->bss->time_limit = 50 * 1000 * 1000;
	timer_bpf__destroy(watched);
	watched = timer_bpf__open_and_load();
	CHECK(watched);
	watched->bss->thread = gettid();
	CHECK_EQ(timer_bpf__attach(watched), 0);

	for (tries = 0; tries < TIMER_TRIES && !alone; tries++) {
		CHECK_EQ(box_run(&box_spin, &result), 0);
		CHECK_EQ(result.ret, SBM_ERR_TIME);
		if (!wanted)
			CHECK_EQ(watched->bss->timers, 0);
		alone = watched->bss->timers && !watched->bss->ticks;
		ticks += watched->bss->ticks;
	}
	CHECK_EQ(alone, wanted);
	CHECK(wanted || ticks);
}

SBM_TEST(limit_heap, "a policy can lower the limit of the heap, and not raise it")
{
	struct policy *policy = policy_new("heap");
	long long denied = box_event("denied");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->set_heap_limit = 1;
	policy->skel->bss->heap_limit = 2;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(policy->skel->bss->limit_result, 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(policy->skel->bss->grows, 0);
	CHECK_EQ(box_event("denied") - denied, 1);

	policy->skel->bss->heap_limit = 3;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);

	policy->skel->bss->heap_limit = 2 * BOX_HEAP_PAGES;
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, 0);
}

SBM_TEST(limit_call, "a limit is that of a call: the next one has the class's again")
{
	struct policy *policy = policy_new("once");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->set_heap_limit = 1;
	policy->skel->bss->heap_limit = 0;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 0);
	policy->skel->bss->set_heap_limit = 0;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);
}
