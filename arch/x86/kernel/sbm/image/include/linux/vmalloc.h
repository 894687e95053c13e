/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox image: <linux/vmalloc.h>, as <linux/slab.h> here. What comes from
 * vmalloc() begins on a page, however small it is.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/minmax.h>
#include <asm/page.h>

#include "runtime.h"

static inline void *vmalloc(unsigned long size)
{
	return sbm_malloc(max(size, PAGE_SIZE / 2));
}

static inline void *vzalloc(unsigned long size)
{
	return sbm_calloc(1, max(size, PAGE_SIZE / 2));
}

static inline void vfree(const void *data)
{
	sbm_free(data);
}

#endif /* _LINUX_VMALLOC_H */
