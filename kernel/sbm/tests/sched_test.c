// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: who calls, and what the scheduler does meanwhile.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "../internal.h"
#include "sandboxed.h"
#include "testlib.h"

/* Rounds of a call that takes a while, but not long under emulation. */
#define SPIN_ROUNDS	100000

/* How long anything may take before it counts as stuck. */
#define PATIENCE	(60 * HZ)

/**
 * struct spinner - a thread that computes in a sandbox
 * @task: The thread.
 * @sbm: Its sandbox.
 * @seed: What its computation depends on.
 * @calls: Calls that gave the right result.
 * @bad: Calls that did not.
 */
struct spinner {
	struct task_struct *task;
	struct sbm *sbm;
	u64 seed;
	unsigned long calls;
	unsigned long bad;
};

static void spin_seed(u64 state[4], u64 seed)
{
	int i;

	for (i = 0; i < 4; i++)
		state[i] = seed * (i + 1) * 0x9e3779b97f4a7c15ULL;
}

/* Computes in the sandbox and outside. Return: whether the results agree. */
static bool spin_agrees(struct sbm *sbm, u64 *inside, u64 *sbm_state, u64 seed,
			u64 rounds)
{
	u64 outside[4];

	spin_seed(outside, seed);
	sbm_test_spin(rounds, outside);

	spin_seed(inside, seed);
	return sbm_call(sbm, sbm_test_spin, rounds, sbm_state) == 0 &&
	       sbm_error(sbm) == 0 &&
	       !memcmp(inside, outside, sizeof(outside));
}

static int spinner_thread(void *data)
{
	struct spinner *s = data;
	u64 state[4], *sbm_state;

	sbm_state = SBM_COPY_INOUT(s->sbm, state, sizeof(state));
	while (!kthread_should_stop()) {
		if (spin_agrees(s->sbm, state, sbm_state, s->seed++,
				SPIN_ROUNDS))
			WRITE_ONCE(s->calls, s->calls + 1);
		else
			WRITE_ONCE(s->bad, s->bad + 1);
		cond_resched();
	}
	return 0;
}

/* Starts a thread on @cpu, with a sandbox of its own. */
static void spinner_start(struct kunit *test, struct spinner *s, u64 seed,
			  int cpu)
{
	s->sbm = sbm_test_init(test);
	s->seed = seed;
	s->task = kthread_create(spinner_thread, s, "sbm-spin/%d", cpu);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, s->task);
	kthread_bind(s->task, cpu);
	wake_up_process(s->task);
}

static void spinner_stop(struct kunit *test, struct spinner *s)
{
	KUNIT_EXPECT_EQ(test, kthread_stop(s->task), 0);
	KUNIT_EXPECT_GT(test, s->calls, 0);
	KUNIT_EXPECT_EQ(test, s->bad, 0);
}

/* Waits until @event has happened @nr times since it had happened @since. */
static bool wait_for_event(enum sbm_event event, u64 since, u64 nr)
{
	unsigned long end = jiffies + PATIENCE;

	while (sbm_events(event) - since < nr) {
		if (time_after(jiffies, end))
			return false;
		msleep(20);
	}
	return true;
}

/* Two threads on one CPU take it from each other inside, and lose nothing. */
static void sbm_preempted(struct kunit *test)
{
	struct spinner s[2] = { };
	int cpu = cpumask_first(cpu_online_mask);
	u64 since;

	sbm_test_need_strong(test);
	since = sbm_events(SBM_EV_PREEMPT);
	spinner_start(test, &s[0], 1, cpu);
	spinner_start(test, &s[1], 1000, cpu);
	KUNIT_EXPECT_TRUE(test, wait_for_event(SBM_EV_PREEMPT, since, 10));
	spinner_stop(test, &s[0]);
	spinner_stop(test, &s[1]);
}

/* Two threads on two CPUs are in their sandboxes at the same time. */
static void sbm_concurrent(struct kunit *test)
{
	struct spinner s[2] = { };
	int cpu = cpumask_first(cpu_online_mask);
	int other = cpumask_any_but(cpu_online_mask, cpu);
	unsigned long end = jiffies + PATIENCE;
	bool together = false;

	if (other >= nr_cpu_ids)
		kunit_skip(test, "needs two CPUs");

	spinner_start(test, &s[0], 1, cpu);
	spinner_start(test, &s[1], 1000, other);
	while (!together && time_before(jiffies, end)) {
		usleep_range(100, 200);
		together = READ_ONCE(s[0].sbm->sandbox->info.state) ==
				   SBM_STATE_RUNNING &&
			   READ_ONCE(s[1].sbm->sandbox->info.state) ==
				   SBM_STATE_RUNNING &&
			   READ_ONCE(s[0].calls) > 10 &&
			   READ_ONCE(s[1].calls) > 10;
	}
	KUNIT_EXPECT_TRUE(test, together);
	spinner_stop(test, &s[0]);
	spinner_stop(test, &s[1]);
}

