// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: policies, without BPF. How they compose, and what BPF
 * programs can do, is for the BPF selftests.
 */
#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "../internal.h"
#include "../policy.h"
#include "heap.h"
#include "sandboxed.h"
#include "testlib.h"

static struct sbm_class sbm_policy_test_class = {
	.name = "sbm-kunit-policy",
	.heap_pages = SBM_TEST_HEAP_PAGES,
};

static void sbm_policy_test_detach(void *ops)
{
	sbm_policy_detach(ops);
}

/* Attach a policy for the class above until the test is over. */
static void sbm_policy_test_attach(struct kunit *test,
				   struct sbm_policy_ops *ops)
{
	strscpy(ops->name, test->name);
	strscpy(ops->class, sbm_policy_test_class.name);
	KUNIT_ASSERT_EQ(test, sbm_policy_attach(ops, NULL, NULL), 0);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, sbm_policy_test_detach,
						  ops));
}

/* === A hook that makes a call === */

static struct sbm *sbm_hook_calls;
static unsigned int sbm_hook_asked;
static int sbm_hook_result;

static int sbm_hook_enter(const struct sbm_info *info, u64 flags)
{
	sbm_hook_asked++;
	sbm_hook_result = sbm_call(sbm_hook_calls, sbm_test_null);
	return 0;
}

static struct sbm_policy_ops sbm_hook_ops = {
	.enter = sbm_hook_enter,
};

static void sbm_hook_attach(struct kunit *test, struct sbm *calls)
{
	sbm_hook_calls = calls;
	sbm_hook_asked = 0;
	sbm_hook_result = 1;
	sbm_policy_test_attach(test, &sbm_hook_ops);
}

/*
 * It is refused, whichever sandbox it is for; the call that was asked about goes
 * on, and the hook is not asked again.
 */
static void sbm_recursion(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	struct sbm *other = sbm_test_init(test);
	u64 events = sbm_events(SBM_EV_EJECT);

	sbm_hook_attach(test, other);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 5), 5);
	KUNIT_EXPECT_EQ(test, sbm_hook_asked, 1);
	KUNIT_EXPECT_EQ(test, sbm_hook_result, SBM_ERR_NESTED);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_EJECT), events + 1);
	KUNIT_EXPECT_EQ(test, sbm_error(other), 0);
	KUNIT_EXPECT_EQ(test, other->sandbox->info.calls, 0);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 6), 6);
	KUNIT_EXPECT_EQ(test, sbm_hook_asked, 1);
	/* Nothing of it is left: who is in no hook may call. */
	KUNIT_EXPECT_EQ(test, sbm_call(other, sbm_test_args1, 7), 7);
}

/* The same with the very sandbox that the hook is asked about. */
static void sbm_recursion_same(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);

	sbm_hook_attach(test, sbm);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 5), 5);
	KUNIT_EXPECT_EQ(test, sbm_hook_asked, 1);
	KUNIT_EXPECT_EQ(test, sbm_hook_result, SBM_ERR_NESTED);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.calls, 1);
}

/* === A refusal after a fault === */

static int sbm_deny_enter(const struct sbm_info *info, u64 flags)
{
	return SBM_ERR_FAULT;
}

static struct sbm_policy_ops sbm_deny_ops = {
	.enter = sbm_deny_enter,
};

/* An error that is that of a fault, and none; the last one is still known. */
static void sbm_denied_is_no_fault(struct kunit *test)
{
	struct sbm_fault fault;
	char text[SBM_REPORT_LEN];
	struct sbm *sbm;

	sbm_test_need_faults(test);
	sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_write, NULL, 0));
	sbm_report(sbm, text, sizeof(text));
	KUNIT_EXPECT_EQ(test, 0, strncmp(text, "faulted: kind=exception ", 24));
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);

	sbm_policy_test_attach(test, &sbm_deny_ops);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT, sbm_call(sbm, sbm_test_null));
	KUNIT_EXPECT_STREQ(test, sbm_report(sbm, text, sizeof(text)),
			   "was refused: -14");
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_EXCEPTION);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.faults, 1);
}

