/* SPDX-License-Identifier: GPL-2.0-only */
/* B: instructions that are privileged, sensitive or invalid. */
#include "attempt.h"

	FAMILY	'B'

/* One instruction that must be #GP(0). */
.macro PRIVILEGED name:req, insn:vararg
	ATTEMPT	\name, "executes \insn"
	\insn
	ret
	GP
	END
.endm

/* One that must be #UD, for want of the feature or of the privilege. */
.macro INVALID name:req, insn:vararg
	ATTEMPT	\name, "executes \insn"
	\insn
	ret
	UD
	END
.endm

/* The same by its bytes, for what the assembler does not know or want. */
.macro INVALID_BYTES name:req, what:req, bytes:vararg
	ATTEMPT	\name, "executes \what"
	.byte	\bytes
	ret
	UD
	END
.endm

/* One that user mode has. */
.macro HARMLESS name:req, insn:vararg
	ATTEMPT	\name, "executes \insn: user mode may"
	\insn
	xor	%eax, %eax
	ret
	RETURNS	0
	END
.endm

/* === The CPU === */

	PRIVILEGED hlt, hlt
	PRIVILEGED cli, cli
	PRIVILEGED sti, sti
	PRIVILEGED clts, clts
	PRIVILEGED wbinvd, wbinvd
	PRIVILEGED invd, invd
	PRIVILEGED invlpg, invlpg (%rsp)
	PRIVILEGED swapgs, swapgs
	PRIVILEGED sysretq, sysretq
	PRIVILEGED xsetbv, xsetbv

	ATTEMPT	invpcid, "executes invpcid"
	NEEDS	NEED_INVPCID
	invpcid	(%rsp), %rax
	ret
	GP
	UD	NO_CPUID
	END

	ATTEMPT	sysexitq, "executes sysexitq"
	sysexitq
	GP				/* Intel */
	UD				/* AMD */
	END

	INVALID	monitor, monitor
	INVALID	mwait, mwait
	INVALID	clac, clac
	INVALID	stac, stac
	INVALID	rsm, rsm
	INVALID	getsec, getsec

/* === Control and debug registers === */

	PRIVILEGED read_cr0, mov %cr0, %rax
	PRIVILEGED read_cr2, mov %cr2, %rax
	PRIVILEGED read_cr3, mov %cr3, %rax
	PRIVILEGED read_cr4, mov %cr4, %rax
	PRIVILEGED read_cr8, mov %cr8, %rax
	PRIVILEGED write_cr0, mov %rax, %cr0
	PRIVILEGED write_cr2, mov %rax, %cr2
	PRIVILEGED write_cr3, mov %rax, %cr3
	PRIVILEGED write_cr4, mov %rax, %cr4
	PRIVILEGED write_cr8, mov %rax, %cr8
	PRIVILEGED read_dr0, mov %dr0, %rax
	PRIVILEGED read_dr7, mov %dr7, %rax
	PRIVILEGED write_dr0, mov %rax, %dr0
	PRIVILEGED write_dr6, mov %rax, %dr6
	PRIVILEGED write_dr7, mov %rax, %dr7
	PRIVILEGED lmsw, lmsw %ax

/* === MSRs === */

	ATTEMPT	rdmsr_lstar, "reads the entry point of SYSCALL"
	mov	$0xc0000082, %ecx
	HERE
	rdmsr
	ret
	GP
	END

	ATTEMPT	wrmsr_lstar, "writes the entry point of SYSCALL"
	mov	$0xc0000082, %ecx
	HERE
	wrmsr
	ret
	GP
	END

	ATTEMPT	wrmsr_efer, "turns no-execute off"
	mov	$0xc0000080, %ecx
	mov	$0x501, %eax
	HERE
	wrmsr
	ret
	GP
	END

	ATTEMPT	wrmsr_kernel_gs, "writes the GS base the kernel will have"
	mov	$0xc0000102, %ecx
	HERE
	wrmsr
	ret
	GP
	END

	PRIVILEGED rdpmc, rdpmc

/* === Tables === */

	PRIVILEGED lgdt, lgdt (%rsp)
	PRIVILEGED lidt, lidt (%rsp)
	PRIVILEGED lldt, lldt %ax
	PRIVILEGED ltr, ltr %ax

	/* UMIP; the kernel would emulate them for a process. */
	PRIVILEGED S1_sgdt_not_emulated, sgdt -16(%rsp)
	PRIVILEGED S1_sidt_not_emulated, sidt -16(%rsp)
	PRIVILEGED M4_sldt_not_emulated, sldt %eax
	PRIVILEGED S1_smsw_not_emulated, smsw %eax
	PRIVILEGED S1_str_not_emulated, str %eax

/* === Ports === */

	PRIVILEGED in_imm, in $0x60, %al
	PRIVILEGED in_dx, in %dx, %al
	PRIVILEGED in_long, in %dx, %eax
	PRIVILEGED out_imm, out %al, $0x64
	PRIVILEGED out_dx, out %al, %dx
	PRIVILEGED outl, out %eax, %dx

	ATTEMPT	ins, "reads a port into its memory"
	lea	-16(%rsp), %rdi
	mov	$4, %ecx
	HERE
	rep insb
	ret
	GP
	END

	ATTEMPT	outs, "writes its memory to a port"
	lea	-16(%rsp), %rsi
	mov	$4, %ecx
	HERE
	rep outsb
	ret
	GP
	END

