/* SPDX-License-Identifier: GPL-2.0-only */
/* C: gates, and transfers to other segments. More in c_sweeps.c. */
#include "attempt.h"

	FAMILY	'C'

/*
 * QEMU 7.2 reads the frame of IRET and of far RET as CPL 0 does, and trips over
 * SMAP before it looks at what is in it.
 */
.macro QEMU_FRAME below:req
	OUTCOME	KIND_EXCEPTION, 14, 1, -\below, OF_STACK, 0, OF_HERE, EFAULT_RET, ON_TCG
.endm

/* === SYSCALL === */

	ATTEMPT	gate_unknown, "asks for a gate that is not there"
	mov	$3, %eax
	syscall
	HERE
	ret
	GATE	3
	END

	ATTEMPT	gate_minus_one, "asks for gate -1"
	mov	$-1, %rax
	syscall
	HERE
	ret
	GATE	-1
	END

	ATTEMPT	gate_return_wide, "returns, with a bit above 32 in the number"
	mov	$1 << 32, %rax
	syscall
	HERE
	ret
	GATE	(1<<32)
	END

	ATTEMPT	gate_grow_wide, "wants memory, with a bit above 32 in the number"
	mov	$(1 << 32) + 1, %rax
	mov	$1, %edi
	syscall
	HERE
	ret
	GATE	((1<<32)+1)
	END

	ATTEMPT	gate_exit_group, "asks for the gate that is exit_group()"
	mov	$231, %eax
	mov	$1, %edi
	syscall
	HERE
	ret
	GATE	231
	END

	ATTEMPT	gate_kill, "asks for the gate that is kill()"
	mov	$62, %eax
	xor	%edi, %edi		/* everybody in the group */
	mov	$9, %esi
	syscall
	HERE
	ret
	GATE	62
	END

	ATTEMPT	gate_x32, "asks for a gate by a number of x32"
	mov	$0x40000000, %eax
	syscall
	HERE
	ret
	GATE	0x40000000
	END

	ATTEMPT	gate_at_the_end, "asks in the last two bytes of its code"
	mov	$77, %eax
	jmp	1f
	.fill	4096 - 12, 1, 0x90
1:	.byte	0x0f, 0x05
	HERE
	GATE	77
	END

	ATTEMPT	gate_lies, "has its flags and return address wrong at SYSCALL"
	/* SYSCALL itself puts RIP and RFLAGS there. */
	mov	$0xffffffff80000000, %rcx
	mov	%rcx, %r11
	mov	$77, %eax
	syscall
	HERE
	ret
	GATE	77
	END

/* === 32-bit doors === */

	ATTEMPT	M5_int80, "makes the 32-bit system call exit(1)"
	mov	$1, %eax
	mov	%eax, %ebx
	int	$0x80
	HERE
	ret
	DOOR
	END

	ATTEMPT	M5_sysenter, "makes it with SYSENTER"
	mov	$1, %eax
	mov	%eax, %ebx
	mov	%rsp, %rbp
	HERE
	sysenter
	ret
	DOOR	0, OF_ZERO		/* Intel: SYSENTER saves no RIP */
	UD				/* AMD: not in 64-bit mode */
	END

	ATTEMPT	M5_compat_syscall, "goes on in 32-bit mode to make it: nothing is there"
	/* All of a sandbox is above 4 GiB, so there is no 32-bit code to run. */
	lea	1f(%rip), %rax
	mov	%eax, -16(%rsp)
	movl	$0x23, -12(%rsp)
	ljmp	*-16(%rsp)
	.code32
	HERE
1:	mov	$1, %eax
	syscall
	int	$0x80
	.code64
	DOOR	0, OF_HERE_LOW
	END

	ATTEMPT	M5_compat_jump, "jumps to 32-bit mode"
	movl	$0x1000, -16(%rsp)
	movl	$0x23, -12(%rsp)
	ljmp	*-16(%rsp)
	DOOR	0x1000, OF_ZERO
	END

	ATTEMPT	M5_compat_iret, "gets there with IRET, as does the kernel"
	mov	%rsp, %rax
	pushq	$0x2b
	pushq	%rax
	pushq	$0x202
	pushq	$0x23
	pushq	$0x1000
	HERE
	iretq
	DOOR	0x1000, OF_ZERO
	QEMU_FRAME 48
	END

	ATTEMPT	M5_compat_ret, "gets there with a far return"
	pushq	$0x23
	pushq	$0x1000
	HERE
	lretq
	DOOR	0x1000, OF_ZERO
	QEMU_FRAME 24
	END

	ATTEMPT	compat_bad_stack, "gets there with a kernel address as its stack"
	ARG	0, OF_KSTACK
	movl	$0x1000, -16(%rsp)
	movl	$0x23, -12(%rsp)
	lea	-16(%rsp), %rax
	mov	%rdi, %rsp
	ljmp	*(%rax)
	DOOR	0x1000, OF_ZERO
	END

