/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of debugfs that run something at random, from a seed. */
#ifndef _KERNEL_SBM_TESTS_SEEDED_H
#define _KERNEL_SBM_TESTS_SEEDED_H

#include <linux/mutex.h>
#include <linux/types.h>

struct seq_file;

/**
 * struct sbm_seeded - something that is run from a seed
 * @name: Name of the file, in the folder of sandbox mode.
 * @run: Runs it so many times. Returns zero or a negative errno.
 * @show: Prints one line: how the last run ended.
 * @lock: One at a time runs, or shows.
 */
struct sbm_seeded {
	const char *name;
	int (*run)(u64 seed, unsigned long count);
	void (*show)(struct seq_file *m);
	struct mutex lock;	/* one run at a time */
};

void sbm_seeded_create(struct sbm_seeded *seeded);

#endif /* _KERNEL_SBM_TESTS_SEEDED_H */
