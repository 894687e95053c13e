/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: machine code, written at run time, in a sandbox. */
#ifndef _KERNEL_SBM_TESTS_RAW_H
#define _KERNEL_SBM_TESTS_RAW_H

#include <linux/sbm.h>

/**
 * struct sbm_raw - machine code in a sandbox
 * @sbm: The sandbox.
 * @fault: The fault that ended the last run. Its ip is relative to the start
 *	of the code if it lies there, else to the image.
 */
struct sbm_raw {
	struct sbm sbm;
	struct sbm_fault fault;
	/* private: */
	struct sbm_region *code;	/* memory of the code */
};

int sbm_raw_init(struct sbm_raw *raw, const void *code, size_t len);
int sbm_raw_run(struct sbm_raw *raw, unsigned long arg);
void sbm_raw_destroy(struct sbm_raw *raw);

#endif /* _KERNEL_SBM_TESTS_RAW_H */
