/* SPDX-License-Identifier: GPL-2.0-only */
/* The sandbox image, as the kernel sees it. */
#ifndef _ARCH_X86_KERNEL_SBM_IMAGE_H
#define _ARCH_X86_KERNEL_SBM_IMAGE_H

#include <linux/types.h>

/**
 * struct sbm_image - layout of the sandbox image
 * @blob: Its content, page-aligned.
 * @size: Address space it takes, in bytes.
 * @text_size: Size of the text, which is at offset 0.
 * @rodata_offset: Offset of the read-only data, page-aligned.
 * @rodata_size: Its size in bytes.
 * @data_offset: Offset of the data, page-aligned.
 * @data_size: Size of its initial values; what follows is zero.
 * @bss_size: Size of what follows, in bytes.
 * @ret_offset: Offset of the code a sandboxed function returns to.
 *
 * Generated from the linked image by gen-image.sh. There is nothing to
 * relocate.
 */
struct sbm_image {
	const void *blob;
	u32 size;
	u32 text_size;
	u32 rodata_offset;
	u32 rodata_size;
	u32 data_offset;
	u32 data_size;
	u32 bss_size;
	u32 ret_offset;
};

extern const struct sbm_image sbm_image;

#endif /* _ARCH_X86_KERNEL_SBM_IMAGE_H */
