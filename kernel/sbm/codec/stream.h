/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: what runs inside to decompress piece by piece. */
#ifndef _KERNEL_SBM_CODEC_STREAM_H
#define _KERNEL_SBM_CODEC_STREAM_H

#include <linux/sbm_codec.h>

struct sbm_codec_stream;

/*
 * The state is the sandbox's, on its heap; where is kept in @state, which the
 * kernel never reads.
 */
SBM_DEFINE_CALL(sbm_codec_stream_open, struct sbm_codec_stream **, state,
		enum sbm_codec, codec, u32, window)
SBM_DEFINE_CALL(sbm_codec_stream_read, struct sbm_codec_stream **, state,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_stream_close, struct sbm_codec_stream **, state)

#endif /* _KERNEL_SBM_CODEC_STREAM_H */
