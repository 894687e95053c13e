// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: the heap inside, and what it takes from the kernel.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/sbm_abi.h>
#include <linux/string.h>

#include "../internal.h"
#include "heap.h"
#include "testlib.h"

/* So many that the table of pages has to move: an entry takes eight bytes. */
#define MANY_PAGES	1100

static struct sbm_class sbm_many_class = {
	.name = "sbm-kunit-many",
	.heap_pages = MANY_PAGES,
};

/* The heap grows up to the limit of the class; then there is NULL. */
static void sbm_heap_limit(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm_info *info = &sbm->sandbox->info;
	int want = SBM_TEST_HEAP_PAGES;

	/* Four in a page, and a page for the allocator; or a page for each. */
	if (sbm_level(sbm) == SBM_LEVEL_STRONG)
		want = (SBM_TEST_HEAP_PAGES - 1) * 4;
	KUNIT_EXPECT_EQ(test, info->heap_limit, SBM_TEST_HEAP_PAGES);
	KUNIT_EXPECT_EQ(test, info->heap_pages, 0);

	KUNIT_EXPECT_EQ(test, want,
			sbm_call(sbm, sbm_test_heap_fill, 1000, true));
	KUNIT_EXPECT_EQ(test, info->heap_pages, SBM_TEST_HEAP_PAGES);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);

	/* All over again, with the pages it has. */
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, info->heap_pages, 0);
	KUNIT_EXPECT_EQ(test, want,
			sbm_call(sbm, sbm_test_heap_fill, 1000, false));
	if (sbm_level(sbm) == SBM_LEVEL_STRONG)
		KUNIT_EXPECT_EQ(test, info->heap_pages, SBM_TEST_HEAP_PAGES);

	/* Once more without a reset: all was freed. */
	KUNIT_EXPECT_EQ(test, want,
			sbm_call(sbm, sbm_test_heap_fill, 1000, false));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* More than the limit at once is refused without trying. */
static void sbm_heap_too_large(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, 0,
			sbm_call(sbm, sbm_test_heap_fill,
				 (SBM_TEST_HEAP_PAGES + 1) * PAGE_SIZE, true));
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.heap_pages, 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* A heap of many pages, for which the table moves twice, loses none. */
static void sbm_heap_many(struct kunit *test)
{
	/* Three pages hold a table for as many. */
	const int want = MANY_PAGES - 3;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init_class(test, &sbm_many_class);

	KUNIT_EXPECT_EQ(test, want,
			sbm_call(sbm, sbm_test_heap_fill, 4000, false));
	KUNIT_EXPECT_EQ(test, want,
			sbm_call(sbm, sbm_test_heap_fill, 4000, false));
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.heap_pages, MANY_PAGES);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/**
 * struct reuse_case - two blocks, allocated and freed again and again
 * @size: Size of a block in bytes.
 * @pages: What the heap needs for it, one page for its table among them.
 */
struct reuse_case {
	unsigned int size;
	unsigned int pages;
};

static const struct reuse_case reuse_cases[] = {
	{ 1, 2 }, { 24, 2 }, { 500, 2 }, { 2040, 2 }, { 2041, 3 }, { 4088, 3 },
	{ 4089, 5 }, { 5000, 5 }, { 20000, 11 },
};

static void reuse_case_name(const struct reuse_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes", c->size);
}

KUNIT_ARRAY_PARAM(reuse, reuse_cases, reuse_case_name);

/* Memory that was freed is used again, and zero if it should be. */
static void sbm_heap_reuse(struct kunit *test)
{
	const struct reuse_case *c = test->param_value;
	struct sbm *sbm = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, 0,
			sbm_call(sbm, sbm_test_heap_reuse, c->size, 1000));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	if (sbm_strong_available())
		KUNIT_EXPECT_EQ(test, sbm->sandbox->info.heap_pages, c->pages);
}

/* Small blocks that were freed make room for a large one. */
static void sbm_heap_merge(struct kunit *test)
{
	const unsigned int large = (SBM_TEST_HEAP_PAGES - 1) * PAGE_SIZE - 8;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, 0,
			sbm_call(sbm, sbm_test_heap_merge, 100, large));
	KUNIT_EXPECT_EQ(test, 0,
			sbm_call(sbm, sbm_test_heap_merge, 2000, large));
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			sbm_call(sbm, sbm_test_heap_merge, 100, large + 1));
}

/* Blocks are aligned as those of the kernel's allocators are. */
static void sbm_heap_align(struct kunit *test)
{
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_heap_align), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* The content of a block survives a change of its size. */
static void sbm_heap_realloc(struct kunit *test)
{
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_heap_realloc), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* Many blocks of different sizes do not get in each other's way. */
static void sbm_heap_mixed(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_many_class);
	u32 seed;

	for (seed = 1; seed <= 4; seed++)
		KUNIT_EXPECT_EQ(test, 0,
				sbm_call(sbm, sbm_test_heap_mixed, seed, 5000));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	/* At most 32 blocks of four pages at a time, and gaps between them. */
	KUNIT_EXPECT_LE(test, sbm->sandbox->info.heap_pages, 256);
}

/* A size that overflows is refused. */
static void sbm_heap_overflow(struct kunit *test)
{
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_heap_overflow), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.heap_pages, 0);
}

/**
 * struct misuse_case - what must end a call, and how
 * @name: What is done.
 * @what: The same, for the function inside.
 * @code: SBM_ABORT_* code in the fault record.
 */
struct misuse_case {
	const char *name;
	enum sbm_test_misuse what;
	u64 code;
};

