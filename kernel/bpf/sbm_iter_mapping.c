// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: BPF iterator over the mappings of live sandboxes.
 */
#include <linux/bpf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/init.h>
#include <linux/seq_file.h>

#include "../sbm/internal.h"

/**
 * struct sbm_mapping_iter - position among the mappings
 * @id: The present sandbox; zero before the first.
 * @va: Address of its mapping that was taken last; zero for none yet.
 * @done: The present mapping was shown.
 * @info: The present mapping: a copy, as the sandbox may go away any time.
 */
struct sbm_mapping_iter {
	u64 id;
	unsigned long va;
	bool done;
	struct sbm_mapping_info info;
};

struct bpf_iter__sbm_mapping {
	__bpf_md_ptr(struct bpf_iter_meta *, meta);
	__bpf_md_ptr(const struct sbm_mapping_info *, info);
};

DEFINE_BPF_ITER_FUNC(sbm_mapping, struct bpf_iter_meta *meta,
		     const struct sbm_mapping_info *info)

/* Go on to the next mapping, of this sandbox or of one after it. */
static void *sbm_mapping_advance(struct sbm_mapping_iter *iter)
{
	struct sbm_sandbox *sandbox;
	bool found;

	sandbox = iter->id ? sbm_sandbox_get(iter->id) : NULL;
	for (;;) {
		if (!sandbox) {
			sandbox = sbm_sandbox_get_next(iter->id);
			if (!sandbox)
				return NULL;
			iter->id = sandbox->info.id;
			iter->va = 0;
		}
		found = sbm_mapping_get_next(sandbox, &iter->va, &iter->info);
		sbm_sandbox_put(sandbox);
		sandbox = NULL;
		if (found) {
			iter->done = false;
			return &iter->info;
		}
	}
}

static void *sbm_mapping_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct sbm_mapping_iter *iter = seq->private;

	if (*pos == 0)
		++*pos;
	/* Stopped before it was shown: that one again. */
	if (iter->va && !iter->done)
		return &iter->info;
	return sbm_mapping_advance(iter);
}

static void *sbm_mapping_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct sbm_mapping_iter *iter = seq->private;

	++*pos;
	iter->done = true;
	return sbm_mapping_advance(iter);
}

static int sbm_run_mapping_iter(struct seq_file *seq,
				const struct sbm_mapping_info *info,
				bool in_stop)
{
	struct bpf_iter_meta meta = { .seq = seq };
	struct bpf_iter__sbm_mapping ctx = { .meta = &meta, .info = info };
	struct bpf_prog *prog = bpf_iter_get_info(&meta, in_stop);

	return prog ? bpf_iter_run_prog(prog, &ctx) : 0;
}

static int sbm_mapping_seq_show(struct seq_file *seq, void *v)
{
	return sbm_run_mapping_iter(seq, v, false);
}

static void sbm_mapping_seq_stop(struct seq_file *seq, void *v)
{
	if (!v)
		sbm_run_mapping_iter(seq, NULL, true);
}

static const struct seq_operations sbm_mapping_seq_ops = {
	.start = sbm_mapping_seq_start,
	.next = sbm_mapping_seq_next,
	.stop = sbm_mapping_seq_stop,
	.show = sbm_mapping_seq_show,
};

static const struct bpf_iter_seq_info sbm_mapping_seq_info = {
	.seq_ops = &sbm_mapping_seq_ops,
	.seq_priv_size = sizeof(struct sbm_mapping_iter),
};

static struct bpf_iter_reg sbm_mapping_reg_info = {
	.target = "sbm_mapping",
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__sbm_mapping, info),
		  PTR_TO_BTF_ID_OR_NULL },
	},
	.seq_info = &sbm_mapping_seq_info,
};

BTF_ID_LIST_SINGLE(sbm_mapping_btf_id, struct, sbm_mapping_info)

static int __init sbm_iter_mapping_init(void)
{
	/* The flags are bits: no variable has this type. */
	BTF_TYPE_EMIT_ENUM(SBM_MAPPING_WRITE);
	sbm_mapping_reg_info.ctx_arg_info[0].btf_id = sbm_mapping_btf_id[0];
	return bpf_iter_reg_target(&sbm_mapping_reg_info);
}
late_initcall(sbm_iter_mapping_init);
