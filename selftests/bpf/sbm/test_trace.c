// SPDX-License-Identifier: GPL-2.0-only
/* Each tracepoint: when it comes, and what it says. */
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "trace.skel.h"

static struct trace_bpf *trace;

/* Start to watch; what a test before this one watched is forgotten. */
static struct trace_bpf__bss *watch(void)
{
	trace_bpf__destroy(trace);
	trace = trace_bpf__open_and_load();
	if (!trace || trace_bpf__attach(trace))
		return NULL;
	return trace->bss;
}

SBM_TEST(trace_life, "sbm_create and sbm_destroy frame the life of a sandbox")
{
	struct trace_bpf__bss *seen = watch();
	struct box_result result;

	CHECK(seen);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(seen->created.count, 1);
	CHECK_EQ(seen->created.level, SBM_LEVEL_STRONG);
	CHECK_STR(seen->created.class, BOX_CLASS);
	CHECK_EQ(seen->destroyed.count, 1);
	CHECK_EQ(seen->destroyed.id, seen->created.id);
	CHECK_EQ(seen->destroyed.level, SBM_LEVEL_STRONG);
}

SBM_TEST(trace_call, "sbm_enter and sbm_exit frame a call")
{
	struct trace_bpf__bss *seen = watch();
	struct box_result result;

	CHECK(seen);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(seen->entered.count, 1);
	CHECK_EQ(seen->entered.id, seen->created.id);
	CHECK_STR(seen->entered.class, BOX_CLASS);
	CHECK_STR(seen->entered.func, "(code)");
	CHECK_EQ(seen->entered.pid, getpid());
	CHECK_EQ(seen->exited.count, 1);
	CHECK_EQ(seen->exited.id, seen->created.id);
	CHECK_STR(seen->exited.class, BOX_CLASS);
	CHECK_EQ(seen->exited.result, 42);
	CHECK_EQ(seen->exited.calls, 1);
	/* Nobody was asked and nothing went wrong. */
	CHECK_EQ(seen->judged.count, 0);
	CHECK_EQ(seen->faulted.count, 0);
}

SBM_TEST(trace_fault, "sbm_fault says what the caller is told")
{
	struct trace_bpf__bss *seen = watch();
	struct box_result result;

	CHECK(seen);
	CHECK_EQ(box_run(&box_wild_write, &result), 0);
	CHECK_EQ(seen->faulted.count, 1);
	CHECK_EQ(seen->faulted.id, seen->created.id);
	CHECK_STR(seen->faulted.class, BOX_CLASS);
	CHECK_EQ(seen->faulted.kind, SBM_FAULT_EXCEPTION);
	CHECK_EQ(seen->faulted.vector, 14);
	CHECK_EQ(seen->faulted.error, 6);
	CHECK_EQ(seen->faulted.addr, 0x1234);
	CHECK_EQ(seen->exited.count, 1);
	CHECK_EQ(seen->exited.result, SBM_ERR_FAULT);
}

SBM_TEST(trace_grow, "sbm_grow says who asked for what and got it or not")
{
	struct trace_bpf__bss *seen = watch();
	struct box_result result;

	CHECK(seen);
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(seen->grown.count, 1);
	CHECK_EQ(seen->grown.id, seen->created.id);
	CHECK_STR(seen->grown.class, BOX_CLASS);
	CHECK_EQ(seen->grown.nr_pages, 3);
	CHECK_EQ(seen->grown.heap_pages, 3);
	CHECK_EQ(seen->grown.verdict, SBM_GROW_ALLOW);

	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(seen->grown.count, 2);
	CHECK_EQ(seen->grown.nr_pages, BOX_HEAP_PAGES + 1);
	CHECK_EQ(seen->grown.heap_pages, 0);
	CHECK_EQ(seen->grown.verdict, SBM_GROW_DENY);
}

