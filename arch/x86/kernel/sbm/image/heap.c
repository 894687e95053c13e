// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sandbox image: the heap.
 *
 * Pages come from the kernel, each behind the one before, and stay. A table
 * with an entry for each page says what it is used for. It is on the heap
 * itself and moves when the heap outgrows it.
 *
 *   small blocks	slots of a power of two bytes, 16 to half a page; a page
 *			has slots of one size
 *   large blocks	whole pages, the first that are free in a row
 *
 * The slot or the pages of a block end with a tail, which says whether it is
 * in use and how long the data is; the room in between is a red zone. As the
 * tail makes a block larger than its data, a block of a power of two bytes is
 * aligned to its size, up to a page, as users of kmalloc() may expect. A page
 * without a slot in use counts as free.
 *
 * The checks find mistakes of the code inside. They protect nobody: that is
 * what the sandbox does.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/sbm_abi.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/page.h>

#include "runtime.h"

#define HEAP_MAX_SIZE	SZ_2G		/* of a block; sizes are kept in 32 bits */
#define HEAP_MIN_ORDER	4U		/* of slots: alignment of all blocks */
#define HEAP_NONE	U32_MAX		/* no page */
#define HEAP_RED	0xbb
#define HEAP_RED_MAX	64		/* bytes of a red zone that are checked */
#define HEAP_USED	0x5b4d7573
#define HEAP_FREE	0x5b4d6672

enum heap_kind {
	HEAP_PAGE_FREE,		/* zero, as memory is that the kernel gives */
	HEAP_PAGE_SLOTS,
	HEAP_PAGE_LARGE,	/* first page of a large block */
	HEAP_PAGE_REST,		/* any other page of it */
	HEAP_PAGE_TABLE,
};

/**
 * struct heap_page - what a page of the heap is used for
 * @kind: A value of enum heap_kind.
 * @order: Slots: log2 of their size.
 * @used: Slots: how many are in use.
 * @free: Slots: offset of the first free one, if there is one.
 * @nr: Large block: its pages.
 */
struct heap_page {
	u8 kind;
	u8 order;
	u16 used;
	union {
		u32 free;
		u32 nr;
	};
};

#define HEAP_TABLE_ENTRIES	(PAGE_SIZE / sizeof(struct heap_page))

/**
 * struct heap_tail - end of a block
 * @state: HEAP_USED or HEAP_FREE. The first thing an overrun hits.
 * @size: In use: size of the data in bytes.
 * @next: Free slot: offset of the next one in the page.
 */
struct heap_tail {
	u32 state;
	union {
		u32 size;
		u32 next;
	};
};

static void *heap;			/* first page */
static u32 heap_nr;			/* pages */
static struct heap_page *heap_table;
static u32 heap_entries;		/* pages the table has room for */
static u32 heap_recent[PAGE_SHIFT];	/* by order of slots: page to try first */

/* === Pages === */

static void *page_data(u32 index)
{
	return heap + index * PAGE_SIZE;
}

static bool page_is_free(const struct heap_page *page)
{
	return page->kind == HEAP_PAGE_FREE ||
	       (page->kind == HEAP_PAGE_SLOTS && !page->used);
}

/* Make the @nr_table pages from @index on the table. */
static void table_move(u32 index, u32 nr_table)
{
	struct heap_page *table = page_data(index);
	u32 i;

	memcpy(table, heap_table, heap_nr * sizeof(*table));
	for (i = 0; i < heap_nr; i++) {
		if (table[i].kind == HEAP_PAGE_TABLE)
			table[i].kind = HEAP_PAGE_FREE;
	}
	for (i = 0; i < nr_table; i++)
		table[index + i].kind = HEAP_PAGE_TABLE;

	heap_table = table;
	heap_entries = nr_table * HEAP_TABLE_ENTRIES;
}

/* Get @nr pages; those of a larger table, if it takes one, come before. */
static bool heap_grow(u32 nr)
{
	u32 nr_table = 0;
	void *more;

	/* The table has entries for its own pages as well. */
	if (heap_nr + nr > heap_entries)
		nr_table = (heap_nr + nr) / (HEAP_TABLE_ENTRIES - 1) + 1;

	more = (void *)__sbm_syscall(SBM_CALL_GROW, nr + nr_table);
	if (!more)
		return false;

	if (!heap)
		heap = more;
	if (nr_table)
		table_move(heap_nr, nr_table);
	heap_nr += nr + nr_table;
	return true;
}

