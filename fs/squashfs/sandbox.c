// SPDX-License-Identifier: GPL-2.0-only
/*
 * Squashfs - a compressed read only filesystem for Linux
 *
 * sandbox.c
 */

/*
 * This file implements decompression in a sandbox, for mounts with
 * "sandbox=on": whatever the image makes the decompressor do, it does it
 * without access to the kernel. See Documentation/security/sandbox-mode.rst.
 *
 * Each decompressor stream has a sandbox of its own, with a buffer for a
 * compressed and one for a decompressed block. A sandbox lives as long as its
 * stream. A block that takes it over can spoil blocks that come after it, which
 * whoever made the image can do anyway; other mounts are out of its reach.
 */

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/sbm.h>
#include <linux/sbm_codec.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include "squashfs_fs.h"
#include "squashfs_fs_sb.h"
#include "squashfs.h"
#include "decompressor.h"
#include "page_actor.h"
#include "sandbox.h"

/**
 * struct squashfs_sandbox - a decompressor stream in a sandbox
 * @sbm: The sandbox.
 * @in: The compressed block, at the end of the buffer.
 * @out: The decompressed block, at its start.
 */
struct squashfs_sandbox {
	struct sbm sbm;
	struct sbm_buf *in;
	struct sbm_buf *out;
};

/**
 * struct squashfs_codec - a compression that a sandbox can undo
 * @ops: What the mount uses in place of the usual decompressor.
 * @class: Class of its sandboxes.
 * @codec: What to call inside.
 */
struct squashfs_codec {
	struct squashfs_decompressor ops;
	struct sbm_class class;
	enum sbm_codec codec;
};

static struct squashfs_codec *
squashfs_codec(const struct squashfs_sb_info *msblk)
{
	return container_of(msblk->sandbox, struct squashfs_codec, ops);
}

static void squashfs_sandbox_free(void *strm)
{
	struct squashfs_sandbox *stream = strm;

	if (stream)
		sbm_destroy(&stream->sbm);
	kfree(stream);
}

/*
 * Everything is allocated here and kept: a block is decompressed while its
 * folios are locked, where memory should not be asked for.
 */
static void *squashfs_sandbox_create(struct squashfs_sb_info *msblk, void *buff)
{
	size_t size = max_t(size_t, msblk->block_size, SQUASHFS_METADATA_SIZE);
	struct squashfs_codec *codec = squashfs_codec(msblk);
	struct squashfs_sandbox *stream;
	int err;

	stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	if (!stream)
		return ERR_PTR(-ENOMEM);

	sbm_init_class(&stream->sbm, &codec->class);
	stream->in = sbm_alloc_buf(&stream->sbm, size, SBM_IN);
	stream->out = sbm_alloc_buf(&stream->sbm, size, SBM_OUT);
	err = sbm_error(&stream->sbm);
	if (err) {
		ERROR("Failed to create a sandbox of class %s: %d\n",
		      codec->class.name, err);
		squashfs_sandbox_free(stream);
		return ERR_PTR(err);
	}
	return stream;
}

/* Return: zero, or -EIO if @bio has less than @length bytes, or @in no room. */
static int squashfs_sandbox_fill(struct sbm_buf *in, struct bio *bio,
				 int offset, int length)
{
	struct bvec_iter_all iter_all = {};
	struct bio_vec *bvec = bvec_init_iter_all(&iter_all);
	size_t at = in->size - length;

	if (length > in->size)
		return -EIO;

	while (length) {
		int avail;

		if (!bio_next_segment(bio, &iter_all))
			return -EIO;
		avail = min(length, (int)bvec->bv_len - offset);
		if (sbm_buf_write(in, at, bvec_virt(bvec) + offset, avail))
			return -EIO;
		at += avail;
		length -= avail;
		offset = 0;
	}
	return 0;
}

/* Return: zero, or -EIO if @output has no room for @length bytes. */
static int squashfs_sandbox_drain(struct sbm_buf *out, int length,
				  struct squashfs_page_actor *output)
{
	void *addr = squashfs_first_page(output);
	int done = 0, error = 0;

	while (done < length) {
		int n = min_t(int, length - done, PAGE_SIZE);

		/* An error pointer stands for a page that nobody wants. */
		if (!IS_ERR(addr) &&
		    (!addr || sbm_buf_read(out, done, addr, n))) {
			error = -EIO;
			break;
		}
		done += n;
		if (done < length)
			addr = squashfs_next_page(output);
	}
	squashfs_finish_page(output);
	return error;
}

