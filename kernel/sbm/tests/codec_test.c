// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: decompression in a sandbox gives what decompression
 * outside gives, be it data or an error.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/sbm_codec.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "bzip2_selector.h"
#include "codec_vectors.h"
#include "testlib.h"

#define LINES		40
#define LINE_LEN	44
#define TEXT_LEN	(LINES * LINE_LEN)

static struct sbm_class sbm_codec_test_class = {
	.name = "sbm-kunit-codec",
	.heap_pages = 1024,
};

KUNIT_ARRAY_PARAM_DESC(codec, codec_vectors, name);

static char *sbm_codec_text(struct kunit *test)
{
	char *text = kunit_kzalloc(test, TEXT_LEN + 1, GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < LINES; i++)
		sprintf(text + i * LINE_LEN,
			"line %03u: %08x, a line to be compressed\n", i,
			i * 2654435761U);
	return text;
}

/* Decompresses @in in a sandbox of its own; gives its error, if it has one. */
static int decompress(struct kunit *test, const struct codec_vector *c,
		      const u8 *in, size_t in_len, u8 *out, size_t out_len,
		      int *error)
{
	struct sbm sbm;
	const u8 *sbm_in;
	u8 *sbm_out;
	int ret;

	KUNIT_ASSERT_EQ(test, sbm_init_class(&sbm, &sbm_codec_test_class), 0);
	sbm_in = SBM_COPY_IN(&sbm, in, in_len);
	sbm_out = SBM_COPY_OUT(&sbm, out, out_len);
	ret = sbm_decompress(&sbm, c->codec, sbm_in, in_len, sbm_out, out_len);
	*error = sbm_error(&sbm);
	sbm_destroy(&sbm);
	return ret;
}

/* A good input gives the text, in and out of the sandbox. */
static void sbm_decompress_good(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	char *text = sbm_codec_text(test);
	u8 *out = kunit_kzalloc(test, TEXT_LEN, GFP_KERNEL);
	int error;

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_EXPECT_EQ(test, TEXT_LEN,
			sbm_decompress_direct(c->codec, c->data, c->len, out,
					      TEXT_LEN));
	KUNIT_EXPECT_MEMEQ(test, out, text, TEXT_LEN);

	memset(out, 0, TEXT_LEN);
	KUNIT_EXPECT_EQ(test, TEXT_LEN,
			decompress(test, c, c->data, c->len, out, TEXT_LEN,
				   &error));
	KUNIT_EXPECT_EQ(test, error, 0);
	KUNIT_EXPECT_MEMEQ(test, out, text, TEXT_LEN);
}

/* Compares the results, whatever they are, of decompressing @in. */
static int compare(struct kunit *test, const u8 *in, size_t in_len,
		   size_t out_len)
{
	const struct codec_vector *c = test->param_value;
	u8 *direct = kunit_kzalloc(test, out_len, GFP_KERNEL);
	u8 *inside = kunit_kzalloc(test, out_len, GFP_KERNEL);
	int want, got, error;

	KUNIT_ASSERT_NOT_NULL(test, direct);
	KUNIT_ASSERT_NOT_NULL(test, inside);
	want = sbm_decompress_direct(c->codec, in, in_len, direct, out_len);
	got = decompress(test, c, in, in_len, inside, out_len, &error);
	KUNIT_EXPECT_EQ(test, error, 0);
	KUNIT_EXPECT_EQ(test, got, want);
	if (want > 0)
		KUNIT_EXPECT_MEMEQ(test, inside, direct, want);
	kunit_kfree(test, direct);
	kunit_kfree(test, inside);
	return want;
}

/* An input that ends early is the same error in and out of the sandbox. */
static void sbm_decompress_truncated(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	/* Nothing marks the end of an lz4 block: cut short it may be whole. */
	int limit = c->codec == SBM_CODEC_LZ4 ? TEXT_LEN : 0;
	size_t len;

	for (len = 1; len < c->len; len += 1 + c->len / 8)
		KUNIT_EXPECT_LT(test, compare(test, c->data, len, TEXT_LEN),
				limit);
}

/* So is one whose output does not fit. */
static void sbm_decompress_no_room(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;

	KUNIT_EXPECT_LT(test, compare(test, c->data, c->len, TEXT_LEN - 1), 0);
	KUNIT_EXPECT_LT(test, compare(test, c->data, c->len, 1), 0);
}

