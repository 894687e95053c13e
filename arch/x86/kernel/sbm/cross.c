// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode on x86-64: into the sandbox and back out of it.
 *
 * The way in is arch_sbm_run(): set up the CPU (state.c), tell the kernel that
 * user mode follows, __sbm_enter(). The way out begins in the entry code:
 *
 *   SYSCALL		sbm_leave_syscall()
 *   exception		sbm_divert() -> sbm_leave_exception()
 *   interrupt		sbm_irqentry_exit(), unless it can go straight back
 *
 * and each of them ends in sbm_leave(), which abandons the entry frame and
 * lets __sbm_enter() return. At that point the kernel is back on its own
 * terms: RCU watches, lockdep knows that interrupts are off.
 *
 * Preemption stays disabled from before the way in until after the way out,
 * so no context switch ever sees the sandbox's address space or the moved
 * stack top. The scheduler complains if one does.
 */
#include <linux/context_tracking.h>
#include <linux/entry-common.h>
#include <linux/kasan.h>
#include <linux/kthread.h>
#include <linux/kvm_para.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/mce.h>
#include <asm/sbm.h>
#include <asm/tlbflush.h>
#include <asm/trap_pf.h>

#include "arch.h"

/*
 * Kernel stack that must be left when a call enters: NMIs, machine checks and
 * the exits themselves run on it, below the caller's frames, and the first two
 * have as much elsewhere. Interrupts and softirqs do not: they switch to the
 * interrupt stack.
 */
#define SBM_MIN_STACK	EXCEPTION_STKSZ

DEFINE_PER_CPU(struct arch_sbm *, sbm_current);

static_assert(offsetof(struct arch_sbm, sp) == ARCH_SBM_SP);
static_assert(offsetof(struct arch_sbm, regs) == ARCH_SBM_REGS);

/* === Out === */

/*
 * None of the functions that leave returns. They do not say so to the compiler
 * as objtool would have to be told as well, in a list of its own.
 */
static noinstr void sbm_leave(struct pt_regs *regs, enum sbm_exit_reason reason)
{
	struct arch_sbm *arch = __this_cpu_read(sbm_current);

	arch->regs = *regs;
	arch->reason = reason;
	__sbm_leave(arch);
}

/*
 * Under KVM, #PF also says "this page is being brought in by the host", with a
 * token in place of the address. That is not the sandbox's fault: the run loop
 * waits for it, where sleeping is allowed.
 */
static __always_inline bool sbm_host_page_fault(void)
{
#ifdef CONFIG_KVM_GUEST
	return static_branch_unlikely(&kvm_async_pf_enabled) &&
	       kvm_read_and_reset_apf_flags();
#else
	return false;
#endif
}

static void sbm_wait_host_page(u32 token)
{
	local_irq_disable();
	kvm_async_pf_task_wait_schedule(token);
	local_irq_enable();
}

/**
 * sbm_leave_exception() - an exception ends the run
 * @regs: Registers of the sandbox.
 * @vector: Vector number.
 * @error: Error code; DR6 for a debug exception.
 * @addr: Faulting address, for a page fault.
 *
 * Does not return.
 *
 * Context: First thing in the exception handler: interrupts off, RCU possibly
 * not watching.
 */
noinstr void sbm_leave_exception(struct pt_regs *regs, int vector,
				 unsigned long error, unsigned long addr)
{
	struct arch_sbm *arch = __this_cpu_read(sbm_current);

	irqentry_enter_from_user_mode(regs);

	arch->vector = vector;
	arch->error = error;
	arch->addr = addr;

	if (vector == X86_TRAP_PF && sbm_host_page_fault()) {
		arch->apf_token = addr;
		sbm_leave(regs, SBM_EXIT_INTR);
	}

	/*
	 * A breakpoint another CPU has just installed: DR7 is cleared on the
	 * way in, so it cannot hit twice.
	 */
	if (vector == X86_TRAP_DB && (error & DR_TRAP_BITS) &&
	    !(error & DR_STEP))
		sbm_leave(regs, SBM_EXIT_INTR);

	sbm_leave(regs, SBM_EXIT_FAULT);
}

/**
 * sbm_leave_syscall() - the sandbox knocked
 * @regs: Registers of the sandbox.
 *
 * Does not return.
 *
 * Context: Where system calls do their entry work, with interrupts on. Nothing
 * has been dispatched, and nothing will be.
 */
noinstr void sbm_leave_syscall(struct pt_regs *regs)
{
	instrumentation_begin();
	local_irq_disable();
	instrumentation_end();

	sbm_leave(regs, SBM_EXIT_CALL);
}

