// SPDX-License-Identifier: GPL-2.0-only
/*
 * One sandbox, with its last fault and denials and its mappings, for sbmtool.
 *
 * What it is bad at: nothing is stopped meanwhile, so what is read of a sandbox
 * that is running may belong to two moments.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "sbm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Which one, and whether it was there. */
__u64 wanted;
__u32 found;

struct sbm_info info;
struct sbm_fault fault;
struct sbm_regs regs;
struct sbm_last_verdicts verdicts;

SEC("syscall")
int read_sandbox(void *ctx)
{
	const struct sbm_info *sandbox = bpf_sbm_sandbox_acquire(wanted);

	if (!sandbox)
		return 0;
	bpf_probe_read_kernel(&info, sizeof(info), sandbox);
	bpf_probe_read_kernel(&fault, sizeof(fault),
			      bpf_sbm_last_fault(sandbox));
	bpf_probe_read_kernel(&regs, sizeof(regs), bpf_sbm_last_regs(sandbox));
	bpf_probe_read_kernel(&verdicts, sizeof(verdicts),
			      bpf_sbm_last_verdicts(sandbox));
	bpf_sbm_sandbox_release(sandbox);
	found = 1;
	return 0;
}

SEC("iter/sbm_mapping")
int read_mappings(struct bpf_iter__sbm_mapping *ctx)
{
	const struct sbm_mapping_info *map = ctx->info;
	struct sbm_mapping_info record = {};

	if (!map || map->id != wanted)
		return 0;
	bpf_probe_read_kernel(&record, sizeof(record), map);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