/* Return: the first of @nr free pages in a row, or HEAP_NONE. */
static u32 pages_find(u32 nr)
{
	u32 i, free = 0;

	for (i = 0; i < heap_nr; i++) {
		free = page_is_free(&heap_table[i]) ? free + 1 : 0;
		if (free == nr)
			return i + 1 - nr;
	}
	/* Those at the end are a beginning, if no table comes in between. */
	if (heap_nr + nr - free > heap_entries)
		free = 0;
	return heap_grow(nr - free) ? heap_nr - nr : HEAP_NONE;
}

/* === Blocks === */

static struct heap_page *page_of(const void *data)
{
	return &heap_table[(data - heap) >> PAGE_SHIFT];
}

static struct heap_tail *block_tail(const struct heap_page *page, void *data)
{
	size_t size = page->kind == HEAP_PAGE_SLOTS ?
		      1UL << page->order : (size_t)page->nr << PAGE_SHIFT;

	return data + size - sizeof(struct heap_tail);
}

static size_t red_zone(const void *data, const struct heap_tail *tail,
		       size_t size)
{
	return min_t(size_t, (void *)tail - data - size, HEAP_RED_MAX);
}

static void *block_use(void *data, size_t size)
{
	struct heap_tail *tail = block_tail(page_of(data), data);

	tail->state = HEAP_USED;
	tail->size = size;
	memset(data + size, HEAP_RED, red_zone(data, tail, size));
	return data;
}

/* The tail of a block in use. Anything else ends the call. */
static struct heap_tail *block_check(void *data)
{
	unsigned long offset = data - heap;
	unsigned long align = PAGE_SIZE;
	struct heap_page *page;
	struct heap_tail *tail;

	if (offset >= (unsigned long)heap_nr << PAGE_SHIFT)
		sbm_abort(SBM_ABORT_BAD_FREE);

	page = page_of(data);
	switch (page->kind) {
	case HEAP_PAGE_FREE:
		sbm_abort(SBM_ABORT_DOUBLE_FREE);
	case HEAP_PAGE_SLOTS:
		align = 1UL << page->order;
		break;
	case HEAP_PAGE_LARGE:
		break;
	default:
		sbm_abort(SBM_ABORT_BAD_FREE);
	}
	if (!IS_ALIGNED(offset, align))
		sbm_abort(SBM_ABORT_BAD_FREE);

	tail = block_tail(page, data);
	if (tail->state == HEAP_FREE)
		sbm_abort(SBM_ABORT_DOUBLE_FREE);
	if (tail->state != HEAP_USED || tail->size > (void *)tail - data ||
	    memchr_inv(data + tail->size, HEAP_RED,
		       red_zone(data, tail, tail->size)))
		sbm_abort(SBM_ABORT_CORRUPT);
	return tail;
}

static void *large_alloc(size_t size)
{
	u32 nr = DIV_ROUND_UP(size + sizeof(struct heap_tail), PAGE_SIZE);
	u32 index = pages_find(nr);
	u32 i;

	if (index == HEAP_NONE)
		return NULL;
	for (i = 0; i < nr; i++)
		heap_table[index + i].kind = HEAP_PAGE_REST;
	heap_table[index].kind = HEAP_PAGE_LARGE;
	heap_table[index].nr = nr;
	return block_use(page_data(index), size);
}

static void large_free(struct heap_page *page)
{
	u32 i, nr = page->nr;

	for (i = 0; i < nr; i++)
		page[i].kind = HEAP_PAGE_FREE;
}

static u32 slots_make(unsigned int order)
{
	u32 offset, index = pages_find(1);
	struct heap_page *page;
	struct heap_tail *tail;

	if (index == HEAP_NONE)
		return HEAP_NONE;

	page = &heap_table[index];
	*page = (struct heap_page) { .kind = HEAP_PAGE_SLOTS, .order = order };
	for (offset = 0; offset < PAGE_SIZE; offset += 1U << order) {
		tail = block_tail(page, page_data(index) + offset);
		tail->state = HEAP_FREE;
		tail->next = offset + (1U << order);
	}
	return index;
}

