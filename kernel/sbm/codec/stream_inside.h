/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: decompression piece by piece, what the codecs share inside. */
#ifndef _KERNEL_SBM_CODEC_STREAM_INSIDE_H
#define _KERNEL_SBM_CODEC_STREAM_INSIDE_H

#include <linux/sbm_codec.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/zlib.h>
#include <linux/zstd.h>

#define STREAM_INPUT	SZ_16K

struct bunzip_data;
struct sbm_lzma;
struct xz_dec;

/**
 * struct sbm_codec_stream - a decoder that waits
 * @codec: Which one.
 * @window: How far back the stream may refer, in bytes.
 * @end: The end of the stream was reached.
 * @eof: There is no more input.
 * @error: Why bzip2 or lzma got no input, a negative errno.
 * @pos: How much of @in is used up; not for bzip2 and lzma.
 * @len: How much there is in @in; not for bzip2 and lzma.
 * @bzip2: State of bzip2, or %NULL.
 * @lzma: State of lzma, or %NULL.
 * @xz: State of xz.
 * @zlib: State of zlib.
 * @zstd: State of zstd.
 * @workspace: Memory of zlib or zstd.
 * @in: Input.
 */
struct sbm_codec_stream {
	enum sbm_codec codec;
	u32 window;
	bool end;
	bool eof;
	int error;
	size_t pos;
	size_t len;
	union {
		struct bunzip_data *bzip2;
		struct sbm_lzma *lzma;
		struct xz_dec *xz;
		z_stream zlib;
		zstd_dstream *zstd;
	};
	void *workspace;
	u8 in[STREAM_INPUT];
};

/* For the decoders of boot, which ask for input themselves. */
long sbm_stream_fill(void *in, unsigned long len);

/*
 * Each runs its decoder until there is output, or none left to come. Return:
 * bytes produced, or a negative errno.
 */
int sbm_bzip2_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len);
int sbm_lzma_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len);

void sbm_bzip2_free(struct bunzip_data *bd);
void sbm_lzma_free(struct sbm_lzma *lzma);

#endif /* _KERNEL_SBM_CODEC_STREAM_INSIDE_H */
