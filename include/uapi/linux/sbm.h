/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * SandBox Mode (SBM): what the kernel, BPF programs and user space share.
 *
 * This header is the only contract between the three. Everything here is
 * visible in the kernel's BTF under the same name, so a BPF program that
 * includes vmlinux.h needs nothing else.
 */
#ifndef _UAPI_LINUX_SBM_H
#define _UAPI_LINUX_SBM_H

#include <linux/types.h>

/*
 * Length of a class name and of a policy name, with the terminating NUL; of the
 * name of a thread; denials that are remembered of a sandbox; length of the
 * message of an ejected policy, with its NUL.
 */
enum sbm_limits {
	SBM_NAME_LEN = 32,
	SBM_COMM_LEN = 16,
	SBM_LAST_VERDICTS = 4,
	SBM_EJECT_MSG_LEN = 96,
};

/*
 * How a sandboxed call ends. sbm_call() returns the value of the sandboxed
 * function (by convention zero or a negative errno of its own) or one of
 * these. sbm_error() tells the two apart: it is zero for the former.
 *
 * ======================  ================================================
 * error                   meaning
 * ======================  ================================================
 * SBM_ERR_FAULT           the sandbox raised a CPU exception, gave up, or gave
 *                         a gate a bad pointer; see the fault record
 * SBM_ERR_DENIED          a policy denied the call, or a growth request
 *                         with "kill"
 * SBM_ERR_QUARANTINED     the class is quarantined
 * SBM_ERR_TIME            the call's time budget ran out, which is cut short
 *                         when the caller has to freeze
 * SBM_ERR_KILLED          the caller received a fatal signal
 * SBM_ERR_NESTED          the sandbox is in a call already, or the hook of a
 *                         policy makes this one
 * SBM_ERR_CONTEXT         wrong context: atomic, interrupt, or a task that
 *                         has no address space left
 * SBM_ERR_STACK           too little kernel stack is left to enter
 * SBM_ERR_GATE            the sandbox asked for a gate its class does not
 *                         have
 * SBM_ERR_AFTER_FAULT     an earlier call ended abnormally and the sandbox
 *                         was not reset
 * SBM_ERR_UNSUPPORTED     strong isolation was demanded and this machine
 *                         cannot give it
 * ======================  ================================================
 */
enum sbm_errno {
	SBM_ERR_FAULT		= -14,	/* -EFAULT */
	SBM_ERR_DENIED		= -13,	/* -EACCES */
	SBM_ERR_QUARANTINED	= -1,	/* -EPERM */
	SBM_ERR_TIME		= -62,	/* -ETIME */
	SBM_ERR_KILLED		= -4,	/* -EINTR */
	SBM_ERR_NESTED		= -16,	/* -EBUSY */
	SBM_ERR_CONTEXT		= -22,	/* -EINVAL */
	SBM_ERR_STACK		= -105,	/* -ENOBUFS */
	SBM_ERR_GATE		= -38,	/* -ENOSYS */
	SBM_ERR_AFTER_FAULT	= -117,	/* -EUCLEAN */
	SBM_ERR_UNSUPPORTED	= -95,	/* -EOPNOTSUPP */
};

/* Isolation level of a sandbox, strongest last. */
enum sbm_level {
	SBM_LEVEL_NONE,		/* plain call, no isolation */
	SBM_LEVEL_WEAK,		/* guarded bounce buffers, direct call */
	SBM_LEVEL_STRONG,	/* CPL 3 in an address space of its own */
};

/* State of a sandbox. */
enum sbm_state {
	SBM_STATE_IDLE,		/* ready for a call */
	SBM_STATE_RUNNING,	/* a call is in progress */
	SBM_STATE_FAULTED,	/* ended abnormally; wants sbm_reset() */
};

/* What a sandbox is, as BPF programs see it and as iterators print it. */
struct sbm_info {
	__u64 id;			/* unique since boot, never reused */
	char  class[SBM_NAME_LEN];	/* what it is for, e.g. "squashfs-xz" */
	__u32 level;			/* enum sbm_level */
	__u32 state;			/* enum sbm_state */
	__s32 pid;			/* thread of the current or last call */
	char  comm[SBM_COMM_LEN];	/* and its name */
	__u32 error;			/* last abnormal end, positive errno */
	__u64 calls;			/* calls that entered */
	__u64 faults;			/* calls that ended in a fault */
	__u64 denied;			/* calls and growths refused */
	__u64 mapped_pages;		/* pages mapped, image excluded and
					 * memory lent by the caller included
					 */
	__u64 heap_pages;		/* pages of the heap, of mapped_pages */
	__u64 heap_limit;		/* no growth beyond this; a policy may
					 * set it below what there is
					 */
	__u64 gates;			/* gates called */
	__u64 time_limit;		/* CPU time per call, ns; 0: no limit */
	__u64 time_used;		/* of that, by the last call */
};

