// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the test interface, /sys/kernel/debug/sbm/.
 *
 *   run				write machine code, read how it ended
 *   stress				write N: makes N calls
 *   cycle				write N: creates, calls and destroys N sandboxes
 *   leak				write N: loses N objects, for kmemleak
 *   live				write N: N sandboxes exist until it is closed
 *   codec/<name>/sandboxed	write compressed data, read it decompressed
 *   codec/<name>/direct	the same without a sandbox
 *
 * tests/ and bench.c add files of their own.
 *
 * Each open file is a test of its own. Reading starts at the beginning of the
 * result, whatever has been written before, so one descriptor does for both.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sbm_codec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "internal.h"
#include "tests/raw.h"
#include "tests/sandboxed.h"

#define SBM_RUN_MAX	SZ_64K
#define SBM_CODEC_MAX	SZ_4M

static struct sbm_class sbm_codec_class = {
	.name = "sbm-test-codec",
	.heap_pages = 4096,
	.flags = SBM_CLASS_STRONG,
};

/* === run === */

struct sbm_run_file {
	struct mutex lock;	/* the members below */
	size_t len;
	char result[256];
};

static int sbm_run_open(struct inode *inode, struct file *file)
{
	struct sbm_run_file *run = kzalloc(sizeof(*run), GFP_KERNEL);

	if (!run)
		return -ENOMEM;
	mutex_init(&run->lock);
	file->private_data = run;
	return 0;
}

static int sbm_run_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static int sbm_run_code(struct sbm_run_file *run, const void *code, size_t len)
{
	struct sbm_fault *fault;
	struct sbm_raw raw;
	int err, ret;

	err = sbm_raw_init(&raw, code, len);
	if (err)
		return err;

	ret = sbm_raw_run(&raw, 0);
	fault = &raw.fault;
	run->len = scnprintf(run->result, sizeof(run->result), "ret=%d ", ret);
	run->len += sbm_print_fault(fault, run->result + run->len,
				    sizeof(run->result) - run->len);
	run->len += scnprintf(run->result + run->len,
			      sizeof(run->result) - run->len, " level=%s",
			      sbm_level_names[sbm_level(&raw.sbm)]);
	run->len += sbm_print_place(fault, run->result + run->len,
				    sizeof(run->result) - run->len);
	run->len += scnprintf(run->result + run->len,
			      sizeof(run->result) - run->len, "\n");

	/* Killed is not a result: nobody is left to read it. */
	err = sbm_error(&raw.sbm) == SBM_ERR_KILLED ? SBM_ERR_KILLED : 0;
	sbm_raw_destroy(&raw);
	return err;
}

static ssize_t sbm_run_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct sbm_run_file *run = file->private_data;
	void *code;
	int err;

	if (!count || count > SBM_RUN_MAX)
		return -EINVAL;

	code = vmemdup_user(buf, count);
	if (IS_ERR(code))
		return PTR_ERR(code);

	mutex_lock(&run->lock);
	run->len = 0;
	err = sbm_run_code(run, code, count);
	mutex_unlock(&run->lock);

	kvfree(code);
	if (err)
		return err;
	*ppos = 0;
	return count;
}

static ssize_t sbm_run_read(struct file *file, char __user *buf, size_t count,
			    loff_t *ppos)
{
	struct sbm_run_file *run = file->private_data;

	guard(mutex)(&run->lock);
	return simple_read_from_buffer(buf, count, ppos, run->result, run->len);
}

static const struct file_operations sbm_run_fops = {
	.owner = THIS_MODULE,
	.open = sbm_run_open,
	.release = sbm_run_release,
	.write = sbm_run_write,
	.read = sbm_run_read,
	.llseek = default_llseek,
};

/* === stress === */

static ssize_t sbm_stress_write(struct file *file, const char __user *buf,
				size_t count, loff_t *ppos)
{
	unsigned long i, calls;
	struct sbm sbm;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &calls);
	if (err)
		return err;

	err = sbm_init_class(&sbm, &sbm_codec_class);
	for (i = 0; i < calls && !err; i++)
		err = sbm_call(&sbm, sbm_test_null);
	sbm_destroy(&sbm);

	return err ?: count;
}

static const struct file_operations sbm_stress_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = sbm_stress_write,
};

/* === cycle === */

static int sbm_cycle(void)
{
	int *src, value = 1;
	struct sbm sbm;

	if (sbm_init_class(&sbm, &sbm_codec_class))
		return sbm_error(&sbm);
	src = SBM_COPY_INOUT(&sbm, &value, sizeof(value));
	sbm_call(&sbm, sbm_test_invert_deep, src,
		 (char *)sbm_stack_limit(sbm.sandbox));
	sbm_destroy(&sbm);
	return sbm_error(&sbm);
}

