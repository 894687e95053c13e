/* SPDX-License-Identifier: GPL-2.0-only */
/* A: memory that is not the sandbox's. */
#include "attempt.h"

	FAMILY	'A'

/* === Read, write and run the kernel === */

.macro READ_KERNEL name:req, of:req, what:req
	ATTEMPT	read_\name, "reads \what"
	ARG	0, \of
	mov	(%rdi), %eax
	ret
	KPF	PF_READ
	END
.endm

.macro WRITE_KERNEL name:req, of:req, what:req
	ATTEMPT	write_\name, "writes \what"
	ARG	0, \of
	movb	$0, (%rdi)
	ret
	KPF	PF_STORE
	END
.endm

.macro CALL_KERNEL name:req, of:req, what:req
	ATTEMPT	call_\name, "calls \what"
	ARG	0, \of
	call	*%rdi
	ret
	FETCH	(PF_FETCH+PF_AS_PLACE)
	END
.endm

	READ_KERNEL text, OF_TEXT, "the code of the kernel"
	READ_KERNEL entry_text, OF_ENTRY, "the entry code, which PTI maps"
	READ_KERNEL rodata, OF_RODATA, "read-only data of the kernel"
	READ_KERNEL data, OF_DATA, "data of the kernel"
	READ_KERNEL bss, OF_BSS, "the bss of the kernel"
	READ_KERNEL per_cpu, OF_PERCPU, "per-CPU data, in the direct map"
	READ_KERNEL kernel_stack, OF_KSTACK, "a kernel stack, in vmalloc space"
	READ_KERNEL idt, OF_IDT, "the IDT"
	READ_KERNEL gdt, OF_GDT, "the GDT"
	READ_KERNEL entry_stack, OF_TSS_STACK, "the entry stack of a CPU"

	WRITE_KERNEL text, OF_TEXT, "the code of the kernel"
	WRITE_KERNEL entry_text, OF_ENTRY, "the entry code"
	WRITE_KERNEL rodata, OF_RODATA, "read-only data of the kernel"
	WRITE_KERNEL data, OF_DATA, "modprobe_path"
	WRITE_KERNEL bss, OF_BSS, "the bss of the kernel"
	WRITE_KERNEL per_cpu, OF_PERCPU, "per-CPU data"
	WRITE_KERNEL kernel_stack, OF_KSTACK, "a kernel stack"
	WRITE_KERNEL idt, OF_IDT, "the IDT"
	WRITE_KERNEL gdt, OF_GDT, "the GDT"
	WRITE_KERNEL entry_stack, OF_TSS_STACK, "the entry stack of a CPU"

	CALL_KERNEL text, OF_TEXT, "commit_creds()"
	CALL_KERNEL entry_text, OF_ENTRY, "the entry point of SYSCALL"
	CALL_KERNEL data, OF_DATA, "into data of the kernel"
	CALL_KERNEL per_cpu, OF_PERCPU, "into the direct map"
	CALL_KERNEL idt, OF_IDT, "into the IDT"

	ATTEMPT	ret_to_kernel, "returns into the kernel"
	ARG	0, OF_TEXT
	push	%rdi
	ret
	FETCH	(PF_FETCH+PF_AS_PLACE)
	END

	ATTEMPT	push_to_kernel, "makes a kernel stack its own and pushes"
	ARG	8, OF_KSTACK
	mov	%rdi, %rsp
	HERE
	push	%rax
	ret
	KPF	PF_STORE, -8
	END

	ATTEMPT	cmpxchg16b_kernel, "compares and exchanges data of the kernel"
	NEEDS	NEED_CX16
	ARG	0, OF_PERCPU
	HERE
	lock cmpxchg16b (%rdi)
	ret
	KPF	PF_STORE
	UD	NO_CPUID
	END

	ATTEMPT	bts_kernel, "sets a bit of the kernel, as an offset from 0"
	ARG	0, OF_DATA
	lea	(, %rdi, 8), %rax
	xor	%ecx, %ecx
	HERE
	bts	%rax, (%rcx)
	ret
	KPF	PF_STORE
	KPF	PF_READ, 0, ON_TCG	/* reads first */
	END

	ATTEMPT	movs_from_kernel, "copies from the kernel with rep movsb"
	ARG	0, OF_DATA
	mov	%rdi, %rsi
	lea	-64(%rsp), %rdi
	mov	$64, %ecx
	HERE
	rep movsb
	ret
	KPF	PF_READ
	END

	ATTEMPT	stos_to_kernel, "fills the kernel with rep stosq"
	ARG	0, OF_DATA
	mov	$-1, %rcx
	HERE
	rep stosq
	ret
	KPF	PF_STORE
	END

	ATTEMPT	fxsave_to_kernel, "saves its FPU state into the kernel"
	ARG	0, OF_KSTACK
	HERE
	fxsave	(%rdi)
	ret
	KPF	PF_STORE
	END

	ATTEMPT	movnti_to_kernel, "writes to the kernel past the caches"
	ARG	0, OF_DATA
	HERE
	movnti	%eax, (%rdi)
	ret
	KPF	PF_STORE
	END

	ATTEMPT	sgdt_to_kernel, "has the CPU store a table register there"
	ARG	0, OF_DATA
	HERE
	sgdt	(%rdi)
	ret
	GP				/* UMIP comes first */
	END

	ATTEMPT	prefetch_kernel, "prefetches from the kernel: no effect"
	ARG	0, OF_TEXT
	prefetcht0 (%rdi)
	prefetchw (%rdi)
	prefetchnta (%rdi)
	xor	%eax, %eax
	ret
	RETURNS	0
	END

	ATTEMPT	clflush_kernel, "flushes a line of the kernel from the caches"
	ARG	0, OF_TEXT
	HERE
	clflush	(%rdi)
	xor	%eax, %eax
	ret
	KPF	PF_READ
	RETURNS	0, ON_TCG		/* no caches */
	END