/* Return: the length of the block, at most @space, or a negative errno. */
static int squashfs_sandbox_call(struct squashfs_sandbox *stream,
				 enum sbm_codec codec, int length, int space)
{
	void *in = sbm_buf_place(stream->in, length);
	int res = sbm_decompress(&stream->sbm, codec, in, length,
				 stream->out->sbm_ptr, space);

	return res <= space ? res : -EIO;
}

/* Was there no stack or memory for the call? Others may have it. */
static bool squashfs_sandbox_starved(const struct sbm *sbm, int res)
{
	switch (sbm_error(sbm)) {
	case SBM_ERR_STACK:
	case SBM_ERR_CONTEXT:
	case -ENOMEM:
		return true;
	case 0:
		return res == -ENOMEM;
	default:
		return false;
	}
}

/* The one line that tells why a block was not decompressed. */
static void squashfs_sandbox_report(const struct squashfs_codec *codec,
				    const struct sbm *sbm, struct bio *bio,
				    u64 block, int error)
{
	char how[SBM_REPORT_LEN];

	if (!sbm_error(sbm) && error == -ENOMEM)
		pr_err_ratelimited("SQUASHFS error: %pg: %s: block 0x%llx: no memory for the decompressor\n",
				   bio->bi_bdev, codec->class.name, block);
	else if (!sbm_error(sbm))
		pr_err_ratelimited("SQUASHFS error: %pg: %s: block 0x%llx is corrupt: %d\n",
				   bio->bi_bdev, codec->class.name, block,
				   error);
	else
		pr_err_ratelimited("SQUASHFS error: %pg: %s: block 0x%llx: the decompressor %s\n",
				   bio->bi_bdev, codec->class.name, block,
				   sbm_report(sbm, how, sizeof(how)));
}

static int squashfs_sandbox_decompress(struct squashfs_sb_info *msblk,
				       void *strm, struct bio *bio, int offset,
				       int length,
				       struct squashfs_page_actor *output)
{
	const struct squashfs_codec *codec = squashfs_codec(msblk);
	struct squashfs_sandbox *stream = strm;
	struct sbm *sbm = &stream->sbm;
	int space = min_t(size_t, output->length, stream->out->size);
	unsigned int noio;
	int res;

	/*
	 * The heap grows until it has what the largest block takes. The stream
	 * is held and so are folios: as for the bio, no I/O to get memory.
	 */
	noio = memalloc_noio_save();
	res = squashfs_sandbox_fill(stream->in, bio, offset, length);
	if (!res)
		res = squashfs_sandbox_call(stream, codec->codec, length, space);
	if (res >= 0)
		res = squashfs_sandbox_drain(stream->out, res, output) ?: res;

	/* But for -EIO, it is the reader that is not well, not the block. */
	if (sbm_error(sbm) == SBM_ERR_KILLED) {
		res = -EINTR;
	} else if (res < 0) {
		squashfs_sandbox_report(codec, sbm, bio, output->block, res);
		res = squashfs_sandbox_starved(sbm, res) ? -ENOBUFS : -EIO;
	}

	/* If this fails, so do the next blocks, and each tries it again. */
	if (sbm_error(sbm))
		sbm_reset(sbm);
	memalloc_noio_restore(noio);
	return res;
}

/*
 * For each block. The slowest decompressor, xz, takes about a hundred
 * instructions for a byte, so a tenth of a second for the largest block, of
 * 1 MiB. An emulator or a debug kernel takes a hundred times that and is not to
 * notice: what this is for never ends.
 */
#define SQUASHFS_TIME_US	(30 * USEC_PER_SEC)

/*
 * The heap is for the state of the decompressor; that of zstd includes a
 * window, which is as large as a block. lz4 and lzo allocate nothing, but no
 * heap is smaller than a page.
 */
