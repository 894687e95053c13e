/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_SBM_FAIL_H
#define _KERNEL_SBM_FAIL_H

#include <linux/types.h>

#ifdef CONFIG_FAIL_SBM
bool sbm_should_fail(void);
#else
static inline bool sbm_should_fail(void)
{
	return false;
}
#endif

#endif /* _KERNEL_SBM_FAIL_H */
