// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: memory, what a sandboxed function can read and write.
 *
 * The cases are those of the suite that was published with the first SandBox
 * Mode patches, where inputs now end at the end of a page instead of
 * beginning at its start: an overrun is noticed at the first byte.
 */
#include <kunit/test.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>

#include "../internal.h"
#include "sandboxed.h"
#include "testlib.h"

#define PASS	0x600d600d
#define FAIL	0xbad00bad

static int memory_test_data = PASS;
static int memory_test_bss;

/* A page fault by an access of @sbm to @addr, where nothing is mapped. */
static void expect_unmapped(struct kunit *test, struct sbm *sbm, int ret,
			    const void *addr, u64 access)
{
	sbm_test_expect_page_fault(test, sbm, ret, addr, access);
}

/*
 * A page fault at a kernel address. Whether it is mapped, but for the kernel
 * only, depends on page table isolation.
 */
static void expect_kernel(struct kunit *test, struct sbm *sbm, int ret,
			  const void *addr, u64 access)
{
	struct sbm_fault fault;

	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	expect_unmapped(test, sbm, ret, addr,
			access | (fault.error & SBM_TEST_PF_PROT));
}

/* A value written to an output reaches the caller. */
static void sbm_write(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int value = FAIL;
	int *dst = SBM_COPY_OUT(sbm, &value, sizeof(value));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write, dst, PASS), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, value, PASS);
}

/* What is written behind an output, but within its page, is dropped. */
static void sbm_write_past(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	char value[2] = { 0x55, 0x55 };
	char *dst = SBM_COPY_OUT(sbm, value, 1);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write_at, dst, 1), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, value[0], 0);
	KUNIT_EXPECT_EQ(test, value[1], 0x55);
}

/* The first byte behind the last page of an output is not there. */
static void sbm_write_past_page(struct kunit *test)
{
	struct sbm *sbm;
	char value = 0x55, *dst;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	dst = SBM_COPY_OUT(sbm, &value, 1);

	ret = sbm_call(sbm, sbm_test_write_at, dst, PAGE_SIZE);
	expect_unmapped(test, sbm, ret, dst + PAGE_SIZE, SBM_TEST_PF_WRITE);
	KUNIT_EXPECT_EQ(test, value, 0x55);
}

/* The byte before an output is not there. */
static void sbm_write_before(struct kunit *test)
{
	struct sbm *sbm;
	char value = 0x55, *dst;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	dst = SBM_COPY_OUT(sbm, &value, 1);

	ret = sbm_call(sbm, sbm_test_write_at, dst, -1);
	expect_unmapped(test, sbm, ret, dst - 1, SBM_TEST_PF_WRITE);
	KUNIT_EXPECT_EQ(test, value, 0x55);
}

/* An input cannot be written to. */
static void sbm_write_input(struct kunit *test)
{
	struct sbm *sbm;
	int value = PASS, *src, ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	src = SBM_COPY_IN(sbm, &value, sizeof(value));

	ret = sbm_call(sbm, sbm_test_write, src, FAIL);
	expect_unmapped(test, sbm, ret, src,
			SBM_TEST_PF_WRITE | SBM_TEST_PF_PROT);
	KUNIT_EXPECT_EQ(test, value, PASS);
}

static void write_kernel(struct kunit *test, int *addr)
{
	struct sbm *sbm;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	WRITE_ONCE(*addr, PASS);

	ret = sbm_call(sbm, sbm_test_write, addr, FAIL);
	expect_kernel(test, sbm, ret, addr, SBM_TEST_PF_WRITE);
	KUNIT_EXPECT_EQ(test, READ_ONCE(*addr), PASS);
}

/* Static data of the kernel cannot be written to. */
static void sbm_write_static(struct kunit *test)
{
	write_kernel(test, &memory_test_data);
}

/* Nor can its BSS. */
static void sbm_write_bss(struct kunit *test)
{
	write_kernel(test, &memory_test_bss);
}

/* Nor can memory that has not been given to the sandbox. */
static void sbm_write_wrong(struct kunit *test)
{
	int *addr = kunit_kzalloc(test, sizeof(*addr), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, addr);
	write_kernel(test, addr);
}

