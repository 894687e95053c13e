// SPDX-License-Identifier: GPL-2.0-only
/* A policy that says what the test wants, and remembers what it was asked. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sbm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

int enter_verdict;
int fault_verdict;
int grow_verdict;

/* How long the hooks take: turns of a loop, and microseconds. */
__u32 enter_turns;
__u32 fault_us;

/* If not zero, only each such call is answered by the verdict. */
__u32 every;

/* Whether to give up, with this figure; and what the kernel said to that. */
int give_up;
int give_up_code;
int give_up_result;

/* Limits the enter hook sets; and what the kernel said to them. */
__u64 time_limit;
int set_heap_limit;
__u64 heap_limit;
int limit_result;

__u64 enters;
__u64 faults;
__u64 grows;
__u64 exits;

struct sbm_info last_info;
struct sbm_fault last_fault;
__u64 last_nr_pages;
__s32 last_result;

static long turn(__u32 i, void *ctx)
{
	return 0;
}

static long until(__u32 i, void *ctx)
{
	return bpf_ktime_get_ns() >= *(__u64 *)ctx;
}

SEC("struct_ops/enter")
int BPF_PROG(policy_enter, const struct sbm_info *info, __u64 flags)
{
	__sync_fetch_and_add(&enters, 1);
	bpf_probe_read_kernel(&last_info, sizeof(last_info), info);
	bpf_loop(enter_turns, turn, NULL, 0);
	if (time_limit)
		limit_result |= bpf_sbm_limit_time(info, time_limit);
	if (set_heap_limit)
		limit_result |= bpf_sbm_limit_heap(info, heap_limit);
	if (give_up) {
		char msg[] = "the \"stars\" are\nwrong";

		give_up_result = bpf_sbm_policy_error(info, give_up_code, msg,
						      sizeof(msg));
	}
	return every && enters % every ? SBM_ENTER_ALLOW : enter_verdict;
}

SEC("struct_ops/fault")
int BPF_PROG(policy_fault, const struct sbm_info *info, const struct sbm_fault *record)
{
	__u64 end = bpf_ktime_get_ns() + fault_us * 1000ULL;

	__sync_fetch_and_add(&faults, 1);
	/* Read field by field: as the verifier knows the type, it may. */
	last_fault.kind = record->kind;
	last_fault.vector = record->vector;
	last_fault.error = record->error;
	last_fault.addr = record->addr;
	last_fault.ip = record->ip;
	if (fault_us)
		bpf_loop(BPF_MAX_LOOPS, until, &end, 0);
	return every && faults % every ? SBM_FAULT_KILL : fault_verdict;
}

SEC("struct_ops/grow")
int BPF_PROG(policy_grow, const struct sbm_info *info, __u64 nr_pages)
{
	__sync_fetch_and_add(&grows, 1);
	last_nr_pages = nr_pages;
	return every && grows % every ? SBM_GROW_ALLOW : grow_verdict;
}

SEC("struct_ops/exit")
void BPF_PROG(policy_exit, const struct sbm_info *info, __s32 result)
{
	__sync_fetch_and_add(&exits, 1);
	last_result = result;
}

SEC(".struct_ops.link")
struct sbm_policy_ops policy = {
	.enter = (void *)policy_enter,
	.fault = (void *)policy_fault,
	.grow = (void *)policy_grow,
	.exit = (void *)policy_exit,
	.class = "sbm-test",
	.name = "selftest",
};
