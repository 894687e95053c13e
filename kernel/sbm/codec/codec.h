/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what runs inside, one function per codec.
 *
 * Each decompresses one stream from a buffer into a buffer. What follows the
 * stream is ignored, but for lz4 and lzo: their blocks end with the input.
 * Returns the number of bytes produced, -ENOMEM, or -EIO for data that is bad,
 * cut short, or does not fit.
 */
#ifndef _KERNEL_SBM_CODEC_H
#define _KERNEL_SBM_CODEC_H

#include <linux/sbm.h>

SBM_DEFINE_CALL(sbm_codec_zlib, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_xz, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_zstd, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_lz4, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_lzo, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_bzip2, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)
SBM_DEFINE_CALL(sbm_codec_lzma, const void *, in, size_t, in_len,
		void *, out, size_t, out_len)

#endif /* _KERNEL_SBM_CODEC_H */
