// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs the verifier must refuse, each with what it must say. A program of a
 * struct_ops type NAME belongs to the map NAME_ops.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sbm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define __msg(text)	__attribute__((btf_decl_tag("msg=" text)))

char data[16];

/* Whoever only looks on may meet a sandbox that runs. */
SEC("tp_btf/sbm_exit")
__msg("calling kernel function bpf_sbm_read is not allowed")
int BPF_PROG(read_tracing, const struct sbm_info *info, int result)
{
	return bpf_sbm_read(info, SBM_REGION_STACK, 0, data, sizeof(data));
}

/* A hook gets no sandbox but its own. */
SEC("struct_ops/enter")
__msg("calling kernel function bpf_sbm_sandbox_acquire is not allowed")
int BPF_PROG(hook_acquire, const struct sbm_info *info, __u64 flags)
{
	const struct sbm_info *other = bpf_sbm_sandbox_acquire(1);

	if (other)
		bpf_sbm_sandbox_release(other);
	return 0;
}

SEC(".struct_ops.link")
struct sbm_policy_ops hook_acquire_ops = {
	.enter = (void *)hook_acquire,
	.name = "acquire",
};

SEC("struct_ops/enter")
__msg("calling kernel function bpf_iter_sbm_sandbox_new is not allowed")
int BPF_PROG(hook_iter, const struct sbm_info *info, __u64 flags)
{
	struct bpf_iter_sbm_sandbox it;

	bpf_iter_sbm_sandbox_new(&it);
	bpf_iter_sbm_sandbox_destroy(&it);
	return 0;
}

SEC(".struct_ops.link")
struct sbm_policy_ops hook_iter_ops = {
	.enter = (void *)hook_iter,
	.name = "iter",
};

/* Limits are set before a call. */
SEC("struct_ops/fault")
__msg("calling kernel function bpf_sbm_limit_time is not allowed")
int BPF_PROG(late_limit, const struct sbm_info *info,
	     const struct sbm_fault *record)
{
	return bpf_sbm_limit_time(info, 1000) ? 0 : 0;
}

SEC(".struct_ops.link")
struct sbm_policy_ops late_limit_ops = {
	.fault = (void *)late_limit,
	.name = "late",
};

/* Other types of struct_ops have no sandbox. */
SEC("struct_ops/ssthresh")
__msg("calling kernel function bpf_sbm_read is not allowed")
__u32 BPF_PROG(foreign, struct sock *sk)
{
	return bpf_sbm_read((void *)sk, SBM_REGION_STACK, 0, data, sizeof(data));
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(foreign_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/undo_cwnd")
__u32 BPF_PROG(foreign_undo_cwnd, struct sock *sk)
{
	return 2;
}

SEC(".struct_ops.link")
struct tcp_congestion_ops foreign_ops = {
	.ssthresh = (void *)foreign,
	.cong_avoid = (void *)foreign_cong_avoid,
	.undo_cwnd = (void *)foreign_undo_cwnd,
	.name = "bpf_sbm_read",
};

/* Its member is the first that is a function, as enter is of a policy. */
SEC("struct_ops/ssthresh")
__msg("calling kernel function bpf_sbm_limit_heap is not allowed")
__u32 BPF_PROG(foreign_limit, struct sock *sk)
{
	return bpf_sbm_limit_heap((void *)sk, 0);
}

SEC(".struct_ops.link")
struct tcp_congestion_ops foreign_limit_ops = {
	.ssthresh = (void *)foreign_limit,
	.cong_avoid = (void *)foreign_cong_avoid,
	.undo_cwnd = (void *)foreign_undo_cwnd,
	.name = "bpf_sbm_limit",
};

SEC("struct_ops/ssthresh")
__msg("calling kernel function bpf_sbm_policy_error is not allowed")
__u32 BPF_PROG(foreign_error, struct sock *sk)
{
	char msg[] = "no";

	return bpf_sbm_policy_error((void *)sk, 1, msg, sizeof(msg));
}

SEC(".struct_ops.link")
struct tcp_congestion_ops foreign_error_ops = {
	.ssthresh = (void *)foreign_error,
	.cong_avoid = (void *)foreign_cong_avoid,
	.undo_cwnd = (void *)foreign_undo_cwnd,
	.name = "bpf_sbm_error",
};

/* More than there is room for. */
SEC("struct_ops/enter")
__msg("invalid access to map value")
int BPF_PROG(read_long, const struct sbm_info *info, __u64 flags)
{
	return bpf_sbm_read(info, SBM_REGION_STACK, 0, data, sizeof(data) + 1);
}

SEC(".struct_ops.link")
struct sbm_policy_ops read_long_ops = {
	.enter = (void *)read_long,
	.name = "long",
};

SEC("syscall")
__msg("Unreleased reference")
int leak(void *ctx)
{
	return !!bpf_sbm_sandbox_acquire(1);
}

SEC("syscall")
__msg("Possibly NULL pointer passed to trusted arg0")
int not_null(void *ctx)
{
	const struct sbm_info *info = bpf_sbm_sandbox_acquire(1);
	int kind = bpf_sbm_last_fault(info)->kind;

	if (info)
		bpf_sbm_sandbox_release(info);
	return kind;
}

SEC("syscall")
__msg("R1 must be referenced or trusted")
int release_walked(void *ctx)
{
	struct bpf_iter_sbm_sandbox it;
	const struct sbm_info *info;

	bpf_rcu_read_lock();
	bpf_iter_sbm_sandbox_new(&it);
	info = bpf_iter_sbm_sandbox_next(&it);
	if (info)
		bpf_sbm_sandbox_release(info);
	bpf_iter_sbm_sandbox_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall")
__msg("expected an RCU CS when using bpf_iter_sbm_sandbox_next")
int walk_without_rcu(void *ctx)
{
	struct bpf_iter_sbm_sandbox it;
	const struct sbm_info *info;
	int nr = 0;

	bpf_iter_sbm_sandbox_new(&it);
	while ((info = bpf_iter_sbm_sandbox_next(&it)))
		nr++;
	bpf_iter_sbm_sandbox_destroy(&it);
	return nr;
}
