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

TRACE_DEFINE_ENUM(SBM_FAULT_EXCEPTION);
TRACE_DEFINE_ENUM(SBM_FAULT_DOOR);
TRACE_DEFINE_ENUM(SBM_FAULT_GATE);
TRACE_DEFINE_ENUM(SBM_FAULT_ABORT);
TRACE_DEFINE_ENUM(SBM_FAULT_POINTER);
TRACE_DEFINE_ENUM(SBM_REGION_NONE);
TRACE_DEFINE_ENUM(SBM_REGION_NULL);
TRACE_DEFINE_ENUM(SBM_REGION_KERNEL);
TRACE_DEFINE_ENUM(SBM_REGION_IMAGE);
TRACE_DEFINE_ENUM(SBM_REGION_DATA);
TRACE_DEFINE_ENUM(SBM_REGION_STACK);
TRACE_DEFINE_ENUM(SBM_REGION_HEAP);
TRACE_DEFINE_ENUM(SBM_REGION_INPUT);
TRACE_DEFINE_ENUM(SBM_REGION_OUTPUT);
TRACE_DEFINE_ENUM(SBM_REGION_INOUT);
TRACE_DEFINE_ENUM(SBM_REGION_OTHER);
TRACE_DEFINE_ENUM(SBM_SIDE_INSIDE);
TRACE_DEFINE_ENUM(SBM_SIDE_BELOW);
TRACE_DEFINE_ENUM(SBM_SIDE_ABOVE);
TRACE_DEFINE_ENUM(SBM_GROW_ALLOW);
TRACE_DEFINE_ENUM(SBM_GROW_DENY);
TRACE_DEFINE_ENUM(SBM_GROW_KILL);
TRACE_DEFINE_ENUM(SBM_HOOK_ENTER);
TRACE_DEFINE_ENUM(SBM_HOOK_FAULT);
TRACE_DEFINE_ENUM(SBM_HOOK_GROW);
TRACE_DEFINE_ENUM(SBM_HOOK_EXIT);
TRACE_DEFINE_ENUM(SBM_POLICY_ATTACH);
TRACE_DEFINE_ENUM(SBM_POLICY_DETACH);
TRACE_DEFINE_ENUM(SBM_POLICY_UPDATE);
TRACE_DEFINE_ENUM(SBM_POLICY_EJECT);
TRACE_DEFINE_ENUM(SBM_POLICY_REJECT);
TRACE_DEFINE_ENUM(SBM_POLICY_MODE);
TRACE_DEFINE_ENUM(SBM_MODE_ENFORCE);
TRACE_DEFINE_ENUM(SBM_MODE_PERMISSIVE);
TRACE_DEFINE_ENUM(SBM_EJECT_VERDICT);
TRACE_DEFINE_ENUM(SBM_EJECT_TIME);
TRACE_DEFINE_ENUM(SBM_EJECT_ERROR);
TRACE_DEFINE_ENUM(SBM_EJECT_RECURSION);
TRACE_DEFINE_ENUM(SBM_LEVEL_NONE);
TRACE_DEFINE_ENUM(SBM_LEVEL_WEAK);
TRACE_DEFINE_ENUM(SBM_LEVEL_STRONG);

#define sbm_show_level(level)						\
	__print_symbolic(level,						\
		{ SBM_LEVEL_NONE,	"none" },			\
		{ SBM_LEVEL_WEAK,	"weak" },			\
		{ SBM_LEVEL_STRONG,	"strong" })

#define sbm_show_kind(kind)						\
	__print_symbolic(kind,						\
		{ SBM_FAULT_EXCEPTION,	"exception" },			\
		{ SBM_FAULT_DOOR,	"door" },			\
		{ SBM_FAULT_GATE,	"gate" },			\
		{ SBM_FAULT_ABORT,	"abort" },			\
		{ SBM_FAULT_POINTER,	"pointer" })

