/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: code that stores all registers it can see. */
#ifndef _KERNEL_SBM_TESTS_DUMP_H
#define _KERNEL_SBM_TESTS_DUMP_H

/* Offsets in struct sbm_dump. */
#define DUMP_GPR	0x000
#define DUMP_FLAGS	0x080
#define DUMP_SEL	0x088
#define DUMP_XMM	0x0b8
#define DUMP_FPU	0x1b8
#define DUMP_MXCSR	0x1d8
#define DUMP_FSBASE	0x1e0
#define DUMP_GSBASE	0x1e8
#define DUMP_BASE	0x1f0
#define DUMP_SPOIL	0x1f8

#ifndef __ASSEMBLY__

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * struct sbm_dump - registers of a sandbox
 * @gpr: General registers, in the order of their numbers.
 * @flags: RFLAGS.
 * @sel: CS, SS, DS, ES, FS and GS.
 * @xmm: SSE registers.
 * @fpu: x87 environment.
 * @mxcsr: SSE control and status.
 * @fsbase: FS base; stored if @base is not zero.
 * @gsbase: GS base; stored if @base is not zero.
 * @base: Input: FS and GS base can be read.
 * @spoil: Input: change all that can be changed before returning.
 */
struct sbm_dump {
	u64 gpr[16];
	u64 flags;
	u64 sel[6];
	u64 xmm[16][2];
	u8 fpu[32];
	u64 mxcsr;
	u64 fsbase;
	u64 gsbase;
	u64 base;
	u64 spoil;
};

static_assert(offsetof(struct sbm_dump, gpr) == DUMP_GPR);
static_assert(offsetof(struct sbm_dump, flags) == DUMP_FLAGS);
static_assert(offsetof(struct sbm_dump, sel) == DUMP_SEL);
static_assert(offsetof(struct sbm_dump, xmm) == DUMP_XMM);
static_assert(offsetof(struct sbm_dump, fpu) == DUMP_FPU);
static_assert(offsetof(struct sbm_dump, mxcsr) == DUMP_MXCSR);
static_assert(offsetof(struct sbm_dump, fsbase) == DUMP_FSBASE);
static_assert(offsetof(struct sbm_dump, gsbase) == DUMP_GSBASE);
static_assert(offsetof(struct sbm_dump, base) == DUMP_BASE);
static_assert(offsetof(struct sbm_dump, spoil) == DUMP_SPOIL);

extern const u8 sbm_dump_start[];
extern const u8 sbm_dump_end[];

#endif /* !__ASSEMBLY__ */
#endif /* _KERNEL_SBM_TESTS_DUMP_H */
