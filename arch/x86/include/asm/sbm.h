/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what the x86 entry code asks while a sandbox may be running.
 *
 * To the hardware and to the assembly entry code a sandbox is user mode. The
 * functions here are where the C entry code learns that it is not the user
 * mode of current. Each costs one per-CPU comparison on the way in from
 * user mode, and none is on the path of a system call.
 */
#ifndef _ASM_X86_SBM_H
#define _ASM_X86_SBM_H

#ifndef __ASSEMBLY__

#include <linux/compiler.h>
#include <linux/percpu-defs.h>
#include <asm/percpu.h>
#include <asm/ptrace.h>

struct arch_sbm;

#if defined(CONFIG_SANDBOX_MODE) && defined(CONFIG_HAVE_ARCH_SBM)

/* The sandbox this CPU is in. Set and cleared with interrupts off. */
DECLARE_PER_CPU(struct arch_sbm *, sbm_current);

void sbm_leave_exception(struct pt_regs *regs, int vector, unsigned long error,
			 unsigned long addr);
void sbm_leave_syscall(struct pt_regs *regs);
void sbm_irqentry_exit(struct pt_regs *regs);
bool sbm_machine_check(u64 addr, bool usable);

/**
 * sbm_active() - is this CPU in a sandbox?
 *
 * While it is, whatever arrives from user mode arrives from the sandbox.
 * True also in the interrupt handlers that run meanwhile.
 *
 * Return: Whether it is.
 */
static __always_inline bool sbm_active(void)
{
	return __this_cpu_read(sbm_current);
}

/**
 * sbm_divert() - end the sandbox if it raised this exception
 * @regs: Registers at the exception.
 * @vector: Vector number.
 * @error: Error code the CPU pushed, or 0.
 * @addr: Faulting address of a page fault, or 0.
 *
 * To be called first thing in the handler, before anything there can enable
 * interrupts, sleep, or look at current's user space. Does not return if the
 * exception came from a sandbox.
 */
static __always_inline void sbm_divert(struct pt_regs *regs, int vector,
				       unsigned long error, unsigned long addr)
{
	if (unlikely(sbm_active()) && user_mode(regs))
		sbm_leave_exception(regs, vector, error, addr);
}

/* SYSCALL is the sandbox's door; the bit is set while the task is in a call. */
#define ARCH_SYSCALL_WORK_ENTER	SYSCALL_WORK_SANDBOX
#define arch_sandbox_syscall	sbm_leave_syscall

static __always_inline bool arch_sandbox_irqentry_exit(struct pt_regs *regs)
{
	if (likely(!sbm_active()))
		return false;
	sbm_irqentry_exit(regs);
	return true;
}

#define arch_sandbox_irqentry_exit arch_sandbox_irqentry_exit

#else /* !CONFIG_HAVE_ARCH_SBM */

static __always_inline bool sbm_active(void)
{
	return false;
}

static __always_inline void sbm_divert(struct pt_regs *regs, int vector,
				       unsigned long error, unsigned long addr)
{
}

static inline bool sbm_machine_check(u64 addr, bool usable)
{
	return false;
}

#endif /* CONFIG_HAVE_ARCH_SBM */

#endif /* !__ASSEMBLY__ */
#endif /* _ASM_X86_SBM_H */
