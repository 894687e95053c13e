// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: calls, and the run loop under them.
 *
 *   sbm_call() -> copy in -> policy enter -> run loop -> policy exit -> copy out
 *
 * The run loop enters the sandbox until it returns or fails. Each time it
 * comes out, what it wants is handled here, in the process context of the
 * caller: interrupts are on, sleeping is allowed, nothing is half done.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "buffer.h"
#include "fail.h"
#include "gate.h"
#include "internal.h"
#include "weak.h"
#include <trace/events/sbm.h>

/* Ends of a call that is not over yet. */
#define SBM_CONTINUE	1

/* The call did not end as it should: remember why, and refuse the next. */
static int sbm_abort(struct sbm *sbm, int err)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;

	sbm->error = err;
	sandbox->info.error = -err;
	sandbox->info.state = SBM_STATE_FAULTED;
	return err;
}

static int sbm_fault(struct sbm *sbm, const struct sbm_fault *fault, int err)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;

	sandbox->fault = *fault;
	sbm_fault_place(sbm, &sandbox->fault);
	if (sandbox->info.level == SBM_LEVEL_STRONG)
		arch_sbm_get_regs(sandbox, &sandbox->regs);
	sandbox->info.faults++;
	sbm_count(SBM_EV_FAULT);
	sbm_abort(sbm, err);

	trace_sbm_fault(&sandbox->info, &sandbox->fault);
	sbm_policy_fault(sandbox);
	return err;
}

/* === Calls of the sandbox === */

/*
 * So often in a call memory is looked for in vain. Each time may mean long work
 * to get some, which is not the sandbox's time: it must not go on for ever.
 */
#define SBM_MAX_STARVED	8

/*
 * The heap is handed out in whole pages from its start. After a reset pages
 * that are still mapped are handed out again.
 *
 * Return: the address of the pages, or zero.
 */
static unsigned long sbm_heap_extend(struct sbm_sandbox *sandbox, u64 nr_pages)
{
	struct sbm_region *heap = sandbox->heap;
	u64 used = sandbox->info.heap_pages;
	u64 have;

	guard(mutex)(&sandbox->lock);
	have = heap->nr_pages;
	if (heap->failed || sandbox->starved >= SBM_MAX_STARVED)
		return 0;
	if (used + nr_pages > have &&
	    sbm_region_grow(sandbox, heap, used + nr_pages - have)) {
		sandbox->starved++;
		/* Spare pages are none if it failed half way. */
		sbm_spare_update(sandbox);
		return 0;
	}

	sandbox->info.heap_pages = used + nr_pages;
	sbm_spare_update(sandbox);
	sbm_count(SBM_EV_GROW);
	return heap->va + used * PAGE_SIZE;
}

static int sbm_handle_grow(struct sbm *sbm, u64 nr_pages)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	u64 limit = sandbox->info.heap_limit;
	u64 used = sandbox->info.heap_pages;
	int verdict = SBM_GROW_DENY;
	unsigned long va = 0;

	/*
	 * The limit is not a policy's to decide, and sbm_malloc() can cope. It
	 * may be lower than what an earlier call has used.
	 */
	if (nr_pages && used <= limit && nr_pages <= limit - used) {
		verdict = sbm_policy_grow(sandbox, nr_pages);
		if (verdict == SBM_GROW_ALLOW)
			va = sbm_heap_extend(sandbox, nr_pages);
	} else {
		sbm_deny_builtin(sandbox, SBM_HOOK_GROW, verdict);
	}
	trace_sbm_grow(&sandbox->info, nr_pages, verdict);

	if (verdict == SBM_GROW_KILL)
		return sbm_abort(sbm, SBM_ERR_DENIED);

	arch_sbm_set_result(sandbox, va);
	return SBM_CONTINUE;
}

static int sbm_handle_call(struct sbm *sbm, const struct sbm_exit *exit)
{
	struct sbm_fault fault = exit->fault;
	int err;

	switch (exit->nr) {
	case SBM_CALL_GROW:
		return sbm_handle_grow(sbm, exit->args[0]);
	case SBM_CALL_ABORT:
		fault.kind = SBM_FAULT_ABORT;
		fault.addr = exit->args[0];
		return sbm_fault(sbm, &fault, SBM_ERR_FAULT);
	default:
		/* Below the first gate this is a huge number: no such gate. */
		err = sbm_serve_gate(sbm, exit->nr - SBM_CALL_GATE, exit->args,
				     &fault);
		if (err == -ENOMEM)
			return sbm_abort(sbm, err);
		return err ? sbm_fault(sbm, &fault, err) : SBM_CONTINUE;
	}
}

