// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: xz decompression. Part of the kernel and of the image. */
#include <linux/errno.h>
#include <linux/xz.h>

#include "codec.h"

SBM_DEFINE_THUNK(sbm_codec_xz, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

int sbm_codec_xz(const void *in, size_t in_len, void *out, size_t out_len)
{
	struct xz_buf buf = {
		.in = in,
		.in_size = in_len,
		.out = out,
		.out_size = out_len,
	};
	struct xz_dec *state;
	int ret = -EIO;

	/* The output is the dictionary. */
	state = xz_dec_init(XZ_SINGLE, 0);
	if (!state)
		return -ENOMEM;

	if (xz_dec_run(state, &buf) == XZ_STREAM_END)
		ret = buf.out_pos;

	xz_dec_end(state);
	return ret;
}
