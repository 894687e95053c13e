// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode on x86-64: register state at the crossing.
 *
 * What CPL 3 code can read or write without trapping, and what is not in
 * pt_regs, is the caller's when a call begins and must be again when it ends:
 * FPU and SIMD registers, PKRU, the data segments with the FS and GS bases,
 * TLS descriptors, the I/O bitmap and the debug registers. All of it is
 * handled with interrupts off on each way in and each way out; leaving
 * restores to the state of the CPU it happens on.
 *
 * The entry code does the rest: general registers, flags, speculation.
 */
#include <linux/hw_breakpoint.h>
#include <linux/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/user-return-notifier.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/api.h>
#include <asm/fpu/sched.h>
#include <asm/fpu/signal.h>
#include <asm/fsgsbase.h>
#include <asm/io_bitmap.h>
#include <asm/mmu_context.h>
#include <asm/nospec-branch.h>
#include <asm/pkru.h>
#include <asm/sbm.h>
#include <asm/segment.h>
#include <asm/gsseg.h>
#include <asm/tlbflush.h>

#include "arch.h"
#include "fpu/context.h"
#include "fpu/internal.h"

/* Flags a sandbox may carry from one run into the next. */
#define SBM_EFLAGS	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | \
			 X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF | \
			 X86_EFLAGS_DF)

/* === FPU === */

/*
 * The FPU code tracks whose state is in the registers of a CPU by address.
 * The address of the sandbox stands for "the state of this sandbox": no
 * task's state compares equal, and whoever else uses the registers, be it a
 * softirq with kernel_fpu_begin(), replaces it. As for tasks, that alone does
 * not do: the address may have been that of another sandbox, which ran on this
 * CPU and is gone.
 */
static struct fpu *sbm_fpu_owner(struct arch_sbm *arch)
{
	return (struct fpu *)arch;
}

static bool sbm_owns_fpu(struct arch_sbm *arch)
{
	return this_cpu_read(fpu_fpregs_owner_ctx) == sbm_fpu_owner(arch) &&
	       arch->fpu_cpu == smp_processor_id();
}

static void sbm_enter_fpu(struct arch_sbm *arch)
{
	/* The registers hold the caller's live state: put it away first. */
	if (!(current->flags & (PF_KTHREAD | PF_USER_WORKER)) &&
	    !test_thread_flag(TIF_NEED_FPU_LOAD)) {
		set_thread_flag(TIF_NEED_FPU_LOAD);
		save_fpregs_to_fpstate(&current->thread.fpu);
	}

	if (sbm_owns_fpu(arch))
		return;

	/*
	 * The image does not use these registers, so there is nothing to
	 * carry over: the initial state will do also in the middle of a call.
	 */
	__cpu_invalidate_fpregs_state();
	restore_fpregs_from_fpstate(&init_fpstate, XFEATURE_MASK_FPSTATE);
	this_cpu_write(fpu_fpregs_owner_ctx, sbm_fpu_owner(arch));
	arch->fpu_cpu = smp_processor_id();
}

/* === Segments === */

static bool thread_has_tls(struct thread_struct *thread)
{
	int i;

	for (i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++) {
		if (!desc_empty(&thread->tls_array[i]))
			return true;
	}
	return false;
}

static void sbm_clear_tls(void)
{
	struct desc_struct *gdt = get_cpu_gdt_rw(smp_processor_id());
	int i;

	for (i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++)
		gdt[GDT_ENTRY_TLS_MIN + i] = (struct desc_struct) { };
}

static void sbm_enter_segments(struct sbm_saved *saved)
{
	savesegment(fs, saved->fs);
	savesegment(gs, saved->gs);
	savesegment(ds, saved->ds);
	savesegment(es, saved->es);
	saved->fsbase = x86_fsbase_read_cpu();
	saved->gsbase = x86_gsbase_read_cpu_inactive();

	/*
	 * Selectors first: loading one may change the base, and on some CPUs
	 * loading the null selector does not clear it.
	 */
	if (saved->fs)
		loadsegment(fs, 0);
	if (saved->gs)
		load_gs_index(0);
	if (saved->ds)
		loadsegment(ds, 0);
	if (saved->es)
		loadsegment(es, 0);
	x86_fsbase_write_cpu(0);
	x86_gsbase_write_cpu_inactive(0);

	saved->tls = thread_has_tls(&current->thread);
	if (saved->tls)
		sbm_clear_tls();
}

