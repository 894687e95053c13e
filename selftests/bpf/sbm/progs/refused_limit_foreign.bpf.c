// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions for policies are not for other struct_ops types, whose members
 * may have the same number as the enter hook.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

int bpf_sbm_limit_heap(const struct sbm_info *info, __u64 nr_pages) __ksym;

/* The first member that is a function, as enter is of struct sbm_policy_ops. */
SEC("struct_ops/ssthresh")
__u32 BPF_PROG(ssthresh, struct sock *sk)
{
	return bpf_sbm_limit_heap((void *)sk, 0);
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/undo_cwnd")
__u32 BPF_PROG(undo_cwnd, struct sock *sk)
{
	return 2;
}

SEC(".struct_ops.link")
struct tcp_congestion_ops policy = {
	.ssthresh = (void *)ssthresh,
	.cong_avoid = (void *)cong_avoid,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "bpf_sbm_tcp",
};
