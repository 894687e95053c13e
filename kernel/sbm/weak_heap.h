/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: the heap of calls that run in place. */
#ifndef _KERNEL_SBM_WEAK_HEAP_H
#define _KERNEL_SBM_WEAK_HEAP_H

#include <linux/types.h>

struct sbm_sandbox;

void sbm_weak_heap_empty(struct sbm_sandbox *sandbox);

bool sbm_weak_inside(void);
void *sbm_weak_malloc(size_t size);
void *sbm_weak_calloc(size_t n, size_t size);
void *sbm_weak_realloc(const void *data, size_t size);
void sbm_weak_free(const void *data);

#endif /* _KERNEL_SBM_WEAK_HEAP_H */
