// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: decompression piece by piece.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/sbm_codec.h>
#include <linux/sbm_gate.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "../internal.h"
#include "codec_vectors.h"
#include "testlib.h"

#define WINDOW	SZ_8M
#define CHUNK	SZ_4K
#define OUT_MAX	SZ_16K

static const struct sbm_gate *const gates[] = {
	SBM_GATE(sbm_pull),
};

static struct sbm_class sbm_stream_class = {
	.name = "sbm-kunit-stream",
	.heap_pages = (WINDOW + SZ_1M) / PAGE_SIZE,
	.gates = gates,
	.nr_gates = ARRAY_SIZE(gates),
};

/* Room for input and state, but not for a block of bzip2. */
static struct sbm_class sbm_stream_small_class = {
	.name = "sbm-kunit-stream-small",
	.heap_pages = SZ_256K / PAGE_SIZE,
	.gates = gates,
	.nr_gates = ARRAY_SIZE(gates),
};

/* Those that can. */
static const void *stream_gen_params(const void *prev, char *desc)
{
	const struct codec_vector *v = prev ? prev + sizeof(*v) : codec_vectors;

	while (v != codec_vectors + ARRAY_SIZE(codec_vectors) && !v->streams)
		v++;
	if (v == codec_vectors + ARRAY_SIZE(codec_vectors))
		return NULL;
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
	return v;
}

/**
 * struct supply - where the stream comes from
 * @data: The stream.
 * @len: How much of it there is.
 * @pos: How much is gone.
 * @step: How much there is at a time.
 * @end: What comes then: zero or an error.
 * @flip: Invert the byte here; beyond @len: none.
 */
struct supply {
	const u8 *data;
	size_t len;
	size_t pos;
	size_t step;
	int end;
	size_t flip;
};

static ssize_t supply(void *ctx, void *buf, size_t size)
{
	struct supply *s = ctx;
	size_t n = min3(size, s->step, s->len - s->pos);

	if (!n)
		return s->end;
	memcpy(buf, s->data + s->pos, n);
	if (s->flip >= s->pos && s->flip < s->pos + n)
		((u8 *)buf)[s->flip - s->pos] ^= 0xff;
	s->pos += n;
	return n;
}

static struct supply supply_all(const struct codec_vector *c, size_t step)
{
	return (struct supply) {
		.data = c->data, .len = c->len, .step = step, .flip = SIZE_MAX,
	};
}

/* Reads it all, @step at a time. Return: how much, or the first error. */
static ssize_t read_all(struct kunit *test, enum sbm_codec codec,
			struct supply *s, u32 window, size_t step, u8 *out)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_stream_class);
	struct sbm_stream stream;
	ssize_t len, sum = 0;
	int err;

	err = sbm_stream_open(&stream, sbm, codec, window, CHUNK, supply, s);
	if (err)
		return err;
	do {
		if (sum + step > OUT_MAX)
			return -E2BIG;
		len = sbm_stream_read(&stream, out + sum, step);
		if (len < 0)
			sum = len;
		else
			sum += len;
	} while (len == step);
	/* There is no more, be it the end or an error. */
	KUNIT_EXPECT_EQ(test, sbm_stream_read(&stream, out, step),
			len < 0 ? len : 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	sbm_stream_close(&stream);
	return sum;
}

/* Whatever the pieces, in and out, the sum is the same. */
static void sbm_stream_good(struct kunit *test)
{
	static const size_t steps[] = { 1, 7, 100, CHUNK };
	const struct codec_vector *c = test->param_value;
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	u8 *want = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s;
	int i, len;

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, want);
	len = sbm_decompress_direct(c->codec, c->data, c->len, want, OUT_MAX);
	KUNIT_ASSERT_GT(test, len, 0);

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		memset(out, 0, OUT_MAX);
		s = supply_all(c, steps[i]);
		KUNIT_EXPECT_EQ(test, len, read_all(test, c->codec, &s, WINDOW,
						    CHUNK, out));
		KUNIT_EXPECT_MEMEQ(test, out, want, len);

		memset(out, 0, OUT_MAX);
		s = supply_all(c, CHUNK);
		KUNIT_EXPECT_EQ(test, len, read_all(test, c->codec, &s, WINDOW,
						    steps[i], out));
		KUNIT_EXPECT_MEMEQ(test, out, want, len);
	}
}

