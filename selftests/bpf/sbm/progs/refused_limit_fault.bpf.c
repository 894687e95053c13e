// SPDX-License-Identifier: GPL-2.0-only
/* Limits are set before a call: a fault hook that does must not load. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

int bpf_sbm_limit_time(const struct sbm_info *info, __u64 ns) __ksym;

SEC("struct_ops/fault")
int BPF_PROG(fault, const struct sbm_info *info, const struct sbm_fault *record)
{
	return bpf_sbm_limit_time(info, 1000) ? 0 : 0;
}

SEC(".struct_ops.link")
struct sbm_policy_ops policy = {
	.fault = (void *)fault,
	.name = "late",
};
