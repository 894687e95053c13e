// SPDX-License-Identifier: GPL-2.0-only
/* What a hook is told is read-only: a write must not load. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/enter")
int BPF_PROG(enter, struct sbm_info *info, __u64 flags)
{
	info->heap_limit = ~0ULL;
	return 0;
}

SEC(".struct_ops.link")
struct sbm_policy_ops policy = {
	.enter = (void *)enter,
	.name = "writer",
};
