// SPDX-License-Identifier: GPL-2.0-only
/* SandBox Mode: decompression piece by piece, for those who use it. */
#include <linux/export.h>
#include <linux/sbm_codec.h>

#include "stream.h"

static ssize_t sbm_stream_pull(void *ctx, void *buf, size_t size)
{
	struct sbm_stream *stream = ctx;
	ssize_t ret = stream->pull(stream->pull_ctx, buf, size);

	if (ret < 0)
		stream->pull_error = ret;
	return ret;
}

/*
 * What comes from a sandbox is a number, and may be any: more than was asked
 * for, an error that means something else to whoever gets it, or none at all.
 */
static int sbm_stream_check(const struct sbm_stream *stream, int ret,
			    size_t most)
{
	if (sbm_error(stream->sbm) || ret == -ENOMEM)
		return ret;
	if (ret < 0)
		return ret == stream->pull_error ? ret : -EIO;
	return ret > most ? -EIO : ret;
}

/**
 * sbm_stream_open() - begin to decompress a stream
 * @stream: To be initialised; stays where it is.
 * @sbm: SBM instance of a class with SBM_GATE(sbm_pull), for this stream alone
 *	until sbm_stream_close().
 * @codec: Any but %SBM_CODEC_LZ4 and %SBM_CODEC_LZO.
 * @window: Largest window of the stream, in bytes: how far back it may refer.
 *	The limit of the heap has to allow for it. Of no meaning to zlib, whose
 *	is at most 32 KiB, and bzip2, which needs up to 3.6 MB for a block.
 * @chunk: How much sbm_stream_read() can return at most, in bytes.
 * @pull: Supplies the compressed data.
 * @ctx: Passed to @pull.
 *
 * Return: Zero; -ENOMEM, -EINVAL if the codec has no streams, or one of &enum
 * sbm_errno with sbm_error() set.
 * Context: As sbm_call().
 */
int sbm_stream_open(struct sbm_stream *stream, struct sbm *sbm,
		    enum sbm_codec codec, u32 window, size_t chunk,
		    sbm_pull_fn pull, void *ctx)
{
	int ret;

	*stream = (struct sbm_stream) {
		.sbm = sbm,
		.pull = pull,
		.pull_ctx = ctx,
	};
	stream->state = sbm_alloc_buf(sbm, sizeof(void *), SBM_INOUT);
	stream->out = sbm_alloc_buf(sbm, chunk, SBM_OUT);
	if (sbm_error(sbm))
		return sbm_error(sbm);

	sbm_set_pull(sbm, sbm_stream_pull, stream);
	ret = sbm_call(sbm, sbm_codec_stream_open, stream->state->sbm_ptr,
		       codec, window);
	return ret == -EINVAL ? ret : sbm_stream_check(stream, ret, 0);
}
EXPORT_SYMBOL_GPL(sbm_stream_open);

/**
 * sbm_stream_read() - get the next piece of a stream
 * @stream: The stream.
 * @out: Where to.
 * @len: How much, in bytes, at most the chunk of sbm_stream_open().
 *
 * Return: Number of bytes, less than @len only at the end of the stream, zero
 * behind it; -EIO for data that is bad or cut short, -ENOMEM if the window or
 * the limit of the heap is too small, what @pull failed with, or one of &enum
 * sbm_errno with sbm_error() set. After an error there is nothing more to get.
 * Context: As sbm_call().
 */
ssize_t sbm_stream_read(struct sbm_stream *stream, void *out, size_t len)
{
	int ret;

	if (stream->error)
		return stream->error;
	if (len > stream->out->size)
		return -EINVAL;

	ret = sbm_call(stream->sbm, sbm_codec_stream_read,
		       stream->state->sbm_ptr, stream->out->sbm_ptr, len);
	ret = sbm_stream_check(stream, ret, len);
	if (ret > 0)
		sbm_buf_read(stream->out, 0, out, ret);
	else
		stream->error = ret;
	return ret;
}
EXPORT_SYMBOL_GPL(sbm_stream_read);

/**
 * sbm_stream_close() - done with a stream
 * @stream: The stream, after sbm_stream_open() has returned zero.
 *
 * Memory inside is free again, if the sandbox is in a state to do that. The
 * buffers stay with the sandbox.
 *
 * Context: As sbm_call().
 */
void sbm_stream_close(struct sbm_stream *stream)
{
	if (!sbm_error(stream->sbm))
		sbm_call(stream->sbm, sbm_codec_stream_close,
			 stream->state->sbm_ptr);
	sbm_set_pull(stream->sbm, NULL, NULL);
}
EXPORT_SYMBOL_GPL(sbm_stream_close);
