/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: what the run loop asks of the buffers. */
#ifndef _KERNEL_SBM_BUFFER_H
#define _KERNEL_SBM_BUFFER_H

#include <linux/sizes.h>

/* More than anyone parses at a time; keeps sizes far from overflowing. */
#define SBM_MAX_BUF	SZ_256M

struct sbm;

void sbm_copy_in(struct sbm *sbm);
void sbm_copy_out(struct sbm *sbm);
void sbm_clear_slack(struct sbm *sbm);

#endif /* _KERNEL_SBM_BUFFER_H */
