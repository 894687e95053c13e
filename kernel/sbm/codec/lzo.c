// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: LZO1X decompression. Part of the kernel and of the image. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lzo.h>

#include "codec.h"

SBM_DEFINE_THUNK(sbm_codec_lzo, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

int sbm_codec_lzo(const void *in, size_t in_len, void *out, size_t out_len)
{
	if (lzo1x_decompress_safe(in, in_len, out, &out_len) != LZO_E_OK)
		return -EIO;
	return out_len;
}