/* Kind of exception record. */
enum sbm_fault_kind {
	SBM_FAULT_NONE,		/* no fault happened */
	SBM_FAULT_EXCEPTION,	/* CPU exception; vector and error are valid */
	SBM_FAULT_DOOR,		/* 32-bit system call door, or a foreign CS/SS */
	SBM_FAULT_GATE,		/* unknown gate number, in addr */
	SBM_FAULT_ABORT,	/* the image ended itself: its heap was misused */
	SBM_FAULT_POINTER,	/* bad pointer given to a gate, in addr */
};

/* Memory that the faulting address is in, or next to. */
enum sbm_fault_region {
	SBM_REGION_NONE,	/* nothing the sandbox has, or no address */
	SBM_REGION_NULL,	/* the page at zero: a null pointer */
	SBM_REGION_KERNEL,	/* the kernel's half of the address space */
	SBM_REGION_IMAGE,	/* code and constants of the image */
	SBM_REGION_DATA,	/* static data of the image */
	SBM_REGION_STACK,
	SBM_REGION_HEAP,
	SBM_REGION_INPUT,	/* a buffer, by its direction */
	SBM_REGION_OUTPUT,
	SBM_REGION_INOUT,
	SBM_REGION_OTHER,	/* memory that is none of these */
};

/* Where the faulting address is, seen from that memory. */
enum sbm_fault_side {
	SBM_SIDE_INSIDE,	/* the access was not allowed there */
	SBM_SIDE_BELOW,		/* before its first byte; stack: an overflow */
	SBM_SIDE_ABOVE,		/* behind its last byte: an overrun */
};

/* A fault record: where and why a sandbox stopped. */
struct sbm_fault {
	__u32 kind;		/* enum sbm_fault_kind */
	__u32 vector;		/* x86 vector number, e.g. 14 for #PF */
	__u64 error;		/* error code the CPU pushed */
	__u64 addr;		/* faulting address (#PF), gate number, or 0 */
	__u64 ip;		/* instruction pointer, relative to the image */
	__u64 sp;		/* stack pointer, relative to the stack's end */
	__u32 region;		/* enum sbm_fault_region: what addr is in */
	__u32 side;		/* enum sbm_fault_side: or next to */
	__u64 distance;		/* inside: from the first byte; else to the
				 * nearest: 1 is one byte too far
				 */
};

/* Verdict of the enter hook; a negative errno denies with that errno. */
enum sbm_enter_verdict {
	SBM_ENTER_ALLOW = 0,
	SBM_ENTER_DENY = 1,	/* the call returns SBM_ERR_DENIED */
};

/* Verdict of the fault hook. The call ends in any case. */
enum sbm_fault_verdict {
	SBM_FAULT_KILL = 0,		/* end the call */
	SBM_FAULT_QUARANTINE = 1,	/* and refuse further calls of the class */
};

/* Verdict of the grow hook. */
enum sbm_grow_verdict {
	SBM_GROW_ALLOW = 0,
	SBM_GROW_DENY = 1,	/* sbm_malloc() returns NULL inside */
	SBM_GROW_KILL = 2,	/* end the call with SBM_ERR_DENIED */
};

/* The hooks of a policy, in the order they run. */
enum sbm_hook {
	SBM_HOOK_ENTER,
	SBM_HOOK_FAULT,
	SBM_HOOK_GROW,
	SBM_HOOK_EXIT,
	SBM_NR_HOOKS,
};

/* What happened to a policy: the event field of the sbm_policy tracepoint. */
enum sbm_policy_event {
	SBM_POLICY_ATTACH,
	SBM_POLICY_DETACH,
	SBM_POLICY_UPDATE,
	SBM_POLICY_EJECT,	/* went wrong; sbm_eject tells how */
	SBM_POLICY_REJECT,	/* attach was refused */
	SBM_POLICY_MODE,	/* its mode was changed */
};

/* What becomes of the verdicts of a policy. */
enum sbm_policy_mode {
	SBM_MODE_ENFORCE,	/* they hold */
	SBM_MODE_PERMISSIVE,	/* they are counted, and nothing else */
};

/* A verdict that denied something, or would have in another mode. */
struct sbm_last_verdict {
	__u64 calls;			/* as in struct sbm_info, then */
	__u32 hook;			/* enum sbm_hook */
	__s32 verdict;			/* of the hook; valid or not */
	__u32 mode;			/* enum sbm_policy_mode: whether it held */
	char  policy[SBM_NAME_LEN];	/* whose; "(built-in)" for the kernel's */
	__u32 reserved;			/* zero */
};

/*
 * The last of them that were about a sandbox, whose reset does not forget them.
 * Number n, from 0, is at n modulo SBM_LAST_VERDICTS, the latest at nr - 1.
 */
