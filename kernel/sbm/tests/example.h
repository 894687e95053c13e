/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_SBM_TESTS_EXAMPLE_H
#define _KERNEL_SBM_TESTS_EXAMPLE_H

#include <linux/types.h>

int tlv_find_sandboxed(const u8 *blob, size_t len, u8 tag, u8 value[256]);

#endif /* _KERNEL_SBM_TESTS_EXAMPLE_H */
