// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts each tracepoint and keeps the last record of it, by the names of the
 * fields, which are the promise.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__u64 count;
	__u64 id;
	char class[32];
	__u32 level;
} created, destroyed;

struct {
	__u64 count;
	__u64 id;
	char class[32];
	char func[32];
	__s32 pid;
} entered;

struct {
	__u64 count;
	__u64 id;
	char class[32];
	__s32 result;
	__u64 calls;
} exited;

struct {
	__u64 count;
	__u64 id;
	char class[32];
	__u32 kind;
	__u32 vector;
	__u64 error;
	__u64 addr;
	__u64 ip;
} faulted;

struct {
	__u64 count;
	__u64 id;
	char class[32];
	__u64 nr_pages;
	__u64 heap_pages;
	__s32 verdict;
} grown;

struct {
	__u64 count;
	__u64 id;
	char class[32];
	__u32 hook;
	char policy[32];
	__s32 verdict;
} judged;

struct {
	__u64 count;
	__u64 id;
	char class[32];
	char name[32];
	__u32 event;
} policied;

#define STR(dst, ctx, field)						\
	bpf_probe_read_kernel_str(dst, sizeof(dst), (void *)(ctx) +	\
				  ((ctx)->__data_loc_##field & 0xffff))
/* What is common to all; other classes than that of the test are left out. */
#define SEEN(rec, ctx)							\
	do {								\
		char class[32] = {};					\
									\
		STR(class, ctx, class);					\
		if (bpf_strncmp(class, sizeof(class), "sbm-test"))	\
			return 0;					\
		__builtin_memcpy((rec).class, class, sizeof(class));	\
		(rec).id = (ctx)->id;					\
		__sync_fetch_and_add(&(rec).count, 1);			\
	} while (0)

SEC("tp/sbm/sbm_create")
int on_create(struct trace_event_raw_sbm_sandbox *ctx)
{
	SEEN(created, ctx);
	created.level = ctx->level;
	return 0;
}

SEC("tp/sbm/sbm_destroy")
int on_destroy(struct trace_event_raw_sbm_sandbox *ctx)
{
	SEEN(destroyed, ctx);
	destroyed.level = ctx->level;
	return 0;
}

SEC("tp/sbm/sbm_enter")
int on_enter(struct trace_event_raw_sbm_enter *ctx)
{
	SEEN(entered, ctx);
	STR(entered.func, ctx, func);
	entered.pid = ctx->pid;
	return 0;
}

SEC("tp/sbm/sbm_exit")
int on_exit(struct trace_event_raw_sbm_exit *ctx)
{
	SEEN(exited, ctx);
	exited.result = ctx->result;
	exited.calls = ctx->calls;
	return 0;
}

SEC("tp/sbm/sbm_fault")
int on_fault(struct trace_event_raw_sbm_fault *ctx)
{
	SEEN(faulted, ctx);
	faulted.kind = ctx->kind;
	faulted.vector = ctx->vector;
	faulted.error = ctx->error;
	faulted.addr = ctx->addr;
	faulted.ip = ctx->ip;
	return 0;
}

SEC("tp/sbm/sbm_grow")
int on_grow(struct trace_event_raw_sbm_grow *ctx)
{
	SEEN(grown, ctx);
	grown.nr_pages = ctx->nr_pages;
	grown.heap_pages = ctx->heap_pages;
	grown.verdict = ctx->verdict;
	return 0;
}

SEC("tp/sbm/sbm_verdict")
int on_verdict(struct trace_event_raw_sbm_verdict *ctx)
{
	SEEN(judged, ctx);
	judged.hook = ctx->hook;
	STR(judged.policy, ctx, policy);
	judged.verdict = ctx->verdict;
	return 0;
}

SEC("tp/sbm/sbm_policy")
int on_policy(struct trace_event_raw_sbm_policy *ctx)
{
	SEEN(policied, ctx);
	STR(policied.name, ctx, name);
	policied.event = ctx->event;
	return 0;
}
