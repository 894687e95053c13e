/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: allocations of sandboxed code in the kernel proper.
 *
 * Force-included into sources that are part of the image, when they are
 * compiled into the kernel: in a call in place memory then comes from the heap
 * of the sandbox, as in the image. Called without a sandbox, the same code
 * uses the allocators of the kernel.
 */
#ifndef _KERNEL_SBM_WEAK_ALLOC_H
#define _KERNEL_SBM_WEAK_ALLOC_H

#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "weak_heap.h"

#define __SBM_WEAK(name, params, inside, outside)			\
static inline void *sbm_##name params					\
{									\
	return sbm_weak_inside() ? inside : outside;			\
}

/* What the heap hands out is always zero. */
__SBM_WEAK(kmalloc, (size_t size, gfp_t flags),
	   sbm_weak_malloc(size), kmalloc(size, flags))
__SBM_WEAK(kzalloc, (size_t size, gfp_t flags),
	   sbm_weak_malloc(size), kzalloc(size, flags))
__SBM_WEAK(kcalloc, (size_t n, size_t size, gfp_t flags),
	   sbm_weak_calloc(n, size), kcalloc(n, size, flags))
__SBM_WEAK(kmalloc_array, (size_t n, size_t size, gfp_t flags),
	   sbm_weak_calloc(n, size), kmalloc_array(n, size, flags))
__SBM_WEAK(krealloc, (const void *data, size_t size, gfp_t flags),
	   sbm_weak_realloc(data, size), krealloc(data, size, flags))
__SBM_WEAK(kvmalloc, (size_t size, gfp_t flags),
	   sbm_weak_malloc(size), kvmalloc(size, flags))
__SBM_WEAK(kvzalloc, (size_t size, gfp_t flags),
	   sbm_weak_malloc(size), kvzalloc(size, flags))
__SBM_WEAK(kvcalloc, (size_t n, size_t size, gfp_t flags),
	   sbm_weak_calloc(n, size), kvcalloc(n, size, flags))
__SBM_WEAK(kvmalloc_array, (size_t n, size_t size, gfp_t flags),
	   sbm_weak_calloc(n, size), kvmalloc_array(n, size, flags))
__SBM_WEAK(vmalloc, (unsigned long size),
	   sbm_weak_malloc(size), vmalloc(size))
__SBM_WEAK(vzalloc, (unsigned long size),
	   sbm_weak_malloc(size), vzalloc(size))

#undef __SBM_WEAK

#define __SBM_WEAK_FREE(name)						\
static inline void sbm_##name(const void *data)				\
{									\
	if (sbm_weak_inside())						\
		sbm_weak_free(data);					\
	else								\
		name(data);						\
}

__SBM_WEAK_FREE(kfree)
__SBM_WEAK_FREE(kvfree)
__SBM_WEAK_FREE(vfree)

#undef __SBM_WEAK_FREE

#undef kmalloc
#undef kzalloc
#undef kcalloc
#undef kmalloc_array
#undef krealloc
#undef kvmalloc
#undef kvzalloc
#undef kvcalloc
#undef kvmalloc_array
#undef vmalloc
#undef vzalloc

#define kmalloc		sbm_kmalloc
#define kzalloc		sbm_kzalloc
#define kcalloc		sbm_kcalloc
#define kmalloc_array	sbm_kmalloc_array
#define krealloc	sbm_krealloc
#define kvmalloc	sbm_kvmalloc
#define kvzalloc	sbm_kvzalloc
#define kvcalloc	sbm_kvcalloc
#define kvmalloc_array	sbm_kvmalloc_array
#define vmalloc		sbm_vmalloc
#define vzalloc		sbm_vzalloc
#define kfree		sbm_kfree
#define kvfree		sbm_kvfree
#define vfree		sbm_vfree

#endif /* _KERNEL_SBM_WEAK_ALLOC_H */
