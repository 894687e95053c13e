// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: policies written in BPF.
 *
 * The struct_ops type sbm_policy_ops. Nothing is decided here; the rules for
 * policies are in kernel/sbm/policy.c.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sbm_policy.h>

/* === Functions for programs === */

__bpf_kfunc_start_defs();

/**
 * bpf_sbm_limit_time() - limit the time of the call that is about to enter
 * @info: Argument of the hook.
 * @ns: CPU time it may spend inside, in nanoseconds, not zero.
 *
 * Can only make the limit lower. When it is reached the call ends with
 * %SBM_ERR_TIME.
 *
 * Return: Zero, or -EINVAL if @ns is zero.
 * Context: The enter hook only.
 */
__bpf_kfunc int bpf_sbm_limit_time(const struct sbm_info *info, u64 ns)
{
	if (!ns)
		return -EINVAL;
	sbm_limit_time((struct sbm_info *)info, ns);
	return 0;
}

/**
 * bpf_sbm_limit_heap() - limit the heap for the call that is about to enter
 * @info: Argument of the hook.
 * @nr_pages: Pages the heap may have.
 *
 * Can only make the limit lower. When it is reached sbm_malloc() returns %NULL
 * inside.
 *
 * Return: Zero.
 * Context: The enter hook only.
 */
__bpf_kfunc int bpf_sbm_limit_heap(const struct sbm_info *info, u64 nr_pages)
{
	sbm_limit_heap((struct sbm_info *)info, nr_pages);
	return 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(bpf_sbm_enter_kfuncs)
BTF_ID_FLAGS(func, bpf_sbm_limit_time, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_sbm_limit_heap, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(bpf_sbm_enter_kfuncs)

BTF_ID_LIST_SINGLE(bpf_sbm_ops_id, struct, sbm_policy_ops)

/* The index of the enter hook among the members of the type. */
static int bpf_sbm_enter_member __ro_after_init = -1;

/*
 * What is registered for struct_ops programs is offered to those of all types.
 * These functions trust their argument to be that of an enter hook.
 */
static int bpf_sbm_kfunc_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (!btf_id_set8_contains(&bpf_sbm_enter_kfuncs, kfunc_id))
		return 0;
	if (prog->type != BPF_PROG_TYPE_STRUCT_OPS ||
	    prog->aux->attach_btf_id != bpf_sbm_ops_id[0] ||
	    prog->expected_attach_type != bpf_sbm_enter_member)
		return -EACCES;
	return 0;
}

static const struct btf_kfunc_id_set bpf_sbm_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &bpf_sbm_enter_kfuncs,
	.filter = bpf_sbm_kfunc_filter,
};

/* === Verifying === */

static int bpf_sbm_find_enter(struct btf *btf)
{
	const struct btf_member *member;
	const struct btf_type *t;
	u32 i;

	t = btf_type_by_id(btf, bpf_sbm_ops_id[0]);
	for_each_member(i, t, member) {
		if (__btf_member_bit_offset(t, member) ==
		    offsetof(struct sbm_policy_ops, enter) * 8) {
			bpf_sbm_enter_member = i;
			return 0;
		}
	}
	return -ENOENT;
}

/* Called once, when the type is registered. */
static int bpf_sbm_init(struct btf *btf)
{
	return bpf_sbm_find_enter(btf);
}

/* Arguments are trusted pointers, and read-only: no btf_struct_access. */
static bool bpf_sbm_is_valid_access(int off, int size,
				    enum bpf_access_type type,
				    const struct bpf_prog *prog,
				    struct bpf_insn_access_aux *info)
{
	return bpf_tracing_btf_ctx_access(off, size, type, prog, info);
}

static const struct bpf_verifier_ops bpf_sbm_verifier_ops = {
	.get_func_proto = bpf_base_func_proto,
	.is_valid_access = bpf_sbm_is_valid_access,
};

static int bpf_sbm_check_member(const struct btf_type *t,
				const struct btf_member *member,
				const struct bpf_prog *prog)
{
	/* The caller of a sandbox may hold locks: a hook must not block. */
	if (prog->sleepable)
		return -EINVAL;
	/* Policies judge all of the kernel; they are not for delegation. */
	if (prog->aux->token) {
		pr_notice_ratelimited("policy refused: a program of it was loaded with a BPF token\n");
		return -EPERM;
	}
	return 0;
}

