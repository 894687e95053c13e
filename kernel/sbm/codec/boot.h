/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what the decompressors for boot expect around them.
 *
 * lib/decompress_*.c are made to be included. On their own they are code of
 * the kernel's init section, which is gone after boot; with STATIC defined they
 * become part of what includes them. The memory they get then comes from here,
 * in place of <linux/decompress/mm.h>.
 */
#ifndef _KERNEL_SBM_CODEC_BOOT_H
#define _KERNEL_SBM_CODEC_BOOT_H

#include <linux/compiler_attributes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

#define DECOMPR_MM_H

#define STATIC			static
/* Stands at each function; one or two are not called here. */
#define INIT			__maybe_unused

#define malloc(size)		kvmalloc(size, GFP_KERNEL)
#define free(data)		kvfree(data)
#define large_malloc(size)	vmalloc(size)
#define large_free(data)	vfree(data)

#endif /* _KERNEL_SBM_CODEC_BOOT_H */
