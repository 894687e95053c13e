/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox image: <linux/slab.h>, for sources that are compiled into it
 * unchanged. The flags say where memory comes from; here it is the heap.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp_types.h>
#include <linux/types.h>

#include "runtime.h"

static inline void *kmalloc(size_t size, gfp_t flags)
{
	return flags & __GFP_ZERO ? sbm_calloc(1, size) : sbm_malloc(size);
}

static inline void *kzalloc(size_t size, gfp_t flags)
{
	return sbm_calloc(1, size);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return sbm_calloc(n, size);
}

static inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return sbm_calloc(n, size);
}

static inline void *krealloc(void *data, size_t size, gfp_t flags)
{
	return sbm_realloc(data, size);
}

static inline void kfree(const void *data)
{
	sbm_free(data);
}

#define kvmalloc	kmalloc
#define kvzalloc	kzalloc
#define kvcalloc	kcalloc
#define kvmalloc_array	kmalloc_array
#define kvfree		kfree

#endif /* _LINUX_SLAB_H */
