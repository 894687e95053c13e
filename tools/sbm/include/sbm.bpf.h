/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: the kernel's functions for BPF programs. Include vmlinux.h before.
 *
 * What they do, and who may call which, is in Documentation/bpf/sbm.rst. A
 * program needs those alone that it calls.
 */
#ifndef SBM_BPF_H
#define SBM_BPF_H

#include <bpf/bpf_helpers.h>

/* Enter hooks */
int bpf_sbm_limit_time(const struct sbm_info *info, __u64 ns) __ksym;
int bpf_sbm_limit_heap(const struct sbm_info *info, __u64 nr_pages) __ksym;

/* All hooks */
int bpf_sbm_read(const struct sbm_info *info, __u32 kind, __s64 offset,
		 void *dst, __u32 dst__sz) __ksym;
int bpf_sbm_policy_error(const struct sbm_info *info, __s32 code,
			 const char *msg, __u32 msg__sz) __ksym;

/*
 * The same with a string literal, which is read-only: to the verifier a kfunc may
 * write to all that it gets.
 */
#define sbm_policy_error(info, code, text)				\
({									\
	char ___msg[] = text;						\
									\
	bpf_sbm_policy_error(info, code, ___msg, sizeof(___msg));	\
})

/* Hooks, tracing and syscall programs */
const struct sbm_fault *bpf_sbm_last_fault(const struct sbm_info *info) __ksym;
const struct sbm_regs *bpf_sbm_last_regs(const struct sbm_info *info) __ksym;
const struct sbm_last_verdicts *
bpf_sbm_last_verdicts(const struct sbm_info *info) __ksym;

/* Tracing and syscall programs */
const struct sbm_info *bpf_sbm_sandbox_acquire(__u64 id) __ksym;
void bpf_sbm_sandbox_release(const struct sbm_info *info) __ksym;
int bpf_iter_sbm_sandbox_new(struct bpf_iter_sbm_sandbox *it) __ksym;
const struct sbm_info *
bpf_iter_sbm_sandbox_next(struct bpf_iter_sbm_sandbox *it) __ksym;
void bpf_iter_sbm_sandbox_destroy(struct bpf_iter_sbm_sandbox *it) __ksym;

/* For the walk, which takes an RCU section */
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;

#endif /* SBM_BPF_H */
