// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode on x86-64: the sandbox image, mapped into every sandbox.
 *
 * Text and read-only data are the pages of the kernel image that hold it, the
 * same for all sandboxes, at one address that is chosen at boot. Data is a
 * private copy.
 *
 *   base            text    read-execute, shared
 *   base + rodata   rodata  read-only, shared
 *   base + data     data    read-write, private, restored by a reset
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sizes.h>

#include "arch.h"
#include "image/image.h"

/*
 * Where sandboxes live: in the lower half, as far from both ends as a stray
 * small offset can be, and with room for the largest sandbox above. Aligned so
 * that a small sandbox needs one page table of each level.
 */
#define SBM_BASE_MIN	SZ_4G
#define SBM_BASE_MAX	(BIT_ULL(46))
#define SBM_BASE_ALIGN	SZ_2M

static unsigned long image_base __ro_after_init;

unsigned long sbm_image_base(void)
{
	return image_base;
}

unsigned long sbm_image_end(void)
{
	return image_base + PAGE_ALIGN(sbm_image.size);
}

/**
 * arch_sbm_image_va() - where something in the image is
 * @offset: Its offset in the image.
 *
 * Return: Its address in every sandbox.
 */
unsigned long arch_sbm_image_va(u32 offset)
{
	return image_base + offset;
}

/**
 * arch_sbm_image_at() - the kernel's view of what all sandboxes share
 * @va: Address in the sandbox.
 * @len: Number of bytes, not zero.
 *
 * Return: Where the kernel can read it; %NULL if it is not all text or all
 * read-only data of the image.
 */
const void *arch_sbm_image_at(unsigned long va, size_t len)
{
	const struct sbm_image *image = &sbm_image;
	unsigned long offset = va - image_base;

	if (offset < image->text_size && len <= image->text_size - offset)
		return image->blob + offset;

	offset -= image->rodata_offset;
	if (offset < image->rodata_size && len <= image->rodata_size - offset)
		return image->blob + image->rodata_offset + offset;
	return NULL;
}

/**
 * arch_sbm_image_size() - how much address space the image takes
 *
 * Return: Its size in bytes, from arch_sbm_image_va(0) on.
 */
unsigned long arch_sbm_image_size(void)
{
	return PAGE_ALIGN(sbm_image.size);
}

/**
 * arch_sbm_return_va() - where a sandboxed function returns to
 *
 * Return: Address in every sandbox of the code that ends the call.
 */
unsigned long arch_sbm_return_va(void)
{
	return image_base + sbm_image.ret_offset;
}

/**
 * sbm_image_data_pages() - pages of static data that each sandbox has
 *
 * Return: Their number.
 */
unsigned int sbm_image_data_pages(void)
{
	return PFN_UP(sbm_image.data_size + sbm_image.bss_size);
}

static int sbm_map_shared(struct sbm_sandbox *sandbox, u32 offset, u32 size,
			  unsigned int prot)
{
	if (!size)
		return 0;
	return sbm_mm_map_pfn(sandbox, image_base + offset,
			      __pa_symbol(sbm_image.blob + offset) >> PAGE_SHIFT,
			      PFN_UP(size), prot);
}

/**
 * sbm_image_map() - map the image into a new sandbox
 * @sandbox: The sandbox.
 *
 * Return: Zero or a negative errno.
 * Context: Process context; may sleep.
 */
int sbm_image_map(struct sbm_sandbox *sandbox)
{
	unsigned int nr_data = sbm_image_data_pages();
	struct sbm_region *data;
	int err;

	err = sbm_map_shared(sandbox, 0, sbm_image.text_size, SBM_PROT_EXEC);
	if (err)
		return err;
	err = sbm_map_shared(sandbox, sbm_image.rodata_offset,
			     sbm_image.rodata_size, SBM_PROT_READ);
	if (err || !nr_data)
		return err;

	data = sbm_region_create_at(sandbox, image_base + sbm_image.data_offset,
				    nr_data, nr_data, SBM_PROT_WRITE);
	if (IS_ERR(data))
		return PTR_ERR(data);
	sandbox->arch->data = data;
	return sbm_image_reset(sandbox);
}

/**
 * sbm_image_reset() - give the image's data its initial values
 * @sandbox: Sandbox that is not in a call.
 *
 * Return: Zero.
 */
int sbm_image_reset(struct sbm_sandbox *sandbox)
{
	struct sbm_region *data = sandbox->arch->data;

	if (!data)
		return 0;
	sbm_region_write(data, 0, sbm_image.blob + sbm_image.data_offset,
			 sbm_image.data_size);
	sbm_region_zero(data, sbm_image.data_size,
			data->nr_pages * PAGE_SIZE - sbm_image.data_size);
	return 0;
}

static int __init sbm_image_init(void)
{
	u64 room = SBM_BASE_MAX - SBM_BASE_MIN;
	u64 offset = get_random_u64() % room;

	image_base = ALIGN(SBM_BASE_MIN + offset, SBM_BASE_ALIGN);
	return 0;
}
core_initcall(sbm_image_init);
