/* SPDX-License-Identifier: GPL-2.0-only */
/* Firmware loader: decompression in a sandbox. */
#ifndef __FIRMWARE_SANDBOX_H
#define __FIRMWARE_SANDBOX_H

#include <linux/sbm_codec.h>

#include "firmware.h"

#ifdef CONFIG_FW_LOADER_SANDBOX
bool fw_sandboxed(void);
int fw_decompress_sandboxed(struct device *dev, struct fw_priv *fw_priv,
			    enum sbm_codec codec, size_t in_size,
			    const void *in_buffer);
#else
static inline bool fw_sandboxed(void)
{
	return false;
}

static inline int fw_decompress_sandboxed(struct device *dev,
					  struct fw_priv *fw_priv,
					  enum sbm_codec codec, size_t in_size,
					  const void *in_buffer)
{
	return -EOPNOTSUPP;
}
#endif

#endif /* __FIRMWARE_SANDBOX_H */
