// SPDX-License-Identifier: GPL-2.0-only
/* The caller of a sandbox may hold locks: sleepable hooks must not load. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops.s/enter")
int BPF_PROG(enter, const struct sbm_info *info, __u64 flags)
{
	return 0;
}

SEC(".struct_ops.link")
struct sbm_policy_ops policy = {
	.enter = (void *)enter,
	.name = "sleepable",
};
