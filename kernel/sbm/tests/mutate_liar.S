/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode tests: code that comes out of a sandbox with made-up registers.
 *
 * Runs in a sandbox only; as far as the kernel is concerned it is data. Takes
 * one lie after the other, and ends the call after the last.
 */
#include <linux/linkage.h>

#include "mutate.h"

	.section .rodata, "a"

/* All registers of the lie at %r15, this one last. */
.macro LIE
	movq	(LIE_GPR + 0 * 8)(%r15), %rax
	movq	(LIE_GPR + 1 * 8)(%r15), %rcx
	movq	(LIE_GPR + 2 * 8)(%r15), %rdx
	movq	(LIE_GPR + 3 * 8)(%r15), %rbx
	movq	(LIE_GPR + 4 * 8)(%r15), %rsp
	movq	(LIE_GPR + 5 * 8)(%r15), %rbp
	movq	(LIE_GPR + 6 * 8)(%r15), %rsi
	movq	(LIE_GPR + 7 * 8)(%r15), %rdi
	movq	(LIE_GPR + 8 * 8)(%r15), %r8
	movq	(LIE_GPR + 9 * 8)(%r15), %r9
	movq	(LIE_GPR + 10 * 8)(%r15), %r10
	movq	(LIE_GPR + 11 * 8)(%r15), %r11
	movq	(LIE_GPR + 12 * 8)(%r15), %r12
	movq	(LIE_GPR + 13 * 8)(%r15), %r13
	movq	(LIE_GPR + 14 * 8)(%r15), %r14
	movq	(LIE_GPR + 15 * 8)(%r15), %r15
.endm

SYM_DATA_START(sbm_liar_start)
.Lnext:
	movq	sbm_liar_own(%rip), %r14
	movq	sbm_liar_lies(%rip), %r15
	movq	LIAR_COUNT(%r14), %rcx
	cmpq	$(1 << LIES_SHIFT), %rcx
	jae	.Lend
	incq	LIAR_COUNT(%r14)
	shlq	$LIE_SHIFT, %rcx
	addq	%rcx, %r15

	movq	LIE_WAY(%r15), %rax
	andl	$((1 << LIAR_WAYS_SHIFT) - 1), %eax
	leaq	.Lways(%rip), %rbx
	movslq	(%rbx, %rax, 4), %rax
	addq	%rax, %rbx

	leaq	LIAR_STACK(%r14), %rsp
	pushq	LIE_FLAGS(%r15)
	popfq
	jmp	*%rbx

.Lend:
	xorl	%eax, %eax
	xorl	%edi, %edi
	syscall

.Lsyscall:
	LIE
	syscall
	jmp	.Lnext
.Lsegments:
	movw	LIE_FAR(%r15), %ds
	movw	(LIE_FAR + 2)(%r15), %es
	movw	(LIE_FAR + 4)(%r15), %fs
	movw	(LIE_FAR + 6)(%r15), %gs
	movq	(LIE_GPR + 8 * 8)(%r15), %rax
	wrfsbase %rax
	wrgsbase %rax
	LIE
	syscall
	jmp	.Lnext
.Lpkru:
	movq	LIE_FAR(%r15), %rax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	wrpkru
	LIE
	syscall
	jmp	.Lnext
.Lint3:
	LIE
	int3
.Lud2:
	LIE
	ud2
.Lhlt:
	LIE
	hlt
.Lint80:
	LIE
	int	$0x80
.Lsysenter:
	LIE
	sysenter
.Lread:
	LIE
	movq	(%rsi), %rax
	jmp	.Lnext
.Lwrite:
	LIE
	movb	%al, (%rdi)
	jmp	.Lnext
.Ljump:
	LIE
	jmp	*%rdx
.Lfar:
	leaq	LIE_FAR(%r15), %rax
	ljmpl	*(%rax)
.Lpush:
	LIE
	pushq	%rax
	jmp	.Lnext

	.balign	4
.Lways:
	.rept	4
	.long	.Lsyscall - .Lways
	.endr
	.long	.Lsegments - .Lways
	.long	.Lpkru - .Lways
	.long	.Lint3 - .Lways
	.long	.Lud2 - .Lways
	.long	.Lhlt - .Lways
	.long	.Lint80 - .Lways
	.long	.Lsysenter - .Lways
	.long	.Lread - .Lways
	.long	.Lwrite - .Lways
	.long	.Ljump - .Lways
	.long	.Lfar - .Lways
	.long	.Lpush - .Lways

SYM_DATA(sbm_liar_lies, .quad 0)
SYM_DATA(sbm_liar_own, .quad 0)
SYM_DATA_END_LABEL(sbm_liar_start, SYM_L_GLOBAL, sbm_liar_end)
