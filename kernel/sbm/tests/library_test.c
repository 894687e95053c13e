// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: each library function does the same in a sandbox as
 * outside.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "library.h"
#include "testlib.h"

#define HALF	(SBM_TEST_LIBRARY_MEM / 2)
#define ROUNDS	300

struct library_case {
	const char *name;
	enum sbm_test_library function;
};

static const struct library_case library_cases[] = {
#define SBM_TEST_LIBRARY_CASE(name)	{ #name, SBM_TEST_LIBRARY_##name },
	SBM_TEST_LIBRARY(SBM_TEST_LIBRARY_CASE)
};

static void library_case_name(const struct library_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(library, library_cases, library_case_name);

/* Bytes with repetitions, both cases of a letter, and negative as a char. */
static u8 library_byte(struct rnd_state *rnd)
{
	static const u8 few[] = { 'a', 'A', 'b', 'B', 0xe1 };

	return few[prandom_u32_state(rnd) % ARRAY_SIZE(few)];
}

/*
 * No string or buffer at @a leaves the first half of the memory, whatever the
 * function appends to it, and none at @b the second.
 */
static void library_args(struct rnd_state *rnd,
			 struct sbm_test_library_args *args)
{
	u32 zeroes = prandom_u32_state(rnd) % 4;
	u32 i;

	memset(args, 0, sizeof(*args));
	for (i = 0; i < SBM_TEST_LIBRARY_MEM; i++)
		args->mem[i] = library_byte(rnd);
	args->a = prandom_u32_state(rnd) % (HALF / 4);
	args->b = HALF + HALF / 2 + prandom_u32_state(rnd) % (HALF / 2);
	args->n = prandom_u32_state(rnd) % (2 * HALF - args->b + 1);
	args->c = prandom_u32_state(rnd);

	/* Functions that compare or search need something to find. */
	if (prandom_u32_state(rnd) % 2)
		args->c = library_byte(rnd);
	if (prandom_u32_state(rnd) % 4 == 0)
		memset(args->mem + args->a, args->c, args->n);
	if (prandom_u32_state(rnd) % 2)
		memcpy(args->mem + args->a, args->mem + args->b,
		       2 * HALF - args->b);
	while (zeroes--) {
		args->mem[prandom_u32_state(rnd) % HALF] = 0;
		args->mem[2 * HALF - 1 -
			  prandom_u32_state(rnd) % (2 * HALF - args->b)] = 0;
	}
	args->mem[HALF / 2 - 1] = 0;
	args->mem[2 * HALF - 1] = 0;
}

static void sbm_library_same(struct kunit *test)
{
	const struct library_case *c = test->param_value;
	struct sbm_test_library_args *inside, *outside, *args;
	struct sbm *sbm = sbm_test_init(test);
	struct rnd_state rnd;
	int i;

	inside = kunit_kzalloc(test, sizeof(*inside), GFP_KERNEL);
	outside = kunit_kzalloc(test, sizeof(*outside), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, inside);
	KUNIT_ASSERT_NOT_NULL(test, outside);
	args = SBM_COPY_INOUT(sbm, inside, sizeof(*inside));

	prandom_seed_state(&rnd, c->function);
	for (i = 0; i < ROUNDS; i++) {
		library_args(&rnd, outside);
		*inside = *outside;
		KUNIT_ASSERT_EQ(test, 0,
				sbm_test_library(c->function, outside));
		KUNIT_ASSERT_EQ(test, 0,
				sbm_call(sbm, sbm_test_library, c->function,
					 args));
		KUNIT_ASSERT_EQ(test, inside->result, outside->result);
		KUNIT_ASSERT_MEMEQ(test, inside, outside, sizeof(*inside));
	}
}

static struct kunit_case sbm_library_cases[] = {
	KUNIT_CASE_PARAM(sbm_library_same, library_gen_params),
	{}
};

static struct kunit_suite sbm_library_suite = {
	.name = "sandbox_mode_library",
	.test_cases = sbm_library_cases,
};

kunit_test_suite(sbm_library_suite);
