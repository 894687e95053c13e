/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode tracepoints.
 *
 * Names and fields are meant to stay. Each event has the id and the class of
 * the sandbox; sbm_policy has those of the policy.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sbm

#if !defined(_TRACE_SBM_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_SBM_H

#include <linux/tracepoint.h>
#include <uapi/linux/sbm.h>
#include <uapi/linux/sbm_names.h>

/* So that user space knows the numbers behind the names. */
#define sbm_define_enum(value, name)	TRACE_DEFINE_ENUM(value);

SBM_LEVEL_NAMES(sbm_define_enum, sbm_define_enum)
SBM_FAULT_NAMES(sbm_define_enum, sbm_define_enum)
SBM_REGION_NAMES(sbm_define_enum, sbm_define_enum)
SBM_SIDE_NAMES(sbm_define_enum, sbm_define_enum)
SBM_GROW_NAMES(sbm_define_enum, sbm_define_enum)
SBM_HOOK_NAMES(sbm_define_enum, sbm_define_enum)
SBM_POLICY_NAMES(sbm_define_enum, sbm_define_enum)
SBM_MODE_NAMES(sbm_define_enum, sbm_define_enum)
SBM_EJECT_NAMES(sbm_define_enum, sbm_define_enum)

#define sbm_symbol(value, name)		{ value, name },
#define sbm_last_symbol(value, name)	{ value, name }

#define sbm_show(value, names)						\
	__print_symbolic(value, names(sbm_symbol, sbm_last_symbol))

/* Vectors of x86, the only architecture with the strong level. */
#define sbm_show_vector(vector)						\
	__print_symbolic(vector,					\
		{ 0, "#DE" }, { 1, "#DB" }, { 3, "#BP" }, { 4, "#OF" },	\
		{ 5, "#BR" }, { 6, "#UD" }, { 7, "#NM" }, { 8, "#DF" },	\
		{ 10, "#TS" }, { 11, "#NP" }, { 12, "#SS" },		\
		{ 13, "#GP" }, { 14, "#PF" }, { 16, "#MF" },		\
		{ 17, "#AC" }, { 18, "#MC" }, { 19, "#XM" },		\
		{ 20, "#VE" }, { 21, "#CP" })

DECLARE_EVENT_CLASS(sbm_sandbox,
	TP_PROTO(const struct sbm_info *info),
	TP_ARGS(info),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__field(u32, level)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__entry->level = info->level;
	),

	TP_printk("id=%llu class=%s level=%s", __entry->id, __get_str(class),
		  sbm_show(__entry->level, SBM_LEVEL_NAMES))
);

/* A sandbox was created. */
DEFINE_EVENT(sbm_sandbox, sbm_create,
	TP_PROTO(const struct sbm_info *info),
	TP_ARGS(info)
);

/* A sandbox is about to be destroyed. */
DEFINE_EVENT(sbm_sandbox, sbm_destroy,
	TP_PROTO(const struct sbm_info *info),
	TP_ARGS(info)
);

/* A call that was allowed is about to enter. */
TRACE_EVENT(sbm_enter,
	TP_PROTO(const struct sbm_info *info, const char *func),
	TP_ARGS(info, func),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__string(func, func)
		__field(s32, pid)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__assign_str(func);
		__entry->pid = info->pid;
	),

	TP_printk("id=%llu class=%s func=%s pid=%d", __entry->id,
		  __get_str(class), __get_str(func), __entry->pid)
);

/* A call that entered has ended. */
TRACE_EVENT(sbm_exit,
	TP_PROTO(const struct sbm_info *info, int result),
	TP_ARGS(info, result),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__field(s32, result)
		__field(u64, calls)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__entry->result = result;
		__entry->calls = info->calls;
	),

	TP_printk("id=%llu class=%s result=%d calls=%llu", __entry->id,
		  __get_str(class), __entry->result, __entry->calls)
);

/* A call ends in a fault. The instruction pointer is relative to the image. */
TRACE_EVENT(sbm_fault,
	TP_PROTO(const struct sbm_info *info, const struct sbm_fault *fault),
	TP_ARGS(info, fault),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__field(u32, kind)
		__field(u32, vector)
		__field(u64, error)
		__field(u64, addr)
		__field(u64, ip)
		__field(u32, region)
		__field(u32, side)
		__field(u64, distance)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__entry->kind = fault->kind;
		__entry->vector = fault->vector;
		__entry->error = fault->error;
		__entry->addr = fault->addr;
		__entry->ip = fault->ip;
		__entry->region = fault->region;
		__entry->side = fault->side;
		__entry->distance = fault->distance;
	),

	TP_printk("id=%llu class=%s kind=%s vector=%s error=0x%llx addr=0x%llx ip=0x%llx region=%s side=%s distance=%llu",
		  __entry->id, __get_str(class), sbm_show(__entry->kind, SBM_FAULT_NAMES),
		  sbm_show_vector(__entry->vector), __entry->error,
		  __entry->addr, __entry->ip, sbm_show(__entry->region, SBM_REGION_NAMES),
		  sbm_show(__entry->side, SBM_SIDE_NAMES), __entry->distance)
);

