// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the stack, mapped as far down as it is used.
 *
 * Most functions need a page of it or less, and a sandbox waits for its next
 * call most of the time. So a new one has the topmost page. An access below
 * what is mapped comes out of the sandbox like any fault, the run loop maps
 * what is missing down to there, and the sandbox goes on: there are never
 * holes, whoever reads the stack. A gate that is given a pointer there does
 * the same.
 *
 * The limit does not move. Below it is what it always was, a fault and the
 * end. No policy is asked: it is a few pages, and they are the sandbox's.
 *
 * A reset clears the pages and keeps them, as the next call most likely goes
 * as deep as the last. They are charged to the caller they were mapped for, so
 * a sandbox that waits for another one, in a pool, has only the topmost.
 */
#include <linux/err.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"
#include "pages.h"

/* Maps @nr pages below those that are mapped. Under the lock. */
static int sbm_stack_map(struct sbm_sandbox *sandbox, unsigned int nr,
			 gfp_t gfp)
{
	struct sbm_region *stack = sandbox->stack;
	unsigned long va = stack->va - nr * PAGE_SIZE;
	struct page *pages[SBM_STACK_PAGES];
	int err;

	err = sbm_alloc_pages(pages, nr, gfp);
	if (err)
		return err;
	err = arch_sbm_map(sandbox, va, pages, nr, stack->prot);
	if (err) {
		arch_sbm_unmap(sandbox, va, nr);
		sbm_free_pages(pages, nr);
		return err;
	}

	memmove(stack->pages + nr, stack->pages,
		stack->nr_pages * sizeof(*pages));
	memcpy(stack->pages, pages, nr * sizeof(*pages));
	stack->va = va;
	stack->nr_pages += nr;
	sandbox->info.mapped_pages += nr;
	return 0;
}

/**
 * sbm_stack_create() - give a sandbox a stack
 * @sandbox: New sandbox at %SBM_LEVEL_STRONG.
 *
 * Return: Zero or -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_stack_create(struct sbm_sandbox *sandbox)
{
	unsigned long end = sandbox->next_va +
			    (SBM_STACK_GUARD + SBM_STACK_PAGES) * PAGE_SIZE;
	struct sbm_region *stack;

	sandbox->next_va = end + PAGE_SIZE;
	stack = sbm_region_create_at(sandbox, end, 0, SBM_STACK_PAGES,
				     SBM_PROT_WRITE);
	if (IS_ERR(stack))
		return PTR_ERR(stack);

	/* Room for all of them at once, as it stays for the next caller. */
	stack->pages = kcalloc(SBM_STACK_PAGES, sizeof(*stack->pages),
			       GFP_KERNEL_ACCOUNT);
	if (!stack->pages)
		return -ENOMEM;
	stack->nr_slots = SBM_STACK_PAGES;

	guard(mutex)(&sandbox->lock);
	sandbox->stack = stack;
	return sbm_stack_map(sandbox, SBM_STACK_MIN, SBM_GFP);
}

/**
 * sbm_stack_limit() - where the stack ends, mapped or not
 * @sandbox: Sandbox at %SBM_LEVEL_STRONG.
 *
 * Return: The lowest address in the sandbox that it can use.
 * Context: The owner's, or under &sbm_sandbox.lock.
 */
unsigned long sbm_stack_limit(const struct sbm_sandbox *sandbox)
{
	const struct sbm_region *stack = sandbox->stack;

	return stack->va - (stack->max_pages - stack->nr_pages) * PAGE_SIZE;
}

/**
 * sbm_stack_extend() - map the stack down to an address
 * @sandbox: Sandbox at %SBM_LEVEL_STRONG, in a call and not inside.
 * @va: An address, maybe one that the sandbox has made up.
 *
 * Return: Zero if the address is mapped now and was not before; -EFAULT if it
 * is no address of the stack that is not mapped; -ENOMEM.
 * Context: Process context; may sleep.
 */
int sbm_stack_extend(struct sbm_sandbox *sandbox, unsigned long va)
{
	unsigned long first = sandbox->stack->va;
	int err;

	if (va >= first || va < sbm_stack_limit(sandbox))
		return -EFAULT;

	guard(mutex)(&sandbox->lock);
	err = sbm_stack_map(sandbox, PFN_UP(first - va), SBM_INSIDE_GFP);
	if (!err)
		sbm_count(SBM_EV_STACK);
	return err;
}

/**
 * sbm_stack_trim() - take away what a new sandbox does not have of the stack
 * @sandbox: Sandbox at %SBM_LEVEL_STRONG that is not in a call.
 *
 * Context: Process context; may sleep.
 */
void sbm_stack_trim(struct sbm_sandbox *sandbox)
{
	struct sbm_region *stack = sandbox->stack;
	unsigned int nr = stack->nr_pages - SBM_STACK_MIN;

	if (!nr)
		return;

	guard(mutex)(&sandbox->lock);
	/* First nobody can reach the pages any more, then they go. */
	arch_sbm_unmap(sandbox, stack->va, nr);
	sbm_free_pages(stack->pages, nr);
	memmove(stack->pages, stack->pages + nr,
		SBM_STACK_MIN * sizeof(*stack->pages));
	stack->va += nr * PAGE_SIZE;
	stack->nr_pages = SBM_STACK_MIN;
	sandbox->info.mapped_pages -= nr;
}

/**
 * sbm_stack_clear() - clear the stack
 * @sandbox: Sandbox at %SBM_LEVEL_STRONG that is not in a call.
 *
 * Context: Process context.
 */
void sbm_stack_clear(struct sbm_sandbox *sandbox)
{
	struct sbm_region *stack = sandbox->stack;

	sbm_region_zero(stack, 0, stack->nr_pages * PAGE_SIZE);
}

/**
 * sbm_stack_build() - put what a C function expects on the stack
 * @sandbox: Sandbox at %SBM_LEVEL_STRONG that is not in a call.
 * @args: Argument block to copy there, or %NULL.
 * @size: Its size in bytes.
 *
 * Return: The stack pointer; the argument block is behind the return address
 * that it points to.
 * Context: Process context.
 */
unsigned long sbm_stack_build(struct sbm_sandbox *sandbox, const void *args,
			      size_t size)
{
	struct sbm_region *stack = sandbox->stack;
	size_t top = stack->nr_pages * PAGE_SIZE;
	unsigned long ret = arch_sbm_return_va();

	top -= round_up(size, 16);
	if (size)
		sbm_region_write(stack, top, args, size);
	/* The stack is aligned before the call, so not behind it. */
	top -= sizeof(ret);
	sbm_region_write(stack, top, &ret, sizeof(ret));
	return stack->va + top;
}
