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

/**
 * struct stream_case - a codec and something it has compressed
 * @name: Name of the codec.
 * @codec: The codec.
 * @data: The stream.
 * @len: Its length in bytes.
 */
struct stream_case {
	const char *name;
	enum sbm_codec codec;
	const u8 *data;
	size_t len;
};

static const struct stream_case stream_cases[] = {
	{ "zlib", SBM_CODEC_ZLIB, sbm_vector_zlib, sizeof(sbm_vector_zlib) },
	{ "xz", SBM_CODEC_XZ, sbm_vector_xz, sizeof(sbm_vector_xz) },
	{ "zstd", SBM_CODEC_ZSTD, sbm_vector_zstd, sizeof(sbm_vector_zstd) },
};

static void stream_case_name(const struct stream_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stream, stream_cases, stream_case_name);

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

static struct supply supply_all(const struct stream_case *c, size_t step)
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
		KUNIT_ASSERT_LE(test, sum + step, OUT_MAX);
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
	const struct stream_case *c = test->param_value;
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
	const struct stream_case *c = test->param_value;
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

/* A damaged stream is an error, not a fault; zstd has no checksum here. */
static void sbm_stream_damaged(struct kunit *test)
{
	const struct stream_case *c = test->param_value;
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s = supply_all(c, CHUNK);

	KUNIT_ASSERT_NOT_NULL(test, out);
	s.flip = 1;
	KUNIT_EXPECT_EQ(test, -EIO, read_all(test, c->codec, &s, WINDOW, CHUNK,
					     out));
}

/* What a stream refers to must fit into the window, and that into the heap. */
static void sbm_stream_window(struct kunit *test)
{
	const struct stream_case *c = test->param_value;
	u8 *out = kunit_kzalloc(test, OUT_MAX, GFP_KERNEL);
	struct supply s = supply_all(c, CHUNK);

	KUNIT_ASSERT_NOT_NULL(test, out);
	if (c->codec == SBM_CODEC_XZ) {
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				read_all(test, c->codec, &s, 1, CHUNK, out));
	} else if (c->codec == SBM_CODEC_ZSTD) {
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				read_all(test, c->codec, &s, SZ_64M, CHUNK,
					 out));
	}
}

/* Codecs without streams say so. */
static void sbm_stream_unknown(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_stream_class);
	struct sbm_stream stream;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			sbm_stream_open(&stream, sbm, SBM_CODEC_LZ4, WINDOW,
					CHUNK, supply, NULL));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

static struct kunit_case sbm_stream_cases[] = {
	KUNIT_CASE_PARAM(sbm_stream_good, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_short, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_damaged, stream_gen_params),
	KUNIT_CASE_PARAM(sbm_stream_window, stream_gen_params),
	KUNIT_CASE(sbm_stream_unknown),
	{ }
};

static int sbm_stream_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_stream_class);
}

static void sbm_stream_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_stream_class);
}

static struct kunit_suite sbm_stream_suite = {
	.name = "sandbox_mode_stream",
	.suite_init = sbm_stream_suite_init,
	.suite_exit = sbm_stream_suite_exit,
	.test_cases = sbm_stream_cases,
};
kunit_test_suite(sbm_stream_suite);
