// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: functions for BPF programs.
 *
 * Who may call which is decided when a program is loaded, by the filter. The
 * limits that an enter hook can set are in sbm_hooks.c.
 */
#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/init.h>
#include <linux/preempt.h>
#include <linux/sbm_policy.h>

#include "../sbm/internal.h"

/* Longest piece of memory that is copied at once, in bytes. */
#define BPF_SBM_READ_MAX	PAGE_SIZE

/* Trusted pointers to this type are all part of a sandbox. */
static struct sbm_sandbox *bpf_sbm_sandbox(const struct sbm_info *info)
{
	return container_of((struct sbm_info *)info, struct sbm_sandbox, info);
}

/* Position among the sandboxes; ids only grow. */
struct bpf_iter_sbm_sandbox {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_sbm_sandbox_kern {
	u64 id;
} __aligned(8);

__bpf_kfunc_start_defs();

/**
 * bpf_sbm_read() - copy memory of the sandbox a hook is asked about
 * @info: Argument of the hook.
 * @kind: Which memory, of &enum sbm_fault_region: data, stack, heap, input,
 *	output or inout. Several buffers follow each other in the order they
 *	were added.
 * @offset: Where in it, in bytes; from its end if negative.
 * @dst: Where to.
 * @dst__sz: How many bytes, at most 4096.
 *
 * In the enter hook, input and inout are what the call is going to see; the
 * sandbox cannot change the input. All other memory has what the sandbox wrote,
 * which nobody has checked. Behind the end of the memory, @dst is zeroed.
 *
 * Return: The number of bytes there were; -EINVAL for another @kind or an
 * @offset before the memory, -EFAULT for memory that the hardware cannot read,
 * or -E2BIG.
 * Context: A hook of a policy. It runs in the task whose call it is about, with
 * nothing inside the sandbox, so what is copied holds still.
 */
__bpf_kfunc int bpf_sbm_read(const struct sbm_info *info, u32 kind, s64 offset,
			     void *dst, u32 dst__sz)
{
	if (dst__sz > BPF_SBM_READ_MAX)
		return -E2BIG;
	return sbm_read(bpf_sbm_sandbox(info), kind, offset, dst, dst__sz);
}

/**
 * bpf_sbm_last_fault() - the last fault of a sandbox
 * @info: The sandbox.
 *
 * It is the one that the iterator sbm_sandbox shows. The calls after it, and a
 * reset, do not change it: that the last call ended in it is in the state.
 *
 * Return: The record; its kind is %SBM_FAULT_NONE if there was none yet. Seen
 * half updated if it happens just now.
 * Context: Any.
 */
__bpf_kfunc const struct sbm_fault *
bpf_sbm_last_fault(const struct sbm_info *info)
{
	return &bpf_sbm_sandbox(info)->fault;
}

/**
 * bpf_sbm_last_regs() - registers at the last fault of a sandbox
 * @info: The sandbox.
 *
 * Addresses in it are the sandbox's own. They stay as long as the fault does.
 *
 * Return: The registers; zero if there was no fault yet.
 * Context: Any.
 */
__bpf_kfunc const struct sbm_regs *
bpf_sbm_last_regs(const struct sbm_info *info)
{
	return &bpf_sbm_sandbox(info)->regs;
}

/**
 * bpf_sbm_last_verdicts() - what a sandbox was denied last
 * @info: The sandbox.
 *
 * By all policies, the permissive and the built-in one too. In a hook, verdicts
 * of policies that were asked before are among them.
 *
 * Return: The denials, see &struct sbm_last_verdicts. Seen half updated if one
 * is added just now.
 * Context: Any.
 */
__bpf_kfunc const struct sbm_last_verdicts *
bpf_sbm_last_verdicts(const struct sbm_info *info)
{
	return &bpf_sbm_sandbox(info)->verdicts;
}

/**
 * bpf_sbm_policy_error() - give up: this policy went wrong
 * @info: Argument of the hook.
 * @code: A figure for the record.
 * @msg: Why, for the record and the log.
 * @msg__sz: Length of @msg in bytes; a NUL ends it before.
 *
 * Ejects the policy that calls it, at once. The verdict that the hook returns
 * still holds.
 *
 * Return: Zero, or -EINVAL if @info is not that of the hook.
 * Context: Any hook.
 */
__bpf_kfunc int bpf_sbm_policy_error(const struct sbm_info *info, s32 code,
				     const char *msg, u32 msg__sz)
{
	return sbm_policy_error(info, code, msg, msg__sz);
}

/**
 * bpf_sbm_sandbox_acquire() - find a live sandbox
 * @id: Its identifier.
 *
 * Return: The sandbox, to be given back with bpf_sbm_sandbox_release(), or
 * %NULL. It may be destroyed any time; what was found stays readable.
 * Context: Any; finds nothing in NMI.
 */
__bpf_kfunc const struct sbm_info *bpf_sbm_sandbox_acquire(u64 id)
{
	struct sbm_sandbox *sandbox = in_nmi() ? NULL : sbm_sandbox_get(id);

	return sandbox ? &sandbox->info : NULL;
}

/**
 * bpf_sbm_sandbox_release() - give a sandbox back
 * @info: From bpf_sbm_sandbox_acquire().
 *
 * Context: Any but NMI, where there is nothing to give back.
 */
__bpf_kfunc void bpf_sbm_sandbox_release(const struct sbm_info *info)
{
	sbm_sandbox_put(bpf_sbm_sandbox(info));
}

/**
 * bpf_iter_sbm_sandbox_new() - begin a walk over the live sandboxes
 * @it: The walk.
 *
 * Return: Zero.
 * Context: Any, under RCU.
 */
__bpf_kfunc int bpf_iter_sbm_sandbox_new(struct bpf_iter_sbm_sandbox *it)
{
	struct bpf_iter_sbm_sandbox_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) != sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->id = 0;
	return 0;
}

