// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: the time a call may take.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/time64.h>

#include "../internal.h"
#include "gated.h"
#include "sandboxed.h"
#include "testlib.h"

#define LIMIT_US	(50 * USEC_PER_MSEC)
#define LIMIT_NS	(50 * NSEC_PER_MSEC)

static const struct sbm_gate *const gates[] = {
	SBM_GATE(sbm_pull),
	SBM_GATE(sbm_test_gate_null),
};

static struct sbm_class sbm_time_class = {
	.name = "sbm-kunit-time",
	.heap_pages = 16,
	.time_us = LIMIT_US,
	.gates = gates,
	.nr_gates = ARRAY_SIZE(gates),
};

static void expect_time_up(struct kunit *test, struct sbm *sbm, int ret)
{
	struct sbm_fault fault;

	KUNIT_EXPECT_EQ(test, ret, SBM_ERR_TIME);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), SBM_ERR_TIME);
	KUNIT_EXPECT_GE(test, sbm->sandbox->info.time_used, LIMIT_NS);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_NONE);
	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT,
			sbm_call(sbm, sbm_test_null));
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
}

/* An endless loop, and one that keeps the kernel busy. */
static void sbm_time_ends(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_time_class);
	u64 events = sbm_events(SBM_EV_TIME);

	sbm_test_need_strong(test);
	expect_time_up(test, sbm, sbm_call(sbm, sbm_test_spin_forever));
	expect_time_up(test, sbm, sbm_call(sbm, sbm_test_gated_forever));
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_TIME) - events, 2);
}

/* A busy host may stop the guest for longer than a call may take. */
#define TRIES		20

/* Return: the time that so many turns take inside, in ns; or that there is. */
static u64 spin(struct kunit *test, struct sbm *sbm, unsigned int turns,
		u64 *state)
{
	int ret = sbm_call(sbm, sbm_test_spin, turns, state);

	if (ret == SBM_ERR_TIME)
		KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	else
		KUNIT_EXPECT_EQ(test, ret, 0);
	return sbm->sandbox->info.time_used;
}

/* The time is that of a call, not of a sandbox: the next has used less. */
static void sbm_time_per_call(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_time_class);
	u64 state[4] = { 1, 2, 3, 4 }, *inside;
	bool less = false;
	u64 before;
	int i;

	sbm_test_need_strong(test);
	inside = SBM_COPY_INOUT(sbm, state, sizeof(state));
	for (i = 0; i < TRIES && !less; i++) {
		before = spin(test, sbm, 100000, inside);
		less = spin(test, sbm, 1, inside) < before;
	}
	KUNIT_EXPECT_TRUE(test, less);
}

static ssize_t slow(void *ctx, void *buf, size_t size)
{
	msleep(3 * LIMIT_US / USEC_PER_MSEC);
	return 0;
}

/* What the kernel takes to serve a gate is not the sandbox's time. */
static void sbm_time_gate(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_time_class);
	char out[64];
	char *sbm_out = SBM_COPY_OUT(sbm, out, sizeof(out));
	int ret = SBM_ERR_TIME;
	int i;

	sbm_set_pull(sbm, slow, NULL);
	for (i = 0; i < TRIES && ret == SBM_ERR_TIME; i++) {
		if (i)
			KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
		ret = sbm_call(sbm, sbm_test_gated_pull, sbm_out, sizeof(out),
			       sizeof(out));
	}
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

static int sbm_time_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_time_class);
}

static void sbm_time_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_time_class);
}

static struct kunit_case sbm_time_cases[] = {
	KUNIT_CASE(sbm_time_ends),
	KUNIT_CASE(sbm_time_per_call),
	KUNIT_CASE(sbm_time_gate),
	{ }
};

static struct kunit_suite sbm_time_suite = {
	.name = "sandbox_mode_time",
	.suite_init = sbm_time_suite_init,
	.suite_exit = sbm_time_suite_exit,
	.test_cases = sbm_time_cases,
};

kunit_test_suite(sbm_time_suite);
