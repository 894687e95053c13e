// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sandboxed call may sleep, so no hook leads to one: what may sleep cannot be
 * called from a hook.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
} arena SEC(".maps");

void *bpf_arena_alloc_pages(void *map, void *addr, __u32 page_cnt, int node_id,
			    __u64 flags) __ksym;

SEC("struct_ops/enter")
int BPF_PROG(enter, const struct sbm_info *info, __u64 flags)
{
	return bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0) ? 0 : 1;
}

SEC(".struct_ops.link")
struct sbm_policy_ops policy = {
	.enter = (void *)enter,
	.name = "sleeping",
};