/* === Virtualization and enclaves === */

	INVALID	vmcall, vmcall
	INVALID	vmlaunch, vmlaunch
	INVALID	vmresume, vmresume
	INVALID	vmxoff, vmxoff
	INVALID	vmxon, vmxon (%rsp)
	INVALID	vmptrld, vmptrld (%rsp)
	INVALID	vmread, vmread %rax, %rcx
	INVALID	vmwrite, vmwrite %rax, %rcx
	INVALID	vmfunc, vmfunc
	INVALID	vmmcall, vmmcall
	INVALID	vmrun, vmrun
	INVALID	vmload, vmload
	INVALID	vmsave, vmsave
	INVALID	clgi, clgi
	INVALID	stgi, stgi
	INVALID	skinit, skinit
	INVALID	invlpga, invlpga %rax, %ecx
	INVALID	invept, invept (%rsp), %rax
	INVALID_BYTES encls, "encls", 0x0f, 0x01, 0xcf
	INVALID_BYTES enclu, "enclu", 0x0f, 0x01, 0xd7
	INVALID_BYTES enclv, "enclv", 0x0f, 0x01, 0xc0
	INVALID_BYTES pconfig, "pconfig", 0x0f, 0x01, 0xc5

/* === Invalid, and what 64-bit mode does not have === */

	INVALID	ud2, ud2
	INVALID_BYTES ud1, "ud1", 0x0f, 0xb9, 0xc0
	INVALID_BYTES ud0, "ud0", 0x0f, 0xff, 0xc0
	INVALID_BYTES into, "into", 0xce
	INVALID_BYTES bound, "bound", 0x62, 0x04, 0x24
	INVALID_BYTES lcall_imm, "lcall with an immediate", 0x9a, 0, 0, 0, 0, 0x33, 0
	INVALID_BYTES ljmp_imm, "ljmp with an immediate", 0xea, 0, 0, 0, 0, 0x33, 0
	INVALID_BYTES push_cs, "push %cs", 0x0e
	INVALID_BYTES pop_ss, "pop %ss", 0x17
	INVALID_BYTES lds, "lds", 0xc5, 0x04, 0x24
	INVALID_BYTES aaa, "aaa", 0x37
	INVALID_BYTES salc, "salc", 0xd6
	INVALID_BYTES lock_nop, "nop with a lock prefix", 0xf0, 0x90
	INVALID_BYTES mov_to_cs, "mov to %cs", 0x8e, 0xc8

	ATTEMPT	read_cr1, "reads a control register that is not there"
	.byte	0x0f, 0x20, 0xc8	/* mov %cr1, %rax */
	ret
	UD
	GP	0, ON_TCG		/* looks at the privilege first */
	END

	ATTEMPT	too_long, "executes an instruction of 16 bytes"
	.fill	15, 1, 0x66
	.byte	0x90
	ret
	GP
	END

/* === Supervisor state of XSAVE === */

	ATTEMPT	xsaves, "executes xsaves"
	NEEDS	NEED_XSAVES
	xsaves	-1024(%rsp)
	ret
	GP
	UD	NO_CPUID
	END

	ATTEMPT	xrstors, "executes xrstors"
	NEEDS	NEED_XSAVES
	xrstors	-1024(%rsp)
	ret
	GP
	UD	NO_CPUID
	END

/* === Allowed, as to any process === */

	HARMLESS cpuid, cpuid
	HARMLESS rdtsc, rdtsc
	HARMLESS rdtscp, rdtscp

	ATTEMPT	rdpid, "executes rdpid: user mode may"
	NEEDS	NEED_RDPID
	rdpid	%rax
	xor	%eax, %eax
	ret
	RETURNS	0
	UD	NO_CPUID
	END

	ATTEMPT	xgetbv, "reads XCR0: user mode may"
	xor	%ecx, %ecx
	xgetbv
	and	$1, %eax
	ret
	RETURNS	1
	END

	ATTEMPT	wrpkru, "takes all rights of protection keys from itself"
	NEEDS	NEED_PKU
	/* Its own pages have key 0, so that is the first access to fail. */
	xor	%ecx, %ecx
	xor	%edx, %edx
	mov	$-1, %eax
	wrpkru
	HERE
	push	%rax
	ret
	PF	(PF_STORE+PF_PRESENT+0x20), -16, OF_STACK
	UD	NO_CPUID
	END

	ATTEMPT	wrgsbase_kernel, "loads a kernel address into the GS base"
	ARG	0, OF_PERCPU
	wrgsbase %rdi
	rdgsbase %rax
	cmp	%rax, %rdi
	setne	%al
	movzbl	%al, %eax
	ret
	RETURNS	0
	END

	ATTEMPT	wrgsbase_non_canonical, "loads what is no address into it"
	ARG	0x800000000000
	HERE
	wrgsbase %rdi
	xor	%eax, %eax
	ret
	GP
	RETURNS	0, ON_TCG		/* does not look */
	END

	ATTEMPT	read_by_gs, "reads per-CPU data by a GS base of its own"
	ARG	0, OF_PERCPU
	wrgsbase %rdi
	HERE
	mov	%gs:0, %rax
	ret
	KPF	PF_READ
	END

	.section .note.GNU-stack, "", @progbits
