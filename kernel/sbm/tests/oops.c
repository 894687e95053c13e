// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: an oops in the middle of a call, on demand.
 *
 *   /sys/kernel/debug/sbm/oops		write anything: the kernel follows NULL
 *
 * To see what is said about the sandbox; as root has other ways to crash the
 * machine, this adds none.
 */
#include <linux/array_size.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/sbm.h>
#include <linux/sbm_gate.h>

#include "sandboxed.h"

static const struct sbm_gate *const sbm_oops_gates[] = {
	SBM_GATE(sbm_pull),
};

static struct sbm_class sbm_oops_class = {
	.name = "sbm-test-oops",
	.heap_pages = 1,
	.gates = sbm_oops_gates,
	.nr_gates = ARRAY_SIZE(sbm_oops_gates),
};

static ssize_t sbm_oops_pull(void *ctx, void *buf, size_t size)
{
	WRITE_ONCE(*(int *)NULL, 0);
	return 0;
}

static ssize_t sbm_oops_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *ppos)
{
	struct sbm sbm;
	int ret;

	sbm_init_class(&sbm, &sbm_oops_class);
	sbm_set_pull(&sbm, sbm_oops_pull, NULL);
	ret = sbm_call(&sbm, sbm_test_pull);
	sbm_destroy(&sbm);
	return ret < 0 ? ret : count;
}

static const struct file_operations sbm_oops_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = sbm_oops_write,
};

static int __init sbm_oops_init(void)
{
	struct dentry *sbm;
	int err;

	err = sbm_class_register(&sbm_oops_class);
	if (err)
		return err;
	sbm = debugfs_lookup("sbm", NULL);
	debugfs_create_file("oops", 0200, sbm, NULL, &sbm_oops_fops);
	dput(sbm);
	return 0;
}
late_initcall_sync(sbm_oops_init);
