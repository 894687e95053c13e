// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: BPF iterator over the classes.
 */
#include <linux/bpf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/init.h>
#include <linux/seq_file.h>

#include "../sbm/internal.h"

/**
 * struct sbm_class_iter - position among the classes, which are walked by name
 * @name: Name of the last class that is done.
 * @info: The present one: a copy, as it may be unregistered any time.
 */
struct sbm_class_iter {
	char name[SBM_NAME_LEN];
	struct sbm_class_info info;
};

struct bpf_iter__sbm_class {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(const struct sbm_class_info *, info);
};

DEFINE_BPF_ITER_FUNC(sbm_class, struct bpf_iter_meta *meta,
		     const struct sbm_class_info *info)

static void *sbm_class_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct sbm_class_iter *iter = seq->private;

	if (!sbm_class_get_next(iter->name, &iter->info))
		return NULL;
	if (*pos == 0)
		++*pos;
	return &iter->info;
}

static void *sbm_class_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct sbm_class_iter *iter = seq->private;

	++*pos;
	strscpy(iter->name, iter->info.name);
	return sbm_class_get_next(iter->name, &iter->info) ? &iter->info : NULL;
}

static int sbm_run_class_iter(struct seq_file *seq,
			      const struct sbm_class_info *info, bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__sbm_class ctx = { .meta = &meta, .info = info };
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int sbm_class_seq_show(struct seq_file *seq, void *v)
{
	return sbm_run_class_iter(seq, v, false);
}

static void sbm_class_seq_stop(struct seq_file *seq, void *v)
{
	if (!v)
		sbm_run_class_iter(seq, NULL, true);
}

static const struct seq_operations sbm_class_seq_ops = {
	.start = sbm_class_seq_start,
	.next = sbm_class_seq_next,
	.stop = sbm_class_seq_stop,
	.show = sbm_class_seq_show,
};

static const struct bpf_iter_seq_info sbm_class_seq_info = {
	.seq_ops = &sbm_class_seq_ops,
	.seq_priv_size = sizeof(struct sbm_class_iter),
};

static struct bpf_iter_reg sbm_class_reg_info = {
	.target = "sbm_class",
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__sbm_class, info),
		  PTR_TO_BTF_ID_OR_NULL },
	},
	.seq_info = &sbm_class_seq_info,
};

BTF_ID_LIST_SINGLE(sbm_class_btf_id, struct, sbm_class_info)

static int __init sbm_iter_class_init(void)
{
	sbm_class_reg_info.ctx_arg_info[0].btf_id = sbm_class_btf_id[0];
	return bpf_iter_reg_target(&sbm_class_reg_info);
}
late_initcall(sbm_iter_class_init);