/* === Last verdicts === */

static int sbm_answer;

static int sbm_answer_enter(const struct sbm_info *info, u64 flags)
{
	return sbm_answer;
}

static struct sbm_policy_ops sbm_answer_ops = {
	.enter = sbm_answer_enter,
};

/* The denial that there were @before of. */
static void sbm_expect_denied(struct kunit *test, struct sbm *sbm, u64 before,
			      const struct sbm_last_verdict *want)
{
	const struct sbm_last_verdicts *verdicts = &sbm->sandbox->verdicts;
	const struct sbm_last_verdict *last =
		&verdicts->last[before % SBM_LAST_VERDICTS];

	KUNIT_EXPECT_GT(test, verdicts->nr, before);
	KUNIT_EXPECT_EQ(test, last->hook, want->hook);
	KUNIT_EXPECT_EQ(test, last->verdict, want->verdict);
	KUNIT_EXPECT_EQ(test, last->mode, want->mode);
	KUNIT_EXPECT_EQ(test, last->calls, want->calls);
	KUNIT_EXPECT_STREQ(test, last->policy, want->policy);
}

/* The last four are kept, over resets; one that is permissive is told apart. */
static void sbm_last_verdicts(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	struct sbm_last_verdict want = {
		.hook = SBM_HOOK_ENTER,
		.policy = "sbm_last_verdicts",
	};
	int i;

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->verdicts.nr, 0);

	sbm_policy_test_attach(test, &sbm_answer_ops);
	for (i = 1; i <= SBM_LAST_VERDICTS + 2; i++) {
		sbm_answer = -i;
		KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), -i);
		KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	}
	KUNIT_EXPECT_EQ(test, sbm->sandbox->verdicts.nr, SBM_LAST_VERDICTS + 2);
	want.calls = 1;
	for (i = 3; i <= SBM_LAST_VERDICTS + 2; i++) {
		want.verdict = -i;
		sbm_expect_denied(test, sbm, i - 1, &want);
	}

	kunit_release_action(test, sbm_policy_test_detach, &sbm_answer_ops);
	sbm_answer_ops.mode = SBM_MODE_PERMISSIVE;
	sbm_policy_test_attach(test, &sbm_answer_ops);
	sbm_answer_ops.mode = SBM_MODE_ENFORCE;
	sbm_answer = SBM_ENTER_DENY;
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
	want.verdict = SBM_ENTER_DENY;
	want.mode = SBM_MODE_PERMISSIVE;
	sbm_expect_denied(test, sbm, SBM_LAST_VERDICTS + 2, &want);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->verdicts.nr, SBM_LAST_VERDICTS + 3);
}

/* What the kernel refuses by itself is there, too. */
static void sbm_last_verdicts_builtin(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	struct sbm_last_verdict want = {
		.hook = SBM_HOOK_GROW,
		.verdict = SBM_GROW_DENY,
		.policy = "(built-in)",
		.calls = 1,
	};
	u64 denied;

	KUNIT_EXPECT_GT(test, sbm_call(sbm, sbm_test_heap_fill, 1000, false), 0);
	denied = sbm->sandbox->info.denied;
	KUNIT_EXPECT_GT(test, denied, 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->verdicts.nr, denied);
	sbm_expect_denied(test, sbm, denied - 1, &want);

	sbm_class_quarantine(&sbm_policy_test_class, true, test->name);
	KUNIT_EXPECT_EQ(test, SBM_ERR_QUARANTINED,
			sbm_call(sbm, sbm_test_null));
	sbm_class_quarantine(&sbm_policy_test_class, false, test->name);
	want.hook = SBM_HOOK_ENTER;
	want.verdict = SBM_ERR_QUARANTINED;
	sbm_expect_denied(test, sbm, denied, &want);
}

