// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: what callers hold that have no user mode, and what a CPU
 * holds for others while they call.
 *
 * Processes are tested from user space, by the escape suite.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/hw_breakpoint.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/perf_event.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include <linux/user-return-notifier.h>
#include <linux/workqueue.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/sbm.h>
#include <asm/tlbflush.h>

#include "arch.h"
#include "caller_code.h"
#include "raw.h"
#include "testlib.h"

/* Returns 42; uses the stack before it does. */
static const u8 push_and_return[] = {
	0x6a, 0x01,			/* push $1 */
	0x59,				/* pop %rcx */
	0xb8, 0x2a, 0x00, 0x00, 0x00,	/* mov $42, %eax */
	0xc3,				/* ret */
};

/* === Who calls === */

/**
 * struct caller_case - a kind of caller
 * @name: Its name.
 * @run: Calls @fn there.
 */
struct caller_case {
	const char *name;
	void (*run)(struct kunit *test, void (*fn)(struct kunit *test));
};

/* KUnit's thread has no address space. */
static void in_kthread(struct kunit *test, void (*fn)(struct kunit *test))
{
	KUNIT_ASSERT_TRUE(test, current->flags & PF_KTHREAD);
	KUNIT_ASSERT_NULL(test, current->mm);
	fn(test);
	KUNIT_EXPECT_NULL(test, current->mm);
}

static void in_kthread_with_mm(struct kunit *test,
			       void (*fn)(struct kunit *test))
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	kthread_use_mm(mm);
	fn(test);
	KUNIT_EXPECT_PTR_EQ(test, current->mm, mm);
	preempt_disable();
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_read(cpu_tlbstate.loaded_mm), mm);
	preempt_enable();
	kthread_unuse_mm(mm);
	mmput(mm);
}

struct caller_work {
	struct work_struct work;
	struct kunit *test;
	void (*fn)(struct kunit *test);
};

static void caller_work_fn(struct work_struct *work)
{
	struct caller_work *w = container_of(work, struct caller_work, work);

	w->fn(w->test);
}

static void in_work_item(struct kunit *test, void (*fn)(struct kunit *test))
{
	struct caller_work w = { .test = test, .fn = fn };

	INIT_WORK_ONSTACK(&w.work, caller_work_fn);
	queue_work(system_unbound_wq, &w.work);
	flush_work(&w.work);
	destroy_work_on_stack(&w.work);
}

static const struct caller_case caller_cases[] = {
	{ "kernel thread", in_kthread },
	{ "kernel thread with an address space", in_kthread_with_mm },
	{ "work item", in_work_item },
};

static void caller_case_name(const struct caller_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(caller, caller_cases, caller_case_name);

static void in_caller(struct kunit *test, void (*fn)(struct kunit *test))
{
	const struct caller_case *c = test->param_value;

	sbm_test_need_strong(test);
	c->run(test, fn);
}

/* Not an assertion: that would end the thread, and it may be a worker. */
static bool raw_init(struct kunit *test, struct sbm_raw *raw, const u8 *start,
		     const u8 *end)
{
	int err = sbm_raw_init(raw, start, end - start);

	KUNIT_EXPECT_EQ(test, err, 0);
	return !err;
}

/* === Vector registers === */

/* Leaves something in all of them, as a user of SIMD does. */
static void use_vectors(void)
{
	kernel_fpu_begin();
	asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
		     "vcmptrueps %%ymm\\n, %%ymm\\n, %%ymm\\n\n"
		     ".endr\n" : : : "memory");
	kernel_fpu_end();
}

static void see_no_vectors(struct kunit *test)
{
	struct sbm_raw raw;
	int i;

	if (!raw_init(test, &raw, sbm_caller_see, sbm_caller_see_end))
		return;
	for (i = 0; i < 3; i++) {
		use_vectors();
		KUNIT_EXPECT_EQ(test, sbm_raw_run(&raw, 0), 0);
		KUNIT_EXPECT_EQ(test, sbm_error(&raw.sbm), 0);
	}
	sbm_raw_destroy(&raw);
}

/* What the kernel itself has used them for cannot be seen. */
static void sbm_caller_vectors(struct kunit *test)
{
	if (!boot_cpu_has(X86_FEATURE_AVX))
		kunit_skip(test, "the CPU has no AVX");
	in_caller(test, see_no_vectors);
}

/* === Breakpoints of the whole machine === */

static u64 watched;

static struct perf_event * __percpu *set_breakpoint(unsigned long addr,
						    unsigned int type)
{
	struct perf_event_attr attr;

	hw_breakpoint_init(&attr);
	attr.bp_addr = addr;
	attr.bp_len = sizeof(long);
	attr.bp_type = type;
	return register_wide_hw_breakpoint(&attr, NULL, NULL);
}

static u64 hits(struct perf_event * __percpu *breakpoint)
{
	u64 enabled, running, sum = 0;
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		sum += perf_event_read_value(*per_cpu_ptr(breakpoint, cpu),
					     &enabled, &running);
	cpus_read_unlock();
	return sum;
}

