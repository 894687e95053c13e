/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: pages, for what makes memory of them. */
#ifndef _KERNEL_SBM_PAGES_H
#define _KERNEL_SBM_PAGES_H

#include <linux/gfp.h>

struct page;

#define SBM_GFP	(GFP_KERNEL_ACCOUNT | __GFP_ZERO)

/*
 * The heap and the stack grow when code inside wants it, which may be an
 * attacker's. He must not get anybody killed, neither in the memory cgroup nor
 * elsewhere: the allocation fails where others would call the OOM killer. It is
 * no less persistent before that, as the failure is an error for the caller.
 */
#define SBM_INSIDE_GFP	(SBM_GFP | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

int sbm_alloc_pages(struct page **pages, unsigned int nr, gfp_t gfp);
void sbm_free_pages(struct page **pages, unsigned int nr);
void sbm_put_pages(struct page **pages, unsigned int nr);

#endif /* _KERNEL_SBM_PAGES_H */