static int bpf_sbm_init_member(const struct btf_type *t,
			       const struct btf_member *member,
			       void *kdata, const void *udata)
{
	const struct sbm_policy_ops *uops = udata;
	struct sbm_policy_ops *ops = kdata;

	switch (__btf_member_bit_offset(t, member) / 8) {
	case offsetof(struct sbm_policy_ops, class):
		memcpy(ops->class, uops->class, sizeof(ops->class));
		return 1;
	case offsetof(struct sbm_policy_ops, name):
		memcpy(ops->name, uops->name, sizeof(ops->name));
		return 1;
	case offsetof(struct sbm_policy_ops, cgroup):
		ops->cgroup = uops->cgroup;
		return 1;
	case offsetof(struct sbm_policy_ops, mode):
		ops->mode = uops->mode;
		return 1;
	case offsetof(struct sbm_policy_ops, flags):
		ops->flags = uops->flags;
		return 1;
	case offsetof(struct sbm_policy_ops, priority):
		ops->priority = uops->priority;
		return 1;
	case offsetof(struct sbm_policy_ops, time_us):
		ops->time_us = uops->time_us;
		return 1;
	}
	return 0;
}

static int bpf_sbm_validate(void *kdata)
{
	int err = sbm_policy_validate(kdata);

	if (err)
		sbm_policy_refuse(err == -EINVAL ? NULL : kdata);
	return err;
}

/* === Attaching === */

static bool bpf_sbm_hold(void *arg)
{
	return !IS_ERR(bpf_link_inc_not_zero(arg));
}

/* Whoever polls the link sees EPOLLHUP. */
static void bpf_sbm_eject(void *arg)
{
	struct bpf_link *link = arg;

	link->ops->detach(link);
	bpf_link_put(link);
}

static const struct sbm_policy_owner bpf_sbm_owner = {
	.hold = bpf_sbm_hold,
	.eject = bpf_sbm_eject,
};

static int bpf_sbm_reg(void *kdata, struct bpf_link *link)
{
	struct sbm_policy_ops *ops = kdata;

	/* Without a link there would be nothing to pin, replace or eject. */
	if (!link) {
		pr_notice_ratelimited("policy %s refused: attach it with a link\n",
				      ops->name);
		sbm_policy_refuse(ops);
		return -EOPNOTSUPP;
	}
	return sbm_policy_attach(ops, &bpf_sbm_owner, link);
}

static void bpf_sbm_unreg(void *kdata, struct bpf_link *link)
{
	sbm_policy_detach(kdata);
}

static int bpf_sbm_update(void *kdata, void *old_kdata, struct bpf_link *link)
{
	return sbm_policy_update(kdata, old_kdata);
}

/* === The type === */

static int sbm_policy_ops__enter(const struct sbm_info *info, u64 flags)
{
	return 0;
}

static int sbm_policy_ops__fault(const struct sbm_info *info,
				 const struct sbm_fault *fault)
{
	return 0;
}

static int sbm_policy_ops__grow(const struct sbm_info *info, u64 nr_pages)
{
	return 0;
}

static void sbm_policy_ops__exit(const struct sbm_info *info, s32 result)
{
}

static struct sbm_policy_ops __bpf_sbm_policy_ops = {
	.enter = sbm_policy_ops__enter,
	.fault = sbm_policy_ops__fault,
	.grow = sbm_policy_ops__grow,
	.exit = sbm_policy_ops__exit,
};

static struct bpf_struct_ops bpf_sbm_policy_ops = {
	.verifier_ops = &bpf_sbm_verifier_ops,
	.init = bpf_sbm_init,
	.check_member = bpf_sbm_check_member,
	.init_member = bpf_sbm_init_member,
	.validate = bpf_sbm_validate,
	.reg = bpf_sbm_reg,
	.unreg = bpf_sbm_unreg,
	.update = bpf_sbm_update,
	.name = "sbm_policy_ops",
	.cfi_stubs = &__bpf_sbm_policy_ops,
	.owner = THIS_MODULE,
};

static int __init bpf_sbm_hooks_init(void)
{
	int err;

	err = register_bpf_struct_ops(&bpf_sbm_policy_ops, sbm_policy_ops);
	return err ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS,
						&bpf_sbm_kfunc_set);
}
late_initcall(bpf_sbm_hooks_init);
