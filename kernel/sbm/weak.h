/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode: calls that run in place. */
#ifndef _KERNEL_SBM_WEAK_H
#define _KERNEL_SBM_WEAK_H

#include "internal.h"

/**
 * struct sbm_weak - what a sandbox has at the weak level
 * @sandbox: The sandbox.
 * @sbm: The caller's handle of it, during a call.
 * @node: Entry in the list of calls in progress.
 * @task: The caller, with a reference; %NULL without a call.
 * @end: How the code inside ended its call; set if @end.reason is
 *	%SBM_EXIT_CALL.
 * @objects: What is allocated on the heap.
 */
struct sbm_weak {
	struct sbm_sandbox *sandbox;
	struct sbm *sbm;
	struct list_head node;
	struct task_struct *task;
	struct sbm_exit end;
	struct list_head objects;
};

/* weak.c: memory and calls */
int sbm_weak_create(struct sbm_sandbox *sandbox);
void sbm_weak_destroy(struct sbm_sandbox *sandbox);
int sbm_weak_reserve(struct sbm_region *region);
int sbm_weak_map(struct sbm_region *region, unsigned long va,
		 struct page **pages, unsigned int nr);
void sbm_weak_unmap(struct sbm_region *region);
void sbm_weak_release(struct sbm_region *region);
void sbm_weak_run(struct sbm_sandbox *sandbox, const struct sbm_func *func,
		  void *data, struct sbm_exit *exit);
struct sbm_sandbox *sbm_weak_current(void);
void sbm_weak_end(struct sbm_sandbox *sandbox, u64 nr, u64 arg);

#endif /* _KERNEL_SBM_WEAK_H */