#define sbm_show_region(region)					\
	__print_symbolic(region,					\
		{ SBM_REGION_NONE,	"none" },			\
		{ SBM_REGION_NULL,	"null" },			\
		{ SBM_REGION_KERNEL,	"kernel" },			\
		{ SBM_REGION_IMAGE,	"image" },			\
		{ SBM_REGION_DATA,	"data" },			\
		{ SBM_REGION_STACK,	"stack" },			\
		{ SBM_REGION_HEAP,	"heap" },			\
		{ SBM_REGION_INPUT,	"input" },			\
		{ SBM_REGION_OUTPUT,	"output" },			\
		{ SBM_REGION_INOUT,	"inout" },			\
		{ SBM_REGION_OTHER,	"other" })

#define sbm_show_side(side)						\
	__print_symbolic(side,						\
		{ SBM_SIDE_INSIDE,	"inside" },			\
		{ SBM_SIDE_BELOW,	"below" },			\
		{ SBM_SIDE_ABOVE,	"above" })

/* Vectors of x86, the only architecture with the strong level. */
#define sbm_show_vector(vector)						\
	__print_symbolic(vector,					\
		{ 0, "#DE" }, { 1, "#DB" }, { 3, "#BP" }, { 4, "#OF" },	\
		{ 5, "#BR" }, { 6, "#UD" }, { 7, "#NM" }, { 8, "#DF" },	\
		{ 10, "#TS" }, { 11, "#NP" }, { 12, "#SS" },		\
		{ 13, "#GP" }, { 14, "#PF" }, { 16, "#MF" },		\
		{ 17, "#AC" }, { 18, "#MC" }, { 19, "#XM" },		\
		{ 20, "#VE" }, { 21, "#CP" })

#define sbm_show_grow(verdict)						\
	__print_symbolic(verdict,					\
		{ SBM_GROW_ALLOW,	"allow" },			\
		{ SBM_GROW_DENY,	"deny" },			\
		{ SBM_GROW_KILL,	"kill" })

#define sbm_show_hook(hook)						\
	__print_symbolic(hook,						\
		{ SBM_HOOK_ENTER,	"enter" },			\
		{ SBM_HOOK_FAULT,	"fault" },			\
		{ SBM_HOOK_GROW,	"grow" },			\
		{ SBM_HOOK_EXIT,	"exit" })

#define sbm_show_event(event)						\
	__print_symbolic(event,						\
		{ SBM_POLICY_ATTACH,	"attach" },			\
		{ SBM_POLICY_DETACH,	"detach" },			\
		{ SBM_POLICY_UPDATE,	"update" },			\
		{ SBM_POLICY_EJECT,	"eject" },			\
		{ SBM_POLICY_REJECT,	"reject" },			\
		{ SBM_POLICY_MODE,	"mode" })

#define sbm_show_mode(mode)						\
	__print_symbolic(mode,						\
		{ SBM_MODE_ENFORCE,	"enforce" },			\
		{ SBM_MODE_PERMISSIVE,	"permissive" })

#define sbm_show_eject(kind)						\
	__print_symbolic(kind,						\
		{ SBM_EJECT_VERDICT,	"verdict" },			\
		{ SBM_EJECT_TIME,	"time" },			\
		{ SBM_EJECT_ERROR,	"error" },			\
		{ SBM_EJECT_RECURSION,	"recursion" })

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
		  sbm_show_level(__entry->level))
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
		  __entry->id, __get_str(class), sbm_show_kind(__entry->kind),
		  sbm_show_vector(__entry->vector), __entry->error,
		  __entry->addr, __entry->ip, sbm_show_region(__entry->region),
		  sbm_show_side(__entry->side), __entry->distance)
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
		  __entry->heap_pages, sbm_show_grow(__entry->verdict))
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
		  __entry->id, __get_str(class), sbm_show_hook(__entry->hook),
		  __get_str(policy), __entry->verdict,
		  sbm_show_mode(__entry->mode))
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
		  sbm_show_event(__entry->event))
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
		  __entry->id, __get_str(name), sbm_show_hook(__entry->hook),
		  sbm_show_eject(__entry->kind), __entry->code,
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

/* One line of a dump, see SysRq-B. */
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
