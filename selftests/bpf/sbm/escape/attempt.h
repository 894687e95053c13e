/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What C and assembly share: how an attempt to break out is written down.
 *
 * In assembly an attempt is code for a sandbox and how the call must end:
 *
 *	ATTEMPT	read_text, "reads the code of the kernel"
 *	ARG	0, OF_TEXT		(RDI, when the code begins)
 *	HERE				(what the record's ip must be)
 *	mov	(%rdi), %eax
 *	ret
 *	PF	PF_READ, 0, OF_ARG	(#PF; the address is that of ARG)
 *	END
 *
 * Several outcomes may be given, each with a condition; the call must end in
 * one of those whose condition holds. Code must not depend on where it is.
 */
#ifndef ESCAPE_ATTEMPT_H
#define ESCAPE_ATTEMPT_H

/* What an address is counted from. */
#define OF_ZERO		0
#define OF_ARG		1	/* what the code got as its argument */
#define OF_HERE		2	/* the instruction marked HERE */
#define OF_CODE		3	/* the first page of the code */
#define OF_STACK	4	/* the end of the stack */
#define OF_HEAP		5	/* the first page of the heap */
#define OF_IMAGE	6	/* the sandbox image */
#define OF_CALLER	7	/* a page the caller can read and write */
#define OF_CALLER_CODE	8	/* a function of the caller */
#define OF_CALLER_STACK	9
#define OF_VDSO		10
#define OF_TEXT		11	/* of the kernel: a function */
#define OF_ENTRY	12	/* SYSCALL's entry point */
#define OF_RODATA	13
#define OF_DATA		14
#define OF_BSS		15
#define OF_PERCPU	16	/* per-CPU data, in the direct map */
#define OF_KSTACK	17	/* a kernel stack, in vmalloc space */
#define OF_IDT		18
#define OF_GDT		19
#define OF_TSS_STACK	20	/* the entry stack, in the cpu_entry_area */
#define NR_OF		21
#define OF_HERE_LOW	22	/* HERE, as far as 32 bits go */

/* Conditions of an outcome. */
#define ALWAYS		0
#define ON_TCG		1	/* as QEMU's emulation has it, or a real CPU */
#define NO_CPUID	2	/* the CPU has not what NEEDS names */

/*
 * What an attempt needs: see has(). Without it the call ends as NO_CPUID says;
 * if nothing says so, the attempt is skipped.
 */
#define NEED_NOTHING	0
#define NEED_AC		1	/* alignment checks */
#define NEED_AVX	2
#define NEED_AVX2	3
#define NEED_AVX512	4
#define NEED_PKU	5
#define NEED_WAITPKG	6
#define NEED_INVPCID	7
#define NEED_XSAVES	8
#define NEED_RDPID	9
#define NEED_TSX	10
#define NEED_SIMD_XF	11	/* SIMD floating point exceptions */
#define NEED_CX16	12

/* Of a record. */
#define KIND_NONE	0
#define KIND_EXCEPTION	1
#define KIND_DOOR	2
#define KIND_GATE	3
#define KIND_ABORT	4

#define EFAULT_RET	-14
#define ENOSYS_RET	-38

/* Page fault error codes; whether a page is there is added for kernel pages. */
#define PF_PRESENT	0x01
#define PF_READ		0x04
#define PF_STORE	0x06
#define PF_FETCH	0x14
/* The page is present as far as the place says: with PTI few are. */
#define PF_AS_PLACE	0x100

#ifdef __ASSEMBLER__

.macro FAMILY letter:req
	.set	family, \letter
.endm

.macro ATTEMPT name:req, what:req
	.pushsection .rodata.str, "aMS", @progbits, 1
1:	.asciz	"\name"
2:	.asciz	"\what"
	.popsection
	.pushsection .data.outcomes, "aw"
	.balign	8
3:
	.popsection
	.pushsection attempts, "aw"
	.quad	6f
	.popsection
	.pushsection .data.attempts, "aw"
	.balign	8
6:
	.quad	1b, 2b, 3b
	.popsection
	.set	arg, 0
	.set	arg_of, OF_ZERO
	.set	has_arg, 0
	.set	need, NEED_NOTHING
	.pushsection .rodata.payloads, "a"
8:
9:
.endm

.macro ARG value=0, of=OF_ZERO
	.set	arg, \value
	.set	arg_of, \of
	.set	has_arg, 1
.endm

.macro NEEDS what:req
	.set	need, \what
.endm

.macro HERE
9:
.endm

.macro OUTCOME kind, vector, error, addr, addr_of, ip, ip_of, ret, when
	.pushsection .data.outcomes, "aw"
	.long	\when, \ret, \kind, \vector, \addr_of, \ip_of
	.quad	\error, \addr, \ip
	.popsection
.endm

/* The code ends the call by itself, with this result. */
.macro RETURNS value=0, when=ALWAYS
	OUTCOME	KIND_NONE, 0, 0, 0, OF_ZERO, 0, OF_ZERO, \value, \when
.endm

.macro EXCEPTION vector:req, error=0, when=ALWAYS
	OUTCOME	KIND_EXCEPTION, \vector, \error, 0, OF_ZERO, 0, OF_HERE, EFAULT_RET, \when
.endm

.macro GP error=0, when=ALWAYS
	EXCEPTION 13, \error, \when
.endm

/* #GP, with the address of ARG as the ip. */
.macro GP_THERE
	OUTCOME	KIND_EXCEPTION, 13, 0, 0, OF_ZERO, 0, OF_ARG, EFAULT_RET, ALWAYS
.endm

.macro UD when=ALWAYS
	EXCEPTION 6, 0, \when
.endm

.macro PF error:req, addr=0, of=OF_ARG, when=ALWAYS
	OUTCOME	KIND_EXCEPTION, 14, \error, \addr, \of, 0, OF_HERE, EFAULT_RET, \when
.endm

/* As above for a page of the kernel, which is there without PTI. */
.macro KPF error:req, addr=0, when=ALWAYS
	PF	(\error+PF_AS_PLACE), \addr, OF_ARG, \when
.endm

/* A fetch faults: the ip is the address. */
.macro FETCH error:req, addr=0, of=OF_ARG, when=ALWAYS
	OUTCOME	KIND_EXCEPTION, 14, \error, \addr, \of, \addr, \of, EFAULT_RET, \when
.endm

/* 32-bit system calls, and foreign CS or SS. */
.macro DOOR ip=0, ip_of=OF_HERE, when=ALWAYS
	OUTCOME	KIND_DOOR, 0x80, 0, 0, OF_ZERO, \ip, \ip_of, EFAULT_RET, \when
.endm

.macro GATE nr:req
	OUTCOME	KIND_GATE, 0, 0, \nr, OF_ZERO, 0, OF_HERE, ENOSYS_RET, ALWAYS
.endm

/* The code looks at something and reports 64 bits of it, see REPORT. */
.macro REPORTS value=0, of=OF_ZERO, when=ALWAYS
	OUTCOME	KIND_ABORT, 0, 0, \value, \of, 0, OF_HERE, EFAULT_RET, \when
.endm

/* Report RDI: the code of an abort is 64 bits that reach the record. */
.macro REPORT
	mov	$2, %eax
	syscall
9:
.endm

/* Ask for pages, their number in RDI; RAX is their address or 0. */
.macro GROW
	mov	$1, %eax
	syscall
.endm

.macro END
4:
	.popsection
	.pushsection .data.outcomes, "aw"
5:
	.popsection
	.pushsection .data.attempts, "aw"
	.quad	5b, 8b, 9b, 4b, arg
	.long	arg_of, has_arg, family, need
	.quad	0, 0
	.popsection
.endm

#else /* !__ASSEMBLER__ */

#include <stdbool.h>
#include <stdint.h>

/* How a call may end. Laid out as OUTCOME does. */
struct outcome {
	uint32_t when;
	int32_t ret;
	uint32_t kind;
	uint32_t vector;
	uint32_t addr_of;
	uint32_t ip_of;
	uint64_t error;
	uint64_t addr;
	uint64_t ip;
};

/**
 * struct attempt - an attempt to break out
 * @name: Its name, for -t.
 * @what: What it does.
 * @first: How the call may end.
 * @last: Behind the last of these.
 * @code: Code for the sandbox, or %NULL.
 * @here: What the record's ip must be.
 * @end: Behind the code.
 * @arg: Its argument ...
 * @arg_of: ... counted from this.
 * @has_arg: It has one.
 * @family: A letter; see README.md.
 * @need: What the CPU must have.
 * @run: Instead of the code: a function.
 * @next: private.
 *
 * Laid out as ATTEMPT and END do.
 */
struct attempt {
	const char *name;
	const char *what;
	const struct outcome *first, *last;
	const unsigned char *code, *here, *end;
	uint64_t arg;
	uint32_t arg_of, has_arg;
	uint32_t family;
	uint32_t need;
	void (*run)(void);
	struct attempt *next;
};

#endif /* __ASSEMBLER__ */
#endif /* ESCAPE_ATTEMPT_H */
