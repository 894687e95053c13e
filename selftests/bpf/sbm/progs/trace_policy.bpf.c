// SPDX-License-Identifier: GPL-2.0-only
/* Keeps the last record of the tracepoints that are about policies alone. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__u64 count;
	__u64 id;
	char name[32];
	__u32 hook;
	__u32 kind;
	__s64 code;
	char message[96];
} ejected;

struct {
	__u64 count;
	__u32 hook;
	char policy[32];
	__u64 us;
	__u32 limit_us;
} overrun;

struct {
	__u64 count;
	__u32 on;
} builtin;

struct {
	__u64 count;
	__u32 mode;
} judged;

struct {
	__u64 count;
	__u32 event;
} policied;

#define STR(dst, ctx, field)						\
	bpf_probe_read_kernel_str(dst, sizeof(dst), (void *)(ctx) +	\
				  ((ctx)->__data_loc_##field & 0xffff))

SEC("tp/sbm/sbm_eject")
int on_eject(struct trace_event_raw_sbm_eject *ctx)
{
	ejected.count++;
	ejected.id = ctx->id;
	ejected.hook = ctx->hook;
	ejected.kind = ctx->kind;
	ejected.code = ctx->code;
	STR(ejected.name, ctx, name);
	STR(ejected.message, ctx, message);
	return 0;
}

SEC("tp/sbm/sbm_overrun")
int on_overrun(struct trace_event_raw_sbm_overrun *ctx)
{
	overrun.count++;
	overrun.hook = ctx->hook;
	STR(overrun.policy, ctx, policy);
	overrun.us = ctx->us;
	overrun.limit_us = ctx->limit_us;
	return 0;
}

SEC("tp/sbm/sbm_builtin")
int on_builtin_only(struct trace_event_raw_sbm_builtin *ctx)
{
	builtin.count++;
	builtin.on = ctx->on;
	return 0;
}

SEC("tp/sbm/sbm_verdict")
int on_verdict(struct trace_event_raw_sbm_verdict *ctx)
{
	judged.count++;
	judged.mode = ctx->mode;
	return 0;
}

SEC("tp/sbm/sbm_policy")
int on_policy(struct trace_event_raw_sbm_policy *ctx)
{
	policied.count++;
	policied.event = ctx->event;
	return 0;
}
