/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox image: <linux/slab.h>, for sources that are compiled into it
 * unchanged. The flags say where memory comes from; here it is the heap.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp_types.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

#include "runtime.h"

/* What a source may compare with; no allocation here returns it but one. */
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(p)	((unsigned long)(p) <= \
				 (unsigned long)ZERO_SIZE_PTR)

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
	return kmalloc(size_mul(n, size), flags);
}

static inline void kfree(const void *data)
{
	if (!ZERO_OR_NULL_PTR(data))
		sbm_free(data);
}

static inline size_t ksize(const void *data)
{
	return ZERO_OR_NULL_PTR(data) ? 0 : sbm_size(data);
}

static inline void *krealloc(const void *data, size_t size, gfp_t flags)
{
	size_t old = ksize(data);
	char *new;

	if (!size) {
		kfree(data);
		return ZERO_SIZE_PTR;
	}
	new = sbm_realloc(ZERO_OR_NULL_PTR(data) ? NULL : (void *)data, size);
	if (new && size > old && flags & __GFP_ZERO)
		memset(new + old, 0, size - old);
	return new;
}

static inline void *krealloc_array(void *data, size_t n, size_t size,
				   gfp_t flags)
{
	return krealloc(data, size_mul(n, size), flags);
}

/* The memory is private to the sandbox, but the caller asks for it. */
static inline void kfree_sensitive(const void *data)
{
	memset((void *)data, 0, ksize(data));
	kfree(data);
}

#define kvmalloc	kmalloc
#define kvzalloc	kzalloc
#define kvcalloc	kcalloc
#define kvmalloc_array	kmalloc_array
#define kvfree		kfree

#endif /* _LINUX_SLAB_H */
