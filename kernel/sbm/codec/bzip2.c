// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: bzip2 decompression. Part of the kernel and of the image.
 *
 * bunzip2() does not know how large the output may become, and its callbacks
 * do not know whose call they serve. The two functions it is made of need
 * neither, and the second goes on where it has stopped.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "codec.h"
#include "stream_inside.h"

/* Last: what it defines has names that others use as well. */
#include "boot.h"
#include "../../../lib/decompress_bunzip2.c"

SBM_DEFINE_THUNK(sbm_codec_bzip2, const void *, in, size_t, in_len,
		 void *, out, size_t, out_len)

/*
 * Called when the input is over. Told so, the decoder reads on behind it; so it
 * gets the first byte once more, and again. What it makes of that is not used:
 * the count of what is in the buffer is no longer that of the input.
 */
static long bzip2_fill(void *input, unsigned long len)
{
	return 1;
}

void sbm_bzip2_free(struct bunzip_data *bd)
{
	if (!bd)
		return;
	large_free(bd->dbuf);
	free(bd);
}

static int bzip2_errno(int err)
{
	return err == RETVAL_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

/* Return: number of bytes produced, or a negative errno. */
static int bzip2_read(struct bunzip_data *bd, char *out, size_t out_len)
{
	size_t done = 0;
	char beyond;
	int ret;

	/* The end is an error as well, and comes after the last byte. */
	for (;;) {
		if (done < out_len)
			ret = read_bunzip(bd, out + done,
					  min_t(size_t, out_len - done,
						INT_MAX));
		else
			ret = read_bunzip(bd, &beyond, 1);
		if (ret < 0)
			break;
		done += ret;
		if (done > out_len)
			return -EIO;
	}
	/* What it read last is the checksum of the whole. */
	if (ret != RETVAL_LAST_BLOCK || bd->headerCRC != bd->totalCRC)
		return bzip2_errno(ret);
	return done;
}

int sbm_codec_bzip2(const void *in, size_t in_len, void *out, size_t out_len)
{
	struct bunzip_data *bd;
	int ret;

	if (!in_len)
		return -EIO;

	/* It only reads the input: only a fill function would write there. */
	ret = start_bunzip(&bd, (void *)in, in_len, bzip2_fill);
	ret = ret ? bzip2_errno(ret) : bzip2_read(bd, out, out_len);
	if (bd && ret >= 0 && bd->inbufCount != in_len)
		ret = -EIO;
	sbm_bzip2_free(bd);
	return ret;
}

/* === Piece by piece === */

int sbm_bzip2_step(struct sbm_codec_stream *stream, u8 *out, size_t out_len)
{
	int ret = 0;

	if (!stream->bzip2)
		ret = start_bunzip(&stream->bzip2, stream->in, 0,
				   sbm_stream_fill);
	if (!ret)
		ret = read_bunzip(stream->bzip2, out,
				  min_t(size_t, out_len, INT_MAX));
	/* Whatever it was, it began where there was no input. */
	if (stream->error)
		return stream->error;
	if (ret >= 0)
		return ret;
	if (ret != RETVAL_LAST_BLOCK ||
	    stream->bzip2->headerCRC != stream->bzip2->totalCRC)
		return bzip2_errno(ret);
	stream->end = true;
	return 0;
}
