// SPDX-License-Identifier: GPL-2.0-only
/* One test for each hook and verdict, and for how several policies add up. */
#include <signal.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"

/* === enter === */

SBM_TEST(enter_allow, "a call runs if the policy allows it, and is counted once")
{
	struct policy *policy = policy_new("allow");
	struct box_result result;

	CHECK(policy);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(policy->skel->bss->enters, 1);
	CHECK_EQ(policy->skel->bss->exits, 1);
	CHECK_EQ(policy->skel->bss->faults, 0);
	CHECK_EQ(policy->skel->bss->grows, 0);
	CHECK_STR(policy->skel->bss->last_info.class, BOX_CLASS);
	CHECK_EQ(policy->skel->bss->last_info.level, SBM_LEVEL_STRONG);
	CHECK_EQ(policy->skel->bss->last_info.calls, 0);
}

SBM_TEST(enter_deny, "a denied call returns SBM_ERR_DENIED and never exits")
{
	struct policy *policy = policy_new("deny");
	long long denied = box_event("denied");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_STR(result.kind, "none");
	CHECK_EQ(policy->skel->bss->enters, 1);
	CHECK_EQ(policy->skel->bss->exits, 0);
	CHECK_EQ(box_event("denied") - denied, 1);

	policy_detach(policy);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
}

SBM_TEST(enter_errno, "a call denied with an errno returns that errno")
{
	struct policy *policy = policy_new("errno");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->enter_verdict = -E2BIG;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, -E2BIG);
	CHECK_EQ(policy->skel->bss->exits, 0);

	/* The least that is an errno. */
	policy->skel->bss->enter_verdict = -4095;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, -4095);
	CHECK_EQ(policy->skel->bss->enters, 2);
}

/* === fault === */

SBM_TEST(fault_kill, "a policy sees a fault as the caller does; other calls go on")
{
	struct policy *policy = policy_new("kill");
	struct box_result result;

	CHECK(policy);
	CHECK_EQ(box_run(&box_wild_write, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_FAULT);
	CHECK_STR(result.kind, "exception");
	CHECK_EQ(policy->skel->bss->faults, 1);
	CHECK_EQ(policy->skel->bss->last_fault.kind, SBM_FAULT_EXCEPTION);
	CHECK_EQ(policy->skel->bss->last_fault.vector, 14);
	CHECK_EQ(policy->skel->bss->last_fault.addr, 0x1234);
	/* A write, by user mode, to what is not there. */
	CHECK_EQ(policy->skel->bss->last_fault.error, 6);
	CHECK_EQ(policy->skel->bss->last_fault.error, result.error);

	CHECK_EQ(box_class_quarantined(), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
}

SBM_TEST(fault_quarantine, "a quarantined class is refused until it is released")
{
	struct policy *policy = policy_new("quarantine");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(box_class_quarantined(), 0);

	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_FAULT);
	CHECK_EQ(result.vector, 13);
	CHECK_EQ(policy->skel->bss->last_fault.vector, 13);
	CHECK_EQ(box_class_quarantined(), 1);

	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_QUARANTINED);
	/* Nobody is asked about a call that is refused anyway. */
	CHECK_EQ(policy->skel->bss->enters, 2);

	/* It holds without the policy, too. */
	policy_detach(policy);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_QUARANTINED);

	CHECK_EQ(box_release_class(), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
}

/* === grow === */

SBM_TEST(grow_allow, "a sandbox gets the pages that the policy allows")
{
	struct policy *policy = policy_new("allow");
	struct box_result result;

	CHECK(policy);
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);
	CHECK_EQ(policy->skel->bss->grows, 1);
	CHECK_EQ(policy->skel->bss->last_nr_pages, 3);
}

SBM_TEST(grow_deny, "a sandbox goes on without the pages that the policy denies")
{
	struct policy *policy = policy_new("deny");
	long long grown = box_event("grow"), denied = box_event("denied");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->grow_verdict = SBM_GROW_DENY;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_STR(result.kind, "none");
	CHECK_EQ(policy->skel->bss->grows, 1);
	CHECK_EQ(policy->skel->bss->exits, 1);
	CHECK_EQ(box_event("grow") - grown, 0);
	CHECK_EQ(box_event("denied") - denied, 1);
}

SBM_TEST(grow_kill, "a policy can end a call that asks for pages")
{
	struct policy *policy = policy_new("kill");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->grow_verdict = SBM_GROW_KILL;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_STR(result.kind, "none");
	CHECK_EQ(policy->skel->bss->exits, 1);
	CHECK_EQ(policy->skel->bss->last_result, SBM_ERR_DENIED);
}

SBM_TEST(grow_limit, "no policy can raise the limit of a class")
{
	struct policy *policy = policy_new("allow");
	struct box_result result;

	CHECK(policy);
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(policy->skel->bss->grows, 0);
}

/* === exit === */

SBM_TEST(exit_result, "the exit hook sees what the caller gets")
{
	struct policy *policy = policy_new("exit");
	struct box_result result;
	pid_t pid;

	CHECK(policy);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(policy->skel->bss->last_result, 42);
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(policy->skel->bss->last_result, SBM_ERR_FAULT);
	CHECK_EQ(policy->skel->bss->exits, 2);

	pid = box_start(&box_spin);
	CHECK(pid > 0);
	while (__atomic_load_n(&policy->skel->bss->enters, __ATOMIC_RELAXED) < 3)
		usleep(1000);
	CHECK_EQ(policy->skel->bss->last_info.pid, pid);
	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK_EQ(policy->skel->bss->exits, 3);
	CHECK_EQ(policy->skel->bss->last_result, SBM_ERR_KILLED);
	CHECK_EQ(policy->skel->bss->faults, 1);
}

/* === Several policies, and patterns === */

SBM_TEST(scope, "a policy is asked about the classes of its pattern only")
{
	struct policy *other = policy_load("other", "other-*");
	struct policy *glob = policy_load("glob", "sbm-t?s*");
	struct policy *all = policy_load("all", "");
	struct box_result result;

	CHECK(other && glob && all);
	CHECK_EQ(policy_attach(other), 0);
	CHECK_EQ(policy_attach(glob), 0);
	CHECK_EQ(policy_attach(all), 0);
	other->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(other->skel->bss->enters, 0);
	CHECK_EQ(other->skel->bss->exits, 0);
	CHECK_EQ(glob->skel->bss->enters, 1);
	CHECK_EQ(all->skel->bss->enters, 1);

	glob->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
}

SBM_TEST(strictest, "all matching policies are asked and the strictest wins")
{
	struct policy *first = policy_new("first");
	struct policy *second = policy_new("second");
	struct box_result result;

	CHECK(first && second);
	second->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	second->skel->bss->enter_verdict = SBM_ENTER_ALLOW;
	first->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_EQ(first->skel->bss->enters, 2);
	CHECK_EQ(second->skel->bss->enters, 2);
	first->skel->bss->enter_verdict = SBM_ENTER_ALLOW;

	first->skel->bss->grow_verdict = SBM_GROW_KILL;
	second->skel->bss->grow_verdict = SBM_GROW_DENY;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	first->skel->bss->grow_verdict = SBM_GROW_ALLOW;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 0);

	first->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(second->skel->bss->faults, 1);
	CHECK_EQ(box_class_quarantined(), 1);
}
