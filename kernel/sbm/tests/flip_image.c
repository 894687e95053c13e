// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: a sandbox whose image can be damaged.
 *
 * All sandboxes share the pages of the image. One that is to run damaged code
 * gets copies in their place, with the same rights: it cannot write there
 * either, but the test can. The others go on with what they have.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "arch.h"
#include "flip_image.h"
#include "image/image.h"

static int sbm_flip_image_swap(struct sbm_flip_image *image, struct sbm *sbm,
			       u32 offset, u32 size, unsigned int prot)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	unsigned long va = arch_sbm_image_va(offset);
	unsigned int nr = PFN_UP(size);

	if (!nr)
		return 0;
	arch_sbm_unmap(sandbox, va, nr);
	return arch_sbm_map(sandbox, va, image->pages + PFN_DOWN(offset), nr,
			    prot);
}

/**
 * sbm_flip_image_init() - give a sandbox a copy of the image
 * @image: To be initialised; for sbm_flip_image_free(), also after an error.
 * @sbm: Strong sandbox.
 *
 * Return: Zero or a negative errno; then the sandbox is of no use any more.
 * Context: Process context; may sleep. Not during a call.
 */
int sbm_flip_image_init(struct sbm_flip_image *image, struct sbm *sbm)
{
	int err;

	*image = (struct sbm_flip_image) {
		.size = sbm_image.rodata_offset + sbm_image.rodata_size,
		.text_size = sbm_image.text_size,
	};
	image->pages = kcalloc(PFN_UP(image->size), sizeof(*image->pages),
			       GFP_KERNEL);
	if (!image->pages)
		return -ENOMEM;
	for (; image->nr_pages < PFN_UP(image->size); image->nr_pages++) {
		image->pages[image->nr_pages] = alloc_page(GFP_KERNEL);
		if (!image->pages[image->nr_pages])
			return -ENOMEM;
	}
	sbm_flip_image_restore(image);

	err = sbm_flip_image_swap(image, sbm, 0, sbm_image.text_size,
				  SBM_PROT_EXEC);
	return err ?: sbm_flip_image_swap(image, sbm, sbm_image.rodata_offset,
					  sbm_image.rodata_size, SBM_PROT_READ);
}

/**
 * sbm_flip_image_free() - free the copy
 * @image: The copy; its sandbox is destroyed already.
 */
void sbm_flip_image_free(struct sbm_flip_image *image)
{
	while (image->nr_pages)
		__free_page(image->pages[--image->nr_pages]);
	kfree(image->pages);
	image->pages = NULL;
}

/**
 * sbm_flip_image_at() - a byte of the copy
 * @image: The copy.
 * @offset: Its offset in the image.
 *
 * Return: Where it is for the kernel, which may write to it; the rest of its
 * page is there as well.
 */
u8 *sbm_flip_image_at(struct sbm_flip_image *image, u32 offset)
{
	return page_address(image->pages[PFN_DOWN(offset)]) +
	       offset_in_page(offset);
}

/**
 * sbm_flip_image_write() - change the copy
 * @image: The copy.
 * @offset: Offset in the image.
 * @src: What to write there.
 * @len: Number of bytes.
 *
 * Context: Any.
 */
void sbm_flip_image_write(struct sbm_flip_image *image, u32 offset,
			  const void *src, size_t len)
{
	const u8 *byte = src;

	for (; len; len--)
		*sbm_flip_image_at(image, offset++) = *byte++;
}

/**
 * sbm_flip_image_fill() - have all of the text consist of one byte
 * @image: The copy.
 * @value: The byte.
 */
void sbm_flip_image_fill(struct sbm_flip_image *image, u8 value)
{
	unsigned int i;

	for (i = 0; i < PFN_UP(image->text_size); i++)
		memset(page_address(image->pages[i]), value, PAGE_SIZE);
}

/**
 * sbm_flip_image_restore() - have the copy be one again
 * @image: The copy.
 */
void sbm_flip_image_restore(struct sbm_flip_image *image)
{
	unsigned int i;

	/* The image has whole pages, also at the end of text and data. */
	for (i = 0; i < image->nr_pages; i++)
		memcpy(page_address(image->pages[i]),
		       sbm_image.blob + i * PAGE_SIZE, PAGE_SIZE);
}