/* A sandbox asked for heap pages; heap_pages is what it has now. */
TRACE_EVENT(sbm_grow,
	TP_PROTO(const struct sbm_info *info, u64 nr_pages, int verdict),
	TP_ARGS(info, nr_pages, verdict),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__field(u64, nr_pages)
		__field(u64, heap_pages)
		__field(s32, verdict)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__entry->nr_pages = nr_pages;
		__entry->heap_pages = info->heap_pages;
		__entry->verdict = verdict;
	),

	TP_printk("id=%llu class=%s nr_pages=%llu heap_pages=%llu verdict=%s",
		  __entry->id, __get_str(class), __entry->nr_pages,
		  __entry->heap_pages, sbm_show(__entry->verdict, SBM_GROW_NAMES))
);

/* A gate of the class was called and has returned. */
TRACE_EVENT(sbm_gate,
	TP_PROTO(const struct sbm_info *info, const char *gate, long result),
	TP_ARGS(info, gate, result),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__string(gate, gate)
		__field(s64, result)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__assign_str(gate);
		__entry->result = result;
	),

	TP_printk("id=%llu class=%s gate=%s result=%lld", __entry->id,
		  __get_str(class), __get_str(gate), __entry->result)
);

/* A policy was asked and this is what it said, valid or not. */
TRACE_EVENT(sbm_verdict,
	TP_PROTO(const struct sbm_info *info, enum sbm_hook hook,
		 const char *policy, int verdict, u32 mode),
	TP_ARGS(info, hook, policy, verdict, mode),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__field(u32, hook)
		__string(policy, policy)
		__field(s32, verdict)
		__field(u32, mode)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__entry->hook = hook;
		__assign_str(policy);
		__entry->verdict = verdict;
		__entry->mode = mode;
	),

	TP_printk("id=%llu class=%s hook=%s policy=%s verdict=%d mode=%s",
		  __entry->id, __get_str(class), sbm_show(__entry->hook, SBM_HOOK_NAMES),
		  __get_str(policy), __entry->verdict,
		  sbm_show(__entry->mode, SBM_MODE_NAMES))
);

/* Something happened to a policy. A rejected one has no id yet: zero. */
TRACE_EVENT(sbm_policy,
	TP_PROTO(u64 id, const char *class, const char *name,
		 enum sbm_policy_event event),
	TP_ARGS(id, class, name, event),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, class)
		__string(name, name)
		__field(u32, event)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(class);
		__assign_str(name);
		__entry->event = event;
	),

	TP_printk("id=%llu class=%s name=%s event=%s", __entry->id,
		  __get_str(class), __get_str(name),
		  sbm_show(__entry->event, SBM_POLICY_NAMES))
);

/* A hook took longer than it may, in microseconds. */
TRACE_EVENT(sbm_overrun,
	TP_PROTO(const struct sbm_info *info, enum sbm_hook hook,
		 const char *policy, u64 us, u32 limit_us),
	TP_ARGS(info, hook, policy, us, limit_us),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__field(u32, hook)
		__string(policy, policy)
		__field(u64, us)
		__field(u32, limit_us)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__entry->hook = hook;
		__assign_str(policy);
		__entry->us = us;
		__entry->limit_us = limit_us;
	),

	TP_printk("id=%llu class=%s hook=%s policy=%s us=%llu limit_us=%u",
		  __entry->id, __get_str(class), sbm_show(__entry->hook, SBM_HOOK_NAMES),
		  __get_str(policy), __entry->us, __entry->limit_us)
);

/* A policy is ejected: in which hook, and what for. */
TRACE_EVENT(sbm_eject,
	TP_PROTO(u64 id, const char *name, enum sbm_hook hook,
		 enum sbm_eject_kind kind, s64 code, const char *message),
	TP_ARGS(id, name, hook, kind, code, message),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(name, name)
		__field(u32, hook)
		__field(u32, kind)
		__field(s64, code)
		__string(message, message)
	),

	TP_fast_assign(
		__entry->id = id;
		__assign_str(name);
		__entry->hook = hook;
		__entry->kind = kind;
		__entry->code = code;
		__assign_str(message);
	),

	TP_printk("id=%llu name=%s hook=%s kind=%s code=%lld message=\"%s\"",
		  __entry->id, __get_str(name), sbm_show(__entry->hook, SBM_HOOK_NAMES),
		  sbm_show(__entry->kind, SBM_EJECT_NAMES), __entry->code,
		  __get_str(message))
);

/* From now on policies are asked no more (1), or again (0). */
TRACE_EVENT(sbm_builtin,
	TP_PROTO(bool on),
	TP_ARGS(on),

	TP_STRUCT__entry(
		__field(u32, on)
	),

	TP_fast_assign(
		__entry->on = on;
	),

	TP_printk("on=%u", __entry->on)
);

/* One line of a dump, see SysRq-Shift-B. */
TRACE_EVENT(sbm_dump,
	TP_PROTO(const struct sbm_info *info, const char *line),
	TP_ARGS(info, line),

	TP_STRUCT__entry(
		__field(u64, id)
		__string(class, info->class)
		__string(line, line)
	),

	TP_fast_assign(
		__entry->id = info->id;
		__assign_str(class);
		__assign_str(line);
	),

	TP_printk("id=%llu class=%s %s", __entry->id, __get_str(class),
		  __get_str(line))
);

#endif /* _TRACE_SBM_H */

/* This part must be outside protection. */
#include <trace/define_trace.h>