static bool sbm_work_pending(struct arch_sbm *arch)
{
	unsigned long work = read_thread_flags();

	/*
	 * Signals that are not fatal wait for the caller's return to user
	 * mode, so they are no work; the run loop looks at those that are.
	 */
	return (work & _TIF_NEED_RESCHED) || arch->poisoned ||
	       ((work & _TIF_SIGPENDING) && fatal_signal_pending(current));
}

/**
 * sbm_irqentry_exit() - an interrupt hit the sandbox and was handled
 * @regs: Registers of the sandbox.
 *
 * Goes straight back if nothing has changed on this CPU and nothing is to do,
 * and else leaves to the run loop, which does it in plain process context.
 *
 * Context: Last thing in the interrupt handler: interrupts off.
 */
noinstr void sbm_irqentry_exit(struct pt_regs *regs)
{
	struct arch_sbm *arch = __this_cpu_read(sbm_current);
	bool leave;

	instrumentation_begin();
	tick_nohz_user_enter_prepare();
	leave = sbm_work_pending(arch) || !sbm_state_intact(arch) ||
		sbm_time_is_running_out(arch->sandbox);
	instrumentation_end();

	if (leave)
		sbm_leave(regs, SBM_EXIT_INTR);

	exit_to_user_mode();
}

/**
 * sbm_machine_check() - a machine check says user mode consumed bad data
 * @addr: Physical address, if @usable.
 * @usable: @addr is valid.
 *
 * The page is retired, the call ends; the caller must not get SIGBUS for it.
 *
 * Return: True if a sandbox was running.
 */
bool sbm_machine_check(u64 addr, bool usable)
{
	struct arch_sbm *arch = this_cpu_read(sbm_current);

	if (!arch)
		return false;

	if (usable)
		memory_failure_queue((addr & MCI_ADDR_PHYSADDR) >> PAGE_SHIFT, 0);
	arch->poisoned = true;
	return true;
}

/* === In === */

/*
 * Between exit_to_user_mode() and the return of __sbm_enter() the kernel is
 * in the state it has in user mode: no instrumentation, and nothing that could
 * take an exception of its own.
 */
static noinstr void sbm_cross(struct arch_sbm *arch)
{
	exit_to_user_mode();
	__sbm_enter(arch);
}

static void sbm_decode_syscall(struct arch_sbm *arch, struct sbm_exit *exit)
{
	exit->nr = arch->regs.orig_ax;
	exit->args[0] = arch->regs.di;
	exit->args[1] = arch->regs.si;
	exit->args[2] = arch->regs.dx;
	exit->args[3] = arch->regs.r10;
	exit->args[4] = arch->regs.r8;

	if (exit->nr == SBM_CALL_RETURN) {
		exit->reason = SBM_EXIT_RETURN;
		exit->result = exit->args[0];
	}
}

static void sbm_record_place(struct sbm_sandbox *sandbox,
			     struct sbm_fault *fault)
{
	struct pt_regs *regs = &sandbox->arch->regs;
	struct sbm_region *stack = sandbox->stack;

	fault->ip = regs->ip - sbm_image_base();
	fault->sp = stack->va + stack->nr_pages * PAGE_SIZE - regs->sp;
}

static void sbm_record_fault(struct sbm_sandbox *sandbox,
			     struct sbm_fault *fault)
{
	struct arch_sbm *arch = sandbox->arch;

	fault->kind = SBM_FAULT_EXCEPTION;
	fault->vector = arch->vector;
	fault->error = arch->error;
	fault->addr = arch->addr;

	switch (arch->vector) {
	case IA32_SYSCALL_VECTOR:
		fault->kind = SBM_FAULT_DOOR;
		break;
	case X86_TRAP_DB:
		/* What was passed as the error code is DR6. */
		fault->error = 0;
		break;
	}
}

/**
 * arch_sbm_fault_has_addr() - was the fault about an address?
 * @fault: A fault of a sandbox.
 *
 * Return: True if @fault->addr is where the sandbox wanted to read, write or
 * execute, or a gate to do so for it.
 */
bool arch_sbm_fault_has_addr(const struct sbm_fault *fault)
{
	return fault->kind == SBM_FAULT_POINTER ||
	       (fault->kind == SBM_FAULT_EXCEPTION &&
		fault->vector == X86_TRAP_PF);
}

/**
 * arch_sbm_fault_is_hole() - was it an access where nothing is mapped?
 * @fault: A fault of a sandbox.
 *
 * Return: True if the sandbox wanted to read or write @fault->addr, and there
 * is no page at all.
 */