/* A stream that is cut short anywhere, or whose input fails. */
static void sbm_stream_short(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (len = 0; len < c->len; len += 61) {
		s = supply_all(c, CHUNK);
		s.len = len;
		KUNIT_EXPECT_EQ(test, -EIO, read_all(test, c->codec, &s, WINDOW,
						     CHUNK, out));
		s = supply_all(c, 50);
		s.len = len;
		s.end = -ENOMEDIUM;
		KUNIT_EXPECT_EQ(test, -ENOMEDIUM,
				read_all(test, c->codec, &s, WINDOW, CHUNK,
					 out));
	}
}

/* A damaged stream is an error, not a fault. */
static void sbm_stream_damaged(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s = supply_all(c, CHUNK);

	KUNIT_ASSERT_NOT_NULL(test, out);
	s.flip = c->vital;
	KUNIT_EXPECT_EQ(test, -EIO, read_all(test, c->codec, &s, WINDOW, CHUNK,
					     out));
}

/*
 * Wherever the damage is, what comes out in pieces is what comes out at once, or
 * nothing.
 */
static void sbm_stream_mutated(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	u8 *in = kunit_kmalloc(test, c->len, GFP_KERNEL);
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	u8 *want = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	int failed = 0, want_len;
	struct supply s;
	ssize_t len;
	size_t at;

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, want);
	for (at = 0; at < c->len; at += 1 + c->len / 24) {
		s = supply_all(c, 50);
		s.flip = at;
		len = read_all(test, c->codec, &s, WINDOW, 100, out);
		if (len < 0) {
			failed++;
			continue;
		}
		memcpy(in, c->data, c->len);
		in[at] ^= 0xff;
		want_len = sbm_decompress_direct(c->codec, in, c->len, want,
						 OUT_MAX);
		KUNIT_ASSERT_EQ(test, len, want_len);
		KUNIT_EXPECT_MEMEQ(test, out, want, len);
	}
	KUNIT_EXPECT_GT(test, failed, 0);
}

/* What a stream refers to must fit into the window, and that into the heap. */
static void sbm_stream_window(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s = supply_all(c, CHUNK);

	KUNIT_ASSERT_NOT_NULL(test, out);
	switch (c->codec) {
	case SBM_CODEC_XZ:
	case SBM_CODEC_LZMA:
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				read_all(test, c->codec, &s, 1, CHUNK, out));
		break;
	case SBM_CODEC_ZSTD:
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				read_all(test, c->codec, &s, SZ_64M, CHUNK,
					 out));
		/* Not all at once: then it does without a window. */
		s = supply_all(c, 50);
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				read_all(test, c->codec, &s, SZ_1K, CHUNK,
					 out));
		break;
	default:
		/* They have no choice. */
		KUNIT_EXPECT_LT(test, 0, read_all(test, c->codec, &s, 1, CHUNK,
						  out));
		break;
	}
}

/*
 * Of lzma, with a window of 4 KiB: 40,000 bytes of the alphabet and a digit, over
 * and over, the digit being another each time.
 */
#define ALPHABET_LEN	40000

static const u8 alphabet_lzma[] = {
	0x5d, 0x00, 0x10, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0x00, 0x30, 0x98, 0x88, 0x98, 0x3e, 0xcb, 0xe2, 0x6f, 0x34, 0xb3,
	0x4c, 0x11, 0x5f, 0x19, 0xe4, 0xbd, 0x17, 0x3a, 0x38, 0x01, 0x66, 0xa2,
	0xd1, 0x59, 0x70, 0x93, 0x73, 0x17, 0x13, 0x0f, 0x10, 0x8d, 0xc4, 0x53,
	0x77, 0x48, 0x23, 0x96, 0x8c, 0x13, 0xd8, 0xba, 0x54, 0x90, 0xbe, 0x08,
	0x77, 0x7c, 0x3c, 0x34, 0x8f, 0x2f, 0x38, 0xc2, 0x6f, 0x4c, 0x9f, 0x18,
	0x6d, 0x39, 0x0c, 0xfe, 0xbc, 0x0e, 0xfc, 0x88, 0xee, 0xf1, 0x82, 0xf4,
	0x0d, 0x9d, 0x34, 0x22, 0x00, 0xb8, 0x4a, 0xa2, 0x5a, 0xf1, 0x9a, 0xa9,
	0xfe, 0xf0, 0xbe, 0x46, 0x75, 0x7b, 0xd4, 0x86, 0x77, 0xe3, 0x4c, 0x88,
	0x74, 0x59, 0x12, 0x92, 0x7e, 0x93, 0xbc, 0x97, 0xfa, 0x2a, 0xa5, 0x13,
	0x7f, 0x5f, 0x97, 0x44, 0x12, 0x7d, 0x8f, 0xff, 0xff, 0xf6, 0x9e, 0x78,
	0x00,
};

