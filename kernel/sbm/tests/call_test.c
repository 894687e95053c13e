// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: calls, their arguments and results, and the life of a
 * sandbox.
 */
#include <kunit/test.h>

#include "../internal.h"
#include "sandboxed.h"
#include "testlib.h"

/* Zero to six arguments of different types arrive, each as itself. */
static void sbm_arguments(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int value = 7;
	int *f = SBM_COPY_IN(sbm, &value, sizeof(value));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args1, -5), -5);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_args2, -5, 0xff), 250);
	KUNIT_EXPECT_EQ(test, 1250,
			sbm_call(sbm, sbm_test_args3, -5, 0xff, 1000ULL << 32));
	KUNIT_EXPECT_EQ(test, 1150,
			sbm_call(sbm, sbm_test_args4, -5, 0xff, 1000ULL << 32,
				 -100));
	KUNIT_EXPECT_EQ(test, 1001150,
			sbm_call(sbm, sbm_test_args5, -5, 0xff, 1000ULL << 32,
				 -100, true));
	KUNIT_EXPECT_EQ(test, 1157,
			sbm_call(sbm, sbm_test_args6, -5, 0xff, 1000ULL << 32,
				 -100, false, f));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* A negative result is the function's own, and no error of the sandbox. */
static void sbm_own_error(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int value = 0, *dst = SBM_COPY_OUT(sbm, &value, sizeof(value));

	KUNIT_EXPECT_EQ(test, -EFAULT,
			sbm_call(sbm, sbm_test_write_fail, dst, 5, -EFAULT));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, value, 5);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
}

/* The level is what the machine can do. */
static void sbm_level_is(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, sbm_level(sbm),
			sbm_strong_available() ? SBM_LEVEL_STRONG :
						 SBM_LEVEL_WEAK);
}

/* A class that demands isolation gets it, or no sandbox. */
static void sbm_level_demanded(struct kunit *test)
{
	struct sbm_class class = {
		.name = "sbm-kunit-strong",
		.heap_pages = 1,
		.flags = SBM_CLASS_STRONG,
	};
	int want = sbm_strong_available() ? 0 : SBM_ERR_UNSUPPORTED;
	struct sbm sbm;

	KUNIT_ASSERT_EQ(test, sbm_class_register(&class), 0);
	KUNIT_EXPECT_EQ(test, sbm_init_class(&sbm, &class), want);
	KUNIT_EXPECT_EQ(test, sbm_error(&sbm), want);
	KUNIT_EXPECT_EQ(test, sbm_call(&sbm, sbm_test_null), want);
	sbm_destroy(&sbm);
	KUNIT_EXPECT_EQ(test, sbm_error(&sbm), want);
	sbm_class_unregister(&class);
}

/* A buffer that cannot be had fails all that follows, with its own error. */
static void sbm_sticky_setup(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int value = 0, *p;

	p = SBM_COPY_INOUT(sbm, &value, 0);
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), -EINVAL);
	p = SBM_COPY_INOUT(sbm, &value, sizeof(value));
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), -EINVAL);
}

/* Inputs are read when the call is made, also when it is made again. */
static void sbm_copy_in_late(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	char value = 1, *src = SBM_COPY_IN(sbm, &value, 1);

	value = 2;
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, src, 0), 2);
	value = 3;
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, src, 0), 3);
}

/* Outputs are zero before each call. */
static void sbm_output_zeroed(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int value = 0, *dst = SBM_COPY_OUT(sbm, &value, sizeof(value));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write, dst, 5), 0);
	KUNIT_EXPECT_EQ(test, value, 5);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
	KUNIT_EXPECT_EQ(test, value, 0);
}

