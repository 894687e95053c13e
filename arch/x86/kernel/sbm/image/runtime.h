/* SPDX-License-Identifier: GPL-2.0-only */
/* The sandbox image: its runtime. */
#ifndef _SBM_IMAGE_RUNTIME_H
#define _SBM_IMAGE_RUNTIME_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

unsigned long __sbm_syscall(unsigned long nr, unsigned long arg);

void *sbm_malloc(size_t size);
void *sbm_calloc(size_t n, size_t size);
void *sbm_realloc(void *data, size_t size);
size_t sbm_size(const void *data);
void sbm_free(const void *data);
void __noreturn sbm_abort(unsigned long reason);

#endif /* _SBM_IMAGE_RUNTIME_H */
