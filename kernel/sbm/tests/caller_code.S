/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode tests: what a sandbox does while its caller holds something.
 *
 * Runs in a sandbox only; as far as the kernel is concerned it is data.
 */
#include <linux/linkage.h>

	.section .rodata, "a"

/**
 * sbm_caller_see - look at all vector registers
 *
 * Return: (%eax) zero if they are, all of YMM0 to YMM15
 */
SYM_DATA_START(sbm_caller_see)
	.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vorps	%ymm\n, %ymm0, %ymm0
	.endr
	vextractf128 $1, %ymm0, %xmm1
	vorps	%xmm1, %xmm0, %xmm0
	vmovhlps %xmm0, %xmm0, %xmm1
	vorps	%xmm1, %xmm0, %xmm0
	vmovq	%xmm0, %rax
	movq	%rax, %rcx
	shrq	$32, %rcx
	orl	%ecx, %eax
	ret
SYM_DATA_END_LABEL(sbm_caller_see, SYM_L_GLOBAL, sbm_caller_see_end)

/**
 * sbm_caller_wait - wait until a word is no longer zero
 * @word: (%rdi) its address
 *
 * Return: (%eax) the word
 */
SYM_DATA_START(sbm_caller_wait)
1:	movl	(%rdi), %eax
	testl	%eax, %eax
	pause
	jz	1b
	ret
SYM_DATA_END_LABEL(sbm_caller_wait, SYM_L_GLOBAL, sbm_caller_wait_end)
