/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: calls that run in place. */
#ifndef _KERNEL_SBM_WEAK_H
#define _KERNEL_SBM_WEAK_H

struct sbm_func;
struct sbm_region;
struct sbm_sandbox;

int sbm_weak_map(struct sbm_region *region);
void sbm_weak_unmap(struct sbm_region *region);
int sbm_weak_exec(struct sbm_sandbox *sandbox, const struct sbm_func *func,
		  void *data);

#endif /* _KERNEL_SBM_WEAK_H */