/* === SIMD accesses === */

	ATTEMPT	masked_load_nothing, "loads nothing from the kernel: no effect"
	NEEDS	NEED_AVX
	ARG	0, OF_TEXT
	vpxor	%xmm0, %xmm0, %xmm0
	HERE
	vmaskmovps (%rdi), %ymm0, %ymm1
	vptest	%ymm1, %ymm1
	setnz	%al
	movzbl	%al, %eax
	ret
	RETURNS	0
	KPF	PF_READ, 0, ON_TCG	/* loads before it looks at the mask */
	UD	NO_CPUID
	END

	ATTEMPT	masked_load_kernel, "loads the last of eight lanes from the kernel"
	NEEDS	NEED_AVX
	ARG	-28, OF_DATA
	mov	$1 << 31, %eax
	movd	%eax, %xmm0
	pslldq	$12, %xmm0
	vpxor	%xmm1, %xmm1, %xmm1
	vinsertf128 $1, %xmm0, %ymm1, %ymm0
	HERE
	vmaskmovps (%rdi), %ymm0, %ymm1
	ret
	KPF	PF_READ, 28
	KPF	PF_READ, 0, ON_TCG
	UD	NO_CPUID
	END

	ATTEMPT	gather_kernel, "gathers from the kernel"
	NEEDS	NEED_AVX2
	ARG	0, OF_DATA
	vpcmpeqd %ymm0, %ymm0, %ymm0
	vpxor	%xmm1, %xmm1, %xmm1
	HERE
	vpgatherdd %ymm0, (%rdi, %ymm1), %ymm2
	ret
	KPF	PF_READ
	UD	NO_CPUID
	END

	ATTEMPT	masked_store_kernel, "stores one byte to the kernel by a mask"
	ARG	-5, OF_DATA
	mov	$0x80, %eax
	movd	%eax, %xmm0
	pslldq	$5, %xmm0
	HERE
	maskmovdqu %xmm0, %xmm1
	ret
	KPF	PF_STORE, 5
	END

/* === Fixed places of the upper half === */

