/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * SandBox Mode: the names of the constants in <linux/sbm.h>, as tracepoints,
 * the log, debugfs and tools print them. They are meant to stay.
 *
 * Each list calls a macro with each constant and its name; for the last one
 * another, as what goes between them may differ. An array of names by number, in
 * the kernel, in a BPF program or in user space, is
 *
 *	const char * const names[] = { SBM_LEVEL_NAMES(SBM_NAME, SBM_NAME) };
 */
#ifndef _UAPI_LINUX_SBM_NAMES_H
#define _UAPI_LINUX_SBM_NAMES_H

#define SBM_NAME(value, name)	[value] = name,

/* enum sbm_level */
#define SBM_LEVEL_NAMES(one, last)				\
	one(SBM_LEVEL_NONE,		"none")			\
	one(SBM_LEVEL_WEAK,		"weak")			\
	last(SBM_LEVEL_STRONG,		"strong")

/* enum sbm_state */
#define SBM_STATE_NAMES(one, last)				\
	one(SBM_STATE_IDLE,		"idle")			\
	one(SBM_STATE_RUNNING,		"running")		\
	last(SBM_STATE_FAULTED,		"faulted")

/* enum sbm_fault_kind */
#define SBM_FAULT_NAMES(one, last)				\
	one(SBM_FAULT_NONE,		"none")			\
	one(SBM_FAULT_EXCEPTION,		"exception")	\
	one(SBM_FAULT_DOOR,		"door")			\
	one(SBM_FAULT_GATE,		"gate")			\
	one(SBM_FAULT_ABORT,		"abort")		\
	last(SBM_FAULT_POINTER,		"pointer")

/* enum sbm_fault_region */
#define SBM_REGION_NAMES(one, last)				\
	one(SBM_REGION_NONE,		"none")			\
	one(SBM_REGION_NULL,		"null")			\
	one(SBM_REGION_KERNEL,		"kernel")		\
	one(SBM_REGION_IMAGE,		"image")		\
	one(SBM_REGION_DATA,		"data")			\
	one(SBM_REGION_STACK,		"stack")		\
	one(SBM_REGION_HEAP,		"heap")			\
	one(SBM_REGION_INPUT,		"input")		\
	one(SBM_REGION_OUTPUT,		"output")		\
	one(SBM_REGION_INOUT,		"inout")		\
	last(SBM_REGION_OTHER,		"other")

/* enum sbm_fault_side */
#define SBM_SIDE_NAMES(one, last)				\
	one(SBM_SIDE_INSIDE,		"inside")		\
	one(SBM_SIDE_BELOW,		"below")		\
	last(SBM_SIDE_ABOVE,		"above")

/* enum sbm_grow_verdict */
#define SBM_GROW_NAMES(one, last)				\
	one(SBM_GROW_ALLOW,		"allow")		\
	one(SBM_GROW_DENY,		"deny")			\
	last(SBM_GROW_KILL,		"kill")

/* enum sbm_hook */
#define SBM_HOOK_NAMES(one, last)				\
	one(SBM_HOOK_ENTER,		"enter")		\
	one(SBM_HOOK_FAULT,		"fault")		\
	one(SBM_HOOK_GROW,		"grow")			\
	last(SBM_HOOK_EXIT,		"exit")

/* enum sbm_policy_event */
#define SBM_POLICY_NAMES(one, last)				\
	one(SBM_POLICY_ATTACH,		"attach")		\
	one(SBM_POLICY_DETACH,		"detach")		\
	one(SBM_POLICY_UPDATE,		"update")		\
	one(SBM_POLICY_EJECT,		"eject")		\
	one(SBM_POLICY_REJECT,		"reject")		\
	last(SBM_POLICY_MODE,		"mode")

/* enum sbm_policy_mode */
#define SBM_MODE_NAMES(one, last)				\
	one(SBM_MODE_ENFORCE,		"enforce")		\
	last(SBM_MODE_PERMISSIVE,		"permissive")

/* enum sbm_eject_kind */
#define SBM_EJECT_NAMES(one, last)				\
	one(SBM_EJECT_VERDICT,		"verdict")		\
	one(SBM_EJECT_TIME,		"time")			\
	one(SBM_EJECT_ERROR,		"error")		\
	last(SBM_EJECT_RECURSION,		"recursion")

#endif /* _UAPI_LINUX_SBM_NAMES_H */
