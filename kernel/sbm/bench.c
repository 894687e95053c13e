// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: loops to be measured, in /sys/kernel/debug/sbm/bench/.
 *
 *   input		write compressed data for the codecs
 *   size		write how many bytes copy-in and map-unmap take
 *   null, fault, ...	write N: does it N times
 *
 * How long they take is for the reader to measure; `make bench` counts
 * instructions from outside.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sbm_codec.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "tests/raw.h"
#include "tests/sandboxed.h"

/* One block, as squashfs has it by default, and the largest it can have. */
#define BENCH_BLOCK	SZ_128K
#define BENCH_MAX_SIZE	SZ_1M

static struct sbm_class sbm_bench_class = {
	.name = "sbm-bench",
	.heap_pages = 1024,
	.flags = SBM_CLASS_STRONG,
};

/* As that, without pools. */
static struct sbm_class sbm_bench_fresh_class = {
	.name = "sbm-bench-fresh",
	.heap_pages = 1024,
	.flags = SBM_CLASS_STRONG | SBM_CLASS_FRESH,
};

/* With a branch predictor barrier on both sides of each run. */
static struct sbm_class sbm_bench_ibpb_class = {
	.name = "sbm-bench-ibpb",
	.heap_pages = 1024,
	.flags = SBM_CLASS_STRONG | SBM_CLASS_IBPB,
};

static DEFINE_MUTEX(sbm_bench_lock);	/* all below */
static void *bench_input;
static void *bench_output;
static size_t bench_input_len;
static void *bench_memory;		/* pages in one piece */
static size_t bench_size = BENCH_BLOCK;

struct bench {
	struct sbm sbm;
	struct sbm ibpb;
	struct sbm_raw raw;
	bool has_ibpb;
	bool has_raw;
	struct sbm_buf *block;
	struct sbm_buf *in;
	struct sbm_buf *out;
};

static int bench_null(struct bench *bench, enum sbm_codec codec)
{
	return sbm_call(&bench->sbm, sbm_test_null);
}

static int bench_null_ibpb(struct bench *bench, enum sbm_codec codec)
{
	if (!bench->has_ibpb) {
		sbm_init_class(&bench->ibpb, &sbm_bench_ibpb_class);
		bench->has_ibpb = true;
	}
	return sbm_call(&bench->ibpb, sbm_test_null);
}

/* A fault, and all it takes until the next call can be made. */
static int bench_fault(struct bench *bench, enum sbm_codec codec)
{
	int ret = sbm_call(&bench->sbm, sbm_test_read_at, NULL, 0);

	return ret == SBM_ERR_FAULT ? sbm_reset(&bench->sbm) : -EILSEQ;
}

/* A call that wants a page of heap, and the reset that takes it back. */
static int bench_grow(struct bench *bench, enum sbm_codec codec)
{
	static const u8 code[] = {
		0xb8, SBM_CALL_GROW, 0, 0, 0,	/* mov $SBM_CALL_GROW, %eax */
		0xbf, 1, 0, 0, 0,		/* mov $1, %edi */
		0x0f, 0x05,			/* syscall */
		0x48, 0xf7, 0xd8,		/* neg %rax: CF if not zero */
		0x19, 0xc0,			/* sbb %eax, %eax: -CF */
		0xff, 0xc0,			/* inc %eax: 0 if it grew */
		0xc3,				/* ret */
	};
	int err;

	if (!bench->has_raw) {
		err = sbm_raw_init(&bench->raw, code, sizeof(code));
		if (err)
			return err;
		bench->has_raw = true;
	}
	return sbm_raw_run(&bench->raw, 0) ? -EILSEQ :
					     sbm_reset(&bench->raw.sbm);
}

/* The life of a sandbox, without a call and with one. */
static int bench_life(struct sbm_class *class, bool call)
{
	struct sbm sbm;
	int ret = sbm_init_class(&sbm, class);

	if (call)
		ret = sbm_call(&sbm, sbm_test_null);
	sbm_destroy(&sbm);
	return ret;
}