/* A fault, or just a stack that is about to be deeper than it ever was. */
static int sbm_handle_fault(struct sbm *sbm, const struct sbm_fault *fault)
{
	int err;

	if (arch_sbm_fault_is_hole(fault)) {
		err = sbm_stack_extend(sbm->sandbox, fault->addr);
		if (!err)
			return SBM_CONTINUE;
		if (err == -ENOMEM)
			return sbm_abort(sbm, err);
	}
	return sbm_fault(sbm, fault, SBM_ERR_FAULT);
}

/* === The run loop === */

/*
 * The kernel wants the CPU, or the task. Anything but a fatal signal waits
 * until the caller returns to user mode by itself.
 */
static int sbm_handle_interrupt(struct sbm *sbm)
{
	sbm_count(SBM_EV_INTR);

	if (fatal_signal_pending(current)) {
		sbm_count(SBM_EV_KILLED);
		return sbm_abort(sbm, SBM_ERR_KILLED);
	}

	/* Not cond_resched(), which does nothing in a preemptible kernel. */
	if (need_resched())
		schedule();
	return SBM_CONTINUE;
}

static unsigned long sbm_switches(void)
{
	return current->nvcsw + current->nivcsw;
}

static int sbm_run_loop(struct sbm *sbm)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	unsigned long switches = sbm_switches();
	int cpu = raw_smp_processor_id();
	struct sbm_exit exit;
	int ret;

	do {
		exit = (struct sbm_exit) { };
		arch_sbm_run(sandbox, &exit);

		switch (exit.reason) {
		case SBM_EXIT_RETURN:
			return exit.result;
		case SBM_EXIT_CALL:
			ret = sbm_handle_call(sbm, &exit);
			break;
		case SBM_EXIT_FAULT:
			ret = sbm_handle_fault(sbm, &exit.fault);
			break;
		case SBM_EXIT_INTR:
			ret = sbm_handle_interrupt(sbm);
			break;
		}

		/* Who has the result, or a worse error, keeps it. */
		if (ret == SBM_CONTINUE && sbm_time_is_up(sandbox))
			return sbm_abort(sbm, SBM_ERR_TIME);
		if (switches != sbm_switches()) {
			switches = sbm_switches();
			sbm_count(SBM_EV_PREEMPT);
		}
		if (cpu != raw_smp_processor_id()) {
			cpu = raw_smp_processor_id();
			sbm_count(SBM_EV_MIGRATE);
		}
	} while (ret == SBM_CONTINUE);

	return ret;
}

/* === Calls of the kernel === */

/*
 * What can be told of a caller that must not sleep can only be told where the
 * configuration counts preemption and RCU nesting.
 */
static bool sbm_wrong_context(void)
{
	might_sleep();

	return WARN_ON_ONCE(in_interrupt() || irqs_disabled() ||
			    (IS_ENABLED(CONFIG_PREEMPT_COUNT) &&
			     preempt_count()) ||
			    (IS_ENABLED(CONFIG_PREEMPT_RCU) &&
			     rcu_preempt_depth()));
}

static int sbm_may_call(struct sbm *sbm)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;

	if (sbm->error) {
		/* Set-up errors stick as they are. */
		if (sandbox && sandbox->info.state == SBM_STATE_FAULTED)
			return SBM_ERR_AFTER_FAULT;
		return sbm->error;
	}
	if (sandbox->info.state == SBM_STATE_RUNNING ||
	    sbm_policy_recursion(sandbox))
		return SBM_ERR_NESTED;
	if (sbm_wrong_context())
		return SBM_ERR_CONTEXT;
	return 0;
}

/* What the class allows. Policies may lower it for this call. */
static void sbm_set_limits(struct sbm_sandbox *sandbox)
{
	const struct sbm_class *class = sandbox->class;

	sandbox->starved = 0;
	sandbox->info.heap_limit = class->heap_pages;
	sbm_time_begin(sandbox, (u64)class->time_us * NSEC_PER_USEC);
}

static int sbm_call_strong(struct sbm *sbm, unsigned long ip, unsigned long arg,
			   unsigned long sp)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	int ret;

	ret = arch_sbm_begin(sandbox, ip, arg, sp);
	if (ret) {
		/* Sticky as any error, though the sandbox was not touched. */
		sbm->error = ret;
		return ret;
	}

	ret = sbm_run_loop(sbm);
	arch_sbm_end(sandbox);
	return ret;
}

