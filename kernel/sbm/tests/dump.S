/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode tests: code that stores all registers it can see.
 *
 * Runs in a sandbox only; as far as the kernel is concerned it is data.
 */
#include <linux/linkage.h>

#include "dump.h"

	.section .rodata, "a"

/**
 * sbm_dump_start - store the registers, and spoil them if told so
 * @dump: (%rdi) struct sbm_dump
 *
 * Return: (%eax) zero
 */
SYM_DATA_START(sbm_dump_start)
	movq	%rax, (DUMP_GPR + 0 * 8)(%rdi)
	movq	%rcx, (DUMP_GPR + 1 * 8)(%rdi)
	movq	%rdx, (DUMP_GPR + 2 * 8)(%rdi)
	movq	%rbx, (DUMP_GPR + 3 * 8)(%rdi)
	movq	%rsp, (DUMP_GPR + 4 * 8)(%rdi)
	movq	%rbp, (DUMP_GPR + 5 * 8)(%rdi)
	movq	%rsi, (DUMP_GPR + 6 * 8)(%rdi)
	movq	%rdi, (DUMP_GPR + 7 * 8)(%rdi)
	movq	%r8, (DUMP_GPR + 8 * 8)(%rdi)
	movq	%r9, (DUMP_GPR + 9 * 8)(%rdi)
	movq	%r10, (DUMP_GPR + 10 * 8)(%rdi)
	movq	%r11, (DUMP_GPR + 11 * 8)(%rdi)
	movq	%r12, (DUMP_GPR + 12 * 8)(%rdi)
	movq	%r13, (DUMP_GPR + 13 * 8)(%rdi)
	movq	%r14, (DUMP_GPR + 14 * 8)(%rdi)
	movq	%r15, (DUMP_GPR + 15 * 8)(%rdi)
	pushfq
	popq	DUMP_FLAGS(%rdi)
	movl	%cs, %eax
	movq	%rax, (DUMP_SEL + 0 * 8)(%rdi)
	movl	%ss, %eax
	movq	%rax, (DUMP_SEL + 1 * 8)(%rdi)
	movl	%ds, %eax
	movq	%rax, (DUMP_SEL + 2 * 8)(%rdi)
	movl	%es, %eax
	movq	%rax, (DUMP_SEL + 3 * 8)(%rdi)
	movl	%fs, %eax
	movq	%rax, (DUMP_SEL + 4 * 8)(%rdi)
	movl	%gs, %eax
	movq	%rax, (DUMP_SEL + 5 * 8)(%rdi)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqu	%xmm\n, (DUMP_XMM + 16 * \n)(%rdi)
	.endr
	fnstenv	DUMP_FPU(%rdi)
	stmxcsr	DUMP_MXCSR(%rdi)

	cmpq	$0, DUMP_BASE(%rdi)
	je	1f
	rdfsbase %rax
	movq	%rax, DUMP_FSBASE(%rdi)
	rdgsbase %rax
	movq	%rax, DUMP_GSBASE(%rdi)
1:
	cmpq	$0, DUMP_SPOIL(%rdi)
	je	3f
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pcmpeqd	%xmm\n, %xmm\n
	.endr
	/* Other rounding, all exceptions masked, values left on the stack. */
	fld1
	fldpi
	pushq	$0x7f80
	ldmxcsr	(%rsp)
	fldcw	(%rsp)
	popq	%rax

	movl	$0x2b, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	cmpq	$0, DUMP_BASE(%rdi)
	je	2f
	wrfsbase %rdi
	wrgsbase %rdi
2:
	.irp r, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15
	movq	$-1, %\r
	.endr
	std
3:
	xorl	%eax, %eax
	ret
SYM_DATA_END_LABEL(sbm_dump_start, SYM_L_GLOBAL, sbm_dump_end)