/* A placed input ends where its buffer ends, whatever its length. */
static void sbm_placed(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	struct sbm_buf *buf = sbm_alloc_buf(sbm, 5000, SBM_IN);
	static const char text[] = "abc";
	char *p;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	p = sbm_buf_place(buf, 3);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, (unsigned long)(p + 3) % PAGE_SIZE, 0);
	KUNIT_ASSERT_EQ(test, sbm_buf_write(buf, 5000 - 3, text, 3), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, p, 2), 'c');

	KUNIT_EXPECT_NULL(test, sbm_buf_place(buf, 5001));
	KUNIT_EXPECT_EQ(test, sbm_buf_write(buf, 4999, text, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbm_buf_write(buf, SIZE_MAX, text, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

/* A fault sticks until the sandbox is reset; what it was is kept. */
static void sbm_after_fault(struct kunit *test)
{
	struct sbm_fault fault;
	struct sbm *sbm;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_write, NULL, 0));
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.state, SBM_STATE_FAULTED);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.faults, 1);

	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT,
			sbm_call(sbm, sbm_test_null));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), SBM_ERR_FAULT);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.calls, 1);

	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.state, SBM_STATE_IDLE);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.calls, 2);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_EXCEPTION);
}

/* A sandbox takes one call at a time. */
static void sbm_nested(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);

	/* As it looks to whoever is called while the sandbox is in a call. */
	sbm->sandbox->info.state = SBM_STATE_RUNNING;
	KUNIT_EXPECT_EQ(test, SBM_ERR_NESTED, sbm_call(sbm, sbm_test_null));
	sbm->sandbox->info.state = SBM_STATE_IDLE;
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_null), 0);
}

/* Static data is private to a sandbox, and new after a reset. */
static void sbm_static_data(struct kunit *test)
{
	struct sbm *sbm, *other;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	other = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 3,
			sbm_call(sbm, sbm_test_static));
	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 6,
			sbm_call(sbm, sbm_test_static));
	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 3,
			sbm_call(other, sbm_test_static));

	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	KUNIT_EXPECT_EQ(test, SBM_TEST_DATA + 3,
			sbm_call(sbm, sbm_test_static));
}

/* Divisions by zero end the call, where the CPU minds. */
static void sbm_divide_by_zero(struct kunit *test)
{
	struct sbm_fault want = { .kind = SBM_FAULT_EXCEPTION };
	struct sbm *sbm;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_divide, 7, 3), 2);
	ret = sbm_call(sbm, sbm_test_divide, 7, 0);
	sbm_test_expect_fault(test, sbm, ret, &want);
}

/* Two classes cannot have the same name, and names are checked. */
static void sbm_class_names(struct kunit *test)
{
	struct sbm_class class = { .name = "sbm-kunit" };

	KUNIT_EXPECT_EQ(test, sbm_class_register(&class), -EEXIST);
	class.name = "";
	KUNIT_EXPECT_EQ(test, sbm_class_register(&class), -EINVAL);
	class.name = "../kunit";
	KUNIT_EXPECT_EQ(test, sbm_class_register(&class), -EINVAL);
	class.name = "a-name-of-thirty-two-characters.";
	KUNIT_EXPECT_EQ(test, sbm_class_register(&class), -EINVAL);
}

static struct kunit_case sbm_call_cases[] = {
	KUNIT_CASE(sbm_arguments),
	KUNIT_CASE(sbm_own_error),
	KUNIT_CASE(sbm_level_is),
	KUNIT_CASE(sbm_level_demanded),
	KUNIT_CASE(sbm_sticky_setup),
	KUNIT_CASE(sbm_copy_in_late),
	KUNIT_CASE(sbm_output_zeroed),
	KUNIT_CASE(sbm_placed),
	KUNIT_CASE(sbm_after_fault),
	KUNIT_CASE(sbm_nested),
	KUNIT_CASE(sbm_static_data),
	KUNIT_CASE(sbm_divide_by_zero),
	KUNIT_CASE(sbm_class_names),
	{}
};

static struct kunit_suite sbm_call_suite = {
	.name = "sandbox_mode_call",
	.test_cases = sbm_call_cases,
};

kunit_test_suite(sbm_call_suite);
