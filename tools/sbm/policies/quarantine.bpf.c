// SPDX-License-Identifier: GPL-2.0-only
/*
 * quarantine: after max_faults faults of a class, no more calls of it.
 *
 * For a class whose input is under attack: each fault was contained, but each
 * is another try. Other classes go on. The faults are in the map "faults":
 *
 *   sbmtool policy load quarantine.bpf.o
 *   bpftool map dump pinned /sys/fs/bpf/sbm/quarantine-maps/faults
 *
 * To let a class out, delete its entry and write 0 to
 * /sys/kernel/sbm/classes/CLASS/quarantined; with the entry still there the
 * next fault is one too many again.
 *
 * What it is bad at: faults are counted for ever, so a class that has a
 * harmless one once a week gets there too; whoever can make a class fault can
 * take it out of service for everybody; and nothing is remembered once the
 * policy is detached, except the quarantine itself.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 max_faults = 3;

struct key {
	char class[SBM_NAME_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct key);
	__type(value, __u32);
} faults SEC(".maps");

SEC("struct_ops/fault")
int BPF_PROG(quarantine_fault, const struct sbm_info *info,
	     const struct sbm_fault *record)
{
	struct key key = {};
	__u32 *count, zero = 0;

	bpf_probe_read_kernel_str(key.class, sizeof(key.class), info->class);
	count = bpf_map_lookup_elem(&faults, &key);
	if (!count) {
		/* Another CPU may have been faster; its entry will do. */
		bpf_map_update_elem(&faults, &key, &zero, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&faults, &key);
	}
	/* No room to count: err on the safe side. */
	if (!count)
		return SBM_FAULT_QUARANTINE;

	if (__sync_fetch_and_add(count, 1) + 1 >= max_faults)
		return SBM_FAULT_QUARANTINE;
	return SBM_FAULT_KILL;
}

SEC(".struct_ops.link")
struct sbm_policy_ops quarantine = {
	.fault = (void *)quarantine_fault,
	.name = "quarantine",
};
