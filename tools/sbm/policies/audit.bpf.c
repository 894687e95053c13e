// SPDX-License-Identifier: GPL-2.0-only
/*
 * audit: counts what sandboxes do, and allows everything.
 *
 * The map "counts" has one entry for each class and hook, with a counter for
 * each CPU:
 *
 *   sbmtool policy load audit.bpf.o
 *   bpftool map dump pinned /sys/fs/bpf/sbm/audit-maps/counts
 *
 * What it is bad at: it knows nothing about time, processes or files; calls
 * that are refused because their class is quarantined never get here; and when
 * the map is full, new classes are counted in "lost" only.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct key {
	char class[SBM_NAME_LEN];
	__u32 hook;		/* enum sbm_hook */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 256 * SBM_NR_HOOKS);
	__type(key, struct key);
	__type(value, __u64);
} counts SEC(".maps");

__u64 lost;

static void count(const struct sbm_info *info, enum sbm_hook hook)
{
	struct key key = { .hook = hook };
	__u64 *value, zero = 0;

	bpf_probe_read_kernel_str(key.class, sizeof(key.class), info->class);
	value = bpf_map_lookup_elem(&counts, &key);
	if (!value) {
		/* Another CPU may have been faster; either entry will do. */
		bpf_map_update_elem(&counts, &key, &zero, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&counts, &key);
	}
	/* Atomic: a hook can be preempted, and by a hook of another call. */
	if (value)
		__sync_fetch_and_add(value, 1);
	else
		__sync_fetch_and_add(&lost, 1);
}

SEC("struct_ops/enter")
int BPF_PROG(audit_enter, const struct sbm_info *info, __u64 flags)
{
	count(info, SBM_HOOK_ENTER);
	return SBM_ENTER_ALLOW;
}

SEC("struct_ops/fault")
int BPF_PROG(audit_fault, const struct sbm_info *info,
	     const struct sbm_fault *record)
{
	count(info, SBM_HOOK_FAULT);
	return SBM_FAULT_KILL;
}

SEC("struct_ops/grow")
int BPF_PROG(audit_grow, const struct sbm_info *info, __u64 nr_pages)
{
	count(info, SBM_HOOK_GROW);
	return SBM_GROW_ALLOW;
}

SEC("struct_ops/exit")
void BPF_PROG(audit_exit, const struct sbm_info *info, __s32 result)
{
	count(info, SBM_HOOK_EXIT);
}

SEC(".struct_ops.link")
struct sbm_policy_ops audit = {
	.enter = (void *)audit_enter,
	.fault = (void *)audit_fault,
	.grow = (void *)audit_grow,
	.exit = (void *)audit_exit,
	.name = "audit",
};