.macro READ_AT name:req, addr:req, what:req
	ATTEMPT	read_\name, "\what"
	ARG	\addr
	mov	(%rdi), %eax
	ret
	PF	PF_READ
	END
.endm

	READ_AT	guard_hole, 0xffff800000000000, "reads the start of the upper half"
	READ_AT	ldt_remap, 0xffff880000000000, "reads where PTI maps LDTs"
	READ_AT	espfix, 0xffffff0000000000, "reads the espfix area"
	READ_AT	efi, 0xffffffef00000000, "reads the EFI area"
	READ_AT	last_page, 0xffffffffffffff00, "reads the last page there is"

	ATTEMPT	read_vsyscall, "reads the vsyscall page"
	ARG	0xffffffffff600000
	mov	(%rdi), %eax
	ret
	PF	PF_READ
	END

	ATTEMPT	call_vsyscall, "calls gettimeofday() in the vsyscall page"
	ARG	0xffffffffff600000
	call	*%rdi
	ret
	FETCH	PF_FETCH
	END

/* === Low and impossible addresses === */

	READ_AT	null, 0, "reads the null page"
	READ_AT	mmap_min_addr, 0x10000, "reads where mappings may begin"
	READ_AT	task_size, 0x7ffffffff000, "reads the last page of the lower half"

	ATTEMPT	write_null, "writes the null page"
	ARG	8
	movb	$1, (%rdi)
	ret
	PF	PF_STORE
	END

	ATTEMPT	call_null, "calls the null page"
	ARG	0
	call	*%rdi
	ret
	FETCH	PF_FETCH
	END

	ATTEMPT	read_non_canonical, "reads where no address is"
	ARG	0x800000000000
	mov	(%rdi), %eax
	ret
	GP
	END

	ATTEMPT	write_non_canonical, "writes there"
	ARG	0xffff7fffffffffff
	movb	$1, (%rdi)
	ret
	GP
	END

	ATTEMPT	push_non_canonical, "pushes there"
	ARG	0x800000000000
	lea	8(%rdi), %rsp
	HERE
	push	%rax
	ret
	EXCEPTION 12
	GP	0, ON_TCG
	END

	ATTEMPT	jump_non_canonical, "jumps there"
	ARG	0x800000000000
	jmp	*%rdi
	GP				/* Intel: the jump */
	GP_THERE			/* AMD: the fetch */
	END

	ATTEMPT	ret_non_canonical, "returns there"
	ARG	0x800000000000
	push	%rdi
	HERE
	ret
	GP
	GP_THERE
	END

	ATTEMPT	straddle_lower_half, "reads across the end of the lower half"
	ARG	0x7ffffffffffc
	mov	(%rdi), %rax
	ret
	GP
	PF	PF_READ
	END

	ATTEMPT	straddle_top, "reads across the end of all addresses"
	ARG	0xfffffffffffffffc
	mov	(%rdi), %rax
	ret
	PF	PF_READ
	END

/* === The caller, while it runs in this very task === */

.macro READ_CALLER name:req, of:req, what:req
	ATTEMPT	read_\name, "reads \what"
	ARG	0, \of
	mov	(%rdi), %eax
	ret
	PF	PF_READ
	END
.endm

	READ_CALLER caller, OF_CALLER, "a page of the caller"
	READ_CALLER caller_code, OF_CALLER_CODE, "the caller's code"
	READ_CALLER caller_stack, OF_CALLER_STACK, "the caller's stack"
	READ_CALLER caller_vdso, OF_VDSO, "the vDSO"

	ATTEMPT	write_caller, "writes a page of the caller"
	ARG	0, OF_CALLER
	movb	$0, (%rdi)
	ret
	PF	PF_STORE
	END

	ATTEMPT	call_caller, "calls a function of the caller"
	ARG	0, OF_CALLER_CODE
	call	*%rdi
	ret
	FETCH	PF_FETCH
	END