SBM_TEST(trace_verdict, "sbm_verdict says what each policy answered")
{
	struct policy *policy = policy_new("judge");
	struct trace_bpf__bss *seen = watch();
	struct box_result result;

	CHECK(policy && seen);
	policy->skel->bss->enter_verdict = -E2BIG;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(seen->judged.count, 1);
	CHECK_EQ(seen->judged.id, seen->created.id);
	CHECK_STR(seen->judged.class, BOX_CLASS);
	CHECK_EQ(seen->judged.hook, SBM_HOOK_ENTER);
	CHECK_STR(seen->judged.policy, "judge");
	CHECK_EQ(seen->judged.verdict, -E2BIG);
	/* A denied call neither enters nor exits. */
	CHECK_EQ(seen->entered.count, 0);
	CHECK_EQ(seen->exited.count, 0);

	policy->skel->bss->enter_verdict = SBM_ENTER_ALLOW;
	policy->skel->bss->grow_verdict = SBM_GROW_DENY;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(seen->judged.count, 3);
	CHECK_EQ(seen->judged.hook, SBM_HOOK_GROW);
	CHECK_EQ(seen->judged.verdict, SBM_GROW_DENY);

	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(seen->judged.count, 5);
	CHECK_EQ(seen->judged.hook, SBM_HOOK_FAULT);
	CHECK_EQ(seen->judged.verdict, SBM_FAULT_KILL);
}

SBM_TEST(trace_policy, "sbm_policy tells of all that happens to a policy")
{
	struct policy *one = policy_load("one", BOX_CLASS);
	struct policy *two = policy_load("two", BOX_CLASS);
	struct trace_bpf__bss *seen = watch();
	struct box_result result;
	unsigned long long id;

	CHECK(one && two && seen);
	CHECK_EQ(policy_attach(one), 0);
	CHECK_EQ(seen->policied.count, 1);
	CHECK_EQ(seen->policied.event, SBM_POLICY_ATTACH);
	CHECK_STR(seen->policied.name, "one");
	CHECK_STR(seen->policied.class, BOX_CLASS);
	id = seen->policied.id;
	CHECK(id > 0);

	CHECK_EQ(policy_replace(one, two, NULL), 0);
	CHECK_EQ(seen->policied.count, 2);
	CHECK_EQ(seen->policied.event, SBM_POLICY_UPDATE);
	CHECK_STR(seen->policied.name, "two");
	CHECK_EQ(seen->policied.id, id);

	policy_detach(two);
	CHECK_EQ(seen->policied.count, 3);
	CHECK_EQ(seen->policied.event, SBM_POLICY_DETACH);
	CHECK_STR(seen->policied.name, "two");
	CHECK_EQ(seen->policied.id, id);

	CHECK_EQ(policy_attach(one), 0);
	two = policy_load("one", BOX_CLASS);
	CHECK(two);
	CHECK_EQ(policy_attach(two), -EEXIST);
	CHECK_EQ(seen->policied.event, SBM_POLICY_REJECT);
	CHECK_STR(seen->policied.name, "one");
	CHECK_EQ(seen->policied.id, 0);

	one->skel->bss->enter_verdict = 2;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(seen->policied.event, SBM_POLICY_EJECT);
	CHECK_STR(seen->policied.name, "one");
	CHECK(seen->policied.id > id);
	CHECK_EQ(policy_wait_ejected(one), 0);
	/* That was the end of it: no detach follows. */
	CHECK_EQ(seen->policied.event, SBM_POLICY_EJECT);
}

SBM_TEST(count_all, "23 calls and 7 faults are 30 and 7 wherever they are counted")
{
	struct policy *policy = policy_new("counter");
	struct trace_bpf__bss *seen = watch();
	long long calls = box_event("call"), faults = box_event("fault");
	struct box_result result;
	int i;

	CHECK(policy && seen);
	for (i = 0; i < 30; i++)
		CHECK_EQ(box_run(i % 4 == 3 ? &box_hlt : &box_return_42,
				 &result), 0);
	CHECK_EQ(seen->created.count, 30);
	CHECK_EQ(seen->entered.count, 30);
	CHECK_EQ(seen->exited.count, 30);
	CHECK_EQ(seen->destroyed.count, 30);
	CHECK_EQ(seen->faulted.count, 7);
	CHECK_EQ(policy->skel->bss->enters, 30);
	CHECK_EQ(policy->skel->bss->exits, 30);
	CHECK_EQ(policy->skel->bss->faults, 7);
	/* Enter 30 times, fault 7 times; exit has no verdict. */
	CHECK_EQ(seen->judged.count, 37);
	CHECK_EQ(box_event("call") - calls, 30);
	CHECK_EQ(box_event("fault") - faults, 7);
}