static u8 alphabet_at(size_t at)
{
	return at % 27 < 26 ? 'a' + at % 27 : '0' + at / 27 % 7;
}

/* The window of lzma is used over and over, in pieces that do not fit into it. */
static void sbm_stream_wrap(struct kunit *test)
{
	static const size_t steps[] = { 1000, CHUNK };
	struct supply s = {
		.data = alphabet_lzma, .len = sizeof(alphabet_lzma),
		.flip = SIZE_MAX,
	};
	u8 *out = kunit_kzalloc(test, CHUNK, GFP_KERNEL);
	size_t at, i, sum;
	struct sbm_stream stream;
	struct sbm *sbm;
	ssize_t len;
	int wrong;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		sbm = sbm_test_init_class(test, &sbm_stream_class);
		s.pos = 0;
		s.step = 10;
		sum = 0;
		wrong = 0;
		KUNIT_ASSERT_EQ(test, 0,
				sbm_stream_open(&stream, sbm, SBM_CODEC_LZMA,
						SZ_4K, CHUNK, supply, &s));
		do {
			len = sbm_stream_read(&stream, out, steps[i]);
			KUNIT_ASSERT_GE(test, len, 0);
			for (at = 0; at < len; at++)
				wrong += out[at] != alphabet_at(sum + at);
			sum += len;
		} while (len == steps[i]);
		KUNIT_EXPECT_EQ(test, sum, ALPHABET_LEN);
		KUNIT_EXPECT_EQ(test, wrong, 0);
		sbm_stream_close(&stream);
	}
}

/* What a codec takes is limited by the heap, window or not. */
static void sbm_stream_heap(struct kunit *test)
{
	static const struct codec_vector small = {
		.data = sbm_vector_bzip2, .len = sizeof(sbm_vector_bzip2),
	};
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s = supply_all(&small, CHUNK);
	struct sbm_stream stream;
	struct sbm *sbm;

	KUNIT_ASSERT_NOT_NULL(test, out);
	sbm = sbm_test_init_class(test, &sbm_stream_small_class);
	KUNIT_ASSERT_EQ(test, 0,
			sbm_stream_open(&stream, sbm, SBM_CODEC_BZIP2, WINDOW,
					CHUNK, supply, &s));
	KUNIT_EXPECT_EQ(test, -ENOMEM, sbm_stream_read(&stream, out, CHUNK));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	sbm_stream_close(&stream);
}

/* Codecs without streams say so. */
static void sbm_stream_unknown(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_stream_class);
	struct sbm_stream stream;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			sbm_stream_open(&stream, sbm, SBM_CODEC_LZ4, WINDOW,
					CHUNK, supply, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			sbm_stream_open(&stream, sbm, SBM_CODEC_LZO, WINDOW,
					CHUNK, supply, NULL));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

static struct kunit_case sbm_stream_cases[] = {
	KUNIT_CASE_PARAM(sbm_stream_good, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_short, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_damaged, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_mutated, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_window, stream_gen_params),
	KUNIT_CASE(sbm_stream_wrap),
	KUNIT_CASE(sbm_stream_heap),
	KUNIT_CASE(sbm_stream_unknown),
	{ }
};

static int sbm_stream_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_stream_class) ?:
	       sbm_class_register(&sbm_stream_small_class);
}

static void sbm_stream_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_stream_small_class);
	sbm_class_unregister(&sbm_stream_class);
}

static struct kunit_suite sbm_stream_suite = {
	.name = "sandbox_mode_stream",
	.suite_init = sbm_stream_suite_init,
	.suite_exit = sbm_stream_suite_exit,
	.test_cases = sbm_stream_cases,
};

kunit_test_suite(sbm_stream_suite);
