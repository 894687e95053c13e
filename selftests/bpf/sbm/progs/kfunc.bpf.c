// SPDX-License-Identifier: GPL-2.0-only
/* What the functions for programs say, and a policy that reads a sandbox. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sbm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define MAX_READS	5
#define MAX_FOUND	64

/* === A policy that reads === */

struct {
	__u32 hook;		/* where it is done */
	__u32 kind;
	__s64 offset;
	__u32 len;
	int result;
	char data[16];
} reads[MAX_READS];

/* Read at an offset from the stack pointer of the fault instead. */
int at_sp;
int verdict;
char big[8192];
int big_result;

static void read_all(const struct sbm_info *info, __u32 hook, __u64 sp)
{
	int i;

	for (i = 0; i < MAX_READS; i++) {
		if (reads[i].hook != hook || reads[i].len > sizeof(reads[i].data))
			continue;
		reads[i].result = bpf_sbm_read(info, reads[i].kind,
					       reads[i].offset - (at_sp ? sp : 0),
					       reads[i].data, reads[i].len);
	}
}

SEC("struct_ops/enter")
int BPF_PROG(reader_enter, const struct sbm_info *info, __u64 flags)
{
	read_all(info, SBM_HOOK_ENTER, 0);
	return verdict;
}

SEC("struct_ops/fault")
int BPF_PROG(reader_fault, const struct sbm_info *info,
	     const struct sbm_fault *record)
{
	read_all(info, SBM_HOOK_FAULT, record->sp);
	big_result = bpf_sbm_read(info, SBM_REGION_STACK, 0, big, sizeof(big));
	return SBM_FAULT_KILL;
}

struct sbm_last_verdicts hook_verdicts;

SEC("struct_ops/exit")
void BPF_PROG(reader_exit, const struct sbm_info *info, __s32 result)
{
	bpf_probe_read_kernel(&hook_verdicts, sizeof(hook_verdicts),
			      bpf_sbm_last_verdicts(info));
}

SEC(".struct_ops.link")
struct sbm_policy_ops reader = {
	.enter = (void *)reader_enter,
	.fault = (void *)reader_fault,
	.exit = (void *)reader_exit,
	.name = "reader",
};

/* === Looking on === */

__u64 wanted_id;
int found;
struct sbm_info found_info;
struct sbm_fault found_fault;
struct sbm_regs found_regs;
struct sbm_last_verdicts found_verdicts;

SEC("syscall")
int find(void *ctx)
{
	const struct sbm_info *info = bpf_sbm_sandbox_acquire(wanted_id);

	found = 0;
	if (!info)
		return 0;
	bpf_probe_read_kernel(&found_info, sizeof(found_info), info);
	bpf_probe_read_kernel(&found_fault, sizeof(found_fault),
			      bpf_sbm_last_fault(info));
	bpf_probe_read_kernel(&found_regs, sizeof(found_regs),
			      bpf_sbm_last_regs(info));
	bpf_probe_read_kernel(&found_verdicts, sizeof(found_verdicts),
			      bpf_sbm_last_verdicts(info));
	found = 1;
	bpf_sbm_sandbox_release(info);
	return 0;
}

__s32 wanted_pid;
__u64 nr_found;
__u64 nr_walked;
__u64 disorder;

/* How often a walk meets the sandbox of a thread; and whether ids grow. */
SEC("syscall")
int walk(void *ctx)
{
	struct bpf_iter_sbm_sandbox it;
	const struct sbm_info *info;
	__u64 last = 0;

	nr_found = 0;
	nr_walked = 0;
	bpf_rcu_read_lock();
	bpf_iter_sbm_sandbox_new(&it);
	while ((info = bpf_iter_sbm_sandbox_next(&it))) {
		nr_walked++;
		if (info->id <= last)
			disorder++;
		last = info->id;
		if (info->pid == wanted_pid) {
			nr_found++;
			wanted_id = info->id;
		}
	}
	bpf_iter_sbm_sandbox_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("tp_btf/sbm_exit")
int BPF_PROG(on_exit, const struct sbm_info *info, int result)
{
	const struct sbm_fault *fault = bpf_sbm_last_fault(info);
	const struct sbm_regs *regs = bpf_sbm_last_regs(info);

	if (info->pid != wanted_pid)
		return 0;
	found_fault.kind = fault->kind;
	found_fault.vector = fault->vector;
	found_fault.addr = fault->addr;
	found_regs.ax = regs->ax;
	found_regs.r15 = regs->r15;
	bpf_probe_read_kernel(&found_verdicts, sizeof(found_verdicts),
			      bpf_sbm_last_verdicts(info));
	found = 1;
	return 0;
}