static int sbm_call_weak(struct sbm *sbm, const struct sbm_func *func,
			 void *data)
{
	struct sbm_exit exit = { };

	sbm->sandbox->weak->sbm = sbm;
	sbm_weak_run(sbm->sandbox, func, data, &exit);

	switch (exit.reason) {
	case SBM_EXIT_FAULT:
		return sbm_fault(sbm, &exit.fault, SBM_ERR_FAULT);
	case SBM_EXIT_CALL:
		/* Memory is handled where it is asked for, but for this. */
		if (exit.nr == SBM_CALL_GROW)
			return sbm_abort(sbm, SBM_ERR_DENIED);
		return sbm_handle_call(sbm, &exit);
	default:
		return exit.result;
	}
}

/**
 * sbm_do_call() - make a call, whatever the level
 * @sbm: SBM instance.
 * @name: What is called, for the tracepoint.
 * @func: The function, or %NULL to start at @ip.
 * @ip: Address in the sandbox, without @func.
 * @data: First argument, an address in the sandbox; or %NULL with @args.
 * @args: Argument block to copy in, or %NULL.
 * @size: Its size in bytes.
 *
 * Return: What was called returned, or a negative errno.
 */
static int sbm_do_call(struct sbm *sbm, const char *name,
		       const struct sbm_func *func, unsigned long ip,
		       void *data, const void *args, size_t size)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	unsigned long sp;
	int ret;

	ret = sbm_may_call(sbm);
	if (ret)
		return ret;

	sandbox->info.pid = task_pid_nr(current);
	get_task_comm(sandbox->info.comm, current);
	sbm_set_limits(sandbox);

	/* A policy may read the input; what it sees is what runs. */
	sbm_copy_in(sbm);
	ret = sbm_policy_enter(sandbox, 0);
	if (ret) {
		sbm->error = ret;
		return ret;
	}

	sandbox->info.state = SBM_STATE_RUNNING;
	sandbox->info.calls++;
	sbm_count(SBM_EV_CALL);
	trace_sbm_enter(&sandbox->info, name);

	if (sandbox->info.level == SBM_LEVEL_STRONG) {
		sp = sbm_stack_build(sandbox, args, size);
		if (args)
			data = (void *)(sp + sizeof(long));
		if (func)
			ip = arch_sbm_image_va(*func->offset);
		if (sbm_should_fail())
			ip = 0;
		ret = sbm_call_strong(sbm, ip, (unsigned long)data, sp);
	} else {
		ret = sbm_call_weak(sbm, func, args ? (void *)args : data);
	}

	if (sandbox->info.state == SBM_STATE_RUNNING)
		sandbox->info.state = SBM_STATE_IDLE;
	trace_sbm_exit(&sandbox->info, ret);
	sbm_policy_exit(sandbox, ret);

	if (!sbm->error)
		sbm_copy_out(sbm);
	return ret;
}

/**
 * sbm_exec() - run a function in a sandbox
 * @sbm: SBM instance.
 * @func: The function.
 * @data: Its argument, an address inside the sandbox.
 *
 * Return: What @func returned, or a negative errno of &enum sbm_errno with
 * sbm_error() set.
 * Context: Process or kthread context; may sleep. No RCU read-side section.
 */
int sbm_exec(struct sbm *sbm, const struct sbm_func *func, void *data)
{
	return sbm_do_call(sbm, func->name, func, 0, data, NULL, 0);
}
EXPORT_SYMBOL_GPL(sbm_exec);

/**
 * __sbm_exec_args() - run a function in a sandbox, with an argument block
 * @sbm: SBM instance.
 * @func: The function.
 * @args: Argument block; the sandbox gets a copy, on its stack.
 * @size: Its size in bytes.
 *
 * For sbm_call().
 *
 * Return: As sbm_exec(). Context: As sbm_exec().
 */
int __sbm_exec_args(struct sbm *sbm, const struct sbm_func *func,
		    const void *args, size_t size)
{
	return sbm_do_call(sbm, func->name, func, 0, NULL, args, size);
}
EXPORT_SYMBOL_GPL(__sbm_exec_args);

/**
 * sbm_run_at() - run code that is not in the image
 * @sbm: SBM instance at %SBM_LEVEL_STRONG.
 * @ip: Its address in the sandbox.
 * @arg: First argument.
 *
 * For tests. Returning from the code ends the call.
 *
 * Return: As sbm_exec(). Context: As sbm_exec().
 */
int sbm_run_at(struct sbm *sbm, unsigned long ip, unsigned long arg)
{
	return sbm_do_call(sbm, "(code)", NULL, ip, (void *)arg, NULL, 0);
}
