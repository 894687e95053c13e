/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * G: state that leaks in or out. More in g_caller.c.
 *
 * The caller's registers are full during each attempt of any family, and are
 * compared afterwards: what is changed here must not reach them.
 */
#include "attempt.h"

	FAMILY	'G'

/* === Dirt: what the attempts that follow must not see === */

	ATTEMPT	leave_dirt, "fills its stack, 64 pages of heap and all registers"
	mov	$64, %edi
	GROW
	mov	%rax, %rdi
	mov	$64 * 4096, %ecx
	mov	$0xa5, %al
	rep stosb
	lea	-8192(%rsp), %rdi
	mov	$8192, %ecx
	rep stosb
	mov	$0xa5a5a5a5a5a5a5a5, %rax
	mov	%rax, %rcx
	mov	%rax, %rdx
	mov	%rax, %rbx
	mov	%rax, %rbp
	mov	%rax, %rsi
	mov	%rax, %rdi
	mov	%rax, %r8
	mov	%rax, %r9
	mov	%rax, %r10
	mov	%rax, %r11
	mov	%rax, %r12
	mov	%rax, %r13
	mov	%rax, %r14
	mov	%rax, %r15
	pcmpeqd	%xmm0, %xmm0
	pcmpeqd	%xmm15, %xmm15
	HERE
	hlt
	GP
	END

/* === What is there when the code begins === */

	ATTEMPT	see_registers, "looks at the general registers"
	mov	%rdi, %rax
	or	%rcx, %rax
	or	%rdx, %rax
	or	%rbx, %rax
	or	%rbp, %rax
	or	%rsi, %rax
	or	%r8, %rax
	or	%r9, %rax
	or	%r10, %rax
	or	%r11, %rax
	or	%r12, %rax
	or	%r13, %rax
	or	%r14, %rax
	or	%r15, %rax
	mov	%rax, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	see_rax, "looks at RAX"
	mov	%rax, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	see_stack_pointer, "looks at the stack pointer"
	mov	%rsp, %rdi
	REPORT
	REPORTS	-8, OF_STACK
	END

	ATTEMPT	see_flags, "looks at the flags"
	pushfq
	pop	%rdi
	REPORT
	REPORTS	0x202
	END

	ATTEMPT	see_vectors, "looks at XMM0 to XMM15"
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	por	%xmm\n, %xmm0
	.endr
	movhlps	%xmm0, %xmm1
	por	%xmm1, %xmm0
	movq	%xmm0, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	see_wide_vectors, "looks at the upper halves of YMM0 to YMM15"
	NEEDS	NEED_AVX2
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vpor	%ymm\n, %ymm0, %ymm0
	.endr
	vextracti128 $1, %ymm0, %xmm0
	movhlps	%xmm0, %xmm1
	por	%xmm1, %xmm0
	movq	%xmm0, %rdi
	REPORT
	REPORTS	0
	OUTCOME	KIND_EXCEPTION, 6, 0, 0, OF_ZERO, 0, OF_CODE, EFAULT_RET, NO_CPUID
	END

	ATTEMPT	see_opmask, "looks at an opmask register"
	NEEDS	NEED_AVX512
	kmovw	%k1, %edi
	REPORT
	REPORTS	0
	OUTCOME	KIND_EXCEPTION, 6, 0, 0, OF_ZERO, 0, OF_CODE, EFAULT_RET, NO_CPUID
	END

	ATTEMPT	see_mxcsr, "looks at MXCSR"
	stmxcsr	-8(%rsp)
	mov	-8(%rsp), %edi
	REPORT
	REPORTS	0x1f80
	END

	ATTEMPT	see_x87, "looks at the x87 control, status and tag words"
	fnstenv	-32(%rsp)
	movzwl	-32(%rsp), %edi
	shl	$16, %rdi
	movw	-28(%rsp), %di
	shl	$16, %rdi
	movw	-24(%rsp), %di
	REPORT
	REPORTS	0x37f0000ffff
	END

	ATTEMPT	see_x87_registers, "looks at the x87 registers, empty or not"
	fnsave	-128(%rsp)
	xor	%edi, %edi
	mov	$80, %ecx
	lea	-128+28(%rsp), %rsi
1:	lodsb
	or	%al, %dil
	loop	1b
	REPORT
	REPORTS	0
	END

	ATTEMPT	M8_see_selectors, "looks at DS, ES, FS and GS"
	mov	%ds, %edi
	mov	%es, %eax
	or	%eax, %edi
	mov	%fs, %eax
	or	%eax, %edi
	mov	%gs, %eax
	or	%eax, %edi
	REPORT
	REPORTS	0
	END

	ATTEMPT	see_cs_and_ss, "looks at CS and SS"
	mov	%cs, %edi
	shl	$16, %edi
	mov	%ss, %eax
	or	%eax, %edi
	REPORT
	REPORTS	0x33002b
	END

	ATTEMPT	M8_see_bases, "looks at the FS and GS bases"
	rdfsbase %rdi
	rdgsbase %rax
	or	%rax, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	M8_see_pkru, "looks at the rights of protection keys"
	NEEDS	NEED_PKU
	xor	%ecx, %ecx
	rdpkru
	mov	%eax, %edi
	REPORT
	REPORTS	0
	OUTCOME	KIND_EXCEPTION, 6, 0, 0, OF_ZERO, 2, OF_CODE, EFAULT_RET, NO_CPUID
	END

	ATTEMPT	see_stack, "looks for what an earlier sandbox left on the stack"
	lea	-16384+8(%rsp), %rsi
	mov	$(16384 - 8) / 8, %ecx
	xor	%edi, %edi