static ssize_t sbm_cycle_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	unsigned long i, cycles;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &cycles);
	for (i = 0; !err && i < cycles; i++) {
		err = fatal_signal_pending(current) ? -EINTR : sbm_cycle();
		cond_resched();
	}
	return err ?: count;
}

static const struct file_operations sbm_cycle_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = sbm_cycle_write,
};

/* === leak === */

/* Loses buffers: their pages are freed, what describes them is not. */
static ssize_t sbm_leak_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *ppos)
{
	struct sbm_buf *lost;
	unsigned long nr;
	struct sbm sbm;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &nr);
	while (!err && nr--) {
		sbm_init_class(&sbm, &sbm_codec_class);
		lost = sbm_alloc_buf(&sbm, 1, SBM_IN);
		if (lost)
			list_del(&lost->node);
		err = sbm_error(&sbm);
		sbm_destroy(&sbm);
	}
	return err ?: count;
}

static const struct file_operations sbm_leak_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = sbm_leak_write,
};

/* === live === */

struct sbm_live_file {
	struct mutex lock;	/* the members below */
	unsigned long nr;
	struct sbm *sbm;
};

static int sbm_live_open(struct inode *inode, struct file *file)
{
	struct sbm_live_file *live = kzalloc(sizeof(*live), GFP_KERNEL);

	if (!live)
		return -ENOMEM;
	mutex_init(&live->lock);
	file->private_data = live;
	return nonseekable_open(inode, file);
}

static void sbm_live_end(struct sbm_live_file *live)
{
	while (live->nr)
		sbm_destroy(&live->sbm[--live->nr]);
	kvfree(live->sbm);
	live->sbm = NULL;
}

static int sbm_live_release(struct inode *inode, struct file *file)
{
	sbm_live_end(file->private_data);
	kfree(file->private_data);
	return 0;
}

static ssize_t sbm_live_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *ppos)
{
	struct sbm_live_file *live = file->private_data;
	unsigned long nr;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &nr);
	if (err)
		return err;

	guard(mutex)(&live->lock);
	sbm_live_end(live);
	live->sbm = kvcalloc(nr, sizeof(*live->sbm), GFP_KERNEL);
	if (!live->sbm)
		return -ENOMEM;
	while (live->nr < nr && !err) {
		err = sbm_init_class(&live->sbm[live->nr++], &sbm_codec_class);
		cond_resched();
	}
	return err ?: count;
}

static const struct file_operations sbm_live_fops = {
	.owner = THIS_MODULE,
	.open = sbm_live_open,
	.release = sbm_live_release,
	.write = sbm_live_write,
};

/* === codec === */

/*
 * The sandbox is kept, as a user with many blocks keeps it: tests decompress
 * many thousand.
 */
struct sbm_codec_file {
	struct mutex lock;	/* the members below */
	bool sandboxed;
	enum sbm_codec codec;
	struct sbm sbm;
	struct sbm_buf *sbm_in;
	struct sbm_buf *sbm_out;
	u8 *in;
	u8 *out;
	size_t in_len;
	bool done;
	int result;		/* bytes in @out, or a negative errno */
};

static void sbm_codec_free(struct sbm_codec_file *codec)
{
	if (codec->sandboxed)
		sbm_destroy(&codec->sbm);
	vfree(codec->in);
	vfree(codec->out);
	kfree(codec);
}

static int sbm_codec_open(struct inode *inode, struct file *file,
			  bool sandboxed)
{
	struct sbm_codec_file *codec = kzalloc(sizeof(*codec), GFP_KERNEL);
	int err = 0;

	if (!codec)
		return -ENOMEM;
	mutex_init(&codec->lock);
	codec->codec = (unsigned long)inode->i_private;
	codec->sandboxed = sandboxed;
	codec->in = vmalloc(SBM_CODEC_MAX);
	codec->out = vmalloc(SBM_CODEC_MAX);
	if (sandboxed) {
		sbm_init_class(&codec->sbm, &sbm_codec_class);
		codec->sbm_in = sbm_alloc_buf(&codec->sbm, SBM_CODEC_MAX,
					      SBM_IN);
		codec->sbm_out = sbm_alloc_buf(&codec->sbm, SBM_CODEC_MAX,
					       SBM_OUT);
		err = sbm_error(&codec->sbm);
	}
	if (!err && (!codec->in || !codec->out))
		err = -ENOMEM;
	if (err) {
		sbm_codec_free(codec);
		return err;
	}
	file->private_data = codec;
	return 0;
}