/* === The sandbox's own, against its rights === */

	ATTEMPT	write_code, "writes its own code"
	ARG	0, OF_CODE
	movb	$0x90, (%rdi)
	ret
	PF	(PF_STORE+PF_PRESENT)
	END

	ATTEMPT	write_image, "writes the code of the image"
	ARG	0, OF_IMAGE
	movb	$0x90, (%rdi)
	ret
	PF	(PF_STORE+PF_PRESENT)
	END

	ATTEMPT	run_stack, "runs its stack"
	lea	-4096(%rsp), %rdi
	and	$-4096, %rdi
	movb	$0xc3, (%rdi)
	call	*%rdi
	ret
	FETCH	(PF_FETCH+PF_PRESENT), -8192, OF_STACK
	END

	ATTEMPT	run_heap, "runs a page it was given"
	mov	$1, %edi
	GROW
	movb	$0xc3, (%rax)
	call	*%rax
	ret
	FETCH	(PF_FETCH+PF_PRESENT), 0, OF_HEAP
	END

/* === Just outside of what is mapped === */

.macro READ_NEXT_TO name:req, off:req, of:req, what:req
	ATTEMPT	read_\name, "reads \what"
	ARG	\off, \of
	movzbl	(%rdi), %eax
	ret
	PF	PF_READ
	END
.endm

	READ_NEXT_TO below_image, -1, OF_IMAGE, "the byte below the image"
	READ_NEXT_TO below_code, -1, OF_CODE, "the byte below its code"
	READ_NEXT_TO above_code, 4096, OF_CODE, "the byte above its code"
	READ_NEXT_TO above_stack, 0, OF_STACK, "the byte above its stack"
	READ_NEXT_TO below_stack, -16385, OF_STACK, "the byte below its stack"
	READ_NEXT_TO heap_not_asked, 0, OF_HEAP, "heap it did not ask for"
	READ_NEXT_TO below_heap, -1, OF_HEAP, "the byte below its heap"

	ATTEMPT	read_above_heap, "reads the page above all heap it can have"
	mov	$1024, %edi
	GROW
	HERE
	mov	1024 * 4096(%rax), %eax
	ret
	PF	PF_READ, (1024*4096), OF_HEAP
	END

	ATTEMPT	straddle_code, "reads across the end of its code"
	ARG	4092, OF_CODE
	mov	(%rdi), %rax
	ret
	PF	PF_READ, 4
	END

	ATTEMPT	run_off_code, "runs off the end of its code"
	ARG	4096, OF_CODE
	jmp	*%rdi
	FETCH	PF_FETCH
	END

	ATTEMPT	stack_overflow, "pushes until the stack is full"
	HERE
1:	push	%rax
	jmp	1b
	PF	PF_STORE, -16392, OF_STACK
	END

	ATTEMPT	stack_overflow_calls, "calls itself until the stack is full"
	HERE
1:	call	1b
	PF	PF_STORE, -16392, OF_STACK
	END

	ATTEMPT	stack_jump, "skips the page below its stack, with a large frame"
	sub	$65536, %rsp
	HERE
	push	%rax
	ret
	PF	PF_STORE, (-65536-16), OF_STACK
	END

	ATTEMPT	stack_underflow, "pops until the stack is empty"
	HERE
1:	pop	%rax
	jmp	1b
	PF	PF_READ, 0, OF_STACK
	END

	ATTEMPT	fill_memory, "fills all memory above its stack with rep stosb"
	mov	%rsp, %rdi
	mov	$-1, %rcx
	HERE
	rep stosb
	ret
	PF	PF_STORE, 0, OF_STACK
	END

	ATTEMPT	fill_memory_down, "fills all memory below its stack, backwards"
	mov	%rsp, %rdi
	mov	$-1, %rcx
	std
	HERE
	rep stosb
	ret
	PF	PF_STORE, -16385, OF_STACK
	END

	ATTEMPT	move_memory, "moves all of its memory with rep movsq"
	lea	-8192(%rsp), %rsi
	lea	-16(%rsi), %rdi
	mov	$-1, %rcx
	HERE
	rep movsq
	ret
	PF	PF_READ, 0, OF_STACK
	END

	.section .note.GNU-stack, "", @progbits