/* === To CPL 0 === */

	ATTEMPT	ret_to_cpl0, "returns to the kernel's code segment"
	pushq	$0x10
	pushq	$0x1000
	HERE
	lretq
	GP	0x10
	QEMU_FRAME 24
	END

	ATTEMPT	iret_to_cpl0, "gets there with IRET"
	pushq	$0x18
	pushq	%rsp
	pushq	$2
	pushq	$0x10
	pushq	$0
	HERE
	iretq
	GP	0x10
	QEMU_FRAME 48
	END

	ATTEMPT	ljmp_to_cpl0, "jumps there"
	movl	$0x1000, -16(%rsp)
	movl	$0x10, -12(%rsp)
	HERE
	ljmp	*-16(%rsp)
	GP	0x10
	END

	ATTEMPT	ljmp_null, "jumps to the null selector"
	movq	$0, -16(%rsp)
	HERE
	ljmp	*-16(%rsp)
	GP
	END

	ATTEMPT	ljmp_tss, "jumps to the TSS: a task switch"
	movl	$0, -16(%rsp)
	movl	$0x40, -12(%rsp)
	HERE
	ljmp	*-16(%rsp)
	GP	0x40
	END

	ATTEMPT	iret_ss_kernel, "takes the kernel's stack segment with IRET"
	mov	%rsp, %rax
	pushq	$0x18
	pushq	%rax
	pushq	$0x202
	pushq	$0x33
	pushq	$0x1000
	HERE
	iretq
	GP	0x18
	QEMU_FRAME 48
	END

	ATTEMPT	iret_ss_null, "takes a null stack segment with IRET"
	mov	%rsp, %rax
	pushq	$0
	pushq	%rax
	pushq	$0x202
	pushq	$0x33
	pushq	$0x1000
	HERE
	iretq
	GP
	QEMU_FRAME 48
	END

	ATTEMPT	iret_non_canonical, "goes with IRET where no address is"
	ARG	0x800000000000
	mov	%rsp, %rax
	pushq	$0x2b
	pushq	%rax
	pushq	$0x202
	pushq	$0x33
	pushq	%rdi
	HERE
	iretq
	GP
	GP_THERE
	QEMU_FRAME 48
	END

	ATTEMPT	iret_nt, "executes IRET with NT set"
	mov	%rsp, %rax
	pushq	$0x2b
	pushq	%rax
	pushq	$0x202
	pushq	$0x33
	pushq	$0x1000
	pushfq
	orl	$0x4000, (%rsp)
	popfq
	HERE
	iretq
	GP
	END

	ATTEMPT	iret_iopl, "wants IOPL 3 and no interrupts, with IRET"
	mov	%rsp, %rax
	lea	1f(%rip), %rcx
	pushq	$0x2b
	pushq	%rax
	pushq	$0x3000
	pushq	$0x33
	pushq	%rcx
	HERE
	iretq
1:	pushfq
	pop	%rax
	and	$0x3200, %eax
	ret
	RETURNS	0x200
	QEMU_FRAME 48
	END

	ATTEMPT	sysret_non_canonical, "executes SYSRET with no address to go to"
	mov	$0x800000000000, %rcx
	HERE
	sysretq
	GP
	END

/* === Right behind a write of SS, when interrupts wait === */

.macro BEHIND_MOV_SS
	mov	%ss, %eax
	mov	%eax, %ss
.endm

	ATTEMPT	mov_ss_syscall, "SYSCALL behind a write of SS"
	mov	$77, %ecx
	BEHIND_MOV_SS
	xchg	%eax, %ecx
	syscall
	HERE
	GATE	77
	END

	ATTEMPT	mov_ss_gate, "SYSCALL in the very shadow of a write of SS"
	/* The selector of SS is the number. */
	BEHIND_MOV_SS
	syscall
	HERE
	GATE	0x2b
	END

	ATTEMPT	mov_ss_int3, "int3 in the shadow of a write of SS"
	BEHIND_MOV_SS
	int3
	HERE
	EXCEPTION 3
	END

	ATTEMPT	mov_ss_hlt, "hlt in the shadow of a write of SS"
	BEHIND_MOV_SS
	HERE
	hlt
	GP
	END

	ATTEMPT	mov_ss_step, "a single step in the shadow of a write of SS"
	mov	%ss, %ecx
	pushfq
	orl	$0x100, (%rsp)
	popfq
	mov	%ecx, %ss
	nop
	HERE
	nop
	EXCEPTION 1
	END

	.section .note.GNU-stack, "", @progbits
