// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: names by number, as the kernel has them.
 */
#include <linux/sbm_names.h>

#include "main.h"

/* A newer kernel may have more of them. */
#define DEFINE_NAME(function, names)					\
const char *function(__u32 value)					\
{									\
	static const char * const list[] = { names(SBM_NAME, SBM_NAME) }; \
									\
	return value < ARRAY_SIZE(list) ? list[value] : "?";		\
}

DEFINE_NAME(level_name, SBM_LEVEL_NAMES)
DEFINE_NAME(state_name, SBM_STATE_NAMES)
DEFINE_NAME(fault_name, SBM_FAULT_NAMES)
DEFINE_NAME(region_name, SBM_REGION_NAMES)
DEFINE_NAME(side_name, SBM_SIDE_NAMES)
DEFINE_NAME(hook_name, SBM_HOOK_NAMES)
DEFINE_NAME(mode_name, SBM_MODE_NAMES)