static const struct misuse_case misuse_cases[] = {
	{ "free twice", SBM_TEST_FREE_TWICE, SBM_ABORT_DOUBLE_FREE },
	{ "free a large block twice", SBM_TEST_FREE_TWICE_LARGE,
	  SBM_ABORT_DOUBLE_FREE },
	{ "free twice in an empty page", SBM_TEST_FREE_TWICE_EMPTY,
	  SBM_ABORT_DOUBLE_FREE },
	{ "realloc of a freed block", SBM_TEST_REALLOC_FREED,
	  SBM_ABORT_DOUBLE_FREE },
	{ "free inside a block", SBM_TEST_FREE_INSIDE, SBM_ABORT_BAD_FREE },
	{ "free inside a large block", SBM_TEST_FREE_INSIDE_LARGE,
	  SBM_ABORT_BAD_FREE },
	{ "free one byte off", SBM_TEST_FREE_UNALIGNED, SBM_ABORT_BAD_FREE },
	{ "free the stack", SBM_TEST_FREE_STACK, SBM_ABORT_BAD_FREE },
	{ "free before there is a heap", SBM_TEST_FREE_FIRST,
	  SBM_ABORT_BAD_FREE },
	{ "overrun", SBM_TEST_OVERRUN, SBM_ABORT_CORRUPT },
	{ "overrun of a full slot", SBM_TEST_OVERRUN_FULL, SBM_ABORT_CORRUPT },
	{ "overrun of a large block", SBM_TEST_OVERRUN_LARGE,
	  SBM_ABORT_CORRUPT },
	{ "overrun of a freed block", SBM_TEST_OVERRUN_FREED,
	  SBM_ABORT_CORRUPT },
};

static void misuse_case_name(const struct misuse_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(misuse, misuse_cases, misuse_case_name);

/* Misuse of memory ends the call, with a record that says what it was. */
static void sbm_heap_misuse(struct kunit *test)
{
	const struct misuse_case *c = test->param_value;
	struct sbm_fault want = {
		.kind = SBM_FAULT_ABORT,
		.addr = c->code,
	};
	struct sbm *sbm;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	ret = sbm_call(sbm, sbm_test_heap_misuse, c->what);
	sbm_test_expect_fault(test, sbm, ret, &want);
}

static int heap_verdict;

static int heap_policy_grow(const struct sbm_info *info, u64 nr_pages)
{
	return heap_verdict;
}

/* Within the limit it is the policies' to decide. */
static void sbm_heap_policy(struct kunit *test)
{
	struct sbm_policy_ops ops = {
		.grow = heap_policy_grow,
		.class = "sbm-kunit",
		.name = "sbm-kunit",
	};
	struct sbm *sbm = sbm_test_init(test);
	struct sbm_info *info = &sbm->sandbox->info;

	KUNIT_ASSERT_EQ(test, sbm_policy_attach(&ops, NULL, NULL), 0);

	heap_verdict = SBM_GROW_DENY;
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_heap_fill, 1000, true), 0);
	KUNIT_EXPECT_EQ(test, info->heap_pages, 0);
	KUNIT_EXPECT_EQ(test, info->denied, 1);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);

	heap_verdict = SBM_GROW_ALLOW;
	KUNIT_EXPECT_GT(test, sbm_call(sbm, sbm_test_heap_fill, 1000, true), 0);
	KUNIT_EXPECT_EQ(test, info->heap_pages, SBM_TEST_HEAP_PAGES);
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);

	heap_verdict = SBM_GROW_KILL;
	KUNIT_EXPECT_EQ(test, SBM_ERR_DENIED,
			sbm_call(sbm, sbm_test_heap_fill, 1000, true));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), SBM_ERR_DENIED);
	KUNIT_EXPECT_EQ(test, info->faults, 0);

	sbm_policy_detach(&ops);
}

/* What a call that faulted had allocated is free again after a reset. */
static void sbm_heap_after_fault(struct kunit *test)
{
	struct sbm_info *info;
	struct sbm *sbm;
	u64 mapped;
	int i;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	info = &sbm->sandbox->info;

	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
				sbm_call(sbm, sbm_test_heap_fault,
					 (SBM_TEST_HEAP_PAGES - 2) * PAGE_SIZE));
		KUNIT_EXPECT_GE(test, info->heap_pages,
				SBM_TEST_HEAP_PAGES - 2);
		if (!i)
			mapped = info->mapped_pages;
		KUNIT_EXPECT_EQ(test, info->mapped_pages, mapped);
		KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
		KUNIT_EXPECT_EQ(test, info->heap_pages, 0);
	}
}

static struct kunit_case sbm_heap_cases[] = {
	KUNIT_CASE(sbm_heap_limit),
	KUNIT_CASE(sbm_heap_too_large),
	KUNIT_CASE(sbm_heap_many),
	KUNIT_CASE_PARAM(sbm_heap_reuse, reuse_gen_params),
	KUNIT_CASE(sbm_heap_merge),
	KUNIT_CASE(sbm_heap_align),
	KUNIT_CASE(sbm_heap_realloc),
	KUNIT_CASE(sbm_heap_mixed),
	KUNIT_CASE(sbm_heap_overflow),
	KUNIT_CASE_PARAM(sbm_heap_misuse, misuse_gen_params),
	KUNIT_CASE(sbm_heap_policy),
	KUNIT_CASE(sbm_heap_after_fault),
	{}
};

static int sbm_heap_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_many_class);
}

static void sbm_heap_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_many_class);
}

static struct kunit_suite sbm_heap_suite = {
	.name = "sandbox_mode_heap",
	.suite_init = sbm_heap_suite_init,
	.suite_exit = sbm_heap_suite_exit,
	.test_cases = sbm_heap_cases,
};

kunit_test_suite(sbm_heap_suite);
