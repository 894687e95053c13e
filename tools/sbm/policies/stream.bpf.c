// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream: writes what the hooks are asked to a BPF ring buffer, and allows
 * everything.
 *
 *   sbmtool policy load stream.bpf.o
 *   sbmtool event monitor
 *
 * Each event is a struct sbm_event_record in the map "events". When the buffer
 * is full, events are lost: the map "counts" has how many were written, and how
 * many were lost.
 *
 * What it is bad at: it costs some hundred instructions per event, whether
 * anybody reads them or not; and there is one reader, as what is read is gone.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

enum stream_count {
	STREAM_WRITTEN,
	STREAM_LOST,
	STREAM_NR_COUNTS,
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STREAM_NR_COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static void add_one(__u32 which)
{
	__u64 *count = bpf_map_lookup_elem(&counts, &which);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/* A record with what all events have, or NULL. */
static struct sbm_event_record *begin(const struct sbm_info *info,
				      enum sbm_hook hook)
{
	struct sbm_event_record *event;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		add_one(STREAM_LOST);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->size = sizeof(*event);
	event->hook = hook;
	event->time = bpf_ktime_get_boot_ns();
	event->id = info->id;
	bpf_probe_read_kernel_str(event->class, sizeof(event->class),
				  info->class);
	bpf_probe_read_kernel_str(event->comm, sizeof(event->comm), info->comm);
	event->pid = info->pid;
	event->calls = info->calls;
	event->faults = info->faults;
	event->denied = info->denied;
	event->heap_pages = info->heap_pages;
	event->time_used = info->time_used;
	return event;
}

static void end(struct sbm_event_record *event)
{
	bpf_ringbuf_submit(event, 0);
	add_one(STREAM_WRITTEN);
}

SEC("struct_ops/enter")
int BPF_PROG(stream_enter, const struct sbm_info *info, __u64 flags)
{
	struct sbm_event_record *event = begin(info, SBM_HOOK_ENTER);

	if (event)
		end(event);
	return SBM_ENTER_ALLOW;
}

SEC("struct_ops/fault")
int BPF_PROG(stream_fault, const struct sbm_info *info,
	     const struct sbm_fault *record)
{
	struct sbm_event_record *event = begin(info, SBM_HOOK_FAULT);

	if (event) {
		bpf_probe_read_kernel(&event->fault, sizeof(event->fault),
				      record);
		end(event);
	}
	return SBM_FAULT_KILL;
}

SEC("struct_ops/grow")
int BPF_PROG(stream_grow, const struct sbm_info *info, __u64 nr_pages)
{
	struct sbm_event_record *event = begin(info, SBM_HOOK_GROW);

	if (event) {
		event->nr_pages = nr_pages;
		end(event);
	}
	return SBM_GROW_ALLOW;
}

SEC("struct_ops/exit")
void BPF_PROG(stream_exit, const struct sbm_info *info, __s32 result)
{
	struct sbm_event_record *event = begin(info, SBM_HOOK_EXIT);

	if (event) {
		event->result = result;
		end(event);
	}
}

SEC(".struct_ops.link")
struct sbm_policy_ops stream = {
	.enter = (void *)stream_enter,
	.fault = (void *)stream_fault,
	.grow = (void *)stream_grow,
	.exit = (void *)stream_exit,
	.name = "stream",
};