static void sbm_leave_segments(struct sbm_saved *saved)
{
	unsigned short fs, gs, ds, es;

	if (saved->tls)
		load_TLS(&current->thread, smp_processor_id());

	/* The sandbox may have loaded any selector it likes. */
	savesegment(fs, fs);
	savesegment(gs, gs);
	savesegment(ds, ds);
	savesegment(es, es);
	if (fs | saved->fs)
		loadsegment(fs, saved->fs);
	if (gs | saved->gs)
		load_gs_index(saved->gs);
	if (ds | saved->ds)
		loadsegment(ds, saved->ds);
	if (es | saved->es)
		loadsegment(es, saved->es);
	x86_fsbase_write_cpu(saved->fsbase);
	x86_gsbase_write_cpu_inactive(saved->gsbase);

	/*
	 * An interrupt or exception from CPL 3 leaves SS null, and the caller
	 * may be on its way to SYSRET: see __switch_to().
	 */
	if (static_cpu_has_bug(X86_BUG_SYSRET_SS_ATTRS))
		loadsegment(ss, __KERNEL_DS);
}

/* === Speculation === */

/*
 * switch_mm() puts barriers between tasks, and caller and sandbox are the same
 * task. There is one on both sides if the machine wants it between any two
 * processes, or if the class asks for it.
 */
static bool sbm_wants_ibpb(struct sbm_class *class)
{
	return static_branch_unlikely(&switch_mm_always_ibpb) ||
	       ((class->flags & SBM_CLASS_IBPB) &&
		cpu_feature_enabled(X86_FEATURE_IBPB));
}

/* === Everything === */

/**
 * sbm_state_enter() - make this CPU ready for a sandbox
 * @arch: The sandbox.
 * @class: Its class.
 *
 * Context: Interrupts off.
 */
void sbm_state_enter(struct arch_sbm *arch, struct sbm_class *class)
{
	struct sbm_saved *saved = &arch->saved;

	/*
	 * KVM leaves the guest's system call entry point in the MSRs until
	 * the next return to user mode. This is one.
	 */
	if (test_thread_flag(TIF_USER_RETURN_NOTIFY))
		fire_user_return_notifiers();

	sbm_enter_fpu(arch);
	sbm_enter_segments(saved);

	if (cpu_feature_enabled(X86_FEATURE_OSPKE)) {
		saved->pkru = rdpkru();
		wrpkru(0);
	}

#ifdef CONFIG_X86_IOPL_IOPERM
	/* The real return to user mode brings it back. */
	if (test_thread_flag(TIF_IO_BITMAP))
		tss_invalidate_io_bitmap();
#endif

	saved->breakpoints = hw_breakpoint_active();
	if (saved->breakpoints)
		hw_breakpoint_disable();

	if (sbm_wants_ibpb(class) || this_cpu_read(x86_ibpb_exit_to_user)) {
		indirect_branch_prediction_barrier();
		this_cpu_write(x86_ibpb_exit_to_user, false);
	}

	switch_mm_irqs_off(NULL, arch->mm, current);

	/* Whatever the sandbox left in these is not for the CPU to see. */
	arch->regs.cs = __USER_CS;
	arch->regs.ss = __USER_DS;
	arch->regs.flags = (arch->regs.flags & SBM_EFLAGS) |
			   X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	arch->regs.orig_ax = -1;

	this_cpu_write(sbm_current, arch);
}

/**
 * sbm_state_leave() - make this CPU the caller's again
 * @arch: The sandbox that ran.
 * @class: Its class.
 *
 * Context: Interrupts off, straight after __sbm_enter().
 */
void sbm_state_leave(struct arch_sbm *arch, struct sbm_class *class)
{
	struct sbm_saved *saved = &arch->saved;

	this_cpu_write(sbm_current, NULL);
	this_cpu_write(pcpu_hot.top_of_stack, task_top_of_stack(current));

	/* For a kernel thread this is the same one, and nothing happens. */
	switch_mm_irqs_off(NULL, current->mm, current);

	if (sbm_wants_ibpb(class))
		indirect_branch_prediction_barrier();

	if (saved->breakpoints)
		hw_breakpoint_restore();

	if (cpu_feature_enabled(X86_FEATURE_OSPKE))
		wrpkru(saved->pkru);

	sbm_leave_segments(saved);
}

/**
 * sbm_state_intact() - is this CPU still as the sandbox left it?
 * @arch: The sandbox.
 *
 * Asked after an interrupt handler has run, to decide whether it can go
 * straight back.
 *
 * Return: Whether it is.
 * Context: Interrupts off.
 */
bool sbm_state_intact(struct arch_sbm *arch)
{
	return this_cpu_read(cpu_tlbstate.loaded_mm) == arch->mm &&
	       sbm_owns_fpu(arch) &&
	       !test_thread_flag(TIF_USER_RETURN_NOTIFY);
}

/**
 * arch_sbm_cycles_khz() - rate of get_cycles()
 *
 * Return: Its steps in a millisecond; zero if it does not count.
 * Context: Any.
 */
u64 arch_sbm_cycles_khz(void)
{
	return boot_cpu_has(X86_FEATURE_TSC) ? tsc_khz : 0;
}
