/* SPDX-License-Identifier: GPL-2.0-only */
/* D: exceptions, flags and stack pointers in odd states. */
#include "attempt.h"

	FAMILY	'D'

/* Set flags: 0x100 TF, 0x400 DF, 0x3000 IOPL, 0x4000 NT, 0x40000 AC. */
.macro SET_FLAGS flags:req
	pushfq
	orl	$\flags, (%rsp)
	popfq
.endm

/* === Each exception === */

	ATTEMPT	divide_by_zero, "divides by zero"
	xor	%ecx, %ecx
	HERE
	div	%ecx
	EXCEPTION 0
	END

	ATTEMPT	divide_overflow, "divides the least number by -1"
	mov	$-1, %rcx
	mov	$1, %edx
	shl	$63, %rdx
	xor	%eax, %eax
	HERE
	idiv	%rcx
	EXCEPTION 0
	END

	ATTEMPT	M3_int3, "executes int3: no uprobe and no debugger hears of it"
	int3
	HERE
	EXCEPTION 3
	END

	ATTEMPT	int3_by_number, "executes int $3"
	.byte	0xcd, 3
	HERE
	EXCEPTION 3
	END

	ATTEMPT	overflow, "executes int $4"
	.byte	0xcd, 4
	HERE
	EXCEPTION 4
	END

	ATTEMPT	int1, "executes int1"
	.byte	0xf1
	HERE
	EXCEPTION 1
	OUTCOME	KIND_EXCEPTION, 6, 0, 0, OF_ZERO, -1, OF_HERE, EFAULT_RET, ON_TCG
	END

	ATTEMPT	S1_math_error, "has an x87 exception pending"
	fninit
	movw	$0x37b, -8(%rsp)	/* division by zero not masked */
	fldcw	-8(%rsp)
	fld1
	fldz
	fdivrp
	HERE
	fwait
	ret
	EXCEPTION 16
	END

	ATTEMPT	math_error_unseen, "leaves an x87 exception pending to its caller"
	movw	$0x37b, -8(%rsp)
	fldcw	-8(%rsp)
	fld1
	fldz
	fdivrp
	xor	%eax, %eax
	ret
	RETURNS	0
	END

	ATTEMPT	simd_error, "has a SIMD exception not masked"
	NEEDS	NEED_SIMD_XF
	movl	$0x1d80, -8(%rsp)	/* division by zero not masked */
	ldmxcsr	-8(%rsp)
	mov	$1, %eax
	cvtsi2ss %eax, %xmm0
	xorps	%xmm1, %xmm1
	HERE
	divss	%xmm1, %xmm0
	xor	%eax, %eax
	ret
	EXCEPTION 19
	END

	ATTEMPT	mxcsr_reserved, "loads reserved bits into MXCSR"
	movl	$0xffff1f80, -8(%rsp)
	HERE
	ldmxcsr	-8(%rsp)
	xor	%eax, %eax
	ret
	GP
	RETURNS	0, ON_TCG		/* does not look */
	END

	ATTEMPT	S1_alignment, "has AC set and reads across a word"
	NEEDS	NEED_AC
	SET_FLAGS 0x40000
	HERE
	mov	-7(%rsp), %eax
	xor	%eax, %eax
	ret
	EXCEPTION 17
	END

	ATTEMPT	misaligned_sse, "reads a vector that is not aligned"
	HERE
	movaps	-7(%rsp), %xmm0
	xor	%eax, %eax
	ret
	GP
	RETURNS	0, ON_TCG		/* does not look */
	END

/* === Single step === */

	ATTEMPT	M3_single_step, "steps itself"
	SET_FLAGS 0x100
	nop
	HERE
	nop
	EXCEPTION 1
	END

	ATTEMPT	step_into_syscall, "steps itself into SYSCALL"
	/* SYSCALL clears TF, so the kernel is not stepped. */
	mov	$77, %eax
	SET_FLAGS 0x100
	syscall
	HERE
	GATE	77
	END

	ATTEMPT	step_into_grow, "does so and goes on: TF does not come back"
	mov	$1, %eax
	xor	%edi, %edi
	SET_FLAGS 0x100
	syscall
	pushfq
	pop	%rdi
	and	$0x100, %edi
	REPORT
	REPORTS	0
	END

	ATTEMPT	step_into_int3, "steps itself into int3"
	SET_FLAGS 0x100
	int3
	HERE
	EXCEPTION 3
	EXCEPTION 1
	END

	ATTEMPT	step_into_int80, "steps itself into the 32-bit door"
	mov	$1, %eax
	SET_FLAGS 0x100
	int	$0x80
	HERE
	DOOR
	END

	ATTEMPT	step_into_fault, "steps itself into a fault"
	SET_FLAGS 0x100
	HERE
	hlt
	GP
	END

	ATTEMPT	step_with_kernel_gs, "steps itself with the kernel's GS base"
	/* #DB has to find out by itself whose GS base this is. */
	ARG	0, OF_PERCPU
	wrgsbase %rdi
	SET_FLAGS 0x100
	nop
	HERE
	nop
	EXCEPTION 1
	END

	ATTEMPT	step_with_bad_stack, "steps itself with no stack"
	SET_FLAGS 0x100
	xor	%esp, %esp
	HERE
	nop
	EXCEPTION 1
	END

