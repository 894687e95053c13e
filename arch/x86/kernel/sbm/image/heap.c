// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sandbox image: the heap.
 *
 * First fit in one growing array of blocks, each with a header before it. What
 * is freed is merged with free blocks behind it; a decompressor frees all it
 * has, so the whole heap becomes one block again.
 *
 * The checks find mistakes of the code inside. They protect nobody: that is
 * what the sandbox does.
 */
#include <linux/align.h>
#include <linux/overflow.h>
#include <linux/sbm_abi.h>
#include <linux/string.h>
#include <asm/page.h>

#include "runtime.h"

#define HEAP_ALIGN	16
#define HEAP_USED	0x5b4d75736564ULL
#define HEAP_FREE	0x5b4d66726565ULL

struct block {
	size_t size;		/* of what follows the header */
	u64 state;
};

static struct block *heap_begin;
static struct block *heap_end;

static void *block_data(struct block *block)
{
	return block + 1;
}

static struct block *block_next(struct block *block)
{
	return block_data(block) + block->size;
}

static void check_block(struct block *block)
{
	if (block->state != HEAP_USED && block->state != HEAP_FREE)
		sbm_abort(SBM_ABORT_CORRUPT);
}

/* Merge the free blocks that follow. */
static void merge(struct block *block)
{
	struct block *next;

	for (next = block_next(block); next < heap_end;
	     next = block_next(block)) {
		check_block(next);
		if (next->state != HEAP_FREE)
			break;
		block->size += sizeof(*next) + next->size;
	}
}

/* Cut off what is not needed, if that is worth a block. */
static void split(struct block *block, size_t size)
{
	struct block *rest;

	if (block->size < size + sizeof(*rest) + HEAP_ALIGN)
		return;
	rest = block_data(block) + size;
	rest->size = block->size - size - sizeof(*rest);
	rest->state = HEAP_FREE;
	block->size = size;
}

/* A free block, or %NULL and in @last the one at the end if it is free. */
static struct block *find(size_t size, struct block **last)
{
	struct block *block;

	*last = NULL;
	for (block = heap_begin; block < heap_end; block = block_next(block)) {
		check_block(block);
		*last = NULL;
		if (block->state != HEAP_FREE)
			continue;
		merge(block);
		if (block->size >= size)
			return block;
		*last = block;
	}
	return NULL;
}

/* Make the free block at the end large enough, or make one. */
static struct block *grow(size_t size, struct block *last)
{
	size_t have = last ? sizeof(*last) + last->size : 0;
	struct block *block;
	size_t bytes;

	bytes = ALIGN(sizeof(*block) + size - have, PAGE_SIZE);
	block = (void *)__sbm_syscall(SBM_CALL_GROW, bytes >> PAGE_SHIFT);
	if (!block)
		return NULL;

	if (!heap_begin)
		heap_begin = block;
	heap_end = (void *)block + bytes;
	block->size = bytes - sizeof(*block);
	block->state = HEAP_FREE;
	if (!last)
		return block;
	merge(last);
	return last;
}

/**
 * sbm_malloc() - allocate memory inside the sandbox
 * @size: Size in bytes.
 *
 * Return: Memory aligned to 16 bytes, or %NULL if the limit of the class or a
 * policy does not allow for more.
 */
void *sbm_malloc(size_t size)
{
	struct block *block, *last;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = ALIGN(size ?: 1, HEAP_ALIGN);
	block = find(size, &last) ?: grow(size, last);
	if (!block)
		return NULL;
	split(block, size);
	block->state = HEAP_USED;
	return block_data(block);
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

static struct block *block_of(void *data)
{
	struct block *block = data - sizeof(*block);

	if (!IS_ALIGNED((unsigned long)data, HEAP_ALIGN) ||
	    block < heap_begin || block >= heap_end)
		sbm_abort(SBM_ABORT_BAD_FREE);
	if (block->state == HEAP_FREE)
		sbm_abort(SBM_ABORT_DOUBLE_FREE);
	if (block->state != HEAP_USED)
		sbm_abort(SBM_ABORT_BAD_FREE);
	return block;
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
	struct block *block;
	void *copy;

	if (!data)
		return sbm_malloc(size);
	block = block_of(data);
	if (block->size >= size)
		return data;
	copy = sbm_malloc(size);
	if (copy) {
		memcpy(copy, data, block->size);
		sbm_free(data);
	}
	return copy;
}

/**
 * sbm_free() - give memory back
 * @data: What sbm_malloc() returned, or %NULL. Anything else ends the call.
 */
void sbm_free(const void *data)
{
	struct block *block;

	if (!data)
		return;
	block = block_of((void *)data);
	block->state = HEAP_FREE;
	merge(block);
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