static void hit_no_breakpoints(struct kunit *test)
{
	struct perf_event * __percpu *code, * __percpu *stack, * __percpu *own;
	struct sbm_region *region;
	struct sbm_raw raw;
	u64 before;
	int i;

	if (!raw_init(test, &raw, push_and_return,
		      push_and_return + sizeof(push_and_return)))
		return;
	code = set_breakpoint(raw.code->va, HW_BREAKPOINT_X);
	region = raw.sbm.sandbox->stack;
	stack = set_breakpoint(region->va + region->nr_pages * PAGE_SIZE - 16,
			       HW_BREAKPOINT_W);
	own = set_breakpoint((unsigned long)&watched, HW_BREAKPOINT_W);
	KUNIT_EXPECT_FALSE(test, IS_ERR((void __force *)code));
	KUNIT_EXPECT_FALSE(test, IS_ERR((void __force *)stack));
	KUNIT_EXPECT_FALSE(test, IS_ERR((void __force *)own));
	if (IS_ERR((void __force *)code) || IS_ERR((void __force *)stack) ||
	    IS_ERR((void __force *)own))
		return;

	for (i = 0; i < 3; i++) {
		before = hits(own);
		KUNIT_EXPECT_EQ(test, sbm_raw_run(&raw, 0), 42);
		/* The kernel's still work. */
		WRITE_ONCE(watched, i);
		KUNIT_EXPECT_EQ(test, hits(own), before + 1);
	}
	KUNIT_EXPECT_EQ(test, hits(code), 0);
	KUNIT_EXPECT_EQ(test, hits(stack), 0);

	unregister_wide_hw_breakpoint(own);
	unregister_wide_hw_breakpoint(stack);
	unregister_wide_hw_breakpoint(code);
	sbm_raw_destroy(&raw);
}

/* Breakpoints at addresses of the sandbox are not its own. */
static void sbm_caller_breakpoints(struct kunit *test)
{
	in_caller(test, hit_no_breakpoints);
}

/* === Notifiers === */

/**
 * struct notifier - somebody who left his own in the CPU, as KVM does
 * @urn: Waits for the next return to user mode.
 * @fired: How often it has come.
 * @late: How often it came when the sandbox was in already.
 */
struct notifier {
	struct user_return_notifier urn;
	int fired;
	int late;
};

static void notified(struct user_return_notifier *urn)
{
	struct notifier *n = container_of(urn, struct notifier, urn);

	user_return_notifier_unregister(urn);
	n->fired++;
	n->late += !!this_cpu_read(sbm_current);
}

static void notify(void *data)
{
	struct notifier *n = data;

	user_return_notifier_register(&n->urn);
}

static void notify_before(struct kunit *test)
{
	struct notifier n = { .urn.on_user_return = notified };
	struct sbm_raw raw;
	int i;

	if (!raw_init(test, &raw, push_and_return,
		      push_and_return + sizeof(push_and_return)))
		return;
	migrate_disable();
	for (i = 1; i <= 3; i++) {
		preempt_disable();
		notify(&n);
		preempt_enable();
		KUNIT_EXPECT_EQ(test, sbm_raw_run(&raw, 0), 42);
		KUNIT_EXPECT_EQ(test, n.fired, i);
		KUNIT_EXPECT_FALSE(test,
				   test_thread_flag(TIF_USER_RETURN_NOTIFY));
	}
	migrate_enable();
	KUNIT_EXPECT_EQ(test, n.late, 0);
	sbm_raw_destroy(&raw);
}

/* Entering a sandbox is a return to user mode: they come before it. */
static void sbm_caller_notifier(struct kunit *test)
{
	in_caller(test, notify_before);
}

/* === vCPUs === */

/**
 * struct vcpu - a virtual CPU that a caller runs, as KVM has it
 * @pn: Has it put away and loaded again when the task is switched.
 * @urn: Comes before the sandbox is entered.
 * @loaded: It is on the CPU.
 * @loads: How often it was loaded.
 * @bad: How often a sandbox was about to be entered with it.
 */
struct vcpu {
	struct preempt_notifier pn;
	struct user_return_notifier urn;
	bool loaded;
	int loads;
	int bad;
};

static void vcpu_load(struct preempt_notifier *pn, int cpu)
{
	struct vcpu *vcpu = container_of(pn, struct vcpu, pn);

	vcpu->loads++;
	vcpu->bad += vcpu->loaded || cpu != smp_processor_id();
	vcpu->loaded = true;
}

static void vcpu_put(struct preempt_notifier *pn, struct task_struct *next)
{
	struct vcpu *vcpu = container_of(pn, struct vcpu, pn);

	vcpu->bad += !vcpu->loaded;
	vcpu->loaded = false;
}

static struct preempt_ops vcpu_ops = {
	.sched_in = vcpu_load,
	.sched_out = vcpu_put,
};

