/* SPDX-License-Identifier: GPL-2.0-only */
/* H: what comes out is made up, to make the kernel do something for it. */
#include "attempt.h"

	FAMILY	'H'

/* === Results === */

	ATTEMPT	return_wide, "returns more than an int"
	mov	$0x7fffffff00000005, %rdi
	xor	%eax, %eax
	syscall
	RETURNS	5
	END

	ATTEMPT	return_least, "returns the least int"
	mov	$0x80000000, %eax
	ret
	RETURNS	-0x80000000
	END

	ATTEMPT	return_efault, "returns -EFAULT: that makes no record"
	mov	$-14, %eax
	ret
	RETURNS	-14
	END

	ATTEMPT	return_eintr, "returns -EINTR, as if it had been killed"
	mov	$-4, %eax
	ret
	RETURNS	-4
	END

	ATTEMPT	return_arguments, "returns with other arguments full"
	mov	$5, %edi
	mov	$-1, %rsi
	mov	$-1, %rdx
	mov	$-1, %r10
	mov	$-1, %r8
	xor	%eax, %eax
	syscall
	RETURNS	5
	END

	ATTEMPT	return_null_record, "returns after a fault it made up"
	mov	$0, %eax
	mov	$14, %esi
	mov	$7, %edx
	mov	$3, %edi
	syscall
	RETURNS	3
	END

/* === Memory === */

.macro REFUSED name:req, pages:req, what:req
	ATTEMPT	grow_\name, "wants \what"
	ARG	\pages
	GROW
	mov	%rax, %rdi
	REPORT
	REPORTS	0
	END
.endm

	REFUSED	zero, 0, "no pages"
	REFUSED	minus_one, -1, "2^64 - 1 pages"
	REFUSED	2_63, (1<<63), "2^63 pages"
	REFUSED	2_52, (1<<52), "pages whose size is 2^64"
	REFUSED	2_32, ((1<<32)+1), "2^32 + 1 pages, which is 1 as an int"
	REFUSED	too_many, 1025, "one page more than the limit"

	ATTEMPT	grow_wrap, "wants so many that what it has wraps around"
	mov	$2, %edi
	GROW
	mov	$-2, %rdi
	GROW
	mov	%rax, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	grow_past_limit, "wants one more when it has all"
	mov	$1024, %edi
	GROW
	mov	$1, %edi
	GROW
	mov	%rax, %rdi
	REPORT
	REPORTS	0
	END

	ATTEMPT	grow_exactly, "wants all there is: from the heap's start"
	mov	$1024, %edi
	GROW
	mov	%rax, %rdi
	movb	$1, (%rdi)
	movb	$1, 1024*4096-1(%rdi)
	REPORT
	REPORTS	0, OF_HEAP
	END

	ATTEMPT	grow_twice, "wants pages twice: one behind the other"
	mov	$3, %edi
	GROW
	mov	$1, %edi
	GROW
	mov	%rax, %rdi
	movb	$1, 4095(%rdi)
	REPORT
	REPORTS	(3*4096), OF_HEAP
	END

	ATTEMPT	grow_registers, "looks at what comes back besides RAX"
	xor	%ebx, %ebx
	xor	%esi, %esi
	xor	%edx, %edx
	mov	$1, %edi
	GROW
	dec	%rdi
	or	%rsi, %rdi
	or	%rdx, %rdi
	or	%rbx, %rdi
	or	%rbp, %rdi
	or	%r8, %rdi
	or	%r9, %rdi
	or	%r10, %rdi
	or	%r12, %rdi
	or	%r13, %rdi
	or	%r14, %rdi
	or	%r15, %rdi
	REPORT
	REPORTS	0
	END

/* === Giving up === */

.macro ABORTS name:req, code:req, of:req, what:req
	ATTEMPT	abort_\name, "gives up for \what"
	ARG	\code, \of
	REPORT
	REPORTS	0, OF_ARG
	END
.endm

	ABORTS	nothing, 0, OF_ZERO, "no reason"
	ABORTS	unknown, 999, OF_ZERO, "a reason that is none"
	ABORTS	minus_one, -1, OF_ZERO, "reason -1"
	ABORTS	kernel, 0, OF_TEXT, "a reason that is an address of the kernel"

	.section .note.GNU-stack, "", @progbits
