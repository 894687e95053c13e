/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox image: what it needs in assembly.
 *
 * The code here runs at CPL 3. It is not patched at boot, so it has none of
 * the kernel's ALTERNATIVEs and comes with thunks of its own.
 */
#include <linux/linkage.h>
#include <linux/sbm_abi.h>

	.text

/*
 * Where a sandboxed function returns to. Its result is in EAX.
 */
	.globl	__sbm_return
__sbm_return:
	movl	%eax, %edi
	movl	$SBM_CALL_RETURN, %eax
	syscall
	ud2

/*
 * unsigned long __sbm_syscall(unsigned long nr, unsigned long arg)
 */
	.globl	__sbm_syscall
__sbm_syscall:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	syscall
	jmp	__x86_return_thunk

/*
 * long __sbm_gate(unsigned long nr, unsigned long a, unsigned long b,
 *		   unsigned long c, unsigned long d, unsigned long e)
 */
	.globl	__sbm_gate
__sbm_gate:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10
	movq	%r9, %r8
	syscall
	jmp	__x86_return_thunk

/* void *memcpy(void *dst, const void *src, size_t n) */
	.globl	memcpy
	.globl	__memcpy
memcpy:
__memcpy:
	movq	%rdi, %rax
	movq	%rdx, %rcx
	rep movsb
	jmp	__x86_return_thunk

/* void *memmove(void *dst, const void *src, size_t n) */
	.globl	memmove
	.globl	__memmove
memmove:
__memmove:
	movq	%rdi, %rax
	movq	%rdi, %r8
	subq	%rsi, %r8
	cmpq	%rdx, %r8
	jb	1f			/* dst is inside src: from the end */
	movq	%rdx, %rcx
	rep movsb
	jmp	__x86_return_thunk
1:	leaq	-1(%rdi, %rdx), %rdi
	leaq	-1(%rsi, %rdx), %rsi
	movq	%rdx, %rcx
	std
	rep movsb
	cld
	jmp	__x86_return_thunk

/* void *memset(void *dst, int c, size_t n) */
	.globl	memset
	.globl	__memset
memset:
__memset:
	movq	%rdi, %r8
	movl	%esi, %eax
	movq	%rdx, %rcx
	rep stosb
	movq	%r8, %rax
	jmp	__x86_return_thunk

/*
 * Retpolines, one for each register, in the form the compiler asks for; see
 * arch/x86/lib/retpoline.S.
 */
.macro THUNK reg
	.globl	__x86_indirect_thunk_\reg
__x86_indirect_thunk_\reg:
	call	2f
1:	pause
	lfence
	jmp	1b
2:	movq	%\reg, (%rsp)
	ret
	int3
.endm

	.globl	sbm_thunks_begin
sbm_thunks_begin:
.irp reg, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	THUNK \reg
.endr

	.globl	__x86_return_thunk
__x86_return_thunk:
	ret
	int3
	.globl	sbm_thunks_end
sbm_thunks_end:

	.section .note.GNU-stack, "", @progbits
