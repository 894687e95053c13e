/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode on x86-64: what its parts share. */
#ifndef _ARCH_X86_KERNEL_SBM_ARCH_H
#define _ARCH_X86_KERNEL_SBM_ARCH_H

/* Offsets the assembly uses; checked in cross.c. */
#define ARCH_SBM_SP	0
#define ARCH_SBM_REGS	8

#ifndef __ASSEMBLY__

#include <linux/mm_types.h>
#include <linux/types.h>
#include <asm/ptrace.h>

#include "internal.h"

/**
 * struct sbm_saved - the caller's register state that CPL 3 could see or change
 * @fs: FS selector.
 * @gs: GS selector.
 * @ds: DS selector.
 * @es: ES selector.
 * @fsbase: FS base address.
 * @gsbase: User GS base address.
 * @pkru: Protection key rights.
 * @tls: The thread has TLS descriptors, taken out of the GDT meanwhile.
 * @breakpoints: DR7 was in use.
 */
struct sbm_saved {
	unsigned short fs, gs, ds, es;
	unsigned long fsbase, gsbase;
	u32 pkru;
	bool tls;
	bool breakpoints;
};

/**
 * struct arch_sbm - a sandbox on x86-64
 * @sp: Kernel stack pointer to come back to.
 * @regs: The sandbox's registers while it is not running.
 * @top: Where the entry code puts its frame while the sandbox runs.
 * @sandbox: The sandbox this is part of.
 * @mm: The address space,
 * @vma: all of it that can be used.
 * @data: Private copy of the image's data, or %NULL if it has none.
 * @saved: What to restore on the way out.
 * @reason: Why the sandbox came back; filled in on the way out.
 * @vector: Exception vector, for %SBM_EXIT_FAULT.
 * @error: Its error code.
 * @addr: Its address.
 * @apf_token: Token of a KVM asynchronous page fault to wait for, or 0.
 * @fpu_cpu: CPU whose FPU registers were last given to this call, or -1.
 * @poisoned: A machine check hit the sandbox.
 * @borrowed_mm: The task has no address space and uses @mm for the call.
 * @nested: The call is made in a gate of another sandbox.
 * @notifiers: Preempt notifiers of the task, hidden during the call.
 *
 * Written by the task in the call only, @poisoned apart.
 */
struct arch_sbm {
	unsigned long sp;
	struct pt_regs regs;
	unsigned long top;
	struct sbm_sandbox *sandbox;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct sbm_region *data;
	struct sbm_saved saved;
	enum sbm_exit_reason reason;
	int vector;
	unsigned long error;
	unsigned long addr;
	u32 apf_token;
	int fpu_cpu;
	bool poisoned;
	bool borrowed_mm;
	bool nested;
	struct hlist_head notifiers;
};

/* entry.S */
void __sbm_enter(struct arch_sbm *arch);
void __sbm_leave(struct arch_sbm *arch);

/* state.c */
void sbm_state_enter(struct arch_sbm *arch, struct sbm_class *class);
void sbm_state_leave(struct arch_sbm *arch, struct sbm_class *class);
bool sbm_state_intact(struct arch_sbm *arch);

/* image.c */
unsigned long sbm_image_base(void);
int sbm_image_map(struct sbm_sandbox *sandbox);
int sbm_image_reset(struct sbm_sandbox *sandbox);
unsigned long sbm_image_end(void);
unsigned int sbm_image_data_pages(void);

/* mm.c */
int sbm_mm_map_pfn(struct sbm_sandbox *sandbox, unsigned long va,
		   unsigned long pfn, unsigned int nr, unsigned int prot);

#endif /* !__ASSEMBLY__ */
#endif /* _ARCH_X86_KERNEL_SBM_ARCH_H */
