/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SQUASHFS_SANDBOX_H
#define SQUASHFS_SANDBOX_H
/*
 * Squashfs - a compressed read only filesystem for Linux
 *
 * sandbox.h
 */

#include <linux/fs_context.h>

#include "squashfs_fs_sb.h"

#ifdef CONFIG_SQUASHFS_SANDBOX_MODE
int __init squashfs_sandbox_init(void);
void squashfs_sandbox_exit(void);
int squashfs_sandbox_setup(struct squashfs_sb_info *msblk,
			   struct fs_context *fc);
#else
static inline int squashfs_sandbox_init(void)
{
	return 0;
}

static inline void squashfs_sandbox_exit(void)
{
}

static inline int squashfs_sandbox_setup(struct squashfs_sb_info *msblk,
					 struct fs_context *fc)
{
	return invalf(fc, "no sandbox mode in this kernel, try sandbox=off");
}
#endif

#endif
