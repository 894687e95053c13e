/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of the caller's registers, one at a time. Each is called in place of
 * a system call, see caller.S: it may use RAX, RCX and R11, and changes no flag
 * but the one it is about.
 */
#include "attempt.h"
#include "selfcheck.h"

.macro CHANGE name:req, need=NEED_NOTHING
	.pushsection .rodata.change_names, "a"
1:	.asciz	"\name"
	.popsection
	.pushsection .data.rel.ro.changes, "aw"
	.quad	1b, 2f, \need
	.popsection
2:
.endm

.macro DONE
	mov	$0, %eax
	ret
.endm

	.pushsection .data.rel.ro.changes, "aw"
	.balign	8
	.globl	changes
changes:
	.popsection

	.text
	.globl	change_nothing
change_nothing:
	DONE

	.irp	reg, rbx, rbp, r8, r9, r10, r12, r13, r14, r15, rdi, rsi, rdx
	CHANGE	\reg
	not	%\reg
	DONE
	.endr

	CHANGE	rsp
	pop	%rcx
	lea	-16(%rsp), %rsp
	mov	$0, %eax
	jmp	*%rcx

	CHANGE	CF
	cmc
	DONE

	CHANGE	DF
	cld
	DONE

	/* PF, ZF, SF, OF, AC, ID */
	.irp	bit, 2, 6, 7, 11, 18, 21
	CHANGE	"flag \bit"
	pushfq
	btcl	$\bit, (%rsp)
	popfq
	DONE
	.endr

	.irp	reg, ds, es, fs, gs, ss
	CHANGE	\reg
	mov	$CHANGE_SELECTOR, %ecx
	mov	%ecx, %\reg
	DONE
	.endr

	CHANGE	"FS base"
	rdfsbase %rcx
	lea	8(%rcx), %rcx
	wrfsbase %rcx
	DONE

	CHANGE	"GS base"
	rdgsbase %rcx
	lea	8(%rcx), %rcx
	wrgsbase %rcx
	DONE

	CHANGE	"x87 control word"
	movl	$0x37f, -8(%rsp)
	fldcw	-8(%rsp)
	DONE

	CHANGE	"x87 status word"
	fincstp
	DONE

	CHANGE	"x87 tag word"
	ffree	%st(3)
	DONE

	CHANGE	"x87 register"
	fxch	%st(2)
	DONE

	CHANGE	MXCSR
	movl	$0x1f80, -8(%rsp)
	ldmxcsr	-8(%rsp)
	DONE

	.irp	reg, 0, 7, 15
	CHANGE	"xmm\reg"
	pcmpeqd	%xmm\reg, %xmm\reg
	DONE
	.endr

	/* Clears what is above 128 bits. */
	CHANGE	"ymm3", NEED_AVX
	vmovdqu	%xmm3, %xmm3
	DONE

	CHANGE	PKRU, NEED_PKU
	mov	%rdx, %r11
	mov	$0, %ecx
	mov	$0, %edx
	mov	$CHANGE_PKRU, %eax
	wrpkru
	mov	%r11, %rdx
	DONE

	.pushsection .data.rel.ro.changes, "aw"
	.globl	changes_end
changes_end:
	.popsection

	.section .note.GNU-stack, "", @progbits
