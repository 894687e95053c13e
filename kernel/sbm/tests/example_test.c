// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: the example of the documentation does what it says.
 */
#include <kunit/test.h>

#include "example.h"
#include "testlib.h"

static const u8 sbm_example_blob[] = {
	1, 3, 'a', 'b', 'c',
	2, 0,
	3, 2, 'd', 'e',
};

/* Records are found, also the empty one, and one that is not there is not. */
static void sbm_example_good(struct kunit *test)
{
	u8 value[256] = { };

	KUNIT_EXPECT_EQ(test, 3,
			tlv_find_sandboxed(sbm_example_blob,
					   sizeof(sbm_example_blob), 1, value));
	KUNIT_EXPECT_MEMEQ(test, value, "abc", 3);
	KUNIT_EXPECT_EQ(test, 0,
			tlv_find_sandboxed(sbm_example_blob,
					   sizeof(sbm_example_blob), 2, value));
	KUNIT_EXPECT_EQ(test, 2,
			tlv_find_sandboxed(sbm_example_blob,
					   sizeof(sbm_example_blob), 3, value));
	KUNIT_EXPECT_MEMEQ(test, value, "de", 2);
	KUNIT_EXPECT_EQ(test, -ENOENT,
			tlv_find_sandboxed(sbm_example_blob,
					   sizeof(sbm_example_blob), 4, value));
}

/* A record longer than the input is an error, and nothing is handed out. */
static void sbm_example_truncated(struct kunit *test)
{
	u8 value[256] = { 'x' };

	sbm_test_need_faults(test);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			tlv_find_sandboxed(sbm_example_blob,
					   sizeof(sbm_example_blob) - 1, 3,
					   value));
	KUNIT_EXPECT_EQ(test, value[0], 'x');
}

static struct kunit_case sbm_example_cases[] = {
	KUNIT_CASE(sbm_example_good),
	KUNIT_CASE(sbm_example_truncated),
	{}
};

static struct kunit_suite sbm_example_suite = {
	.name = "sandbox_mode_example",
	.test_cases = sbm_example_cases,
};

kunit_test_suite(sbm_example_suite);
