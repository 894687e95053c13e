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

/**
 * struct sbm_stream - a stream that is decompressed piece by piece
 * @sbm: private, the sandbox.
 * @state: private, where the sandbox keeps its state.
 * @out: private, where its output is.
 * @error: private, what the last read ended with.
 * @pull: private, supplies the compressed data,
 * @pull_ctx: private, to whom this is passed,
 * @pull_error: private, and what it failed with.
 */
struct sbm_stream {
	struct sbm *sbm;
	struct sbm_buf *state;
	struct sbm_buf *out;
	int error;
	sbm_pull_fn pull;
	void *pull_ctx;
	ssize_t pull_error;
};

#ifdef CONFIG_SANDBOX_MODE
int sbm_stream_open(struct sbm_stream *stream, struct sbm *sbm,
		    enum sbm_codec codec, u32 window, size_t chunk,
		    sbm_pull_fn pull, void *ctx);
ssize_t sbm_stream_read(struct sbm_stream *stream, void *out, size_t len);
void sbm_stream_close(struct sbm_stream *stream);
#endif

#endif /* _LINUX_SBM_CODEC_H */
