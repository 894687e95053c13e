// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: which faults of User Mode Linux are not caught.
 *
 * To raise one of these would be the end of the kernel. So catch_fault() is
 * asked, with registers as the handler of a fault would have them.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/hardirq.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched/task_stack.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>
#include <kern_util.h>

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

static struct kunit_case sbm_catch_cases[] = {
	KUNIT_CASE(sbm_catch_refused),
	{}
};

static struct kunit_suite sbm_catch_suite = {
	.name = "sandbox_mode_catch",
	.test_cases = sbm_catch_cases,
};

kunit_test_suite(sbm_catch_suite);
