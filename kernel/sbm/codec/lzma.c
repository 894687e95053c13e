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
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "codec.h"
#include "stream_inside.h"

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

/* === Piece by piece === */

/*
 * unlzma() goes on until all is done. Its loop is here once more, made of the
 * functions it is made of, with a state that outlives it.
 */

/* A match is shorter than this, and so is never a whole window. */
#define LZMA_MIN_WINDOW	SZ_4K

/**
 * struct sbm_lzma - an lzma decoder that waits
 * @header: Header of the stream; dict_size is that of @window.
 * @rc: The range decoder, with the input.
 * @wr: The writer.
 * @cst: What came before.
 * @probs: Probabilities.
 * @lc: Bits of the last byte that matter to a literal,
 * @literal_pos_mask: those of its position,
 * @pos_mask: and those that matter to anything else.
 * @taken: How much of the output was taken, in bytes.
 * @window: The latest output. What is not taken yet is less than all of it.
 */
struct sbm_lzma {
	struct lzma_header header;
	struct rc rc;
	struct writer wr;
	struct cstate cst;
	u16 *probs;
	unsigned int lc;
	u32 literal_pos_mask;
	u32 pos_mask;
	size_t taken;
	u8 window[];
};

void sbm_lzma_free(struct sbm_lzma *lzma)
{
	if (!lzma)
		return;
	vfree(lzma->probs);
	vfree(lzma);
}

/* The window begins anew; who reads has taken what was in it, or soon will. */
static long lzma_wrap(void *window, unsigned long len)
{
	return len;
}

static int lzma_read_header(struct sbm_codec_stream *stream, struct rc *rc,
			    struct lzma_header *header)
{
	u8 *byte = (u8 *)header;
	size_t i;

	rc->error = lzma_error;
	rc_init(rc, sbm_stream_fill, stream->in, 0);
	for (i = 0; i < sizeof(*header); i++) {
		if (rc->ptr >= rc->buffer_end)
			rc_read(rc);
		byte[i] = *rc->ptr++;
	}
	if (stream->error)
		return stream->error;

	header->dict_size = get_unaligned_le32(&header->dict_size);
	header->dst_size = get_unaligned_le64(&header->dst_size);
	if (header->pos >= LZMA_MAX_PROPERTIES)
		return -EIO;
	/* No match is farther away than what there is. */
	header->dict_size = min_t(u64, header->dict_size, header->dst_size);
	if (header->dict_size > stream->window)
		return -ENOMEM;
	/* One that claims to be smaller is taken for this, by xz(1) as well. */
	header->dict_size = max_t(u32, header->dict_size, LZMA_MIN_WINDOW);
	return 0;
}

static int lzma_start(struct sbm_codec_stream *stream)
{
	struct lzma_header header;
	unsigned int lp, pb, i, n;
	struct sbm_lzma *lzma;
	struct rc rc;
	int err;

	err = lzma_read_header(stream, &rc, &header);
	if (err)
		return err;

	/* Zeroed, since the first match may refer to what is not there yet. */
	lzma = vzalloc(struct_size(lzma, window, header.dict_size));
	if (!lzma)
		return -ENOMEM;
	stream->lzma = lzma;
	lzma->header = header;
	lzma->rc = rc;
	lzma->wr.buffer = lzma->window;
	lzma->wr.flush = lzma_wrap;
	lzma->wr.header = &lzma->header;
	lzma->cst.rep0 = 1;
	lzma->cst.rep1 = 1;
	lzma->cst.rep2 = 1;
	lzma->cst.rep3 = 1;
	lzma->lc = header.pos % 9;
	lp = header.pos / 9 % 5;
	pb = header.pos / 9 / 5;
	lzma->literal_pos_mask = BIT(lp) - 1;
	lzma->pos_mask = BIT(pb) - 1;

	n = LZMA_LITERAL + (LZMA_LIT_SIZE << (lzma->lc + lp));
	lzma->probs = vmalloc(n * sizeof(*lzma->probs));
	if (!lzma->probs)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		lzma->probs[i] = BIT(RC_MODEL_TOTAL_BITS) / 2;

	rc_init_code(&lzma->rc);
	return stream->error;
}

/* One literal, one match, or the mark of the end. */
static int lzma_decode(struct sbm_lzma *lzma)
{
	u32 pos_state = get_pos(&lzma->wr) & lzma->pos_mask;
	u16 *prob = lzma->probs + LZMA_IS_MATCH +
		    (lzma->cst.state << LZMA_NUM_POS_BITS_MAX) + pos_state;

	if (rc_is_bit_0(&lzma->rc, prob))
		return process_bit0(&lzma->wr, &lzma->rc, &lzma->cst,
				    lzma->probs, pos_state, prob, lzma->lc,
				    lzma->literal_pos_mask);
	return process_bit1(&lzma->wr, &lzma->rc, &lzma->cst, lzma->probs,
			    pos_state, prob);
}

/* Return: how much was taken of what the window has, in bytes. */
static size_t lzma_take(struct sbm_lzma *lzma, u8 *out, size_t out_len)
{
	size_t len = min(get_pos(&lzma->wr) - lzma->taken, out_len);
	size_t at = lzma->taken % lzma->header.dict_size;
	size_t first = min(len, lzma->header.dict_size - at);

	memcpy(out, lzma->window + at, first);
	memcpy(out + first, lzma->window, len - first);
	lzma->taken += len;
	return len;
}

int sbm_lzma_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	struct sbm_lzma *lzma;
	size_t done = 0;
	u64 size;
	int err;

	if (!stream->lzma) {
		err = lzma_start(stream);
		if (err)
			return err;
	}

	lzma = stream->lzma;
	size = lzma->header.dst_size;
	for (;;) {
		done += lzma_take(lzma, out + done, out_len - done);
		if (done == out_len)
			return done;

		if (!lzma->cst.rep0 || get_pos(&lzma->wr) >= size)
			break;
		err = lzma_decode(lzma);
		if (err || stream->error)
			return stream->error ?: -EIO;
	}
	if (size != U64_MAX && size != lzma->taken)
		return -EIO;
	stream->end = true;
	return done;
}