/* A thread that is moved while it is inside goes on where it was. */
static void sbm_migrated(struct kunit *test)
{
	int cpu = cpumask_first(cpu_online_mask);
	int other = cpumask_any_but(cpu_online_mask, cpu);
	unsigned long end = jiffies + PATIENCE;
	struct spinner s = { };
	u64 since;

	sbm_test_need_strong(test);
	if (other >= nr_cpu_ids)
		kunit_skip(test, "needs two CPUs");

	since = sbm_events(SBM_EV_MIGRATE);
	s.sbm = sbm_test_init(test);
	s.seed = 1;
	s.task = kthread_run(spinner_thread, &s, "sbm-spin/move");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, s.task);
	while (sbm_events(SBM_EV_MIGRATE) - since < 10 &&
	       time_before(jiffies, end)) {
		usleep_range(1000, 2000);
		set_cpus_allowed_ptr(s.task, cpumask_of(other));
		swap(cpu, other);
	}
	KUNIT_EXPECT_GE(test, sbm_events(SBM_EV_MIGRATE) - since, 10);
	spinner_stop(test, &s);
}

/* The caller may be a kernel thread, like this one. */
static void sbm_kthread(struct kunit *test)
{
	struct spinner s = { };

	spinner_start(test, &s, 1, cpumask_first(cpu_online_mask));
	while (!READ_ONCE(s.calls) && !READ_ONCE(s.bad))
		msleep(20);
	spinner_stop(test, &s);
	KUNIT_EXPECT_NOT_NULL(test, strstr(s.sbm->sandbox->info.comm,
					   "sbm-spin/"));
}

struct sbm_test_work {
	struct work_struct work;
	struct sbm *sbm;
	int ret;
};

static void sbm_test_work_fn(struct work_struct *work)
{
	struct sbm_test_work *w = container_of(work, struct sbm_test_work,
					       work);

	w->ret = sbm_call(w->sbm, sbm_test_args2, 40, 2);
}

/* The caller may be a work item. */
static void sbm_workqueue(struct kunit *test)
{
	struct sbm_test_work w = { .sbm = sbm_test_init(test) };

	INIT_WORK_ONSTACK(&w.work, sbm_test_work_fn);
	queue_work(system_unbound_wq, &w.work);
	flush_work(&w.work);
	destroy_work_on_stack(&w.work);
	KUNIT_EXPECT_EQ(test, w.ret, 42);
	KUNIT_EXPECT_EQ(test, sbm_error(w.sbm), 0);
}

/**
 * struct victim - a thread that will be killed inside
 * @sbm: Its sandbox.
 * @done: Its call has ended.
 * @ret: With this result.
 */
struct victim {
	struct sbm *sbm;
	struct completion done;
	int ret;
};

static int victim_thread(void *data)
{
	struct victim *v = data;

	/* Kernel threads cannot be killed, unless they ask for it. */
	allow_kernel_signal(SIGKILL);
	v->ret = sbm_call(v->sbm, sbm_test_spin_forever);
	flush_signals(current);
	complete(&v->done);
	return 0;
}

/* A loop without an end is ended by SIGKILL. That is no fault. */
static void sbm_killed(struct kunit *test)
{
	struct victim v = { };
	struct task_struct *task;
	struct sbm_fault fault;
	u64 since, killed;

	sbm_test_need_strong(test);
	v.sbm = sbm_test_init(test);
	init_completion(&v.done);
	since = sbm_events(SBM_EV_INTR);
	killed = sbm_events(SBM_EV_KILLED);

	task = kthread_create(victim_thread, &v, "sbm-victim");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	get_task_struct(task);
	wake_up_process(task);
	while (READ_ONCE(v.sbm->sandbox->info.state) != SBM_STATE_RUNNING)
		msleep(20);

	/* It does go on and on. */
	KUNIT_EXPECT_EQ(test, 0,
			wait_for_completion_timeout(&v.done, HZ / 5));
	send_sig(SIGKILL, task, 1);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&v.done, PATIENCE),
			0);
	put_task_struct(task);

	KUNIT_EXPECT_EQ(test, v.ret, SBM_ERR_KILLED);
	KUNIT_EXPECT_EQ(test, sbm_error(v.sbm), SBM_ERR_KILLED);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_KILLED) - killed, 1);
	KUNIT_EXPECT_GT(test, sbm_events(SBM_EV_INTR) - since, 0);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(v.sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_NONE);

	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT,
			sbm_call(v.sbm, sbm_test_null));
	KUNIT_EXPECT_EQ(test, sbm_reset(v.sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(v.sbm, sbm_test_null), 0);
}

/* Many calls in a row, each of them the same. */
static void sbm_many_calls(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int i, bad = 0;

	for (i = 0; i < 10000; i++)
		bad += sbm_call(sbm, sbm_test_args1, i) != i;
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.calls, 10000);
}

static struct kunit_case sbm_sched_cases[] = {
	KUNIT_CASE(sbm_kthread),
	KUNIT_CASE(sbm_workqueue),
	KUNIT_CASE(sbm_many_calls),
	KUNIT_CASE(sbm_preempted),
	KUNIT_CASE(sbm_concurrent),
	KUNIT_CASE(sbm_migrated),
	KUNIT_CASE(sbm_killed),
	{}
};

static struct kunit_suite sbm_sched_suite = {
	.name = "sandbox_mode_sched",
	.test_cases = sbm_sched_cases,
};

kunit_test_suite(sbm_sched_suite);
