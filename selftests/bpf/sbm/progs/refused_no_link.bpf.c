// SPDX-License-Identifier: GPL-2.0-only
/* Loads, but is not made for a link: must not attach. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/enter")
int BPF_PROG(enter, const struct sbm_info *info, __u64 flags)
{
	return 0;
}

SEC(".struct_ops")
struct sbm_policy_ops policy = {
	.enter = (void *)enter,
	.name = "no-link",
};
