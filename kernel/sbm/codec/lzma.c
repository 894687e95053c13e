// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: decompression of .lzma files. Part of the kernel and of the
 * image.
 *
 * unlzma() does not know how large the output may become, unless its window is
 * a buffer apart. That and the input buffer are in one piece of memory, by
 * which the callbacks find what they work on.
 */
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/unaligned.h>

#include "codec.h"

/* Last: what it defines has names that others use as well. */
#include "boot.h"
#include "../../../lib/decompress_unlzma.c"

#define LZMA_MAX_PROPERTIES	(9 * 5 * 5)

/**
 * struct lzma_stream - what the callbacks work on
 * @in: What is left of the input.
 * @in_len: Its length in bytes.
 * @out: Where the output goes on.
 * @out_len: How much fits there, in bytes.
 * @started: The decoder has all its memory.
 * @input: Its input buffer.
 * @window: Its window: what matches refer to.
 */
struct lzma_stream {
	const u8 *in;
	size_t in_len;
	u8 *out;
	size_t out_len;
	bool started;
	u8 input[LZMA_IOBUF_SIZE];
	u8 window[];
};

SBM_DEFINE_THUNK(sbm_codec_lzma, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

static long lzma_fill(void *input, unsigned long len)
{
	struct lzma_stream *stream = container_of(input, struct lzma_stream,
						  input);

	len = min(len, stream->in_len);
	memcpy(input, stream->in, len);
	stream->in += len;
	stream->in_len -= len;
	stream->started = true;
	return len;
}

static long lzma_flush(void *window, unsigned long len)
{
	struct lzma_stream *stream = container_of(window, struct lzma_stream,
						  window);

	if (len > stream->out_len)
		return -1;
	memcpy(stream->out, window, len);
	stream->out += len;
	stream->out_len -= len;
	return len;
}

/* Whatever is said here is also returned. */
static void lzma_error(char *message)
{
}

int sbm_codec_lzma(const void *in, size_t in_len, void *out, size_t out_len)
{
	const size_t header = sizeof(struct lzma_header);
	struct lzma_stream *stream;
	u32 window;
	u64 size;
	int ret;

	if (in_len < header || *(u8 *)in >= LZMA_MAX_PROPERTIES)
		return -EIO;

	/* No match is farther away than what fits, whatever the header says. */
	window = get_unaligned_le32(in + offsetof(struct lzma_header,
						  dict_size));
	window = clamp_t(size_t, window, 1, max_t(size_t, out_len, 1));
	size = get_unaligned_le64(in + offsetof(struct lzma_header, dst_size));

	/* Zeroed, since the first match may refer to what is not there yet. */
	stream = vzalloc(struct_size(stream, window, window));
	if (!stream)
		return -ENOMEM;
	stream->in = in + header;
	stream->in_len = in_len - header;
	stream->out = out;
	stream->out_len = out_len;
	memcpy(stream->input, in, header);
	put_unaligned_le32(window, stream->input +
				   offsetof(struct lzma_header, dict_size));

	ret = unlzma(stream->input, header, lzma_fill, lzma_flush,
		     stream->window, NULL, lzma_error);
	out_len -= stream->out_len;

	/* With a good header, all that fails before it reads on is memory. */
	if (ret && !stream->started)
		ret = -ENOMEM;
	else if (ret || (size != U64_MAX && size != out_len))
		ret = -EIO;
	else
		ret = out_len;
	vfree(stream);
	return ret;
}
