/* SPDX-License-Identifier: GPL-2.0-only */
/* The sandbox image in the kernel: pages of its own, mapped as they are. */
#include <linux/linkage.h>
#include <asm/page_types.h>

	.section .rodata, "a"
	.balign	PAGE_SIZE
SYM_DATA_START(sbm_image_blob)
	.incbin	SBM_IMAGE
	.balign	PAGE_SIZE
SYM_DATA_END(sbm_image_blob)
