// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: decompression piece by piece, inside. Part of the kernel and of
 * the image.
 *
 * Input is pulled through a gate when the decoder has run out of it, output is
 * made as it is asked for. In between the decoder waits on the heap.
 */
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sbm_gate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/xz.h>
#include <linux/zlib.h>
#include <linux/zstd.h>

#include "stream.h"
#include "stream_inside.h"

/*
 * Also when there is none: told so, bunzip2 reads on behind what it has. It gets
 * the first byte once more, and again; what becomes of that is not used.
 */
long sbm_stream_fill(void *in, unsigned long len)
{
	struct sbm_codec_stream *stream = container_of(in,
						       struct sbm_codec_stream,
						       in);
	long ret;

	if (stream->error)
		return 1;
	ret = sbm_pull(in, min(len, sizeof(stream->in)));
	if (ret > 0)
		return ret;
	stream->error = ret ?: -EIO;
	return 1;
}

/* Return: zero, -ENOMEM, or -EINVAL for a codec that has no streams. */
static int stream_init(struct sbm_codec_stream *stream)
{
	u32 window = stream->window;
	size_t size;

	switch (stream->codec) {
	case SBM_CODEC_BZIP2:
	case SBM_CODEC_LZMA:
		/* How much memory that takes is in the header. */
		return 0;
	case SBM_CODEC_ZLIB:
		stream->workspace = vmalloc(zlib_inflate_workspacesize());
		if (!stream->workspace)
			return -ENOMEM;
		stream->zlib.workspace = stream->workspace;
		return zlib_inflateInit(&stream->zlib) == Z_OK ? 0 : -ENOMEM;
	case SBM_CODEC_XZ:
		stream->xz = xz_dec_init(XZ_DYNALLOC, window);
		return stream->xz ? 0 : -ENOMEM;
	case SBM_CODEC_ZSTD:
		size = zstd_dstream_workspace_bound(window);
		stream->workspace = vmalloc(size);
		if (!stream->workspace)
			return -ENOMEM;
		stream->zstd = zstd_init_dstream(window, stream->workspace,
						 size);
		return stream->zstd ? 0 : -ENOMEM;
	default:
		return -EINVAL;
	}
}

static void stream_free(struct sbm_codec_stream *stream)
{
	switch (stream->codec) {
	case SBM_CODEC_BZIP2:
		sbm_bzip2_free(stream->bzip2);
		break;
	case SBM_CODEC_LZMA:
		sbm_lzma_free(stream->lzma);
		break;
	case SBM_CODEC_XZ:
		xz_dec_end(stream->xz);
		break;
	default:
		break;
	}
	vfree(stream->workspace);
	vfree(stream);
}

/* Each runs the decoder once. Return: bytes produced or a negative errno. */
static int zlib_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	z_stream *zlib = &stream->zlib;
	int ret;

	zlib->next_in = stream->in + stream->pos;
	zlib->avail_in = stream->len - stream->pos;
	zlib->next_out = out;
	zlib->avail_out = out_len;
	ret = zlib_inflate(zlib, Z_SYNC_FLUSH);
	stream->pos = stream->len - zlib->avail_in;

	stream->end = ret == Z_STREAM_END;
	if (ret != Z_OK && ret != Z_STREAM_END && ret != Z_BUF_ERROR)
		return -EIO;
	return out_len - zlib->avail_out;
}

static int xz_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	struct xz_buf buf = {
		.in = stream->in,
		.in_pos = stream->pos,
		.in_size = stream->len,
		.out = out,
		.out_size = out_len,
	};
	enum xz_ret ret = xz_dec_run(stream->xz, &buf);

	stream->pos = buf.in_pos;
	stream->end = ret == XZ_STREAM_END;
	if (ret == XZ_MEM_ERROR || ret == XZ_MEMLIMIT_ERROR)
		return -ENOMEM;
	/* XZ_BUF_ERROR: no progress, twice. The caller sees that as well. */
	if (ret != XZ_OK && ret != XZ_STREAM_END && ret != XZ_BUF_ERROR)
		return -EIO;
	return buf.out_pos;
}

static int zstd_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	zstd_in_buffer in = {
		.src = stream->in,
		.size = stream->len,
		.pos = stream->pos,
	};
	zstd_out_buffer to = {
		.dst = out,
		.size = out_len,
	};
	size_t ret = zstd_decompress_stream(stream->zstd, &to, &in);

	stream->pos = in.pos;
	stream->end = ret == 0;
	if (!zstd_is_error(ret))
		return to.pos;

	switch (zstd_get_error_code(ret)) {
	case ZSTD_error_frameParameter_windowTooLarge:
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* Return: zero or the error of whoever supplies the input. */
static int stream_pull(struct sbm_codec_stream *stream)
{
	long len;

	if (stream->eof || stream->pos < stream->len)
		return 0;
	len = sbm_pull(stream->in, sizeof(stream->in));
	if (len < 0)
		return len;
	stream->eof = !len;
	stream->pos = 0;
	stream->len = len;
	return 0;
}

/* Runs a decoder that has to be given its input. */
static int stream_feed(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	size_t pos;
	int ret;

	ret = stream_pull(stream);
	if (ret)
		return ret;

	pos = stream->pos;
	switch (stream->codec) {
	case SBM_CODEC_ZLIB:
		ret = zlib_step(stream, out, out_len);
		break;
	case SBM_CODEC_XZ:
		ret = xz_step(stream, out, out_len);
		break;
	default:
		ret = zstd_step(stream, out, out_len);
		break;
	}
	/* Cut short. */
	if (!ret && pos == stream->pos && stream->eof && !stream->end)
		return -EIO;
	return ret;
}

static int stream_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	switch (stream->codec) {
	case SBM_CODEC_BZIP2:
		return sbm_bzip2_step(stream, out, out_len);
	case SBM_CODEC_LZMA:
		return sbm_lzma_step(stream, out, out_len);
	default:
		return stream_feed(stream, out, out_len);
	}
}

SBM_DEFINE_THUNK(sbm_codec_stream_open, struct sbm_codec_stream **, state,
		 enum sbm_codec, codec, u32, window)
int sbm_codec_stream_open(struct sbm_codec_stream **state, enum sbm_codec codec,
			  u32 window)
{
	struct sbm_codec_stream *stream = vzalloc(sizeof(*stream));
	int err;

	if (!stream)
		return -ENOMEM;
	stream->codec = codec;
	stream->window = window;
	err = stream_init(stream);
	if (err)
		stream_free(stream);
	else
		*state = stream;
	return err;
}

/* Return: bytes produced, fewer than asked for only at the end. */
SBM_DEFINE_THUNK(sbm_codec_stream_read, struct sbm_codec_stream **, state,
		 void *, out, size_t, out_len)
int sbm_codec_stream_read(struct sbm_codec_stream **state, void *out,
			  size_t out_len)
{
	struct sbm_codec_stream *stream = *state;
	size_t done = 0;
	int ret;

	while (done < out_len && !stream->end) {
		ret = stream_step(stream, out + done, out_len - done);
		if (ret < 0)
			return ret;
		done += ret;
	}
	return done;
}

SBM_DEFINE_THUNK(sbm_codec_stream_close, struct sbm_codec_stream **, state)
int sbm_codec_stream_close(struct sbm_codec_stream **state)
{
	stream_free(*state);
	*state = NULL;
	return 0;
}