/**
 * bpf_iter_sbm_sandbox_next() - go on to the next sandbox
 * @it: The walk.
 *
 * Return: A sandbox, valid until the end of the RCU section, or %NULL at the
 * end. One that lives all the while is met exactly once.
 * Context: Any, under RCU.
 */
__bpf_kfunc const struct sbm_info *
bpf_iter_sbm_sandbox_next(struct bpf_iter_sbm_sandbox *it)
{
	struct bpf_iter_sbm_sandbox_kern *kit = (void *)it;
	struct sbm_sandbox *sandbox = sbm_sandbox_next_rcu(kit->id);

	if (!sandbox)
		return NULL;
	kit->id = sandbox->info.id;
	return &sandbox->info;
}

/**
 * bpf_iter_sbm_sandbox_destroy() - end a walk
 * @it: The walk.
 *
 * Context: Any.
 */
__bpf_kfunc void bpf_iter_sbm_sandbox_destroy(struct bpf_iter_sbm_sandbox *it)
{
}

__bpf_kfunc_end_defs();

/*
 * For hooks of policies. They get no sandbox but their own: what trusts that
 * the sandbox is the caller's could be called with any other.
 */
BTF_KFUNCS_START(bpf_sbm_hook_kfuncs)
BTF_ID_FLAGS(func, bpf_sbm_read, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_sbm_last_fault, KF_RCU)
BTF_ID_FLAGS(func, bpf_sbm_last_regs, KF_RCU)
BTF_ID_FLAGS(func, bpf_sbm_last_verdicts, KF_RCU)
BTF_ID_FLAGS(func, bpf_sbm_policy_error, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(bpf_sbm_hook_kfuncs)

/* For programs that look on. */
BTF_KFUNCS_START(bpf_sbm_tracing_kfuncs)
BTF_ID_FLAGS(func, bpf_sbm_last_fault, KF_RCU)
BTF_ID_FLAGS(func, bpf_sbm_last_regs, KF_RCU)
BTF_ID_FLAGS(func, bpf_sbm_last_verdicts, KF_RCU)
BTF_ID_FLAGS(func, bpf_sbm_sandbox_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_sbm_sandbox_release, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_iter_sbm_sandbox_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_sbm_sandbox_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_sbm_sandbox_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(bpf_sbm_tracing_kfuncs)

BTF_ID_LIST_SINGLE(bpf_sbm_hook_type, struct, sbm_policy_ops)

/* What is registered for struct_ops is offered to all types of it. */
static int bpf_sbm_hook_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (!btf_id_set8_contains(&bpf_sbm_hook_kfuncs, kfunc_id))
		return 0;
	if (prog->type != BPF_PROG_TYPE_STRUCT_OPS ||
	    prog->aux->attach_btf_id != bpf_sbm_hook_type[0])
		return -EACCES;
	return 0;
}

/* What is registered for tracing is offered to LSM programs, too. */
static int bpf_sbm_tracing_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (btf_id_set8_contains(&bpf_sbm_tracing_kfuncs, kfunc_id) &&
	    prog->type == BPF_PROG_TYPE_LSM)
		return -EACCES;
	return 0;
}

static const struct btf_kfunc_id_set bpf_sbm_hook_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &bpf_sbm_hook_kfuncs,
	.filter = bpf_sbm_hook_filter,
};

static const struct btf_kfunc_id_set bpf_sbm_tracing_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &bpf_sbm_tracing_kfuncs,
	.filter = bpf_sbm_tracing_filter,
};

static int __init bpf_sbm_kfuncs_init(void)
{
	int err;

	err = register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS,
					&bpf_sbm_hook_kfunc_set);
	err = err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING,
					       &bpf_sbm_tracing_kfunc_set);
	err = err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL,
					       &bpf_sbm_tracing_kfunc_set);
	/* What only programs and their readers use: for vmlinux.h. */
	BTF_TYPE_EMIT(struct sbm_event_record);
	return err;
}
late_initcall(bpf_sbm_kfuncs_init);
