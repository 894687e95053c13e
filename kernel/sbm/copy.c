// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: copying into regions and out of them.
 *
 * The kernel never uses a sandbox's own addresses. It reaches the pages
 * through its own mapping, and only while no call is running, or from the run
 * loop; what it reads is copied once.
 */
#include <linux/bug.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "internal.h"

/* Calls @fn(page, offset in page, offset in range, length) page by page. */
#define sbm_for_each_piece(region, offset, len, fn)			\
do {									\
	size_t __at = (offset), __left = (len);				\
	size_t __maybe_unused __done = 0;				\
									\
	if (WARN_ON_ONCE(__at + __left < __at ||			\
			 __at + __left > (region)->nr_pages * PAGE_SIZE)) \
		break;							\
	while (__left) {						\
		size_t __in = offset_in_page(__at);			\
		size_t __n = min_t(size_t, __left, PAGE_SIZE - __in);	\
									\
		fn((region)->pages[__at >> PAGE_SHIFT], __in, __done, __n); \
		__at += __n;						\
		__done += __n;						\
		__left -= __n;						\
	}								\
} while (0)

/**
 * sbm_region_write() - copy into a sandbox
 * @region: The region.
 * @offset: Where in it, in bytes.
 * @src: Kernel memory.
 * @len: Number of bytes; the range must be mapped.
 */
void sbm_region_write(struct sbm_region *region, size_t offset,
		      const void *src, size_t len)
{
#define put(page, in, done, n)	memcpy_to_page(page, in, src + (done), n)
	sbm_for_each_piece(region, offset, len, put);
#undef put
}

/*
 * The sandbox may have come out for a machine check: what ended its call must
 * not end the kernel when a policy looks at it.
 */
static int sbm_page_read(struct page *page, size_t offset, void *dst,
			 size_t len)
{
	const char *src = kmap_local_page(page);
	unsigned long left = copy_mc_to_kernel(dst, src + offset, len);

	kunmap_local(src);
	return left ? -EFAULT : 0;
}

/**
 * sbm_region_read() - copy out of a sandbox
 * @region: The region.
 * @offset: Where in it, in bytes.
 * @dst: Kernel memory.
 * @len: Number of bytes; the range must be mapped.
 *
 * Return: Zero, or -EFAULT for memory that the hardware cannot read.
 */
int sbm_region_read(struct sbm_region *region, size_t offset, void *dst,
		    size_t len)
{
	int err = 0;

#define get(page, in, done, n)						\
	(err = err ?: sbm_page_read(page, in, dst + (done), n))
	sbm_for_each_piece(region, offset, len, get);
#undef get
	return err;
}

/**
 * sbm_region_zero() - clear a piece of a sandbox
 * @region: The region.
 * @offset: Where in it, in bytes.
 * @len: Number of bytes; the range must be mapped.
 */
void sbm_region_zero(struct sbm_region *region, size_t offset, size_t len)
{
#define clear(page, in, done, n)	memzero_page(page, in, n)
	sbm_for_each_piece(region, offset, len, clear);
#undef clear
}