/* === Hooks that take too long === */

static unsigned int sbm_slow_ms;

static int sbm_slow_enter(const struct sbm_info *info, u64 flags)
{
	/* Who is switched away is not judged. */
	guard(preempt)();
	mdelay(sbm_slow_ms);
	return 0;
}

static struct sbm_policy_ops sbm_slow_ops = {
	.enter = sbm_slow_enter,
	.time_us = 20 * USEC_PER_MSEC,
};

static u64 sbm_slow_overran(void)
{
	struct sbm_policy_info info;

	sbm_policy_describe(sbm_slow_ops.priv, &info);
	return info.overran;
}

/* Let a hook take too long, and tell whether the policy was ejected for that. */
static bool sbm_slow_ejected(struct kunit *test, struct sbm *sbm)
{
	u64 events = sbm_events(SBM_EV_EJECT), overran = sbm_slow_overran();
	int tries;

	/* Where the clock goes by jiffies, it is wrong by one. */
	msleep(30);
	/* It may be switched away just before its hook is called. */
	sbm_slow_ms = 50;
	for (tries = 0; tries < 100 && sbm_slow_overran() == overran; tries++)
		KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 5), 5);
	sbm_slow_ms = 0;
	KUNIT_EXPECT_EQ(test, sbm_slow_overran(), overran + 1);
	return sbm_events(SBM_EV_EJECT) != events;
}

/* One is no evidence, nor is another after a long time; three are. */
static void sbm_overruns(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	struct sbm_policy *policy;

	sbm_policy_test_attach(test, &sbm_slow_ops);
	policy = sbm_slow_ops.priv;
	KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
	KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));

	policy->overran_until = ktime_sub_us(policy->overran_until,
					     SBM_HOOK_FORGET_US + 1);
	KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
	KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
	/* It does not matter how many are in time between them. */
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 6), 6);
	KUNIT_EXPECT_TRUE(test, sbm_slow_ejected(test, sbm));
}

/* What began while another was not over yet is the fault of neither. */
static void sbm_overruns_at_once(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	struct sbm_policy *policy;
	int i;

	sbm_policy_test_attach(test, &sbm_slow_ops);
	policy = sbm_slow_ops.priv;
	KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
	policy->overran_until = ktime_add_us(policy->overran_until,
					     SBM_HOOK_FORGET_US);
	for (i = 1; i < SBM_HOOK_OVERRUNS; i++)
		KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
	KUNIT_EXPECT_EQ(test, policy->overruns, 1);
}

/* New hooks are not blamed for what the old ones took. */
static void sbm_overruns_update(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	struct sbm_policy_ops others;
	int i;

	sbm_policy_test_attach(test, &sbm_slow_ops);
	for (i = 1; i < SBM_HOOK_OVERRUNS; i++)
		KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
	others = sbm_slow_ops;
	others.priv = NULL;
	KUNIT_ASSERT_EQ(test, sbm_policy_update(&others, &sbm_slow_ops), 0);
	KUNIT_ASSERT_EQ(test, sbm_policy_update(&sbm_slow_ops, &others), 0);
	for (i = 1; i < SBM_HOOK_OVERRUNS; i++)
		KUNIT_EXPECT_FALSE(test, sbm_slow_ejected(test, sbm));
}

/* === Hooks that come and go === */

static unsigned int sbm_asked_enter;
static unsigned int sbm_asked_grow;
static unsigned int sbm_asked_exit;

static int sbm_counting_enter(const struct sbm_info *info, u64 flags)
{
	sbm_asked_enter++;
	return 0;
}

static int sbm_counting_grow(const struct sbm_info *info, u64 nr_pages)
{
	sbm_asked_grow++;
	return SBM_GROW_KILL;
}

static void sbm_counting_exit(const struct sbm_info *info, int result)
{
	sbm_asked_exit++;
}

