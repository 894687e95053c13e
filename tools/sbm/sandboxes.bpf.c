// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live sandboxes: as a table, and as records for sbmtool.
 *
 * The table comes first in this file because "bpftool iter pin" attaches the
 * first program of an object:
 *
 *   bpftool iter pin sandboxes.bpf.o /sys/fs/bpf/sandboxes
 *   cat /sys/fs/bpf/sandboxes
 *
 * What it is bad at: a sandbox that lives for one short call is seen only if
 * the walk happens to come by; for those trace sbm:sbm_enter. The numbers of a
 * sandbox that is running may be those before its call, in part.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <linux/sbm_names.h>

char LICENSE[] SEC("license") = "GPL";

static const char levels[][8] = { SBM_LEVEL_NAMES(SBM_NAME, SBM_NAME) };
static const char states[][8] = { SBM_STATE_NAMES(SBM_NAME, SBM_NAME) };

static const char unknown[] = "?";

#define NR(a)	(sizeof(a) / sizeof((a)[0]))

SEC("iter/sbm_sandbox")
int sandbox_table(struct bpf_iter__sbm_sandbox *ctx)
{
	const struct sbm_info *info = ctx->info;
	struct seq_file *seq = ctx->meta->seq;
	const char *level = unknown, *state = unknown;

	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "    ID CLASS            LEVEL  STATE       PID COMM                CALLS FAULTS MAPPED  HEAP DENIED  GATES       TIME      LIMIT\n");
	if (!info)
		return 0;

	if (info->level < NR(levels))
		level = levels[info->level];
	if (info->state < NR(states))
		state = states[info->state];

	/* Twelve arguments is the limit of bpf_seq_printf(). */
	BPF_SEQ_PRINTF(seq, "%6llu %-16s %-6s %-7s %7d %-15s %9llu %6llu %6llu %5llu %6llu ",
		       info->id, info->class, level, state, info->pid,
		       info->comm, info->calls, info->faults,
		       info->mapped_pages, info->heap_pages, info->denied);
	BPF_SEQ_PRINTF(seq, "%6llu %10llu %10llu\n", info->gates,
		       info->time_used / 1000, info->time_limit / 1000);
	return 0;
}

/* sandbox.c has the same. */
struct record {
	struct sbm_info info;
	struct sbm_fault fault;
};

SEC("iter/sbm_sandbox")
int sandbox_records(struct bpf_iter__sbm_sandbox *ctx)
{
	struct record record = {};

	if (!ctx->info || !ctx->fault)
		return 0;
	bpf_probe_read_kernel(&record.info, sizeof(record.info), ctx->info);
	bpf_probe_read_kernel(&record.fault, sizeof(record.fault), ctx->fault);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
