// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: LZ4 decompression. Part of the kernel and of the image. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/lz4.h>

#include "codec.h"

SBM_DEFINE_THUNK(sbm_codec_lz4, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

int sbm_codec_lz4(const void *in, size_t in_len, void *out, size_t out_len)
{
	int ret;

	if (in_len > INT_MAX)
		return -EIO;

	ret = LZ4_decompress_safe(in, out, in_len, out_len);
	return ret < 0 ? -EIO : ret;
}
