// SPDX-License-Identifier: GPL-2.0-only
/* A policy that makes a sandboxed call in the hook that the test wants. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* In which hook, of enum sbm_hook; and what became of it. */
__u32 call_in;
int call_result = 1;

/* Hooks asked. */
__u64 asked[SBM_NR_HOOKS];

int bpf_sbm_test_call(void) __ksym;

static __always_inline void ask(__u32 hook)
{
	asked[hook]++;
	if (call_in == hook)
		call_result = bpf_sbm_test_call();
}

SEC("struct_ops/enter")
int BPF_PROG(call_enter, const struct sbm_info *info, __u64 flags)
{
	ask(SBM_HOOK_ENTER);
	return SBM_ENTER_ALLOW;
}

SEC("struct_ops/fault")
int BPF_PROG(call_fault, const struct sbm_info *info, const struct sbm_fault *record)
{
	ask(SBM_HOOK_FAULT);
	return SBM_FAULT_KILL;
}

SEC("struct_ops/grow")
int BPF_PROG(call_grow, const struct sbm_info *info, __u64 nr_pages)
{
	ask(SBM_HOOK_GROW);
	return SBM_GROW_ALLOW;
}

SEC("struct_ops/exit")
void BPF_PROG(call_exit, const struct sbm_info *info, __s32 result)
{
	ask(SBM_HOOK_EXIT);
}

SEC(".struct_ops.link")
struct sbm_policy_ops policy = {
	.enter = (void *)call_enter,
	.fault = (void *)call_fault,
	.grow = (void *)call_grow,
	.exit = (void *)call_exit,
	.name = "again",
};
