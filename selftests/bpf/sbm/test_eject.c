// SPDX-License-Identifier: GPL-2.0-only
/* A policy that returns nonsense: its call fails closed, and it is gone. */
#include "box.h"
#include "policy.h"
#include "sbm_test.h"

/* The policy is gone: the loader knows, and nobody is asked any more. */
static void check_ejected(struct policy *policy, long long ejected)
{
	struct box_result result;
	unsigned long long enters;

	CHECK_EQ(policy_wait_ejected(policy), 0);
	CHECK_EQ(box_event("eject") - ejected, 1);
	enters = policy->skel->bss->enters;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(policy->skel->bss->enters, enters);
}

static void check_enter(int verdict)
{
	struct policy *policy = policy_new("nonsense");
	long long ejected = box_event("eject");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->enter_verdict = verdict;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_EQ(policy->skel->bss->exits, 0);
	check_ejected(policy, ejected);
}

SBM_TEST(eject_enter, "an enter verdict above the range ejects and denies")
{
	check_enter(2);
}

SBM_TEST(eject_enter_errno, "an enter verdict that is no errno ejects and denies")
{
	check_enter(-4096);
}

SBM_TEST(eject_fault, "a fault verdict out of range ejects; the call ends as ever")
{
	struct policy *policy = policy_new("nonsense");
	long long ejected = box_event("eject");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->fault_verdict = -1;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_FAULT);
	CHECK_EQ(box_class_quarantined(), 0);
	check_ejected(policy, ejected);
}

static void check_grow(int verdict)
{
	struct policy *policy = policy_new("nonsense");
	long long ejected = box_event("eject");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->grow_verdict = verdict;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 0);
	check_ejected(policy, ejected);
}

SBM_TEST(eject_grow, "a grow verdict above the range ejects and denies")
{
	check_grow(3);
}

SBM_TEST(eject_grow_negative, "a grow verdict below the range ejects and denies")
{
	check_grow(-1);
}

SBM_TEST(eject_one, "the other policies stay when one is ejected")
{
	struct policy *bad = policy_new("bad");
	struct policy *good = policy_new("good");
	struct box_result result;

	CHECK(bad && good);
	bad->skel->bss->enter_verdict = 1000;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(policy_wait_ejected(bad), 0);
	CHECK_EQ(good->skel->bss->enters, 1);

	good->skel->bss->enter_verdict = -E2BIG;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, -E2BIG);
	CHECK_EQ(bad->skel->bss->enters, 1);
}

SBM_TEST(eject_again, "an ejected policy can be attached again, not replaced")
{
	struct policy *policy = policy_new("again");
	struct policy *other = policy_load("other", BOX_CLASS);
	struct box_result result;

	CHECK(policy && other);
	policy->skel->bss->enter_verdict = 2;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(policy_wait_ejected(policy), 0);
	policy->skel->bss->enter_verdict = SBM_ENTER_ALLOW;

	CHECK_EQ(policy_replace(policy, other, NULL), -ENOLINK);

	policy_detach(policy);
	CHECK_EQ(policy_attach(policy), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(policy->skel->bss->enters, 2);
}
