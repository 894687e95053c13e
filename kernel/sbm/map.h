/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: what the life of a sandbox asks of its mappings. */
#ifndef _KERNEL_SBM_MAP_H
#define _KERNEL_SBM_MAP_H

struct sbm_sandbox;

void sbm_unmap_all(struct sbm_sandbox *sandbox);

#endif /* _KERNEL_SBM_MAP_H */
