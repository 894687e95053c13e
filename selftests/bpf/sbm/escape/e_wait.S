/* SPDX-License-Identifier: GPL-2.0-only */
/* E: instructions that wait. */
#include "attempt.h"

	FAMILY	'E'

	ATTEMPT	umwait, "waits for its own memory to be written, with UMWAIT"
	NEEDS	NEED_WAITPKG
	lea	-64(%rsp), %rax
	HERE
	.byte	0xf3, 0x0f, 0xae, 0xf0		/* umonitor %rax */
	xor	%ecx, %ecx
	mov	$-1, %eax
	mov	$-1, %edx
	.byte	0xf2, 0x0f, 0xae, 0xf1		/* umwait %ecx */
	xor	%eax, %eax
	ret
	RETURNS	0
	END

	ATTEMPT	tpause, "pauses until the end of time, with TPAUSE"
	NEEDS	NEED_WAITPKG
	xor	%ecx, %ecx
	mov	$-1, %eax
	mov	$-1, %edx
	HERE
	.byte	0x66, 0x0f, 0xae, 0xf1		/* tpause %ecx */
	xor	%eax, %eax
	ret
	RETURNS	0
	END

	ATTEMPT	begin_transaction, "begins a transaction to hide in"
	NEEDS	NEED_TSX
	HERE
	xbegin	1f
1:	xor	%eax, %eax
	ret
	RETURNS	0
	END

	.section .note.GNU-stack, "", @progbits
