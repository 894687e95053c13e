// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: BPF iterators over live sandboxes and attached policies.
 */
#include <linux/bpf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/init.h>
#include <linux/seq_file.h>

#include "../sbm/internal.h"

/* === sbm_sandbox === */

/**
 * struct sbm_sandbox_iter - position among the sandboxes
 * @id: Id of the last sandbox that is done. Ids only grow, so a walk ends and
 *	shows each sandbox that lives all the while exactly once.
 */
struct sbm_sandbox_iter {
	u64 id;
};

struct bpf_iter__sbm_sandbox {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(const struct sbm_info *, info);
	__bpf_md_ptr(const struct sbm_fault *, fault);
};

DEFINE_BPF_ITER_FUNC(sbm_sandbox, struct bpf_iter_meta *meta,
		     const struct sbm_info *info, const struct sbm_fault *fault)

static void *sbm_sandbox_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct sbm_sandbox_iter *iter = seq->private;
	struct sbm_sandbox *sandbox = sbm_sandbox_get_next(iter->id);

	if (sandbox && *pos == 0)
		++*pos;
	return sandbox;
}

static void *sbm_sandbox_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct sbm_sandbox_iter *iter = seq->private;
	struct sbm_sandbox *sandbox = v;

	++*pos;
	iter->id = sandbox->info.id;
	sbm_sandbox_put(sandbox);
	return sbm_sandbox_get_next(iter->id);
}

static int sbm_run_sandbox_iter(struct seq_file *seq,
				const struct sbm_sandbox *sandbox, bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__sbm_sandbox ctx = {
		.meta = &meta,
		.info = sandbox ? &sandbox->info : NULL,
		.fault = sandbox ? &sandbox->fault : NULL,
	};
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int sbm_sandbox_seq_show(struct seq_file *seq, void *v)
{
	return sbm_run_sandbox_iter(seq, v, false);
}

static void sbm_sandbox_seq_stop(struct seq_file *seq, void *v)
{
	if (v)
		sbm_sandbox_put(v);
	else
		sbm_run_sandbox_iter(seq, NULL, true);
}

static const struct seq_operations sbm_sandbox_seq_ops = {
	.start = sbm_sandbox_seq_start,
	.next = sbm_sandbox_seq_next,
	.stop = sbm_sandbox_seq_stop,
	.show = sbm_sandbox_seq_show,
};

static const struct bpf_iter_seq_info sbm_sandbox_seq_info = {
	.seq_ops = &sbm_sandbox_seq_ops,
	.seq_priv_size = sizeof(struct sbm_sandbox_iter),
};

static struct bpf_iter_reg sbm_sandbox_reg_info = {
	.target = "sbm_sandbox",
	.ctx_arg_info_size = 2,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__sbm_sandbox, info),
		  PTR_TO_BTF_ID_OR_NULL },
		{ offsetof(struct bpf_iter__sbm_sandbox, fault),
		  PTR_TO_BTF_ID_OR_NULL },
	},
	.seq_info = &sbm_sandbox_seq_info,
};

/* === sbm_policy === */

/**
 * struct sbm_policy_iter - position among the policies
 * @id: Id of the last policy that is done.
 * @info: The current one: a copy, as it may be detached any time.
 */
struct sbm_policy_iter {
	u64 id;
	struct sbm_policy_info info;
};

struct bpf_iter__sbm_policy {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(const struct sbm_policy_info *, info);
};

DEFINE_BPF_ITER_FUNC(sbm_policy, struct bpf_iter_meta *meta,
		     const struct sbm_policy_info *info)

static void *sbm_policy_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct sbm_policy_iter *iter = seq->private;

	if (!sbm_policy_get_next(iter->id, &iter->info))
		return NULL;
	if (*pos == 0)
		++*pos;
	return &iter->info;
}

static void *sbm_policy_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct sbm_policy_iter *iter = seq->private;

	++*pos;
	iter->id = iter->info.id;
	return sbm_policy_get_next(iter->id, &iter->info) ? &iter->info : NULL;
}

static int sbm_run_policy_iter(struct seq_file *seq,
			       const struct sbm_policy_info *info, bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__sbm_policy ctx = { .meta = &meta, .info = info };
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int sbm_policy_seq_show(struct seq_file *seq, void *v)
{
	return sbm_run_policy_iter(seq, v, false);
}

static void sbm_policy_seq_stop(struct seq_file *seq, void *v)
{
	if (!v)
		sbm_run_policy_iter(seq, NULL, true);
}

static const struct seq_operations sbm_policy_seq_ops = {
	.start = sbm_policy_seq_start,
	.next = sbm_policy_seq_next,
	.stop = sbm_policy_seq_stop,
	.show = sbm_policy_seq_show,
};

static const struct bpf_iter_seq_info sbm_policy_seq_info = {
	.seq_ops = &sbm_policy_seq_ops,
	.seq_priv_size = sizeof(struct sbm_policy_iter),
};

static struct bpf_iter_reg sbm_policy_reg_info = {
	.target = "sbm_policy",
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__sbm_policy, info),
		  PTR_TO_BTF_ID_OR_NULL },
	},
	.seq_info = &sbm_policy_seq_info,
};

/* === Registration === */

BTF_ID_LIST(sbm_iter_btf_ids)
BTF_ID(struct, sbm_info)
BTF_ID(struct, sbm_policy_info)
BTF_ID(struct, sbm_fault)

static int __init sbm_iter_init(void)
{
	int err;

	sbm_sandbox_reg_info.ctx_arg_info[0].btf_id = sbm_iter_btf_ids[0];
	sbm_sandbox_reg_info.ctx_arg_info[1].btf_id = sbm_iter_btf_ids[2];
	err = bpf_iter_reg_target(&sbm_sandbox_reg_info);
	sbm_policy_reg_info.ctx_arg_info[0].btf_id = sbm_iter_btf_ids[1];
	return err ?: bpf_iter_reg_target(&sbm_policy_reg_info);
}
late_initcall(sbm_iter_init);