/* Nor can the kernel stack of the caller. */
static void sbm_write_stack(struct kunit *test)
{
	int value;

	write_kernel(test, &value);
}

/* A value is copied from an input to an output. */
static void sbm_copy_value(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int in = PASS, out = FAIL;
	int *src = SBM_COPY_IN(sbm, &in, sizeof(in));
	int *dst = SBM_COPY_OUT(sbm, &out, sizeof(out));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_copy, src, dst), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, out, PASS);
}

/* The last byte of an input is its value, the first one behind is a fault. */
static void sbm_read_past(struct kunit *test)
{
	struct sbm *sbm;
	char value[3] = { 1, 2, 3 }, *src;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	src = SBM_COPY_IN(sbm, value, sizeof(value));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, src, 2), 3);
	ret = sbm_call(sbm, sbm_test_read_at, src, 3);
	expect_unmapped(test, sbm, ret, src + 3, 0);
}

/* So is the last byte of the page behind an input. */
static void sbm_read_past_page(struct kunit *test)
{
	struct sbm *sbm;
	char value = 0x55, *src;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	src = SBM_COPY_IN(sbm, &value, 1);

	ret = sbm_call(sbm, sbm_test_read_at, src, PAGE_SIZE);
	expect_unmapped(test, sbm, ret, src + PAGE_SIZE, 0);
}

/* Before an input is zero, not what the caller has there; then nothing. */
static void sbm_read_before(struct kunit *test)
{
	struct sbm *sbm;
	char value[2] = { 0x55, 0x66 }, *src, *before;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	src = SBM_COPY_IN(sbm, &value[1], 1);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, src, 0), 0x66);
	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, src, -1), 0);
	before = (char *)PTR_ALIGN_DOWN(src, PAGE_SIZE) - 1;
	ret = sbm_call(sbm, sbm_test_read_at, src, before - src);
	expect_unmapped(test, sbm, ret, before, 0);
}

/* Memory that has not been given to the sandbox cannot be read. */
static void sbm_read_wrong(struct kunit *test)
{
	struct sbm *sbm;
	char *addr;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	addr = kunit_kzalloc(test, 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, addr);

	ret = sbm_call(sbm, sbm_test_read_at, addr, 0);
	expect_kernel(test, sbm, ret, addr, 0);
}

/* A value is changed in place. */
static void sbm_update(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int value = ~PASS;
	int *p = SBM_COPY_INOUT(sbm, &value, sizeof(value));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_invert, p), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, value, PASS);
}

/* What is changed in place ends like an input, before and behind. */
static void sbm_update_past(struct kunit *test)
{
	struct sbm *sbm;
	char value[3] = { 1, 2, 3 }, *p, *before;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	p = SBM_COPY_INOUT(sbm, value, sizeof(value));

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_read_at, p, 2), 3);
	ret = sbm_call(sbm, sbm_test_write_at, p, 3);
	expect_unmapped(test, sbm, ret, p + 3, SBM_TEST_PF_WRITE);
	KUNIT_EXPECT_EQ(test, value[2], 3);

	KUNIT_ASSERT_EQ(test, sbm_reset(sbm), 0);
	before = (char *)PTR_ALIGN_DOWN(p, PAGE_SIZE) - 1;
	ret = sbm_call(sbm, sbm_test_write_at, p, before - p);
	expect_unmapped(test, sbm, ret, before, SBM_TEST_PF_WRITE);
}

/* The whole stack can be used. The weak level has that of the caller. */
static void sbm_stack_bottom(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init(test);
	int *bottom, value;

	if (sbm_level(sbm) == SBM_LEVEL_WEAK) {
		KUNIT_EXPECT_EQ(test, STACK_END_MAGIC & 0xff,
				sbm_call(sbm, sbm_test_read_at,
					 (char *)end_of_stack(current), 0));
		return;
	}
	bottom = (int *)sbm_stack_limit(sbm->sandbox);

	KUNIT_EXPECT_EQ(test, sbm_call(sbm, sbm_test_write, bottom, PASS), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->stack->nr_pages, SBM_STACK_PAGES);
	sbm_region_read(sbm->sandbox->stack, 0, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, value, PASS);
}

