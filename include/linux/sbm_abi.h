/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what a sandbox can ask of the kernel. Shared with the image.
 *
 * SYSCALL with the number in RAX and the argument in RDI; the answer is in RAX.
 */
#ifndef _LINUX_SBM_ABI_H
#define _LINUX_SBM_ABI_H

#define SBM_CALL_RETURN	0	/* the function returned; its result */
#define SBM_CALL_GROW	1	/* more heap, in pages; their address, or 0 */
#define SBM_CALL_ABORT	2	/* the image gives up; an enum sbm_abort */

/* Why the image ended itself: the address in the fault record. */
#define SBM_ABORT_BAD_FREE	1	/* not a block of the heap */
#define SBM_ABORT_DOUBLE_FREE	2	/* freed before */
#define SBM_ABORT_CORRUPT	3	/* the heap was written over */

#endif /* _LINUX_SBM_ABI_H */
