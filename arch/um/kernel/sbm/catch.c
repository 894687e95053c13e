// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode on User Mode Linux: calls in place that end at a fault.
 *
 * The function runs on the caller's stack with the caller's address space. A
 * fault of its own takes the task back here, as longjmp() does; catch_fault()
 * decides which faults those are. Nothing else is undone: what the function
 * has written stays written.
 */
#include <linux/kasan.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <longjmp.h>

#include "internal.h"

/* Why arch_sbm_catch() goes on: catch_fault() uses the first. */
enum { SBM_CAUGHT_FAULT = 1, SBM_CAUGHT_LEAVE };

static void sbm_record_fault(struct sbm_fault *fault,
			     const struct fault_catcher *catcher)
{
	unsigned long stack_end = (unsigned long)task_stack_page(current) +
				  THREAD_SIZE;

	fault->kind = SBM_FAULT_EXCEPTION;
	fault->vector = catcher->fi.trap_no;
	fault->error = catcher->fi.error_code;
	if (SEGV_IS_FIXABLE(&catcher->fi))
		fault->addr = FAULT_ADDRESS(catcher->fi);
	fault->ip = catcher->ip - (unsigned long)_stext;
	fault->sp = stack_end - catcher->sp;
}

/**
 * arch_sbm_catch() - call a function in place, up to its first fault
 * @fn: The function.
 * @data: Its argument.
 * @exit: How it ended: %SBM_EXIT_RETURN or %SBM_EXIT_FAULT. Undefined after
 *	arch_sbm_catch_leave().
 *
 * Context: Process context with interrupts enabled. May be nested.
 */
void arch_sbm_catch(int (*fn)(void *data), void *data, struct sbm_exit *exit)
{
	struct fault_catcher catcher = { .preempt_count = preempt_count() };
	struct fault_catcher *outer = current->thread.fault_catcher;

	switch (UML_SETJMP(&catcher.buf)) {
	case 0:
		current->thread.fault_catcher = &catcher;
		exit->result = fn(data);
		exit->reason = SBM_EXIT_RETURN;
		break;
	case SBM_CAUGHT_FAULT:
		sbm_record_fault(&exit->fault, &catcher);
		exit->reason = SBM_EXIT_FAULT;
		fallthrough;
	case SBM_CAUGHT_LEAVE:
		/* Nobody returned from the frames below. */
		kasan_unpoison_task_stack_below(__builtin_frame_address(0));
		break;
	}
	current->thread.fault_catcher = outer;
}

/**
 * arch_sbm_catch_pause() - catch nothing for a while
 *
 * For what the kernel does on behalf of the function: it may hold locks, and a
 * fault there is the kernel's own.
 *
 * Return: For arch_sbm_catch_resume().
 */
void *arch_sbm_catch_pause(void)
{
	return xchg(&current->thread.fault_catcher, NULL);
}

/**
 * arch_sbm_catch_resume() - catch faults again
 * @catcher: From arch_sbm_catch_pause().
 */
void arch_sbm_catch_resume(void *catcher)
{
	current->thread.fault_catcher = catcher;
}

/**
 * arch_sbm_catch_leave() - end the innermost arch_sbm_catch() of current
 *
 * Does not return. Not while catching is paused.
 */
void arch_sbm_catch_leave(void)
{
	UML_LONGJMP(&current->thread.fault_catcher->buf, SBM_CAUGHT_LEAVE);
}
