/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: functions that use the heap, inside. */
#ifndef _KERNEL_SBM_TESTS_HEAP_H
#define _KERNEL_SBM_TESTS_HEAP_H

#include <linux/sbm.h>

/**
 * enum sbm_test_misuse - what not to do with memory
 * @SBM_TEST_FREE_TWICE: Free a small block twice.
 * @SBM_TEST_FREE_TWICE_LARGE: Free a large block twice.
 * @SBM_TEST_FREE_TWICE_EMPTY: Free a block of a page of which all is free.
 * @SBM_TEST_REALLOC_FREED: Change the size of a block that is free.
 * @SBM_TEST_FREE_INSIDE: Free the middle of a small block.
 * @SBM_TEST_FREE_INSIDE_LARGE: Free the second page of a large block.
 * @SBM_TEST_FREE_UNALIGNED: Free the second byte of a large block.
 * @SBM_TEST_FREE_STACK: Free a local variable.
 * @SBM_TEST_FREE_FIRST: Free something before anything was allocated.
 * @SBM_TEST_OVERRUN: Write a byte behind a block with a red zone.
 * @SBM_TEST_OVERRUN_FULL: Write a byte behind a block that fills its slot.
 * @SBM_TEST_OVERRUN_LARGE: Write a byte behind a large block.
 * @SBM_TEST_OVERRUN_FREED: Write over the end of a block that is free, and
 *	allocate it again.
 */
enum sbm_test_misuse {
	SBM_TEST_FREE_TWICE,
	SBM_TEST_FREE_TWICE_LARGE,
	SBM_TEST_FREE_TWICE_EMPTY,
	SBM_TEST_REALLOC_FREED,
	SBM_TEST_FREE_INSIDE,
	SBM_TEST_FREE_INSIDE_LARGE,
	SBM_TEST_FREE_UNALIGNED,
	SBM_TEST_FREE_STACK,
	SBM_TEST_FREE_FIRST,
	SBM_TEST_OVERRUN,
	SBM_TEST_OVERRUN_FULL,
	SBM_TEST_OVERRUN_LARGE,
	SBM_TEST_OVERRUN_FREED,
};

SBM_DEFINE_CALL(sbm_test_heap_fill, unsigned int, size, bool, keep);
SBM_DEFINE_CALL(sbm_test_heap_insist, unsigned int, rounds);
SBM_DEFINE_CALL(sbm_test_heap_reuse, unsigned int, size, unsigned int, rounds);
SBM_DEFINE_CALL(sbm_test_heap_align);
SBM_DEFINE_CALL(sbm_test_heap_realloc);
SBM_DEFINE_CALL(sbm_test_heap_mixed, u32, seed, unsigned int, rounds);
SBM_DEFINE_CALL(sbm_test_heap_overflow);
SBM_DEFINE_CALL(sbm_test_heap_merge, unsigned int, size, unsigned int, large);
SBM_DEFINE_CALL(sbm_test_heap_fault, unsigned int, size);
SBM_DEFINE_CALL(sbm_test_heap_touch, unsigned int, size, bool, stale);
SBM_DEFINE_CALL(sbm_test_heap_twice);
SBM_DEFINE_CALL(sbm_test_heap_misuse, enum sbm_test_misuse, what);

#endif /* _KERNEL_SBM_TESTS_HEAP_H */
