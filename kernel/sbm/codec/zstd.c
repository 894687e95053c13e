// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: Zstandard decompression. Part of the kernel and of the image. */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zstd.h>

#include "codec.h"

SBM_DEFINE_THUNK(sbm_codec_zstd, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

int sbm_codec_zstd(const void *in, size_t in_len, void *out, size_t out_len)
{
	size_t size = zstd_dctx_workspace_bound();
	size_t frame, ret;
	zstd_dctx *dctx;
	void *workspace;

	/* What follows the first frame is not ours. */
	frame = zstd_find_frame_compressed_size(in, in_len);
	if (zstd_is_error(frame))
		return -EIO;

	workspace = vmalloc(size);
	if (!workspace)
		return -ENOMEM;

	dctx = zstd_init_dctx(workspace, size);
	ret = dctx ? zstd_decompress_dctx(dctx, out, out_len, in, frame) : 0;

	vfree(workspace);
	if (!dctx)
		return -ENOMEM;
	return zstd_is_error(ret) ? -EIO : ret;
}
