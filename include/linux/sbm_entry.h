/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what generic code asks that takes user mode for current's.
 */
#ifndef _LINUX_SBM_ENTRY_H
#define _LINUX_SBM_ENTRY_H

#include <linux/types.h>

struct pt_regs;

#ifdef CONFIG_HAVE_ARCH_SBM
#include <asm/sbm.h>

/**
 * sbm_interrupted() - are these the registers of a sandbox?
 * @regs: Registers at an interrupt, or %NULL.
 *
 * A sandbox runs kernel code, with the registers of user mode.
 *
 * Return: True if the interrupt hit a sandbox.
 * Context: In that interrupt, or an NMI.
 */
static inline bool sbm_interrupted(struct pt_regs *regs)
{
	return sbm_active() && regs && user_mode(regs);
}

#else /* !CONFIG_HAVE_ARCH_SBM */

static inline bool sbm_interrupted(struct pt_regs *regs)
{
	return false;
}

#endif /* CONFIG_HAVE_ARCH_SBM */

#endif /* _LINUX_SBM_ENTRY_H */
