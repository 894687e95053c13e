// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: names by number, for the log, sysfs and debugfs.
 */
#include <uapi/linux/sbm_names.h>

#include "internal.h"

const char * const sbm_level_names[] = { SBM_LEVEL_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_state_names[] = { SBM_STATE_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_fault_names[] = { SBM_FAULT_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_region_names[] = { SBM_REGION_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_side_names[] = { SBM_SIDE_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_hook_names[] = { SBM_HOOK_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_eject_names[] = { SBM_EJECT_NAMES(SBM_NAME, SBM_NAME) };
const char * const sbm_mode_names[SBM_NR_MODES] = {
	SBM_MODE_NAMES(SBM_NAME, SBM_NAME)
};
