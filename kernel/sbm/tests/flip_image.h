/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: a sandbox whose image can be damaged. */
#ifndef _KERNEL_SBM_TESTS_FLIP_IMAGE_H
#define _KERNEL_SBM_TESTS_FLIP_IMAGE_H

#include <linux/sbm.h>

/**
 * struct sbm_flip_image - a copy of the sandbox image for one sandbox
 * @size: Size of text and read-only data together, in bytes.
 * @text_size: Size of the text, which comes first.
 */
struct sbm_flip_image {
	u32 size;
	u32 text_size;
	/* private: */
	struct page **pages;		/* the copy */
	unsigned int nr_pages;
};

int sbm_flip_image_init(struct sbm_flip_image *image, struct sbm *sbm);
void sbm_flip_image_free(struct sbm_flip_image *image);
u8 *sbm_flip_image_at(struct sbm_flip_image *image, u32 offset);
void sbm_flip_image_write(struct sbm_flip_image *image, u32 offset,
			  const void *src, size_t len);
void sbm_flip_image_fill(struct sbm_flip_image *image, u8 value);
void sbm_flip_image_restore(struct sbm_flip_image *image);

#endif /* _KERNEL_SBM_TESTS_FLIP_IMAGE_H */