1:	lodsq
	or	%rax, %rdi
	loop	1b
	REPORT
	REPORTS	0
	END

	ATTEMPT	see_heap, "looks for it in all the heap it can have"
	mov	$1024, %edi
	GROW
	mov	%rax, %rsi
	mov	$1024 * 512, %ecx
	xor	%edi, %edi
1:	lodsq
	or	%rax, %rdi
	loop	1b
	REPORT
	REPORTS	0
	END

	ATTEMPT	see_behind_code, "looks for it behind its code"
	lea	2f(%rip), %rsi
	mov	%rsi, %rcx
	or	$4095, %rcx
	sub	%rsi, %rcx
	inc	%rcx
	xor	%edi, %edi
1:	lodsb
	or	%al, %dil
	loop	1b
	REPORT
2:
	REPORTS	0
	END

/* === What it changes must not come out: by returning, and by a fault === */

.macro CHANGE name:req, what:req, need=NEED_NOTHING, code:vararg
	ATTEMPT	\name, "changes \what, and returns"
	NEEDS	\need
	\code
	mov	$7, %eax
	ret
	RETURNS	7
	UD	NO_CPUID
	END

	ATTEMPT	\name\()_fault, "changes \what, and faults"
	NEEDS	\need
	\code
	HERE
	hlt
	GP
	END
.endm

.macro CHANGE_REGISTERS
	mov	$-1, %rax
	.irp	r, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	mov	%rax, %\r
	.endr
.endm

.macro CHANGE_VECTORS
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pcmpeqd	%xmm\n, %xmm\n
	.endr
	movl	$0x7f80, -8(%rsp)
	ldmxcsr	-8(%rsp)
.endm

.macro CHANGE_WIDE_VECTORS
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vpcmpeqd %ymm\n, %ymm\n, %ymm\n
	.endr
.endm

/* An exception is pending when the sandbox is left. */
.macro CHANGE_X87
	movw	$0x340, -8(%rsp)
	fldcw	-8(%rsp)
	fldz
	fld1
	fdivp
	fnstsw	%ax
.endm

.macro CHANGE_SEGMENTS
	mov	$0x2b, %eax
	mov	%eax, %ds
	mov	$0x23, %eax
	mov	%eax, %es
	mov	$0x33, %eax
	mov	%eax, %fs
	mov	$0x7b, %eax
	mov	%eax, %gs
.endm

.macro CHANGE_BASES
	mov	$0x0000600000000000, %rax
	wrfsbase %rax
	mov	$0xffff888000000000, %rax
	wrgsbase %rax
.endm

.macro CHANGE_PKRU
	xor	%ecx, %ecx
	xor	%edx, %edx
	mov	$0x55555550, %eax
	wrpkru
.endm

.macro CHANGE_FLAGS
	pushq	$0x3f7ed7 & ~0x100
	popfq
.endm

/* All components at once, as far as user mode reaches: zeroes. */
.macro CHANGE_BY_XRSTOR
	lea	-8192(%rsp), %rsi
	and	$-64, %rsi
	movl	$0x1f80, 24(%rsi)
	mov	$-1, %eax
	mov	$-1, %edx
	xrstor	(%rsi)
.endm

	CHANGE	change_registers, "all general registers", NEED_NOTHING, CHANGE_REGISTERS
	CHANGE	S4_change_vectors, "all vectors, and MXCSR", NEED_NOTHING, CHANGE_VECTORS
	CHANGE	S4_change_wide_vectors, "all wide vectors", NEED_AVX2, CHANGE_WIDE_VECTORS
	CHANGE	S4_change_x87, "the x87 state, with an exception pending", NEED_NOTHING, CHANGE_X87
	CHANGE	S4_change_xstate, "everything that XRSTOR knows", NEED_NOTHING, CHANGE_BY_XRSTOR
	CHANGE	M8_change_segments, "the segments", NEED_NOTHING, CHANGE_SEGMENTS
	CHANGE	M8_change_bases, "the FS and GS bases", NEED_NOTHING, CHANGE_BASES
	CHANGE	M8_change_pkru, "the rights of protection keys", NEED_PKU, CHANGE_PKRU
	CHANGE	change_flags, "the flags", NEED_NOTHING, CHANGE_FLAGS

	.section .note.GNU-stack, "", @progbits
