// SPDX-License-Identifier: GPL-2.0-only
/* Policies to be measured: with one hook that does nothing, or counts. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u64);
} counts SEC(".maps");

static void count(const struct sbm_info *info)
{
	__u64 key = 0, value = info->calls;

	bpf_map_update_elem(&counts, &key, &value, BPF_ANY);
}

#define INFO	const struct sbm_info *info
#define HOOK(type, hook, arg)						\
SEC("struct_ops/" #hook)						\
type BPF_PROG(empty_##hook##_fn, INFO, arg)				\
{									\
	return (type)0;							\
}									\
SEC("struct_ops/" #hook)						\
type BPF_PROG(update_##hook##_fn, INFO, arg)				\
{									\
	count(info);							\
	return (type)0;							\
}									\
SEC(".struct_ops.link")							\
struct sbm_policy_ops empty_##hook = {					\
	.hook = (void *)empty_##hook##_fn,				\
	.name = "empty",						\
};									\
SEC(".struct_ops.link")							\
struct sbm_policy_ops update_##hook = {					\
	.hook = (void *)update_##hook##_fn,				\
	.name = "update",						\
}

HOOK(int, enter, __u64 flags);
HOOK(int, fault, const struct sbm_fault *record);
HOOK(int, grow, __u64 nr_pages);
HOOK(void, exit, __s32 result);