static int bench_create(struct bench *bench, enum sbm_codec codec)
{
	return bench_life(&sbm_bench_class, false);
}

static int bench_once(struct bench *bench, enum sbm_codec codec)
{
	return bench_life(&sbm_bench_class, true);
}

static int bench_create_fresh(struct bench *bench, enum sbm_codec codec)
{
	return bench_life(&sbm_bench_fresh_class, false);
}

static int bench_once_fresh(struct bench *bench, enum sbm_codec codec)
{
	return bench_life(&sbm_bench_fresh_class, true);
}

/* ... and with a buffer. */
static int bench_life_buf(struct bench *bench, enum sbm_codec codec)
{
	int *src, ret, value = 0;
	struct sbm sbm;

	sbm_init_class(&sbm, &sbm_bench_class);
	src = SBM_COPY_INOUT(&sbm, &value, sizeof(value));
	ret = sbm_call(&sbm, sbm_test_invert, src);
	sbm_destroy(&sbm);
	return ret;
}

static int bench_reset(struct bench *bench, enum sbm_codec codec)
{
	return sbm_reset(&bench->sbm);
}

/* What a sandboxed block is copied: in, and out again. */
static int bench_copy(struct bench *bench, enum sbm_codec codec)
{
	return sbm_buf_write(bench->in, bench->in->size - bench_input_len,
			     bench_input, bench_input_len) ?:
	       sbm_buf_read(bench->out, 0, bench_output, BENCH_BLOCK);
}

/* Two ways to show a sandbox a block. */
static int bench_copy_in(struct bench *bench, enum sbm_codec codec)
{
	/* Not in each sandbox: a call looks at all of its buffers. */
	if (!bench->block)
		bench->block = sbm_alloc_buf(&bench->sbm, bench_size, SBM_IN);
	if (!bench->block)
		return sbm_error(&bench->sbm);
	return sbm_buf_write(bench->block, 0, bench_memory, bench_size);
}

static int bench_map_unmap(struct bench *bench, enum sbm_codec codec)
{
	void *addr = SBM_MAP_READONLY(&bench->sbm, bench_memory, bench_size);

	return addr ? sbm_unmap(&bench->sbm, addr) : sbm_error(&bench->sbm);
}

static int bench_sandboxed(struct bench *bench, enum sbm_codec codec)
{
	int ret = sbm_decompress(&bench->sbm, codec,
				 sbm_buf_place(bench->in, bench_input_len),
				 bench_input_len, bench->out->sbm_ptr,
				 BENCH_BLOCK);

	return ret == BENCH_BLOCK ? 0 : -EILSEQ;
}

static int bench_direct(struct bench *bench, enum sbm_codec codec)
{
	int ret = sbm_decompress_direct(codec, bench_input, bench_input_len,
					bench_output, BENCH_BLOCK);

	return ret == BENCH_BLOCK ? 0 : -EILSEQ;
}

static const struct bench_file {
	const char *name;
	int (*run)(struct bench *bench, enum sbm_codec codec);
	enum sbm_codec codec;
} bench_files[] = {
	{ "null", bench_null },
	{ "null-ibpb", bench_null_ibpb },
	{ "fault", bench_fault },
	{ "grow", bench_grow },
	{ "create-destroy", bench_create },
	{ "create-call-destroy", bench_once },
	{ "create-destroy-fresh", bench_create_fresh },
	{ "create-call-destroy-fresh", bench_once_fresh },
	{ "create-copy-call-destroy", bench_life_buf },
	{ "reset", bench_reset },
	{ "copy", bench_copy },
	{ "copy-in", bench_copy_in },
	{ "map-unmap", bench_map_unmap },
	{ "zlib-sandboxed", bench_sandboxed, SBM_CODEC_ZLIB },
	{ "zlib-direct", bench_direct, SBM_CODEC_ZLIB },
	{ "xz-sandboxed", bench_sandboxed, SBM_CODEC_XZ },
	{ "xz-direct", bench_direct, SBM_CODEC_XZ },
	{ "zstd-sandboxed", bench_sandboxed, SBM_CODEC_ZSTD },
	{ "zstd-direct", bench_direct, SBM_CODEC_ZSTD },
};

