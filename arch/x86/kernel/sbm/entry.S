/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: the two ends of the crossing.
 *
 * Everything between them is the ordinary way to and from user mode.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/asm-offsets.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/unwind_hints.h>

#include "arch.h"

.section .noinstr.text, "ax"

/**
 * __sbm_enter - go to CPL 3 and run a sandbox
 * @arch: (%rdi) the sandbox; arch->regs says where and with which registers
 *
 * Called with interrupts off and the sandbox's address space loaded, the
 * lockdep and context tracking state already that of user mode. "Returns"
 * when __sbm_leave() is called, by then on kernel terms again.
 *
 * The top of the kernel stack, where the entry code builds its frame, is
 * moved below the frames that are live. The code that follows is that of any
 * return to user mode, with its mitigations.
 */
SYM_CODE_START(__sbm_enter)
	ANNOTATE_NOENDBR
	UNWIND_HINT_FUNC
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, ARCH_SBM_SP(%rdi)

	/* The CPU aligns its frame to 16; sync_regs() relies on it. */
	movq	%rsp, %rax
	andq	$~15, %rax
	movq	%rax, PER_CPU_VAR(pcpu_hot + X86_top_of_stack)

	leaq	ARCH_SBM_REGS(%rdi), %rsi
	leaq	-PTREGS_SIZE(%rax), %rdi
	movl	$(PTREGS_SIZE / 8), %ecx
	movq	%rdi, %rsp
	UNWIND_HINT_END_OF_STACK
	rep movsq
	UNWIND_HINT_REGS
	jmp	swapgs_restore_regs_and_return_to_usermode
SYM_CODE_END(__sbm_enter)

/**
 * __sbm_leave - abandon the entry frame of a sandbox and resume its caller
 * @arch: (%rdi) the sandbox this CPU is in
 *
 * Called with interrupts off from the C entry code, on the same kernel stack,
 * below the frame of __sbm_enter(). What lies between is noinstr code, so
 * neither tracers nor sanitizers miss the returns that never happen.
 */
SYM_CODE_START(__sbm_leave)
	ANNOTATE_NOENDBR
	UNWIND_HINT_END_OF_STACK
	movq	ARCH_SBM_SP(%rdi), %rsp
	UNWIND_HINT sp_reg=ORC_REG_SP sp_offset=56 type=UNWIND_HINT_TYPE_CALL

	/*
	 * The sandbox has run with its own calls and returns, and a deeper
	 * call stack than the one the CPU has seen is resumed: the same case
	 * as in __switch_to_asm().
	 */
	FILL_RETURN_BUFFER %r12, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_CTXSW

	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	RET
SYM_CODE_END(__sbm_leave)
