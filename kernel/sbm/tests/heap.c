// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: functions that use the heap, inside.
 *
 * Compiled into the kernel proper and into the sandbox image; what kmalloc()
 * is depends on where.
 */
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/page.h>

#include "heap.h"

#define MIXED_BLOCKS	32

/* A block in a list of all, with a pattern behind its link. */
struct filler {
	struct filler *next;
	unsigned char data[];
};

static bool filled_with(const void *data, int c, size_t size)
{
	return !memchr_inv(data, c, size);
}

/*
 * Allocates until there is no more, checks that no block is in another, and
 * frees all of it. Return: how many blocks there were.
 */
SBM_DEFINE_THUNK(sbm_test_heap_fill, unsigned int, size, bool, keep)
int sbm_test_heap_fill(unsigned int size, bool keep)
{
	struct filler *all = NULL, *p;
	int i, nr = 0;

	while ((p = kmalloc(size, GFP_KERNEL))) {
		p->next = all;
		all = p;
		memset(p->data, nr++, size - sizeof(*p));
	}
	i = nr;
	for (p = all; p; p = p->next) {
		if (!filled_with(p->data, --i, size - sizeof(*p)))
			return -EILSEQ;
	}
	while (!keep && all) {
		p = all;
		all = p->next;
		kfree(p);
	}
	return nr;
}

/* Return: how often there was memory, of so many times it was asked for. */
SBM_DEFINE_THUNK(sbm_test_heap_insist, unsigned int, rounds)
int sbm_test_heap_insist(unsigned int rounds)
{
	unsigned int i;
	int nr = 0;
	void *p;

	for (i = 0; i < rounds; i++) {
		p = kmalloc(2 * PAGE_SIZE, GFP_KERNEL);
		nr += !!p;
		kfree(p);
	}
	return nr;
}

/* Allocates and frees; what was freed must be used again, and be zeroed. */
SBM_DEFINE_THUNK(sbm_test_heap_reuse, unsigned int, size, unsigned int, rounds)
int sbm_test_heap_reuse(unsigned int size, unsigned int rounds)
{
	unsigned int i;
	char *p, *q;

	for (i = 0; i < rounds; i++) {
		p = kzalloc(size, GFP_KERNEL);
		q = kcalloc(1, size, GFP_KERNEL);
		if (!p || !q)
			return -ENOMEM;
		if (!filled_with(p, 0, size) || !filled_with(q, 0, size))
			return -EILSEQ;
		memset(p, 0xff, size);
		memset(q, 0xff, size);
		kfree(p);
		kfree(q);
	}
	return 0;
}

/* Return: zero, or the first size that is not aligned as it should be. */
SBM_DEFINE_THUNK(sbm_test_heap_align)
int sbm_test_heap_align(void)
{
	unsigned long align;
	size_t size;
	void *p, *q;

	for (size = 1; size <= 2 * PAGE_SIZE; size += size < 130 ? 1 : 31) {
		p = kmalloc(size, GFP_KERNEL);
		q = vmalloc(size);
		if (!p || !IS_ALIGNED((unsigned long)p, 16) ||
		    !q || !IS_ALIGNED((unsigned long)q, PAGE_SIZE))
			return size;
		kfree(p);
		vfree(q);
	}
	for (align = 32; align <= PAGE_SIZE; align *= 2) {
		/* Two, so that one is not the first of its page. */
		p = kmalloc(align, GFP_KERNEL);
		q = kmalloc(align, GFP_KERNEL);
		if (!p || !IS_ALIGNED((unsigned long)p, align) ||
		    !q || !IS_ALIGNED((unsigned long)q, align))
			return align;
		kfree(p);
		kfree(q);
	}
	return 0;
}