static void vcpu_entered(struct user_return_notifier *urn)
{
	struct vcpu *vcpu = container_of(urn, struct vcpu, urn);

	user_return_notifier_unregister(urn);
	/* Nor would a switch from here on bring it back. */
	vcpu->bad += vcpu->loaded || !hlist_empty(&current->preempt_notifiers);
}

static void run_vcpu(struct kunit *test)
{
	struct vcpu vcpu = { .urn.on_user_return = vcpu_entered };
	struct sbm_raw raw;
	int i, loads;

	if (!raw_init(test, &raw, push_and_return,
		      push_and_return + sizeof(push_and_return)))
		return;
	migrate_disable();
	preempt_notifier_inc();
	preempt_notifier_init(&vcpu.pn, &vcpu_ops);
	preempt_disable();
	preempt_notifier_register(&vcpu.pn);
	vcpu.loaded = true;
	preempt_enable();
	for (i = 0; i < 3; i++) {
		loads = vcpu.loads;
		preempt_disable();
		user_return_notifier_register(&vcpu.urn);
		preempt_enable();
		KUNIT_EXPECT_EQ(test, sbm_raw_run(&raw, 0), 42);
		KUNIT_EXPECT_FALSE(test,
				   test_thread_flag(TIF_USER_RETURN_NOTIFY));
		KUNIT_EXPECT_GT(test, vcpu.loads, loads);
		KUNIT_EXPECT_TRUE(test, vcpu.loaded);
	}
	preempt_disable();
	preempt_notifier_unregister(&vcpu.pn);
	preempt_enable();
	preempt_notifier_dec();
	migrate_enable();
	KUNIT_EXPECT_EQ(test, vcpu.bad, 0);
	sbm_raw_destroy(&raw);
}

/* A sandbox is entered on behalf of a guest that is not on the CPU then. */
static void sbm_caller_vcpu(struct kunit *test)
{
	in_caller(test, run_vcpu);
}

/* === Notifiers of others === */

/**
 * struct waiter - a thread whose sandbox waits
 * @raw: The sandbox.
 * @word: What for, an address in the sandbox.
 * @ret: What it returned.
 * @done: It has.
 */
struct waiter {
	struct sbm_raw raw;
	void *word;
	int ret;
	struct completion done;
};

static int waiter_thread(void *data)
{
	struct waiter *w = data;

	w->ret = sbm_raw_run(&w->raw, (unsigned long)w->word);
	complete(&w->done);
	return 0;
}

/* One that is left in the CPU while the sandbox is in comes before it goes on. */
static void sbm_caller_notifier_meanwhile(struct kunit *test)
{
	struct notifier n = { .urn.on_user_return = notified };
	unsigned int cpu = cpumask_last(cpu_online_mask);
	struct task_struct *task;
	struct waiter w = { };
	int i, *word;
	u64 since;

	sbm_test_need_strong(test);
	word = (int *)get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, word);
	KUNIT_ASSERT_TRUE(test, raw_init(test, &w.raw, sbm_caller_wait,
					 sbm_caller_wait_end));
	w.word = SBM_MAP_READONLY(&w.raw.sbm, word, PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, w.word);
	init_completion(&w.done);
	task = kthread_create(waiter_thread, &w, "sbm-waiter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	kthread_bind(task, cpu);
	wake_up_process(task);
	while (READ_ONCE(w.raw.sbm.sandbox->info.state) != SBM_STATE_RUNNING)
		msleep(20);

	for (i = 1; i <= 3; i++) {
		since = sbm_events(SBM_EV_INTR);
		KUNIT_EXPECT_EQ(test, 0, smp_call_function_single(cpu, notify,
								  &n, 1));
		while (READ_ONCE(n.fired) < i)
			msleep(20);
		KUNIT_EXPECT_GT(test, sbm_events(SBM_EV_INTR), since);
	}
	WRITE_ONCE(*word, 42);
	wait_for_completion(&w.done);
	KUNIT_EXPECT_EQ(test, w.ret, 42);
	KUNIT_EXPECT_EQ(test, n.fired, 3);
	KUNIT_EXPECT_EQ(test, n.late, 0);
	sbm_raw_destroy(&w.raw);
	free_page((unsigned long)word);
}

static struct kunit_case sbm_caller_cases[] = {
	KUNIT_CASE_PARAM(sbm_caller_vectors, caller_gen_params),
	KUNIT_CASE_PARAM(sbm_caller_breakpoints, caller_gen_params),
	KUNIT_CASE_PARAM(sbm_caller_notifier, caller_gen_params),
	KUNIT_CASE_PARAM(sbm_caller_vcpu, caller_gen_params),
	KUNIT_CASE(sbm_caller_notifier_meanwhile),
	{}
};

static struct kunit_suite sbm_caller_suite = {
	.name = "sandbox_mode_caller",
	.test_cases = sbm_caller_cases,
};

kunit_test_suite(sbm_caller_suite);
