// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: what is run at random, and can be run again.
 *
 *   /sys/kernel/debug/sbm/NAME	write "SEED COUNT", read how it ended
 */
#include <linux/cleanup.h>
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "seeded.h"

static int seeded_show(struct seq_file *m, void *unused)
{
	struct sbm_seeded *seeded = m->private;

	guard(mutex)(&seeded->lock);
	seeded->show(m);
	seq_putc(m, '\n');
	return 0;
}

static ssize_t seeded_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	struct sbm_seeded *seeded = m->private;
	unsigned long long seed;
	unsigned long times;
	char line[64] = "";
	int err;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	if (sscanf(line, "%llu %lu", &seed, &times) != 2)
		return -EINVAL;

	guard(mutex)(&seeded->lock);
	err = seeded->run(seed, times);
	return err ?: count;
}
DEFINE_SHOW_STORE_ATTRIBUTE(seeded);

/**
 * sbm_seeded_create() - make the file
 * @seeded: What it runs; for ever.
 *
 * Context: An initcall behind that of debugfs.c, which makes the folder.
 */
void sbm_seeded_create(struct sbm_seeded *seeded)
{
	struct dentry *root = debugfs_lookup("sbm", NULL);

	mutex_init(&seeded->lock);
	debugfs_create_file(seeded->name, 0600, root, seeded, &seeded_fops);
	dput(root);
}