/* Its end is the end. */
static void sbm_stack_overflow(struct kunit *test)
{
	struct sbm_fault fault;
	struct sbm *sbm;
	unsigned long stack;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	stack = sbm_stack_limit(sbm->sandbox);

	ret = sbm_call(sbm, sbm_test_stack_overflow);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_LT(test, fault.addr, stack);
	KUNIT_EXPECT_GE(test, fault.addr, stack - PAGE_SIZE);
	expect_unmapped(test, sbm, ret, (void *)fault.addr, SBM_TEST_PF_WRITE);
}

/* A non-canonical address is a general protection fault. */
static void sbm_x86_64_gp(struct kunit *test)
{
	struct sbm_fault want = {
		.kind = SBM_FAULT_EXCEPTION,
		.vector = 13,
	};
	struct sbm *sbm;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);

	ret = sbm_call(sbm, sbm_test_write, (int *)BIT_ULL(63), FAIL);
	sbm_test_expect_fault(test, sbm, ret, &want);
}

/* The null page is as unmapped as anything. */
static void sbm_write_null(struct kunit *test)
{
	struct sbm *sbm;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);

	ret = sbm_call(sbm, sbm_test_write, NULL, FAIL);
	expect_unmapped(test, sbm, ret, NULL, SBM_TEST_PF_WRITE);
}

/* Nothing is executed where nothing is mapped. */
static void sbm_jump_unmapped(struct kunit *test)
{
	struct sbm *sbm;
	char value, *dst;
	int ret;

	sbm_test_need_faults(test);
	sbm = sbm_test_init(test);
	dst = SBM_COPY_OUT(sbm, &value, 1);

	ret = sbm_call(sbm, sbm_test_jump, (unsigned long)dst + PAGE_SIZE);
	expect_unmapped(test, sbm, ret, dst + PAGE_SIZE, SBM_TEST_PF_INSTR);
}

/* Buffers cannot be executed. */
static void sbm_jump_buffer(struct kunit *test)
{
	u8 code[] = { 0xc3 };	/* ret */
	struct sbm *sbm;
	u8 *buf;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	buf = SBM_COPY_INOUT(sbm, code, sizeof(code));

	ret = sbm_call(sbm, sbm_test_jump, (unsigned long)buf);
	expect_unmapped(test, sbm, ret, buf,
			SBM_TEST_PF_INSTR | SBM_TEST_PF_PROT);
}

/* The code of the kernel cannot be executed, though the CPU may see it. */
static void sbm_jump_kernel(struct kunit *test)
{
	struct sbm *sbm;
	int ret;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);

	ret = sbm_call(sbm, sbm_test_jump, (unsigned long)sbm_test_null);
	expect_kernel(test, sbm, ret, sbm_test_null, SBM_TEST_PF_INSTR);
}

static struct kunit_case sbm_memory_cases[] = {
	KUNIT_CASE(sbm_write),
	KUNIT_CASE(sbm_write_past),
	KUNIT_CASE(sbm_write_past_page),
	KUNIT_CASE(sbm_write_before),
	KUNIT_CASE(sbm_write_input),
	KUNIT_CASE(sbm_write_static),
	KUNIT_CASE(sbm_write_bss),
	KUNIT_CASE(sbm_write_wrong),
	KUNIT_CASE(sbm_write_stack),
	KUNIT_CASE(sbm_write_null),
	KUNIT_CASE(sbm_copy_value),
	KUNIT_CASE(sbm_read_past),
	KUNIT_CASE(sbm_read_past_page),
	KUNIT_CASE(sbm_read_before),
	KUNIT_CASE(sbm_read_wrong),
	KUNIT_CASE(sbm_update),
	KUNIT_CASE(sbm_update_past),
	KUNIT_CASE(sbm_stack_bottom),
	KUNIT_CASE(sbm_stack_overflow),
	KUNIT_CASE(sbm_x86_64_gp),
	KUNIT_CASE(sbm_jump_unmapped),
	KUNIT_CASE(sbm_jump_buffer),
	KUNIT_CASE(sbm_jump_kernel),
	{}
};

static struct kunit_suite sbm_memory_suite = {
	.name = "sandbox_mode",
	.test_cases = sbm_memory_cases,
};

kunit_test_suite(sbm_memory_suite);