bool arch_sbm_fault_is_hole(const struct sbm_fault *fault)
{
	return fault->kind == SBM_FAULT_EXCEPTION &&
	       fault->vector == X86_TRAP_PF &&
	       (fault->error & ~X86_PF_WRITE) == X86_PF_USER;
}

/*
 * Exceptions that were diverted before their handler and leave the CPU in a
 * state only the handler would have cleaned up.
 */
static void sbm_finish_exception(struct arch_sbm *arch)
{
	switch (arch->vector) {
	case X86_TRAP_NM:
		if (cpu_feature_enabled(X86_FEATURE_XFD))
			wrmsrl(MSR_IA32_XFD_ERR, 0);
		break;
	case X86_TRAP_DB:
		/* The CPU has cleared BTF, which belongs to the caller. */
		if (test_thread_flag(TIF_BLOCKSTEP)) {
			unsigned long debugctl = get_debugctlmsr();

			update_debugctlmsr(debugctl | DEBUGCTLMSR_BTF);
		}
		break;
#ifdef CONFIG_INTEL_TDX_GUEST
	case X86_TRAP_VE: {
		struct ve_info ve;

		/* Until it is read, the next #VE would be a double fault. */
		tdx_get_ve_info(&ve);
		break;
	}
#endif
	}
}

/**
 * arch_sbm_run() - run a sandbox until it wants something
 * @sandbox: Sandbox that arch_sbm_begin() has prepared.
 * @exit: Filled with what it wants, from here on a private copy.
 *
 * Context: Process context, interrupts and preemption enabled.
 */
void arch_sbm_run(struct sbm_sandbox *sandbox, struct sbm_exit *exit)
{
	struct arch_sbm *arch = sandbox->arch;

	arch->reason = SBM_EXIT_INTR;
	arch->apf_token = 0;

	preempt_disable();
	local_irq_disable();

	tick_nohz_user_enter_prepare();
	if (!sbm_work_pending(arch)) {
		sbm_time_start(sandbox);
		sbm_state_enter(arch, sandbox->class);

		sbm_cross(arch);

		kasan_unpoison_task_stack_below((void *)arch->sp);
		sbm_state_leave(arch, sandbox->class);
		if (arch->reason == SBM_EXIT_FAULT)
			sbm_finish_exception(arch);
		sbm_time_stop(sandbox);
	}

	local_irq_enable();
	preempt_enable();

	if (arch->apf_token)
		sbm_wait_host_page(arch->apf_token);

	exit->reason = arch->reason;
	sbm_record_place(sandbox, &exit->fault);

	/* Nothing but 64-bit user mode is ever resumed. */
	if (arch->regs.cs != __USER_CS || arch->regs.ss != __USER_DS) {
		arch->vector = IA32_SYSCALL_VECTOR;
		arch->error = 0;
		arch->addr = 0;
		exit->reason = SBM_EXIT_FAULT;
	}
	if (arch->poisoned) {
		arch->vector = X86_TRAP_MC;
		arch->error = 0;
		arch->addr = 0;
		exit->reason = SBM_EXIT_FAULT;
	}

	switch (exit->reason) {
	case SBM_EXIT_CALL:
		sbm_decode_syscall(arch, exit);
		break;
	case SBM_EXIT_FAULT:
		sbm_record_fault(sandbox, &exit->fault);
		break;
	default:
		break;
	}
}

/**
 * arch_sbm_set_result() - answer a call of the sandbox
 * @sandbox: Sandbox that came out with %SBM_EXIT_CALL.
 * @result: What it finds in RAX when it goes on.
 */
void arch_sbm_set_result(struct sbm_sandbox *sandbox, unsigned long result)
{
	sandbox->arch->regs.ax = result;
}

/**
 * arch_sbm_get_regs() - registers with which a sandbox came out
 * @sandbox: The sandbox.
 * @regs: Where to.
 *
 * Context: In a call, not inside.
 */
void arch_sbm_get_regs(const struct sbm_sandbox *sandbox, struct sbm_regs *regs)
{
	const struct pt_regs *from = &sandbox->arch->regs;

	*regs = (struct sbm_regs){
		.ax = from->ax, .bx = from->bx, .cx = from->cx, .dx = from->dx,
		.si = from->si, .di = from->di, .bp = from->bp, .sp = from->sp,
		.r8 = from->r8, .r9 = from->r9,
		.r10 = from->r10, .r11 = from->r11,
		.r12 = from->r12, .r13 = from->r13,
		.r14 = from->r14, .r15 = from->r15,
		.ip = from->ip, .flags = from->flags,
	};
}

