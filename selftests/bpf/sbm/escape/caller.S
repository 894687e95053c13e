/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A system call made with every register in use, and what is in them when it
 * is back.
 *
 * void caller_syscall(void): number and arguments are in caller_args, the
 * result goes there; registers are loaded from caller_before and stored to
 * caller_after. One thread at a time. The system call is what caller_do points
 * to; selfcheck.c has others.
 */
#include "caller.h"

	.text
	.globl	caller_syscall
	.globl	caller_syscall_end
	.type	caller_syscall, @function
caller_syscall:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, caller_sp(%rip)

	/* x87, SIMD and protection keys, all that XCR0 has */
	mov	$-1, %eax
	mov	$-1, %edx
	mov	caller_before+CALLER_XSAVE(%rip), %rdi
	xrstor	(%rdi)
	/* So that both are written by the same instruction. */
	xsave	(%rdi)

	/* Segments: what is loaded last gives the base. */
	rdfsbase %rbx
	mov	$0x2b, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	wrfsbase %rbx
	mov	caller_before+CALLER_GSBASE(%rip), %rax
	wrgsbase %rax
	mov	%rbx, caller_before+CALLER_FSBASE(%rip)

	mov	caller_args(%rip), %rax
	mov	caller_args+8(%rip), %rdi
	mov	caller_args+16(%rip), %rsi
	mov	caller_args+24(%rip), %rdx
	mov	caller_before+CALLER_GPRS+0(%rip), %rbx
	mov	caller_before+CALLER_GPRS+8(%rip), %rbp
	mov	caller_before+CALLER_GPRS+16(%rip), %r8
	mov	caller_before+CALLER_GPRS+24(%rip), %r9
	mov	caller_before+CALLER_GPRS+32(%rip), %r10
	mov	caller_before+CALLER_GPRS+40(%rip), %r12
	mov	caller_before+CALLER_GPRS+48(%rip), %r13
	mov	caller_before+CALLER_GPRS+56(%rip), %r14
	mov	caller_before+CALLER_GPRS+64(%rip), %r15
	mov	%rdi, caller_before+CALLER_GPRS+72(%rip)
	mov	%rsi, caller_before+CALLER_GPRS+80(%rip)
	mov	%rdx, caller_before+CALLER_GPRS+88(%rip)
	mov	%rsp, caller_before+CALLER_GPRS+96(%rip)
	pushq	caller_before+CALLER_FLAGS(%rip)
	popfq

	call	*caller_do(%rip)

	mov	%rsp, caller_after+CALLER_GPRS+96(%rip)
	mov	caller_sp(%rip), %rsp
	pushfq
	popq	caller_after+CALLER_FLAGS(%rip)
	/* No more DF and AC: C wants neither. */
	pushq	$0x202
	popfq
	mov	%rax, caller_args(%rip)
	mov	%rbx, caller_after+CALLER_GPRS+0(%rip)
	mov	%rbp, caller_after+CALLER_GPRS+8(%rip)
	mov	%r8, caller_after+CALLER_GPRS+16(%rip)
	mov	%r9, caller_after+CALLER_GPRS+24(%rip)
	mov	%r10, caller_after+CALLER_GPRS+32(%rip)
	mov	%r12, caller_after+CALLER_GPRS+40(%rip)
	mov	%r13, caller_after+CALLER_GPRS+48(%rip)
	mov	%r14, caller_after+CALLER_GPRS+56(%rip)
	mov	%r15, caller_after+CALLER_GPRS+64(%rip)
	mov	%rdi, caller_after+CALLER_GPRS+72(%rip)
	mov	%rsi, caller_after+CALLER_GPRS+80(%rip)
	mov	%rdx, caller_after+CALLER_GPRS+88(%rip)

	mov	%ds, caller_after+CALLER_SELECTORS+0(%rip)
	mov	%es, caller_after+CALLER_SELECTORS+2(%rip)
	mov	%fs, caller_after+CALLER_SELECTORS+4(%rip)
	mov	%gs, caller_after+CALLER_SELECTORS+6(%rip)
	mov	%ss, caller_after+CALLER_SELECTORS+8(%rip)
	rdfsbase %rax
	mov	%rax, caller_after+CALLER_FSBASE(%rip)
	rdgsbase %rax
	mov	%rax, caller_after+CALLER_GSBASE(%rip)
	mov	$-1, %eax
	mov	$-1, %edx
	mov	caller_after+CALLER_XSAVE(%rip), %rdi
	xsave	(%rdi)

	/* Whatever came back, C goes on with what it had. */
	mov	caller_before+CALLER_FSBASE(%rip), %rbx
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	wrfsbase %rbx
	fninit
	movl	$0x1f80, -4(%rsp)
	ldmxcsr	-4(%rsp)

	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
caller_syscall_end:
	.size	caller_syscall, . - caller_syscall

	.globl	caller_do_syscall
	.type	caller_do_syscall, @function
caller_do_syscall:
	syscall
	ret
	.size	caller_do_syscall, . - caller_do_syscall

	.bss
	.balign	8
caller_sp:
	.skip	8

	.section .note.GNU-stack, "", @progbits
