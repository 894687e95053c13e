// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs at each overflow of a perf event and reads, as that of current, the user
 * memory at an address that is the sandbox's where it has interrupted one.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Sandboxes are below, user space above. */
#define SANDBOX_END	(1UL << 46)

/* What to read. */
__u64 where;

/*
 * Interrupts that hit user space [0] or a sandbox [1], and how often something
 * could be read then.
 */
__u64 hits[2];
__u64 strings[2];
__u64 words[2];
__u64 frames[2];		/* of the user stack, without the first */

SEC("perf_event")
int observe(struct bpf_perf_event_data *ctx)
{
	__u32 inside = ctx->regs.ip < SANDBOX_END;
	__u64 stack[8], word;
	char string[8];
	long size;

	if (ctx->regs.ip >> 47)
		return 0;

	__sync_fetch_and_add(&hits[inside], 1);
	if (bpf_probe_read_user_str(string, sizeof(string), (void *)where) > 0)
		__sync_fetch_and_add(&strings[inside], 1);
	if (!bpf_probe_read_user(&word, sizeof(word), (void *)where))
		__sync_fetch_and_add(&words[inside], 1);
	size = bpf_get_stack(ctx, stack, sizeof(stack), BPF_F_USER_STACK);
	if (size > (long)sizeof(*stack))
		__sync_fetch_and_add(&frames[inside], 1);
	return 0;
}
