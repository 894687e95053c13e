// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware loader: decompression in a sandbox.
 *
 * The file is read and, where that is configured, verified as ever. What comes
 * after that, the decompressor at work on whatever the file says, happens in a
 * sandbox of its own for each file. It pulls its input and is asked for a page
 * of firmware after the other, so neither has to be mapped in one piece and
 * nobody needs to know how large the firmware is.
 */
#include <linux/device.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sbm.h>
#include <linux/sbm_gate.h>
#include <linux/sizes.h>
#include <linux/time64.h>

#include "sandbox.h"

/* More than xz -9 and zstd --ultra -22 use without being told. */
#define FW_WINDOW	SZ_128M

/*
 * For each page of firmware. The most a decoder does for one is a block of zstd,
 * 128 KiB: a few million instructions, so a hundredth of a second. An emulator
 * or a debug kernel takes a hundred times that and is not to notice: what this
 * is for never ends.
 */
#define FW_TIME_US	(10 * USEC_PER_SEC)

static bool fw_sandbox = true;
module_param_named(sandbox, fw_sandbox, bool, 0644);
MODULE_PARM_DESC(sandbox, "decompress firmware in a sandbox (default: on)");

/*
 * A few kilobytes that say so unpack to more memory than any machine has, and
 * what a file says of its size is for it to say. So there is a limit, which is
 * meant to be far above any firmware and no danger to the machine.
 */
static unsigned int fw_limit_mib = 256;
module_param_named(sandbox_limit, fw_limit_mib, uint, 0644);
MODULE_PARM_DESC(sandbox_limit,
		 "largest firmware to decompress in a sandbox, in MiB (default: 256)");

static const struct sbm_gate *const fw_gates[] = {
	SBM_GATE(sbm_pull),
};

#define FW_CLASS(codec) {						\
	.name = "firmware-" codec,					\
	.heap_pages = (FW_WINDOW + SZ_1M) / PAGE_SIZE,			\
	.time_us = FW_TIME_US,						\
	.flags = SBM_CLASS_STRONG,					\
	.gates = fw_gates,						\
	.nr_gates = ARRAY_SIZE(fw_gates),				\
}

static struct sbm_class fw_class_xz = FW_CLASS("xz");
static struct sbm_class fw_class_zstd = FW_CLASS("zstd");

/**
 * struct fw_source - what is left of a compressed file
 * @data: Its next byte.
 * @len: Bytes left.
 */
struct fw_source {
	const void *data;
	size_t len;
};

static ssize_t fw_pull(void *ctx, void *buf, size_t size)
{
	struct fw_source *source = ctx;

	size = min(size, source->len);
	memcpy(buf, source->data, size);
	source->data += size;
	source->len -= size;
	return size;
}

/* In bytes: half of all memory at most, and what a plain file may have. */
static size_t fw_limit(void)
{
	u64 memory = (u64)totalram_pages() * PAGE_SIZE;

	return min3((u64)READ_ONCE(fw_limit_mib) * SZ_1M, memory / 2,
		    (u64)INT_MAX);
}

/* Into a buffer of the caller: what does not fit is an error. */
static int fw_fill_buffer(struct fw_priv *fw_priv, struct sbm_stream *stream)
{
	size_t left = fw_priv->allocated_size;
	ssize_t len;
	char past;

	fw_priv->size = 0;
	while (left) {
		len = sbm_stream_read(stream, fw_priv->data + fw_priv->size,
				      min(left, PAGE_SIZE));
		if (len <= 0)
			return len;
		fw_priv->size += len;
		left -= len;
	}
	len = sbm_stream_read(stream, &past, sizeof(past));
	return len > 0 ? -ENOSPC : len;
}

static int fw_fill_pages(struct fw_priv *fw_priv, struct sbm_stream *stream)
{
	size_t limit = fw_limit();
	ssize_t len;
	void *page;

	fw_priv->is_paged_buf = true;
	fw_priv->size = 0;
	do {
		if (fw_grow_paged_buf(fw_priv, fw_priv->nr_pages + 1))
			return -ENOMEM;
		page = kmap_local_page(fw_priv->pages[fw_priv->nr_pages - 1]);
		len = sbm_stream_read(stream, page, PAGE_SIZE);
		kunmap_local(page);
		if (len < 0)
			return len;
		fw_priv->size += len;
		if (fw_priv->size > limit)
			return -EFBIG;
	} while (len == PAGE_SIZE);

	return fw_map_paged_buf(fw_priv);
}

static void fw_report(struct device *dev, const struct sbm_class *class,
		      const struct sbm *sbm, int err)
{
	char how[SBM_REPORT_LEN];

	if (sbm_error(sbm))
		dev_warn(dev, "%s: the decompressor %s\n", class->name,
			 sbm_report(sbm, how, sizeof(how)));
	else if (err == -EFBIG)
		dev_warn(dev, "%s: decompressed, it is larger than %zu bytes\n",
			 class->name, fw_limit());
	else
		dev_warn(dev, "%s: decompression failed: %d\n", class->name,
			 err);
}

/**
 * fw_sandboxed() - is firmware to be decompressed in a sandbox?
 *
 * Return: What the administrator wants.
 */
bool fw_sandboxed(void)
{
	return READ_ONCE(fw_sandbox);
}

/**
 * fw_decompress_sandboxed() - decompress a firmware file in a sandbox
 * @dev: Device that wants it.
 * @fw_priv: Where to.
 * @codec: %SBM_CODEC_XZ or %SBM_CODEC_ZSTD.
 * @in_size: Size of the file in bytes.
 * @in_buffer: Its content.
 *
 * Return: Zero or a negative errno, -EFBIG if there is more firmware than the
 * limit; never does it without a sandbox.
 * Context: Process context; may sleep.
 */
int fw_decompress_sandboxed(struct device *dev, struct fw_priv *fw_priv,
			    enum sbm_codec codec, size_t in_size,
			    const void *in_buffer)
{
	struct fw_source source = { .data = in_buffer, .len = in_size };
	struct sbm_class *class = codec == SBM_CODEC_XZ ? &fw_class_xz :
							  &fw_class_zstd;
	struct sbm_stream stream;
	struct sbm sbm;
	int err;

	err = sbm_init_class(&sbm, class);
	if (!err)
		err = sbm_stream_open(&stream, &sbm, codec, FW_WINDOW,
				      PAGE_SIZE, fw_pull, &source);
	if (!err) {
		if (fw_priv->data)
			err = fw_fill_buffer(fw_priv, &stream);
		else
			err = fw_fill_pages(fw_priv, &stream);
	}
	if (err)
		fw_report(dev, class, &sbm, err);
	/* The stream goes with its sandbox. */
	sbm_destroy(&sbm);
	return err == -EIO ? -EINVAL : err;
}

static int __init fw_sandbox_init(void)
{
	return sbm_class_register(&fw_class_xz) ?:
	       sbm_class_register(&fw_class_zstd);
}
fs_initcall(fw_sandbox_init);
