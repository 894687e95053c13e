// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that gives each call a microsecond, for scripts/guest-squashfs and
 * scripts/guest-firmware.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sbm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/enter")
int BPF_PROG(limit_enter, const struct sbm_info *info, __u64 flags)
{
	bpf_sbm_limit_time(info, 1000);
	return SBM_ENTER_ALLOW;
}

SEC(".struct_ops.link")
struct sbm_policy_ops limit = {
	.enter = (void *)limit_enter,
	.name = "limit-time",
};