static bool sbm_hook_key(enum sbm_hook hook)
{
	return static_key_enabled(&sbm_hook_keys[hook]);
}

/* A policy is asked what it has hooks for, and a hook nobody has is a nop. */
static void sbm_hooks_change(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	static struct sbm_policy_ops one = { .enter = sbm_counting_enter };
	static struct sbm_policy_ops two = { .exit = sbm_counting_exit };

	sbm_asked_enter = 0;
	sbm_asked_exit = 0;
	sbm_policy_test_attach(test, &one);
	strscpy(two.name, test->name);
	KUNIT_EXPECT_TRUE(test, sbm_hook_key(SBM_HOOK_ENTER));
	KUNIT_EXPECT_FALSE(test, sbm_hook_key(SBM_HOOK_EXIT));
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 5), 5);
	KUNIT_EXPECT_EQ(test, sbm_asked_enter, 1);

	KUNIT_ASSERT_EQ(test, sbm_policy_update(&two, &one), 0);
	KUNIT_EXPECT_FALSE(test, sbm_hook_key(SBM_HOOK_ENTER));
	KUNIT_EXPECT_TRUE(test, sbm_hook_key(SBM_HOOK_EXIT));
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 6), 6);
	KUNIT_EXPECT_EQ(test, sbm_asked_enter, 1);
	KUNIT_EXPECT_EQ(test, sbm_asked_exit, 1);

	/* @one is what is detached when the test is over. */
	KUNIT_ASSERT_EQ(test, sbm_policy_update(&one, &two), 0);
	KUNIT_EXPECT_FALSE(test, sbm_hook_key(SBM_HOOK_EXIT));
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 7), 7);
	KUNIT_EXPECT_EQ(test, sbm_asked_enter, 2);
	KUNIT_EXPECT_EQ(test, sbm_asked_exit, 1);
	kunit_release_action(test, sbm_policy_test_detach, &one);
	KUNIT_EXPECT_FALSE(test, sbm_hook_key(SBM_HOOK_ENTER));
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, 8), 8);
	KUNIT_EXPECT_EQ(test, sbm_asked_enter, 2);
}

/*
 * A call that a permissive policy would have ended is over for it; the next is
 * not, if no policy has a hook for its beginning either.
 */
static void sbm_ended_until_next(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_policy_test_class);
	static struct sbm_policy_ops ops = {
		.grow = sbm_counting_grow,
		.mode = SBM_MODE_PERMISSIVE,
	};
	int i;

	sbm_asked_grow = 0;
	sbm_policy_test_attach(test, &ops);
	for (i = 1; i <= 2; i++) {
		int filled = sbm_call(sbm, sbm_test_heap_fill, 1000, false);

		KUNIT_EXPECT_GT(test, filled, 0);
		KUNIT_EXPECT_EQ(test, sbm_asked_grow, i);
		KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	}
}

static struct kunit_case sbm_policy_cases[] = {
	KUNIT_CASE(sbm_recursion),
	KUNIT_CASE(sbm_recursion_same),
	KUNIT_CASE(sbm_denied_is_no_fault),
	KUNIT_CASE(sbm_last_verdicts),
	KUNIT_CASE(sbm_last_verdicts_builtin),
	KUNIT_CASE(sbm_overruns),
	KUNIT_CASE(sbm_overruns_at_once),
	KUNIT_CASE(sbm_overruns_update),
	KUNIT_CASE(sbm_hooks_change),
	KUNIT_CASE(sbm_ended_until_next),
	{}
};

static int sbm_policy_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_policy_test_class);
}

static void sbm_policy_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_policy_test_class);
}

static struct kunit_suite sbm_policy_suite = {
	.name = "sandbox_mode_policy",
	.suite_init = sbm_policy_suite_init,
	.suite_exit = sbm_policy_suite_exit,
	.test_cases = sbm_policy_cases,
};

kunit_test_suite(sbm_policy_suite);
