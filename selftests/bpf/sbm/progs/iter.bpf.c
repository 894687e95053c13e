// SPDX-License-Identifier: GPL-2.0-only
/* The iterators, one line for each sandbox and each policy. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("iter/sbm_sandbox")
int dump_sandboxes(struct bpf_iter__sbm_sandbox *ctx)
{
	const struct sbm_fault *fault = ctx->fault;
	const struct sbm_info *info = ctx->info;

	if (info && fault)
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llu %s %u %u %d %s %llu %u %llu\n",
			       info->id, info->class, info->level, info->state,
			       info->pid, info->comm, info->calls, fault->kind,
			       fault->addr);
	return 0;
}

SEC("iter/sbm_policy")
int dump_policies(struct bpf_iter__sbm_policy *ctx)
{
	const struct sbm_policy_info *info = ctx->info;

	if (info)
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llu %s %s %llu %llu\n",
			       info->id, info->name, info->class, info->asked,
			       info->denied);
	return 0;
}

SEC("iter/sbm_mapping")
int dump_mappings(struct bpf_iter__sbm_mapping *ctx)
{
	const struct sbm_mapping_info *info = ctx->info;

	if (info)
		BPF_SEQ_PRINTF(ctx->meta->seq, "%llu %s %u %u %llu %llu %llu\n",
			       info->id, info->class, info->kind, info->flags,
			       info->start, info->nr_pages, info->max_pages);
	return 0;
}

SEC("iter/sbm_class")
int dump_classes(struct bpf_iter__sbm_class *ctx)
{
	const struct sbm_class_info *info = ctx->info;

	if (info)
		BPF_SEQ_PRINTF(ctx->meta->seq, "%s %llu %llu %u %u %u %u\n",
			       info->name, info->heap_limit, info->time_limit,
			       info->nr_sandboxes, info->nr_gates,
			       info->quarantined, info->strong);
	return 0;
}
