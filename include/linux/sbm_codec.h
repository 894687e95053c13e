/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: decompressors that run in a sandbox. */
#ifndef _LINUX_SBM_CODEC_H
#define _LINUX_SBM_CODEC_H

#include <linux/sbm.h>

/**
 * enum sbm_codec - a decompressor
 * @SBM_CODEC_ZLIB: A zlib stream (RFC 1950), window of up to 32 KiB.
 * @SBM_CODEC_XZ: An .xz stream.
 * @SBM_CODEC_ZSTD: A Zstandard frame (RFC 8878).
 * @SBM_CODEC_LZ4: A block of LZ4, without the frame that lz4(1) puts around it.
 * @SBM_CODEC_LZO: A block of LZO1X, without the header of lzop(1).
 * @SBM_CODEC_BZIP2: A .bz2 stream.
 * @SBM_CODEC_LZMA: A .lzma file, as xz(1) calls what was before .xz.
 * @SBM_NR_CODECS: Number of codecs.
 */
enum sbm_codec {
	SBM_CODEC_ZLIB,
	SBM_CODEC_XZ,
	SBM_CODEC_ZSTD,
	SBM_CODEC_LZ4,
	SBM_CODEC_LZO,
	SBM_CODEC_BZIP2,
	SBM_CODEC_LZMA,
	SBM_NR_CODECS,
};

const char *sbm_codec_name(enum sbm_codec codec);
int sbm_decompress(struct sbm *sbm, enum sbm_codec codec, const void *in,
		   size_t in_len, void *out, size_t out_len);
int sbm_decompress_direct(enum sbm_codec codec, const void *in, size_t in_len,
			  void *out, size_t out_len);

#endif /* _LINUX_SBM_CODEC_H */