struct sbm_last_verdicts {
	__u64 nr;			/* how many there were, ever */
	struct sbm_last_verdict last[SBM_LAST_VERDICTS];
};

/* Flags of a policy. */
enum sbm_policy_flags {
	SBM_POLICY_ENFORCE_ONLY = 1,	/* makes no sense when permissive */
	SBM_POLICY_PERMISSIVE_ONLY = 2,	/* not to be enforced: an observer */
};

/* What a policy was ejected for. */
enum sbm_eject_kind {
	SBM_EJECT_VERDICT = 1,	/* a verdict out of range, in code */
	SBM_EJECT_TIME,		/* hooks that took too long: code is what the
				 * last one took, in us
				 */
	SBM_EJECT_ERROR,	/* bpf_sbm_policy_error() with this code */
	SBM_EJECT_RECURSION,	/* a sandboxed call by a hook: code is the
				 * id of the sandbox it was for
				 */
};

/* Time of a hook, in microseconds; see sbm_policy_overran(). */
enum sbm_hook_time {
	SBM_HOOK_TIME_US = 100000,	/* limit of a policy that names none */
	SBM_HOOK_TIME_MAX_US = 10000000,	/* the most that it may name */
	SBM_HOOK_FORGET_US = 10000000,	/* an overrun counts for that long */
	SBM_HOOK_OVERRUNS = 3,		/* so many of them eject a policy */
};

/* An attached policy, as the iterator shows it. */
struct sbm_policy_info {
	__u64 id;			/* unique since boot */
	char  name[SBM_NAME_LEN];
	char  class[SBM_NAME_LEN];	/* pattern; empty for all classes */
	__u64 asked;			/* hooks called since it was attached */
	__u64 denied;			/* verdicts other than zero */
	__u64 would_deny;		/* the same, while permissive */
	__u64 limited;			/* limits that it made lower */
	__u64 would_limit;		/* the same, while permissive */
	__u64 overran;			/* hooks that took longer than they may */
	__u64 cgroup;			/* id of a cgroup; zero for all tasks */
	__u32 mode;			/* enum sbm_policy_mode */
	__s32 priority;			/* higher ones are asked first */
};

/* Registers at the last fault, of x86-64; zero elsewhere. */
struct sbm_regs {
	__u64 ax, bx, cx, dx, si, di, bp, sp;
	__u64 r8, r9, r10, r11, r12, r13, r14, r15;
	__u64 ip, flags;
};

/* What a sandbox may do with a mapping besides reading, and whose it is. */
enum sbm_mapping_flags {
	SBM_MAPPING_WRITE = 1,
	SBM_MAPPING_EXEC = 2,
	SBM_MAPPING_LENT = 4,		/* pages of the caller */
};

/* A mapping of a sandbox, as the iterator shows it. */
struct sbm_mapping_info {
	__u64 id;			/* of the sandbox */
	char  class[SBM_NAME_LEN];	/* and its class */
	__u32 kind;			/* enum sbm_fault_region */
	__u32 flags;			/* enum sbm_mapping_flags */
	__u64 start;			/* in bytes from the start of the image,
					 * as ip in a fault; 0 if not strong.
					 * A stack grows down from there
					 */
	__u64 nr_pages;			/* pages mapped */
	__u64 max_pages;		/* pages it may grow to */
};

/* A class, as the iterator shows it. */
struct sbm_class_info {
	char  name[SBM_NAME_LEN];
	__u64 heap_limit;		/* pages of a heap */
	__u64 time_limit;		/* CPU time per call, ns; 0: no limit */
	__u32 nr_sandboxes;		/* that live now */
	__u32 nr_gates;			/* gates it has */
	__u32 quarantined;		/* calls are refused */
	__u32 strong;			/* nothing below strong is accepted */
};

/*
 * What a hook was asked, as the policy "stream" writes it to a BPF ring buffer.
 * Fields are only ever added, at the end: a reader looks at size, ignores what
 * it does not know and takes what is missing for zero.
 */
struct sbm_event_record {
	__u32 size;			/* of this record, in bytes */
	__u32 hook;			/* enum sbm_hook */
	__u64 time;			/* CLOCK_BOOTTIME, ns */
	__u64 id;			/* of the sandbox */
	char  class[SBM_NAME_LEN];
	char  comm[SBM_COMM_LEN];
	__s32 pid;
	__s32 result;			/* exit: what the caller will see */
	__u64 nr_pages;			/* grow: pages wanted */
	__u64 calls;			/* as in struct sbm_info, from here on */
	__u64 faults;
	__u64 denied;
	__u64 heap_pages;
	__u64 time_used;
	struct sbm_fault fault;		/* fault: the record; else zero */
};

#endif /* _UAPI_LINUX_SBM_H */
