// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: memory whose pages are numbered, and a look from inside.
 */
#include <kunit/resource.h>
#include <linux/gfp.h>
#include <linux/string.h>

#include "numbered.h"

struct exact {
	void *buf;
	size_t size;
};

static void free_exact(void *data)
{
	struct exact *e = data;

	free_pages_exact(e->buf, e->size);
}

/**
 * sbm_test_numbered() - pages with their number, from one, in each byte
 * @test: The test; they go away with it.
 * @nr: How many.
 *
 * Return: The first.
 */
u8 *sbm_test_numbered(struct kunit *test, unsigned int nr)
{
	struct exact *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, e);
	e->size = nr * PAGE_SIZE;
	e->buf = alloc_pages_exact(e->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, e->buf);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_exact, e));
	for (i = 0; i < nr; i++)
		memset(e->buf + i * PAGE_SIZE, i + 1, PAGE_SIZE);
	return e->buf;
}

/**
 * sbm_test_expect_numbered() - check that a sandbox sees such pages
 * @test: The test.
 * @sbm: The sandbox.
 * @base: Address of the first one inside.
 * @nr: How many.
 */
void sbm_test_expect_numbered(struct kunit *test, struct sbm *sbm,
			      const u8 *base, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, read_at(sbm, base, i * PAGE_SIZE), i + 1);
		KUNIT_EXPECT_EQ(test, i + 1,
				read_at(sbm, base, (i + 1) * PAGE_SIZE - 1));
	}
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}