/* Damage is the same error, or the same wrong data. */
static void sbm_decompress_damaged(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	u8 *in = kunit_kmalloc(test, c->len, GFP_KERNEL);
	size_t at;

	KUNIT_ASSERT_NOT_NULL(test, in);
	for (at = 0; at < c->len; at += 1 + c->len / 24) {
		memcpy(in, c->data, c->len);
		in[at] ^= 0x10;
		compare(test, in, c->len, TEXT_LEN);
	}
}

/* One sandbox decompresses again and again, also after an error. */
static void sbm_decompress_reused(struct kunit *test)
{
	const struct codec_vector *c = test->param_value;
	struct sbm *sbm = sbm_test_init_class(test, &sbm_codec_test_class);
	u8 *out = kunit_kzalloc(test, TEXT_LEN, GFP_KERNEL);
	char *text = sbm_codec_text(test);
	const u8 *sbm_in;
	u8 *sbm_out;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, out);
	sbm_in = SBM_COPY_IN(sbm, c->data, c->len);
	sbm_out = SBM_COPY_OUT(sbm, out, TEXT_LEN);

	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_LT(test,
				sbm_decompress(sbm, c->codec, sbm_in,
					       c->len / 2, sbm_out, TEXT_LEN),
				0);
		KUNIT_EXPECT_EQ(test, TEXT_LEN,
				sbm_decompress(sbm, c->codec, sbm_in, c->len,
					       sbm_out, TEXT_LEN));
		KUNIT_EXPECT_MEMEQ(test, out, text, TEXT_LEN);
	}
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* A .lzma file may say how long the output is, and then that has to be true. */
static void sbm_lzma_size(struct kunit *test)
{
	static const struct codec_vector c = { .codec = SBM_CODEC_LZMA };
	u8 *in = kunit_kmalloc(test, sizeof(sbm_vector_lzma), GFP_KERNEL);
	u8 *out = kunit_kzalloc(test, 2 * TEXT_LEN, GFP_KERNEL);
	int more, want, error;

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_ASSERT_NOT_NULL(test, out);
	memcpy(in, sbm_vector_lzma, sizeof(sbm_vector_lzma));
	for (more = -1; more <= 1; more++) {
		want = more ? -EIO : TEXT_LEN;
		put_unaligned_le64(TEXT_LEN + more, in + 5);
		KUNIT_EXPECT_EQ(test, want,
				sbm_decompress_direct(c.codec, in,
						      sizeof(sbm_vector_lzma),
						      out, 2 * TEXT_LEN));
		KUNIT_EXPECT_EQ(test, want,
				decompress(test, &c, in,
					   sizeof(sbm_vector_lzma), out,
					   2 * TEXT_LEN, &error));
	}
}

/*
 * lib/decompress_bunzip2.c takes one selector too many for good. In the second
 * block of an input what that selects is left over from the first, and as a
 * number of a table it is far behind the last. Not to be tried outside.
 */
static void sbm_bzip2_selector(struct kunit *test)
{
	static const struct codec_vector c = { .codec = SBM_CODEC_BZIP2 };
	u8 *out;
	int error;

	sbm_test_need_strong(test);
	out = kunit_kzalloc(test, SZ_128K, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			decompress(test, &c, sbm_vector_bzip2_selector,
				   sizeof(sbm_vector_bzip2_selector), out,
				   SZ_128K, &error));
	KUNIT_EXPECT_EQ(test, error, SBM_ERR_FAULT);
}

static struct kunit_case sbm_codec_cases[] = {
	KUNIT_CASE_PARAM(sbm_decompress_good, codec_gen_params),
	KUNIT_CASE_PARAM(sbm_decompress_truncated, codec_gen_params),
	KUNIT_CASE_PARAM(sbm_decompress_no_room, codec_gen_params),
	KUNIT_CASE_PARAM(sbm_decompress_damaged, codec_gen_params),
	KUNIT_CASE_PARAM(sbm_decompress_reused, codec_gen_params),
	KUNIT_CASE(sbm_lzma_size),
	KUNIT_CASE(sbm_bzip2_selector),
	{}
};

static int sbm_codec_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_codec_test_class);
}

static void sbm_codec_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_codec_test_class);
}

static struct kunit_suite sbm_codec_suite = {
	.name = "sandbox_mode_codec",
	.suite_init = sbm_codec_suite_init,
	.suite_exit = sbm_codec_suite_exit,
	.test_cases = sbm_codec_cases,
};

kunit_test_suite(sbm_codec_suite);
