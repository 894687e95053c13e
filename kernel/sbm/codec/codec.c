// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: the codecs, for those who use them. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sbm_codec.h>

#include "codec.h"

static const char * const sbm_codec_names[SBM_NR_CODECS] = {
	[SBM_CODEC_ZLIB]  = "zlib",
	[SBM_CODEC_XZ]	  = "xz",
	[SBM_CODEC_ZSTD]  = "zstd",
	[SBM_CODEC_LZ4]	  = "lz4",
	[SBM_CODEC_LZO]	  = "lzo",
	[SBM_CODEC_BZIP2] = "bzip2",
	[SBM_CODEC_LZMA]  = "lzma",
};

/**
 * sbm_codec_name() - name of a codec
 * @codec: The codec.
 *
 * Return: Its name, or %NULL if there is no such codec.
 */
const char *sbm_codec_name(enum sbm_codec codec)
{
	return codec < SBM_NR_CODECS ? sbm_codec_names[codec] : NULL;
}
EXPORT_SYMBOL_GPL(sbm_codec_name);

/*
 * What comes from a sandbox is a number, and may be any: more than there is
 * room for, an error that means something else to whoever gets it, or none at
 * all.
 */
static int sbm_check_produced(const struct sbm *sbm, int ret, size_t out_len)
{
	if (sbm_error(sbm) || ret == -ENOMEM)
		return ret;
	return ret < 0 || ret > out_len ? -EIO : ret;
}

/**
 * sbm_decompress() - decompress a stream in a sandbox
 * @sbm: SBM instance.
 * @codec: How it was compressed.
 * @in: The compressed stream, an address in the sandbox.
 * @in_len: Its length in bytes; what follows the stream is ignored, but for
 *	lz4 and lzo, whose blocks end with the input.
 * @out: Where to, an address in the sandbox.
 * @out_len: How much fits there, in bytes.
 *
 * Return: Number of bytes produced, at most @out_len; or a negative errno:
 * -EIO for data that is bad, cut short or does not fit, -ENOMEM if the limit
 * of the heap is too low, or one of &enum sbm_errno with sbm_error() set.
 * Context: As sbm_call().
 */
int sbm_decompress(struct sbm *sbm, enum sbm_codec codec, const void *in,
		   size_t in_len, void *out, size_t out_len)
{
	int ret;

	out_len = min_t(size_t, out_len, INT_MAX);
	switch (codec) {
	case SBM_CODEC_ZLIB:
		ret = sbm_call(sbm, sbm_codec_zlib, in, in_len, out, out_len);
		break;
	case SBM_CODEC_XZ:
		ret = sbm_call(sbm, sbm_codec_xz, in, in_len, out, out_len);
		break;
	case SBM_CODEC_ZSTD:
		ret = sbm_call(sbm, sbm_codec_zstd, in, in_len, out, out_len);
		break;
	case SBM_CODEC_LZ4:
		ret = sbm_call(sbm, sbm_codec_lz4, in, in_len, out, out_len);
		break;
	case SBM_CODEC_LZO:
		ret = sbm_call(sbm, sbm_codec_lzo, in, in_len, out, out_len);
		break;
	case SBM_CODEC_BZIP2:
		ret = sbm_call(sbm, sbm_codec_bzip2, in, in_len, out, out_len);
		break;
	case SBM_CODEC_LZMA:
		ret = sbm_call(sbm, sbm_codec_lzma, in, in_len, out, out_len);
		break;
	default:
		return -EINVAL;
	}
	return sbm_check_produced(sbm, ret, out_len);
}
EXPORT_SYMBOL_GPL(sbm_decompress);

/**
 * sbm_decompress_direct() - decompress a stream without a sandbox
 * @codec: How it was compressed.
 * @in: The compressed stream.
 * @in_len: Its length in bytes.
 * @out: Where to.
 * @out_len: How much fits there, in bytes.
 *
 * The same code on kernel memory, to compare with. bzip2 and lzma are not made
 * for input that is not trusted.
 *
 * Return: Number of bytes produced, -EIO or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_decompress_direct(enum sbm_codec codec, const void *in, size_t in_len,
			  void *out, size_t out_len)
{
	out_len = min_t(size_t, out_len, INT_MAX);
	switch (codec) {
	case SBM_CODEC_ZLIB:
		return sbm_codec_zlib(in, in_len, out, out_len);
	case SBM_CODEC_XZ:
		return sbm_codec_xz(in, in_len, out, out_len);
	case SBM_CODEC_ZSTD:
		return sbm_codec_zstd(in, in_len, out, out_len);
	case SBM_CODEC_LZ4:
		return sbm_codec_lz4(in, in_len, out, out_len);
	case SBM_CODEC_LZO:
		return sbm_codec_lzo(in, in_len, out, out_len);
	case SBM_CODEC_BZIP2:
		return sbm_codec_bzip2(in, in_len, out, out_len);
	case SBM_CODEC_LZMA:
		return sbm_codec_lzma(in, in_len, out, out_len);
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL_GPL(sbm_decompress_direct);
