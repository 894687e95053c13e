// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: which faults User Mode Linux catches, and which not.
 *
 * To raise one that is not caught would be the end of the kernel. So
 * catch_fault() is asked, with registers as the handler would have them.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/hardirq.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched/task_stack.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/tlbflush.h>
#include <kern_util.h>

#include "internal.h"
#include "tests/heap.h"
#include "tests/sandboxed.h"
#include "tests/testlib.h"

/* A stack pointer, and an address; neither is used. */
#define SOME_SP		0x12345670
#define SOME_IP		0x1234

/* Would a page fault by code with the stack pointer @sp be caught here? */
static bool caught(struct uml_pt_regs *regs, unsigned long sp)
{
	bool ret;

	regs->faultinfo = (struct faultinfo) { .trap_no = 14 };
	UPT_IP(regs) = SOME_IP;
	UPT_SP(regs) = sp;
	ret = catch_fault(regs);
	return ret && UPT_IP(regs) != SOME_IP && UPT_SP(regs) != sp;
}

static void sbm_catch_refused(struct kunit *test)
{
	unsigned long stack = (unsigned long)task_stack_page(current);
	struct fault_catcher catcher = { .preempt_count = preempt_count() };
	struct uml_pt_regs *regs;

	regs = kunit_kzalloc(test, sizeof(*regs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, regs);

	KUNIT_EXPECT_FALSE(test, caught(regs, SOME_SP));

	current->thread.fault_catcher = &catcher;
	KUNIT_EXPECT_TRUE(test, caught(regs, SOME_SP));
	KUNIT_EXPECT_EQ(test, catcher.ip, SOME_IP);
	KUNIT_EXPECT_EQ(test, catcher.sp, SOME_SP);

	/* Whoever holds a spinlock. */
	preempt_disable();
	KUNIT_EXPECT_FALSE(test, caught(regs, SOME_SP));
	preempt_enable();
	local_bh_disable();
	KUNIT_EXPECT_FALSE(test, caught(regs, SOME_SP));
	local_bh_enable();

	/* An interrupt. */
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_FALSE(test, caught(regs, SOME_SP));
	preempt_count_sub(HARDIRQ_OFFSET);

	/* The handler of another fault: it is on the stack of the handler. */
	KUNIT_EXPECT_FALSE(test, caught(regs, stack));
	KUNIT_EXPECT_FALSE(test, caught(regs, stack + THREAD_SIZE - 16));
	KUNIT_EXPECT_TRUE(test, caught(regs, stack + THREAD_SIZE));
	KUNIT_EXPECT_TRUE(test, caught(regs, stack - 16));

	/* A page that is mapped, but the host does not know yet. */
	um_tlb_mark_sync(&init_mm, VMALLOC_START, VMALLOC_START + PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, caught(regs, SOME_SP));
	KUNIT_EXPECT_EQ(test, um_tlb_sync(&init_mm), 0);
	KUNIT_EXPECT_TRUE(test, caught(regs, SOME_SP));

	current->thread.fault_catcher = NULL;
}

static bool was_paused;

static int look_if_paused(const struct sbm_info *info, u64 nr_pages)
{
	was_paused = !current->thread.fault_catcher;
	return SBM_GROW_ALLOW;
}

/* The kernel, at work for the sandbox. A policy is asked right in the middle. */
static void sbm_catch_paused(struct kunit *test)
{
	struct sbm_policy_ops ops = {
		.grow = look_if_paused,
		.name = "sbm-kunit-catch",
	};
	struct sbm *sbm = sbm_test_init(test);

	KUNIT_ASSERT_EQ(test, sbm_policy_attach(&ops, NULL, NULL), 0);
	/* The fault that ends the call shows that it was caught again after. */
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT,
			sbm_call(sbm, sbm_test_heap_fault, 100));
	KUNIT_EXPECT_TRUE(test, was_paused);
	sbm_policy_detach(&ops);
}

#ifdef CONFIG_X86_64
/* Each of the host's signals is caught, at the instruction that caused it. */
static void sbm_catch_signals(struct kunit *test)
{
	static const struct {
		enum sbm_test_insn insn;
		u32 vector;
		unsigned int skip;	/* from the instruction to its record */
	} cases[] = {
		{ SBM_TEST_UD2, 6, 0 },
		{ SBM_TEST_HLT, 13, 0 },
		{ SBM_TEST_DIV0, 0, 0 },
		{ SBM_TEST_INT3, 3, 1 },
	};
	struct sbm *sbm = sbm_test_init(test);
	struct sbm_buf *buf = sbm_alloc_buf(sbm, sizeof(u64), SBM_OUT);
	int i, ret;
	u64 where;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sbm_fault want = {
			.kind = SBM_FAULT_EXCEPTION,
			.vector = cases[i].vector,
		};

		ret = sbm_call(sbm, sbm_test_fault, cases[i].insn,
			       buf->sbm_ptr);
		KUNIT_EXPECT_EQ(test, 0,
				sbm_buf_read(buf, 0, &where, sizeof(where)));
		want.ip = where + cases[i].skip - (unsigned long)_stext;
		sbm_test_expect_fault(test, sbm, ret, &want);
		KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
	}
}
#endif

static struct kunit_case sbm_catch_cases[] = {
#ifdef CONFIG_X86_64
	KUNIT_CASE(sbm_catch_signals),
#endif
	KUNIT_CASE(sbm_catch_refused),
	KUNIT_CASE(sbm_catch_paused),
	{}
};

static struct kunit_suite sbm_catch_suite = {
	.name = "sandbox_mode_catch",
	.test_cases = sbm_catch_cases,
};

kunit_test_suite(sbm_catch_suite);
