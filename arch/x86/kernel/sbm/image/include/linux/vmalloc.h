/* SPDX-License-Identifier: GPL-2.0-only */
/* The sandbox image: <linux/vmalloc.h>, as <linux/slab.h> here. */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include "runtime.h"

static inline void *vmalloc(unsigned long size)
{
	return sbm_malloc(size);
}

static inline void *vzalloc(unsigned long size)
{
	return sbm_calloc(1, size);
}

static inline void vfree(const void *data)
{
	sbm_free(data);
}

#endif /* _LINUX_VMALLOC_H */
