// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: a way for the hook of a BPF policy to make a sandboxed
 * call, as a helper or kfunc would that should be marked as one that sleeps, and
 * is not.
 *
 *   /sys/kernel/debug/sbm/hook_call	while it is open there is a sandbox for
 *					bpf_sbm_test_call()
 */
#include <linux/atomic.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/rcupdate.h>
#include <linux/sbm.h>

#include "sandboxed.h"

static struct sbm_class sbm_hook_call_class = {
	.name = "sbm-test-hook",
	.heap_pages = 1,
};

/* Made beforehand, as that sleeps, too. */
static struct sbm sbm_hook_call;
static atomic_t sbm_hook_call_taken;
static bool sbm_hook_call_ready;

/* === The function === */

__bpf_kfunc_start_defs();

/**
 * bpf_sbm_test_call() - make a sandboxed call
 *
 * Return: As sbm_call(), or -ENODEV if nobody has made a sandbox for it.
 * Context: A hook of a policy; which is what is wrong with it.
 */
__bpf_kfunc int bpf_sbm_test_call(void)
{
	/* Pairs with the release in sbm_hook_call_open(). */
	if (!smp_load_acquire(&sbm_hook_call_ready))
		return -ENODEV;
	return sbm_call(&sbm_hook_call, sbm_test_null);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(bpf_sbm_hook_call_kfuncs)
BTF_ID_FLAGS(func, bpf_sbm_test_call)
BTF_KFUNCS_END(bpf_sbm_hook_call_kfuncs)

BTF_ID_LIST_SINGLE(bpf_sbm_hook_call_type, struct, sbm_policy_ops)

static int bpf_sbm_hook_call_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (btf_id_set8_contains(&bpf_sbm_hook_call_kfuncs, kfunc_id) &&
	    prog->aux->attach_btf_id != bpf_sbm_hook_call_type[0])
		return -EACCES;
	return 0;
}

static const struct btf_kfunc_id_set bpf_sbm_hook_call_set = {
	.owner = THIS_MODULE,
	.set = &bpf_sbm_hook_call_kfuncs,
	.filter = bpf_sbm_hook_call_filter,
};

/* === Its sandbox === */

static int sbm_hook_call_open(struct inode *inode, struct file *file)
{
	int err;

	if (atomic_cmpxchg(&sbm_hook_call_taken, 0, 1))
		return -EBUSY;
	err = sbm_init_class(&sbm_hook_call, &sbm_hook_call_class);
	if (err) {
		sbm_destroy(&sbm_hook_call);
		atomic_set_release(&sbm_hook_call_taken, 0);
		return err;
	}
	/* Who sees this sees the sandbox. */
	smp_store_release(&sbm_hook_call_ready, true);
	return nonseekable_open(inode, file);
}

static int sbm_hook_call_release(struct inode *inode, struct file *file)
{
	WRITE_ONCE(sbm_hook_call_ready, false);
	/* Hooks run under RCU. */
	synchronize_rcu();
	sbm_destroy(&sbm_hook_call);
	atomic_set_release(&sbm_hook_call_taken, 0);
	return 0;
}

static const struct file_operations sbm_hook_call_fops = {
	.owner = THIS_MODULE,
	.open = sbm_hook_call_open,
	.release = sbm_hook_call_release,
};

static int __init sbm_hook_call_init(void)
{
	struct dentry *sbm;
	int err;

	err = sbm_class_register(&sbm_hook_call_class);
	if (err)
		return err;
	sbm = debugfs_lookup("sbm", NULL);
	debugfs_create_file("hook_call", 0400, sbm, NULL, &sbm_hook_call_fops);
	dput(sbm);
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS,
					 &bpf_sbm_hook_call_set);
}
late_initcall_sync(sbm_hook_call_init);