static bool page_has_slot(u32 index, unsigned int order)
{
	const struct heap_page *page = &heap_table[index];

	return index < heap_nr && page->kind == HEAP_PAGE_SLOTS &&
	       page->order == order && page->used < PAGE_SIZE >> order;
}

/* Return: a page with a free slot, or HEAP_NONE. */
static u32 slots_find(unsigned int order)
{
	u32 index = heap_recent[order];

	if (page_has_slot(index, order))
		return index;
	for (index = 0; index < heap_nr; index++) {
		if (page_has_slot(index, order))
			return index;
	}
	return slots_make(order);
}

static void *slot_alloc(size_t size)
{
	unsigned int order = order_base_2(size + sizeof(struct heap_tail));
	struct heap_page *page;
	struct heap_tail *tail;
	void *data;
	u32 index;

	order = max(order, HEAP_MIN_ORDER);
	index = slots_find(order);
	if (index == HEAP_NONE)
		return NULL;

	page = &heap_table[index];
	data = page_data(index) + page->free;
	tail = block_tail(page, data);
	if (page->free >= PAGE_SIZE || tail->state != HEAP_FREE)
		sbm_abort(SBM_ABORT_CORRUPT);

	page->free = tail->next;
	page->used++;
	heap_recent[order] = index;
	return block_use(data, size);
}

static void slot_free(struct heap_page *page, void *data)
{
	struct heap_tail *tail = block_tail(page, data);

	tail->state = HEAP_FREE;
	tail->next = page->free;
	page->free = (data - heap) & ~PAGE_MASK;
	page->used--;
	heap_recent[page->order] = page - heap_table;
}

/* === What the code inside calls === */

/**
 * sbm_malloc() - allocate memory inside the sandbox
 * @size: Size in bytes.
 *
 * Return: Memory aligned to 16 bytes; to @size, up to a page, if that is a
 * larger power of two; to a page from half a page on. %NULL if the limit of
 * the class or a policy does not allow for more, or the kernel has no more.
 */
void *sbm_malloc(size_t size)
{
	if (size > HEAP_MAX_SIZE)
		return NULL;
	if (size + sizeof(struct heap_tail) > PAGE_SIZE / 2)
		return large_alloc(size);
	return slot_alloc(size);
}

/**
 * sbm_calloc() - allocate an array of zeroes inside the sandbox
 * @n: Number of elements.
 * @size: Size of one, in bytes.
 *
 * Return: As sbm_malloc().
 */
void *sbm_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *data;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	data = sbm_malloc(bytes);
	if (data)
		memset(data, 0, bytes);
	return data;
}

/**
 * sbm_realloc() - change the size of memory inside the sandbox
 * @data: What sbm_malloc() returned, or %NULL.
 * @size: New size in bytes.
 *
 * Return: As sbm_malloc(); on failure @data stays as it was.
 */
void *sbm_realloc(void *data, size_t size)
{
	struct heap_tail *tail;
	void *copy;

	if (!data)
		return sbm_malloc(size);
	tail = block_check(data);
	if (size <= (void *)tail - data)
		return block_use(data, size);
	copy = sbm_malloc(size);
	if (copy) {
		memcpy(copy, data, tail->size);
		sbm_free(data);
	}
	return copy;
}

/**
 * sbm_size() - size of memory inside the sandbox
 * @data: What sbm_malloc() returned.
 *
 * Return: The size it was allocated with, in bytes.
 */
size_t sbm_size(const void *data)
{
	return block_check((void *)data)->size;
}

/**
 * sbm_free() - give memory back
 * @ptr: What sbm_malloc() returned, or %NULL. Anything else ends the call.
 */
void sbm_free(const void *ptr)
{
	void *data = (void *)ptr;
	struct heap_page *page;

	if (!data)
		return;
	block_check(data);
	page = page_of(data);
	if (page->kind == HEAP_PAGE_SLOTS)
		slot_free(page, data);
	else
		large_free(page);
}

/**
 * sbm_abort() - end the call with a fault record
 * @reason: SBM_ABORT_* constant.
 */
void sbm_abort(unsigned long reason)
{
	__sbm_syscall(SBM_CALL_ABORT, reason);
	__builtin_trap();
}
