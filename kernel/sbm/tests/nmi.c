// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: somebody who wants the NMIs that nobody else wants.
 *
 *   /sys/kernel/debug/sbm/nmi	read "all N inside N": those since it was opened
 *
 * While the file is open, NMIs of unknown origin, such as a virtual machine's
 * monitor can inject, are counted rather than complained about: all of them, and
 * those that hit a sandbox.
 */
#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/sbm.h>
#include <asm/nmi.h>
#include <asm/sbm.h>

/* There is one handler, so there is one who has the file open. */
static atomic_t sbm_nmi_users;
static atomic64_t sbm_nmi_all;
static atomic64_t sbm_nmi_inside;

static int sbm_nmi_handler(unsigned int type, struct pt_regs *regs)
{
	atomic64_inc(&sbm_nmi_all);
	if (user_mode(regs) && sbm_active())
		atomic64_inc(&sbm_nmi_inside);
	return NMI_HANDLED;
}

static int sbm_nmi_open(struct inode *inode, struct file *file)
{
	int err;

	if (atomic_cmpxchg(&sbm_nmi_users, 0, 1))
		return -EBUSY;
	atomic64_set(&sbm_nmi_all, 0);
	atomic64_set(&sbm_nmi_inside, 0);
	err = register_nmi_handler(NMI_UNKNOWN, sbm_nmi_handler, 0, "sbm");
	if (err)
		atomic_set(&sbm_nmi_users, 0);
	return err;
}

static int sbm_nmi_release(struct inode *inode, struct file *file)
{
	unregister_nmi_handler(NMI_UNKNOWN, "sbm");
	atomic_set(&sbm_nmi_users, 0);
	return 0;
}

static ssize_t sbm_nmi_read(struct file *file, char __user *buf, size_t count,
			    loff_t *ppos)
{
	char text[64];
	int len;

	len = scnprintf(text, sizeof(text), "all %lld inside %lld\n",
			atomic64_read(&sbm_nmi_all),
			atomic64_read(&sbm_nmi_inside));
	return simple_read_from_buffer(buf, count, ppos, text, len);
}

static const struct file_operations sbm_nmi_fops = {
	.owner = THIS_MODULE,
	.open = sbm_nmi_open,
	.release = sbm_nmi_release,
	.read = sbm_nmi_read,
	.llseek = default_llseek,
};

/* Linked behind debugfs.c, so the folder is there. */
static int __init sbm_nmi_init(void)
{
	struct dentry *root = debugfs_lookup("sbm", NULL);

	debugfs_create_file("nmi", 0400, root, NULL, &sbm_nmi_fops);
	dput(root);
	return 0;
}
late_initcall(sbm_nmi_init);
