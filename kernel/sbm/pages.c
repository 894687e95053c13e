// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the pages that sandboxes have, and how many there are.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include "internal.h"
#include "pages.h"

static atomic_long_t sbm_pages;

/**
 * sbm_nr_pages() - pages that all sandboxes have, without those of callers and
 * of the shared image
 *
 * Return: Their number.
 */
unsigned long sbm_nr_pages(void)
{
	return atomic_long_read(&sbm_pages);
}

/**
 * sbm_add_pages() - correct the sum of sbm_nr_pages()
 * @nr: Pages that are a live sandbox's from now on; negative: no longer.
 */
void sbm_add_pages(long nr)
{
	atomic_long_add(nr, &sbm_pages);
}

/**
 * sbm_put_pages() - give up references of pages
 * @pages: The pages; of those that were lent, somebody may hold other
 *	references.
 * @nr: How many.
 */
void sbm_put_pages(struct page **pages, unsigned int nr)
{
	while (nr--)
		put_page(pages[nr]);
}

/**
 * sbm_free_pages() - undo sbm_alloc_pages()
 * @pages: The pages, mapped nowhere.
 * @nr: How many.
 */
void sbm_free_pages(struct page **pages, unsigned int nr)
{
	atomic_long_sub(nr, &sbm_pages);
	sbm_put_pages(pages, nr);
}

/**
 * sbm_alloc_pages() - allocate pages for a sandbox
 * @pages: Where their addresses go.
 * @nr: How many.
 * @gfp: %SBM_GFP or %SBM_INSIDE_GFP.
 *
 * Return: Zero, or -ENOMEM and there is none.
 * Context: Process context; may sleep.
 */
int sbm_alloc_pages(struct page **pages, unsigned int nr, gfp_t gfp)
{
	unsigned int i;

	atomic_long_add(nr, &sbm_pages);
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_page(gfp);
		if (!pages[i]) {
			atomic_long_sub(nr - i, &sbm_pages);
			sbm_free_pages(pages, i);
			return -ENOMEM;
		}
	}
	return 0;
}
