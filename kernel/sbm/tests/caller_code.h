/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: what a sandbox does while its caller holds something. */
#ifndef _KERNEL_SBM_TESTS_CALLER_CODE_H
#define _KERNEL_SBM_TESTS_CALLER_CODE_H

#include <linux/types.h>

extern const u8 sbm_caller_see[];
extern const u8 sbm_caller_see_end[];
extern const u8 sbm_caller_wait[];
extern const u8 sbm_caller_wait_end[];

#endif /* _KERNEL_SBM_TESTS_CALLER_CODE_H */