/*
 * A kernel thread adopts the address space of the sandbox for the call. So does
 * the init task before it runs its first program: it is no kernel thread, but
 * has no address space either, and may be mounting the root file system.
 */
static void sbm_use_mm(struct mm_struct *mm)
{
	unsigned int kthread = current->flags & PF_KTHREAD;

	current->flags |= PF_KTHREAD;
	kthread_use_mm(mm);
	current->flags &= ~PF_KTHREAD | kthread;
}

static void sbm_unuse_mm(struct mm_struct *mm)
{
	unsigned int kthread = current->flags & PF_KTHREAD;

	current->flags |= PF_KTHREAD;
	kthread_unuse_mm(mm);
	current->flags &= ~PF_KTHREAD | kthread;
}

#ifdef CONFIG_PREEMPT_NOTIFIERS
/*
 * A page fault of a KVM guest may lead to a call, with the vCPU loaded. What is
 * the guest's then in MSRs and in the GDT's limit must not be there inside, nor
 * may return notifiers put it back under the vCPU. So for the call the vCPU is
 * put away, as if the task was switched away, and hidden, as else the next switch
 * to the task would load it.
 */
static void sbm_put_vcpu(struct arch_sbm *arch)
{
	struct preempt_notifier *notifier;

	if (likely(hlist_empty(&current->preempt_notifiers)))
		return;

	guard(preempt)();
	hlist_for_each_entry(notifier, &current->preempt_notifiers, link)
		notifier->ops->sched_out(notifier, current);
	hlist_move_list(&current->preempt_notifiers, &arch->notifiers);
}

static void sbm_load_vcpu(struct arch_sbm *arch)
{
	struct preempt_notifier *notifier;

	if (likely(hlist_empty(&arch->notifiers)))
		return;

	guard(preempt)();
	hlist_move_list(&arch->notifiers, &current->preempt_notifiers);
	hlist_for_each_entry(notifier, &current->preempt_notifiers, link)
		notifier->ops->sched_in(notifier, smp_processor_id());
}
#else
static void sbm_put_vcpu(struct arch_sbm *arch)
{
}

static void sbm_load_vcpu(struct arch_sbm *arch)
{
}
#endif

/**
 * arch_sbm_begin() - prepare a call
 * @sandbox: The sandbox.
 * @ip: Where to start, an address in the sandbox.
 * @arg: First argument.
 * @sp: Stack pointer; a return address is already there.
 *
 * Return: Zero, %SBM_ERR_CONTEXT or %SBM_ERR_STACK.
 * Context: Process context.
 */
int arch_sbm_begin(struct sbm_sandbox *sandbox, unsigned long ip,
		   unsigned long arg, unsigned long sp)
{
	struct arch_sbm *arch = sandbox->arch;
	unsigned long left;

	left = current_stack_pointer - (unsigned long)end_of_stack(current);
	if (left < SBM_MIN_STACK)
		return SBM_ERR_STACK;

	/*
	 * An exiting task reads its robust futexes, from a file perhaps. After
	 * that its address space is gone for good.
	 */
	if (!current->mm && (current->flags & PF_EXITING))
		return SBM_ERR_CONTEXT;
	arch->borrowed_mm = !current->mm;
	if (arch->borrowed_mm)
		sbm_use_mm(arch->mm);

	arch->regs = (struct pt_regs) {
		.ip = ip,
		.di = arg,
		.sp = sp,
		.cs = __USER_CS,
		.ss = __USER_DS,
	};
	/* No run of this call yet: the registers must come up clean. */
	arch->fpu_cpu = -1;
	/* What serves a gate may be a user of sandboxes: a file system. */
	arch->nested = test_syscall_work(SANDBOX);
	set_syscall_work(SANDBOX);
	sbm_put_vcpu(arch);
	return 0;
}

/**
 * arch_sbm_end() - a call is over
 * @sandbox: The sandbox of arch_sbm_begin().
 *
 * Context: Process context.
 */
void arch_sbm_end(struct sbm_sandbox *sandbox)
{
	struct arch_sbm *arch = sandbox->arch;

	sbm_load_vcpu(arch);
	if (!arch->nested)
		clear_syscall_work(SANDBOX);
	if (arch->borrowed_mm)
		sbm_unuse_mm(arch->mm);
}

/**
 * arch_sbm_available() - can this machine isolate?
 *
 * FRED enters on a fixed stack that cannot be parked yet; a Xen PV guest has
 * an entry code of its own.
 *
 * Return: Whether sandboxes can be strong.
 */
bool arch_sbm_available(void)
{
	return !cpu_feature_enabled(X86_FEATURE_XENPV) &&
	       !cpu_feature_enabled(X86_FEATURE_FRED);
}