static int bench_set_up(struct bench *bench)
{
	sbm_init_class(&bench->sbm, &sbm_bench_class);
	bench->in = sbm_alloc_buf(&bench->sbm, BENCH_BLOCK, SBM_IN);
	bench->out = sbm_alloc_buf(&bench->sbm, BENCH_BLOCK, SBM_OUT);
	if (!sbm_error(&bench->sbm))
		sbm_buf_write(bench->in, bench->in->size - bench_input_len,
			      bench_input, bench_input_len);
	return sbm_error(&bench->sbm);
}

static ssize_t bench_run_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	const struct bench_file *what = file_inode(file)->i_private;
	unsigned long i, rounds;
	struct bench bench = { };
	int err;

	err = kstrtoul_from_user(buf, count, 0, &rounds);
	if (err)
		return err;

	guard(mutex)(&sbm_bench_lock);
	err = bench_set_up(&bench);
	for (i = 0; i < rounds && !err; i++)
		err = what->run(&bench, what->codec);
	if (bench.has_raw)
		sbm_raw_destroy(&bench.raw);
	if (bench.has_ibpb)
		sbm_destroy(&bench.ibpb);
	sbm_destroy(&bench.sbm);
	return err ?: count;
}

static const struct file_operations bench_run_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = bench_run_write,
};

static ssize_t bench_input_write(struct file *file, const char __user *buf,
				 size_t count, loff_t *ppos)
{
	guard(mutex)(&sbm_bench_lock);
	if (count > BENCH_BLOCK)
		return -EINVAL;
	if (copy_from_user(bench_input, buf, count))
		return -EFAULT;
	bench_input_len = count;
	return count;
}

static const struct file_operations bench_input_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = bench_input_write,
};

static ssize_t bench_size_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	unsigned long size;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &size);
	if (err)
		return err;
	if (!size || size > BENCH_MAX_SIZE || !PAGE_ALIGNED(size))
		return -EINVAL;

	guard(mutex)(&sbm_bench_lock);
	bench_size = size;
	return count;
}

static const struct file_operations bench_size_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = bench_size_write,
};

static int __init sbm_bench_init(void)
{
	struct dentry *sbm, *dir;
	int i;

	bench_input = vmalloc(BENCH_BLOCK);
	bench_output = vmalloc(BENCH_BLOCK);
	bench_memory = alloc_pages_exact(BENCH_MAX_SIZE,
					 GFP_KERNEL | __GFP_ZERO);
	if (!bench_input || !bench_output || !bench_memory ||
	    sbm_class_register(&sbm_bench_class) ||
	    sbm_class_register(&sbm_bench_fresh_class) ||
	    sbm_class_register(&sbm_bench_ibpb_class)) {
		if (bench_memory)
			free_pages_exact(bench_memory, BENCH_MAX_SIZE);
		vfree(bench_input);
		vfree(bench_output);
		return -ENOMEM;
	}

	sbm = debugfs_lookup("sbm", NULL);
	dir = debugfs_create_dir("bench", sbm);
	dput(sbm);
	debugfs_create_file("input", 0200, dir, NULL, &bench_input_fops);
	debugfs_create_file("size", 0200, dir, NULL, &bench_size_fops);
	for (i = 0; i < ARRAY_SIZE(bench_files); i++)
		debugfs_create_file(bench_files[i].name, 0200, dir,
				    (void *)&bench_files[i], &bench_run_fops);
	return 0;
}
late_initcall_sync(sbm_bench_init);
