/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what a sandbox can ask of the kernel. Shared with the image.
 *
 * SYSCALL with the number in RAX and the arguments in RDI, RSI, RDX, R10 and R8;
 * the answer is in RAX.
 */
#ifndef _LINUX_SBM_ABI_H
#define _LINUX_SBM_ABI_H

#define SBM_CALL_RETURN	0	/* the function returned; its result */
#define SBM_CALL_GROW	1	/* more heap, in pages; their address, or 0.
				 * Zeroed, and right behind those before.
				 */
#define SBM_CALL_ABORT	2	/* the image gives up; an SBM_ABORT_ reason */

#define SBM_CALL_GATE	16	/* and above: the gates of the class */

#define SBM_GATE_ARGS	5	/* arguments of a gate */
#define SBM_GATE_FIRST	8	/* first number that is a class's own */
#define SBM_GATE_MAX	63	/* last number of a gate */

/* Why the image ended itself: the address in the fault record. */
#define SBM_ABORT_BAD_FREE	1	/* not a block of the heap */
#define SBM_ABORT_DOUBLE_FREE	2	/* freed before */
#define SBM_ABORT_CORRUPT	3	/* the heap was written over */

#endif /* _LINUX_SBM_ABI_H */