static int sbm_codec_open_sandboxed(struct inode *inode, struct file *file)
{
	return sbm_codec_open(inode, file, true);
}

static int sbm_codec_open_direct(struct inode *inode, struct file *file)
{
	return sbm_codec_open(inode, file, false);
}

static int sbm_codec_release(struct inode *inode, struct file *file)
{
	sbm_codec_free(file->private_data);
	return 0;
}

static int sbm_codec_run_sandboxed(struct sbm_codec_file *codec)
{
	struct sbm *sbm = &codec->sbm;
	int ret;

	ret = sbm_buf_write(codec->sbm_in, SBM_CODEC_MAX - codec->in_len,
			    codec->in, codec->in_len);
	if (ret)
		return ret;
	ret = sbm_decompress(sbm, codec->codec,
			     sbm_buf_place(codec->sbm_in, codec->in_len),
			     codec->in_len, codec->sbm_out->sbm_ptr,
			     SBM_CODEC_MAX);
	if (ret > 0)
		sbm_buf_read(codec->sbm_out, 0, codec->out, ret);
	/* If this fails, the next one fails with the same error. */
	if (sbm_error(sbm))
		sbm_reset(sbm);
	return ret;
}

static void sbm_codec_run(struct sbm_codec_file *codec)
{
	int ret;

	if (codec->sandboxed)
		ret = sbm_codec_run_sandboxed(codec);
	else
		ret = sbm_decompress_direct(codec->codec, codec->in,
					    codec->in_len, codec->out,
					    SBM_CODEC_MAX);
	codec->result = ret;
	codec->done = true;
}

static ssize_t sbm_codec_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	struct sbm_codec_file *codec = file->private_data;

	guard(mutex)(&codec->lock);
	if (codec->done) {
		/* The result has been read: a new input begins. */
		codec->done = false;
		codec->in_len = 0;
	}
	if (count > SBM_CODEC_MAX - codec->in_len)
		return -EFBIG;
	if (copy_from_user(codec->in + codec->in_len, buf, count))
		return -EFAULT;

	codec->in_len += count;
	*ppos = 0;
	return count;
}

static ssize_t sbm_codec_read(struct file *file, char __user *buf, size_t count,
			      loff_t *ppos)
{
	struct sbm_codec_file *codec = file->private_data;

	guard(mutex)(&codec->lock);
	if (!codec->in_len)
		return -ENODATA;
	if (!codec->done)
		sbm_codec_run(codec);
	if (codec->result < 0)
		return codec->result;
	return simple_read_from_buffer(buf, count, ppos, codec->out,
				       codec->result);
}

static const struct file_operations sbm_codec_sandboxed_fops = {
	.owner = THIS_MODULE,
	.open = sbm_codec_open_sandboxed,
	.release = sbm_codec_release,
	.write = sbm_codec_write,
	.read = sbm_codec_read,
	.llseek = default_llseek,
};

static const struct file_operations sbm_codec_direct_fops = {
	.owner = THIS_MODULE,
	.open = sbm_codec_open_direct,
	.release = sbm_codec_release,
	.write = sbm_codec_write,
	.read = sbm_codec_read,
	.llseek = default_llseek,
};

static int __init sbm_debugfs_init(void)
{
	struct dentry *root, *codecs, *dir;
	unsigned long codec;
	int err;

	err = sbm_class_register(&sbm_codec_class);
	if (err)
		return err;

	root = debugfs_create_dir("sbm", NULL);
	debugfs_create_file("run", 0600, root, NULL, &sbm_run_fops);
	debugfs_create_file("stress", 0200, root, NULL, &sbm_stress_fops);
	debugfs_create_file("cycle", 0200, root, NULL, &sbm_cycle_fops);
	debugfs_create_file("leak", 0200, root, NULL, &sbm_leak_fops);
	debugfs_create_file("live", 0200, root, NULL, &sbm_live_fops);

	codecs = debugfs_create_dir("codec", root);
	for (codec = 0; codec < SBM_NR_CODECS; codec++) {
		dir = debugfs_create_dir(sbm_codec_name(codec), codecs);
		debugfs_create_file("sandboxed", 0600, dir, (void *)codec,
				    &sbm_codec_sandboxed_fops);
		debugfs_create_file("direct", 0600, dir, (void *)codec,
				    &sbm_codec_direct_fops);
	}
	return 0;
}
late_initcall(sbm_debugfs_init);
