// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: buffers, the way data goes in and comes out.
 *
 * Inputs end where mapped memory ends, so that reading one byte too many is a
 * fault. Outputs begin on a page and are followed by an unmapped one.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "buffer.h"
#include "internal.h"

static const enum sbm_fault_region sbm_buf_kinds[] = {
	[SBM_IN] = SBM_REGION_INPUT,
	[SBM_OUT] = SBM_REGION_OUTPUT,
	[SBM_INOUT] = SBM_REGION_INOUT,
};

/* Offset of the first byte of @buf in its region. */
static size_t sbm_buf_start(const struct sbm_buf *buf)
{
	return (unsigned long)buf->sbm_ptr - buf->region->va;
}

static void *sbm_fail(struct sbm *sbm, int err)
{
	if (!sbm->error)
		sbm->error = err;
	return NULL;
}

/**
 * sbm_alloc_buf() - give a sandbox a buffer that stays
 * @sbm: SBM instance.
 * @size: Size in bytes.
 * @dir: Direction; %SBM_IN is read-only in the sandbox.
 *
 * For calls that are repeated: filled with sbm_buf_write(), read with
 * sbm_buf_read(), and otherwise left alone.
 *
 * Return: The buffer, owned by @sbm; or %NULL with sbm_error() set to -ENOMEM
 * or, for a size of zero or above 256 MiB, -EINVAL.
 * Context: Process context; may sleep.
 */
struct sbm_buf *sbm_alloc_buf(struct sbm *sbm, size_t size, enum sbm_dir dir)
{
	unsigned int nr_pages = DIV_ROUND_UP(size, PAGE_SIZE);
	struct sbm_region *region;
	struct sbm_buf *buf;

	if (sbm->error)
		return NULL;
	if (!size || size > SBM_MAX_BUF)
		return sbm_fail(sbm, -EINVAL);

	buf = kzalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return sbm_fail(sbm, -ENOMEM);

	region = sbm_region_create(sbm->sandbox, nr_pages, nr_pages,
				   dir == SBM_IN ? SBM_PROT_READ :
						   SBM_PROT_WRITE);
	if (IS_ERR(region)) {
		kfree(buf);
		return sbm_fail(sbm, PTR_ERR(region));
	}

	region->buf_start = dir == SBM_OUT ? 0 : nr_pages * PAGE_SIZE - size;
	region->buf_size = size;
	region->buf_used = size;
	WRITE_ONCE(region->buf_kind, sbm_buf_kinds[dir]);

	buf->region = region;
	buf->size = size;
	buf->dir = dir;
	buf->sbm_ptr = (void *)region->va + region->buf_start;
	list_add_tail(&buf->node, &sbm->bufs);
	return buf;
}
EXPORT_SYMBOL_GPL(sbm_alloc_buf);

/**
 * sbm_add_buf() - let a call use a copy of the caller's buffer
 * @sbm: SBM instance.
 * @dir: Direction.
 * @buf: The caller's buffer.
 * @size: Its size in bytes.
 *
 * Callers use SBM_COPY_IN() and its like, which keep the type.
 *
 * Return: Address inside the sandbox, or %NULL with sbm_error() set.
 * Context: Process context; may sleep.
 */
void *sbm_add_buf(struct sbm *sbm, enum sbm_dir dir, void *buf, size_t size)
{
	struct sbm_buf *b = sbm_alloc_buf(sbm, size, dir);

	if (!b)
		return NULL;
	b->kern_ptr = buf;
	return b->sbm_ptr;
}
EXPORT_SYMBOL_GPL(sbm_add_buf);

/**
 * sbm_buf_place() - where input that does not fill the buffer belongs
 * @buf: Buffer of sbm_alloc_buf(), not %SBM_OUT.
 * @len: Length of the input in bytes, at most the size of the buffer.
 *
 * The input goes to the end of the buffer: that is, to offset @buf->size - @len
 * for sbm_buf_write(). To policies it is all there is in the buffer, until
 * another length is given.
 *
 * Return: Its address in the sandbox, or %NULL if it does not fit.
 * Context: Any; not during a call.
 */
void *sbm_buf_place(struct sbm_buf *buf, size_t len)
{
	if (len > buf->size)
		return NULL;
	buf->region->buf_used = len;
	return buf->sbm_ptr + buf->size - len;
}
EXPORT_SYMBOL_GPL(sbm_buf_place);

static bool sbm_buf_has(const struct sbm_buf *buf, size_t offset, size_t len)
{
	return offset <= buf->size && len <= buf->size - offset;
}

/**
 * sbm_buf_write() - fill a piece of a buffer
 * @buf: The buffer.
 * @offset: Offset in bytes.
 * @src: What to copy.
 * @len: Number of bytes.
 *
 * Return: Zero, or -EINVAL if it does not fit; then nothing is written.
 * Context: Any; not during a call.
 */
int sbm_buf_write(struct sbm_buf *buf, size_t offset, const void *src,
		  size_t len)
{
	if (!sbm_buf_has(buf, offset, len))
		return -EINVAL;
	sbm_region_write(buf->region, sbm_buf_start(buf) + offset, src, len);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_buf_write);

/**
 * sbm_buf_read() - copy a piece of a buffer
 * @buf: The buffer.
 * @offset: Offset in bytes.
 * @dst: Where to.
 * @len: Number of bytes.
 *
 * What comes out of a sandbox is untrusted. Read it once, then check it.
 *
 * Return: Zero, or -EINVAL if there is not as much; then nothing is read.
 * Context: Any; not during a call.
 */
int sbm_buf_read(struct sbm_buf *buf, size_t offset, void *dst, size_t len)
{
	if (!sbm_buf_has(buf, offset, len))
		return -EINVAL;
	sbm_region_read(buf->region, sbm_buf_start(buf) + offset, dst, len);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_buf_read);

/**
 * sbm_copy_in() - fill the buffers of the caller before a call
 * @sbm: SBM instance.
 */
void sbm_copy_in(struct sbm *sbm)
{
	struct sbm_buf *buf;

	list_for_each_entry(buf, &sbm->bufs, node) {
		if (!buf->kern_ptr)
			continue;
		if (buf->dir == SBM_OUT)
			sbm_region_zero(buf->region, 0,
					buf->region->nr_pages * PAGE_SIZE);
		else
			sbm_buf_write(buf, 0, buf->kern_ptr, buf->size);
	}
}

/**
 * sbm_copy_out() - hand the results to the caller after a call that returned
 * @sbm: SBM instance.
 */
void sbm_copy_out(struct sbm *sbm)
{
	struct sbm_buf *buf;

	list_for_each_entry(buf, &sbm->bufs, node) {
		if (buf->kern_ptr && buf->dir != SBM_IN)
			sbm_buf_read(buf, 0, buf->kern_ptr, buf->size);
	}
}

/**
 * sbm_clear_slack() - clear what is mapped next to buffers and part of none
 * @sbm: SBM instance.
 *
 * The sandbox can write there, and would find it again after a reset.
 */
void sbm_clear_slack(struct sbm *sbm)
{
	struct sbm_buf *buf;

	list_for_each_entry(buf, &sbm->bufs, node) {
		size_t start = sbm_buf_start(buf);
		size_t end = start + buf->size;

		if (buf->dir == SBM_IN)
			continue;
		sbm_region_zero(buf->region, 0, start);
		sbm_region_zero(buf->region, end,
				buf->region->nr_pages * PAGE_SIZE - end);
	}
}
