// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: zlib decompression. Part of the kernel and of the image. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zlib.h>

#include "codec.h"

SBM_DEFINE_THUNK(sbm_codec_zlib, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

int sbm_codec_zlib(const void *in, size_t in_len, void *out, size_t out_len)
{
	z_stream stream = {
		.next_in = in,
		.avail_in = in_len,
		.next_out = out,
		.avail_out = out_len,
	};
	int ret = -EIO;

	stream.workspace = vmalloc(zlib_inflate_workspacesize());
	if (!stream.workspace)
		return -ENOMEM;

	if (zlib_inflateInit(&stream) == Z_OK &&
	    zlib_inflate(&stream, Z_FINISH) == Z_STREAM_END)
		ret = stream.total_out;

	vfree(stream.workspace);
	return ret;
}