/* Content survives a change of the size, to more and to less. */
SBM_DEFINE_THUNK(sbm_test_heap_realloc)
int sbm_test_heap_realloc(void)
{
	size_t size, old = 0;
	char *p = NULL, *q;

	for (size = 1; size < 3 * PAGE_SIZE; size += 1 + size / 2) {
		q = krealloc(p, size, GFP_KERNEL);
		if (!q || !filled_with(q, 0x5a, old))
			return size;
		memset(q, 0x5a, size);
		p = q;
		old = size;
	}
	/* More than there is: the old block stays as it is. */
	q = krealloc(p, SIZE_MAX / 4, GFP_KERNEL);
	if (q || !filled_with(p, 0x5a, old))
		return -ENOMEM;

	q = krealloc(p, 10, GFP_KERNEL);
	if (!q || !filled_with(q, 0x5a, 10))
		return -EILSEQ;
	p = krealloc(q, 100, GFP_KERNEL | __GFP_ZERO);
	if (!p || !filled_with(p, 0x5a, 10) || !filled_with(p + 10, 0, 90))
		return -EILSEQ;
	q = krealloc(p, 0, GFP_KERNEL);
	kfree(q);
	return q == ZERO_SIZE_PTR ? 0 : -EINVAL;
}

/* Blocks of any size come, change and go; none gets into another. */
SBM_DEFINE_THUNK(sbm_test_heap_mixed, u32, seed, unsigned int, rounds)
int sbm_test_heap_mixed(u32 seed, unsigned int rounds)
{
	struct {
		char *p;
		size_t size;
	} blocks[MIXED_BLOCKS] = { };
	unsigned int i, at;
	size_t size;
	char *p;

	for (i = 0; i < rounds; i++) {
		seed = seed * 1664525 + 1013904223;
		at = (seed >> 16) % MIXED_BLOCKS;
		/* Mostly small ones. */
		size = 1 + (seed >> 8) % (seed >> 29 ? 300 : 3 * PAGE_SIZE);

		if (!filled_with(blocks[at].p, at, blocks[at].size))
			return -EILSEQ;
		if (blocks[at].p && (seed & BIT(28))) {
			kfree(blocks[at].p);
			blocks[at].p = NULL;
			blocks[at].size = 0;
			continue;
		}
		p = krealloc(blocks[at].p, size, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		if (!filled_with(p, at, min(size, blocks[at].size)))
			return -EILSEQ;
		memset(p, at, size);
		blocks[at].p = p;
		blocks[at].size = size;
	}
	for (at = 0; at < MIXED_BLOCKS; at++)
		kfree(blocks[at].p);
	return 0;
}

/* Sizes that are no sizes. Return: zero if none of them was given. */
SBM_DEFINE_THUNK(sbm_test_heap_overflow)
int sbm_test_heap_overflow(void)
{
	size_t half = SIZE_MAX / 2 + 1;

	/* Not known to the compiler, which would warn. */
	OPTIMIZER_HIDE_VAR(half);
	if (kcalloc(half, 2, GFP_KERNEL) ||
	    kmalloc_array(half + 1, 2, GFP_KERNEL) ||
	    krealloc_array(NULL, half, 2, GFP_KERNEL))
		return 1;
	if (kmalloc(half - 1 + half, GFP_KERNEL | __GFP_NOWARN) ||
	    kmalloc(half, GFP_KERNEL | __GFP_NOWARN) ||
	    vmalloc(half - 1 + half))
		return 2;
	return 0;
}

/*
 * Fills the heap with small blocks and frees them, in no good order. Return:
 * zero if a large block fits then.
 */
SBM_DEFINE_THUNK(sbm_test_heap_merge, unsigned int, size, unsigned int, large)
int sbm_test_heap_merge(unsigned int size, unsigned int large)
{
	struct filler *odd = NULL, *even = NULL, *p;
	unsigned int nr = 0;

	while ((p = kmalloc(size, GFP_KERNEL))) {
		p->next = odd;
		odd = even;
		even = p;
		nr++;
	}
	/* Two lists: each block has its link to the one before the last. */
	for (; odd; odd = p) {
		p = odd->next;
		kfree(odd);
	}
	for (; even; even = p) {
		p = even->next;
		kfree(even);
	}
	p = kmalloc(large, GFP_KERNEL);
	kfree(p);
	return nr && p ? 0 : -ENOMEM;
}

#ifdef __SBM_IMAGE__

static void sbm_test_do_misuse(enum sbm_test_misuse what)
{
	char local[16] __aligned(16) = { };
	char *p, *q, *other;

	if (what == SBM_TEST_FREE_FIRST) {
		kfree(local);
		return;
	}

	p = kmalloc(100, GFP_KERNEL);		/* in a slot of 128 bytes */
	other = kmalloc(100, GFP_KERNEL);	/* keeps the page in use */
	q = kmalloc(3 * PAGE_SIZE - 100, GFP_KERNEL);
	/* Not known to be what they are, to the compiler. */
	OPTIMIZER_HIDE_VAR(p);
	OPTIMIZER_HIDE_VAR(q);

	switch (what) {
	case SBM_TEST_FREE_TWICE:
		kfree(p);
		kfree(p);
		break;
	case SBM_TEST_FREE_TWICE_LARGE:
		kfree(q);
		kfree(q);
		break;
	case SBM_TEST_FREE_TWICE_EMPTY:
		kfree(p);
		kfree(other);
		kfree(p);
		break;
	case SBM_TEST_REALLOC_FREED:
		kfree(p);
		q = krealloc(p, 200, GFP_KERNEL);
		break;
	case SBM_TEST_FREE_INSIDE:
		kfree(p + 16);
		break;
	case SBM_TEST_FREE_INSIDE_LARGE:
		kfree(q + PAGE_SIZE);
		break;
	case SBM_TEST_FREE_UNALIGNED:
		kfree(q + 1);
		break;
	case SBM_TEST_FREE_STACK:
		kfree(local);
		break;
	case SBM_TEST_OVERRUN:
		p[100] = 0;
		kfree(p);
		break;
	case SBM_TEST_OVERRUN_FULL:
		/* A slot of 128 bytes, 8 of which are its tail. */
		q = krealloc(p, 120, GFP_KERNEL);
		q[120] = 0;
		kfree(q);
		break;
	case SBM_TEST_OVERRUN_LARGE:
		q[3 * PAGE_SIZE - 100] = 0;
		kfree(q);
		break;
	case SBM_TEST_OVERRUN_FREED:
		kfree(p);
		p[120] = 0;
		p = kmalloc(100, GFP_KERNEL);
		break;
	default:
		break;
	}
}

#else

static void sbm_test_do_misuse(enum sbm_test_misuse what)
{
}

#endif

/* Returns if nobody minded. In the image only. */
SBM_DEFINE_THUNK(sbm_test_heap_misuse, enum sbm_test_misuse, what)
int sbm_test_heap_misuse(enum sbm_test_misuse what)
{
	sbm_test_do_misuse(what);
	return 0;
}

/* Takes memory and faults. */
SBM_DEFINE_THUNK(sbm_test_heap_fault, unsigned int, size)
int sbm_test_heap_fault(unsigned int size)
{
	char *p = kmalloc(size, GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	memset(p, 1, size);
	OPTIMIZER_HIDE_VAR(p);
	p = NULL;
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(*p, 1);
	return 0;
}

/* Writes to the byte behind a block, or to the first of a freed one. */
SBM_DEFINE_THUNK(sbm_test_heap_touch, unsigned int, size, bool, stale)
int sbm_test_heap_touch(unsigned int size, bool stale)
{
	char *p = kmalloc(size, GFP_KERNEL);
	char *other = kmalloc(size, GFP_KERNEL);

	if (!p || !other)
		return -ENOMEM;
	WRITE_ONCE(p[0], 1);
	WRITE_ONCE(p[size - 1], 1);
	if (stale)
		kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[stale ? 0 : size], 1);
	return 0;
}

/* Frees a block twice, at any level. */
SBM_DEFINE_THUNK(sbm_test_heap_twice)
int sbm_test_heap_twice(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	/* Not known to be the same to the compiler. */
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	return 0;
}