static struct squashfs_codec squashfs_codecs[] = {
	{
		.ops = {
			.init = squashfs_sandbox_create,
			.free = squashfs_sandbox_free,
			.decompress = squashfs_sandbox_decompress,
			.id = ZLIB_COMPRESSION,
			.name = "zlib",
			.supported = 1,
		},
		.class = {
			.name = "squashfs-zlib",
			.heap_pages = SZ_256K / PAGE_SIZE,
			.time_us = SQUASHFS_TIME_US,
			.flags = SBM_CLASS_STRONG,
		},
		.codec = SBM_CODEC_ZLIB,
	},
	{
		.ops = {
			.init = squashfs_sandbox_create,
			.free = squashfs_sandbox_free,
			.decompress = squashfs_sandbox_decompress,
			.id = XZ_COMPRESSION,
			.name = "xz",
			.supported = 1,
		},
		.class = {
			.name = "squashfs-xz",
			.heap_pages = SZ_256K / PAGE_SIZE,
			.time_us = SQUASHFS_TIME_US,
			.flags = SBM_CLASS_STRONG,
		},
		.codec = SBM_CODEC_XZ,
	},
	{
		.ops = {
			.init = squashfs_sandbox_create,
			.free = squashfs_sandbox_free,
			.decompress = squashfs_sandbox_decompress,
			.id = ZSTD_COMPRESSION,
			.name = "zstd",
			.supported = 1,
		},
		.class = {
			.name = "squashfs-zstd",
			.heap_pages = (SQUASHFS_FILE_MAX_SIZE + SZ_1M) / PAGE_SIZE,
			.time_us = SQUASHFS_TIME_US,
			.flags = SBM_CLASS_STRONG,
		},
		.codec = SBM_CODEC_ZSTD,
	},
	{
		.ops = {
			.init = squashfs_sandbox_create,
			.free = squashfs_sandbox_free,
			.decompress = squashfs_sandbox_decompress,
			.id = LZ4_COMPRESSION,
			.name = "lz4",
			.supported = 1,
		},
		.class = {
			.name = "squashfs-lz4",
			.heap_pages = 1,
			.time_us = SQUASHFS_TIME_US,
			.flags = SBM_CLASS_STRONG,
		},
		.codec = SBM_CODEC_LZ4,
	},
	{
		.ops = {
			.init = squashfs_sandbox_create,
			.free = squashfs_sandbox_free,
			.decompress = squashfs_sandbox_decompress,
			.id = LZO_COMPRESSION,
			.name = "lzo",
			.supported = 1,
		},
		.class = {
			.name = "squashfs-lzo",
			.heap_pages = 1,
			.time_us = SQUASHFS_TIME_US,
			.flags = SBM_CLASS_STRONG,
		},
		.codec = SBM_CODEC_LZO,
	},
};

/**
 * squashfs_sandbox_setup() - have a mount decompress in sandboxes
 * @msblk: The mount; decompressor and thread_ops are chosen, nothing is
 *	decompressed yet.
 * @fc: Where errors are told.
 *
 * A mount that cannot have what was asked for fails: it never decompresses
 * outside of a sandbox, or in a weaker one.
 *
 * Return: Zero, -EINVAL if there is no sandbox for this compression, or
 * -EOPNOTSUPP if there is none on this machine.
 * Context: Process context.
 */
int squashfs_sandbox_setup(struct squashfs_sb_info *msblk,
			   struct fs_context *fc)
{
	int i;

	if (!sbm_strong_available()) {
		errorf(fc, "no strong sandbox on this machine, try sandbox=off");
		return -EOPNOTSUPP;
	}

	for (i = 0; i < ARRAY_SIZE(squashfs_codecs); i++)
		if (squashfs_codecs[i].ops.id == msblk->decompressor->id)
			msblk->sandbox = &squashfs_codecs[i].ops;
	/* For a compression that squashfs does not have yet. */
	if (!msblk->sandbox)
		return invalf(fc, "no sandbox for %s, try sandbox=off",
			      msblk->decompressor->name);

#ifdef CONFIG_SQUASHFS_DECOMP_MULTI_PERCPU
	/* It disables preemption; a pool of as many streams does not. */
	if (msblk->thread_ops == &squashfs_decompressor_percpu)
		msblk->thread_ops = &squashfs_decompressor_multi;
#endif
	return 0;
}

/**
 * squashfs_sandbox_exit() - forget the classes
 *
 * Context: Process context, no mounts left.
 */
void squashfs_sandbox_exit(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(squashfs_codecs); i++)
		sbm_class_unregister(&squashfs_codecs[i].class);
}

/**
 * squashfs_sandbox_init() - make the classes known
 *
 * Return: Zero or a negative errno, with no class registered.
 * Context: Process context, before the first mount.
 */
int __init squashfs_sandbox_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(squashfs_codecs); i++) {
		err = sbm_class_register(&squashfs_codecs[i].class);
		if (err)
			goto err_unregister;
	}
	return 0;

err_unregister:
	while (i--)
		sbm_class_unregister(&squashfs_codecs[i].class);
	return err;
}