/* === Flags === */

	ATTEMPT	iopl_by_popf, "wants IOPL 3 and no interrupts"
	pushq	$0x3002
	popfq
	pushfq
	pop	%rdi
	and	$0x3200, %edi
	REPORT
	REPORTS	0x200
	END

	ATTEMPT	df_at_fault, "faults with DF set"
	std
	HERE
	hlt
	GP
	END

	ATTEMPT	df_at_return, "returns with DF set"
	std
	xor	%eax, %eax
	ret
	RETURNS	0
	END

	ATTEMPT	ac_at_fault, "faults with AC set: it is no licence to read user memory"
	SET_FLAGS 0x40000
	HERE
	hlt
	GP
	END

	ATTEMPT	ac_at_syscall, "asks for memory with AC set"
	SET_FLAGS 0x40000
	mov	$1, %edi
	GROW
	pushfq
	pop	%rdi
	and	$0x40000, %edi
	REPORT
	REPORTS	0
	END

	ATTEMPT	nt_at_fault, "faults with NT set"
	SET_FLAGS 0x4000
	HERE
	hlt
	GP
	END

	ATTEMPT	nt_at_syscall, "asks for memory with NT set, and returns"
	SET_FLAGS 0x4000
	mov	$1, %edi
	GROW
	pushfq
	pop	%rdi
	and	$0x4000, %edi
	REPORT
	REPORTS	0
	END

	ATTEMPT	all_flags, "returns with every flag set that it can set"
	pushq	$0x3f7ed7 & ~0x100
	popfq
	xor	%eax, %eax
	ret
	RETURNS	0
	END

/* === No stack === */

.macro BAD_STACK name:req, value:req, of:req, what:req
	ATTEMPT	stack_\name\()_gate, "\what at SYSCALL"
	ARG	\value, \of
	mov	%rdi, %rsp
	mov	$77, %eax
	syscall
	HERE
	GATE	77
	END

	ATTEMPT	stack_\name\()_fault, "\what at an exception"
	ARG	\value, \of
	mov	%rdi, %rsp
	HERE
	ud2
	UD
	END

	ATTEMPT	stack_\name\()_grow, "\what when it goes on after SYSCALL"
	ARG	\value, \of
	mov	%rdi, %rbx
	mov	%rdi, %rsp
	mov	$1, %edi
	GROW
	mov	%rsp, %rdi
	sub	%rbx, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	stack_\name\()_interrupt, "\what at interrupts"
	ARG	\value, \of
	mov	%rdi, %rsp
	mov	$20000000, %ecx
1:	dec	%ecx
	jnz	1b
	mov	$77, %eax
	syscall
	HERE
	GATE	77
	END
.endm

	BAD_STACK zero, 0, OF_ZERO, "the stack pointer is zero"
	BAD_STACK kernel, 0, OF_KSTACK, "the stack pointer is that of a kernel stack"
	BAD_STACK per_cpu, 0, OF_PERCPU, "the stack pointer is that of per-CPU data"
	BAD_STACK non_canonical, 0x800000000000, OF_ZERO, "the stack pointer is no address"
	BAD_STACK caller, 0, OF_CALLER_STACK, "the stack pointer is the caller's"

/* === With the GS base of the kernel === */

	ATTEMPT	kernel_gs_gate, "has the kernel's GS base at SYSCALL"
	ARG	0, OF_PERCPU
	wrgsbase %rdi
	mov	$77, %eax
	syscall
	HERE
	GATE	77
	END

	ATTEMPT	kernel_gs_fault, "has it at an exception"
	ARG	0, OF_PERCPU
	wrgsbase %rdi
	HERE
	ud2
	UD
	END

	ATTEMPT	kernel_gs_interrupt, "has it at interrupts"
	ARG	0, OF_PERCPU
	wrgsbase %rdi
	mov	$20000000, %ecx
1:	dec	%ecx
	jnz	1b
	mov	$77, %eax
	syscall
	HERE
	GATE	77
	END

	.section .note.GNU-stack, "", @progbits
