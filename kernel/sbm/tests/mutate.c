// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: every value that comes out of a sandbox is a lie.
 *
 *   /sys/kernel/debug/sbm/mutate	write "SEED COUNT", read how they ended
 *
 * The entry points of the decompressors lead to code that knows nothing but
 * coming out with registers that were made up (mutate_liar.S): requests and
 * their arguments, results, flags, selectors, stack pointers, places to fault
 * at. The kernel calls them like real ones, serves what they ask for, and looks
 * at their results. For half of the calls, another CPU changes all that is in
 * memory meanwhile, through the same mapping as the caller would.
 *
 * What a call ends with must be something that its documentation knows. The
 * rest is left to the kernel's own checks: that none of them had anything to
 * report is for whoever writes to the file to see.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/sbm_codec.h>
#include <linux/sbm_gate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../codec/codec.h"
#include "../codec/stream.h"
#include "arch.h"
#include "flip_image.h"
#include "mutate.h"
#include "sandboxed.h"
#include "seeded.h"

#define MUTATE_OUT	1000	/* bytes; on purpose no round number */
#define MUTATE_CALLS	64	/* calls of a sandbox */

/* Where the code goes: what was there is no longer called. */
#define MUTATE_CODE	SZ_16K

/* === Gates === */

SBM_DECLARE_GATE(SBM_GATE_FIRST, mutate_gate_read, const void *, src,
		 size_t, len)
SBM_DECLARE_GATE(SBM_GATE_FIRST + 1, mutate_gate_write, void *, dst,
		 size_t, len)
SBM_DECLARE_GATE(SBM_GATE_FIRST + 2, mutate_gate_record, const void *, record)

/* As long as the sandbox says, up to a limit. */
SBM_DEFINE_GATE(mutate_gate_read, const void *, src, size_t, len)
{
	void *copy;
	long ret;

	len = min_t(size_t, len, 2 * PAGE_SIZE);
	copy = kmalloc(len, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	ret = sbm_gate_read(sbm, copy, src, len);
	kfree(copy);
	return ret;
}

SBM_DEFINE_GATE(mutate_gate_write, void *, dst, size_t, len)
{
	void *zeroes;
	long ret;

	len = min_t(size_t, len, 2 * PAGE_SIZE);
	zeroes = kzalloc(len, GFP_KERNEL);
	if (!zeroes)
		return -ENOMEM;
	ret = sbm_gate_write(sbm, dst, zeroes, len);
	kfree(zeroes);
	return ret;
}

/* A record that says how long it is: read once, checked, and not read again. */
SBM_DEFINE_GATE(mutate_gate_record, const void *, record)
{
	u8 data[64];
	u32 len;

	if (sbm_gate_read(sbm, &len, record, sizeof(len)))
		return -EFAULT;
	if (len > sizeof(data))
		return -EINVAL;
	return sbm_gate_read(sbm, data, record + sizeof(len), len);
}

static const struct sbm_gate *const mutate_gates[] = {
	SBM_GATE(sbm_log_line),
	SBM_GATE(sbm_pull),
	SBM_GATE(mutate_gate_read),
	SBM_GATE(mutate_gate_write),
	SBM_GATE(mutate_gate_record),
};

static struct sbm_class sbm_mutate_class = {
	.name = "sbm-test-mutate",
	.heap_pages = 32,
	.time_us = 100000,
	.flags = SBM_CLASS_STRONG,
	.gates = mutate_gates,
	.nr_gates = ARRAY_SIZE(mutate_gates),
};

/* === State === */

/* Ends that are none of the kinds of fault. */
enum mutate_end {
	MUTATE_RETURNED = SBM_FAULT_POINTER + 1,
	MUTATE_TIME,
	MUTATE_NR_ENDS,
};

static const char * const mutate_end_names[MUTATE_NR_ENDS] = {
	[SBM_FAULT_NONE] = "unknown",
	[SBM_FAULT_EXCEPTION] = "exception",
	[SBM_FAULT_DOOR] = "door",
	[SBM_FAULT_GATE] = "gate",
	[SBM_FAULT_ABORT] = "abort",
	[SBM_FAULT_POINTER] = "pointer",
	[MUTATE_RETURNED] = "returned",
	[MUTATE_TIME] = "time",
};

/*
 * Ends of calls and gates that were served are counted: in each the kernel has
 * taken values it cannot trust. Not counted is what a gate has read.
 */
static struct {
	unsigned long mutations;
	unsigned long racing;		/* of these, while memory changed */
	unsigned long calls;
	unsigned long served;
	unsigned long grown;
	unsigned long violations;	/* of what is documented */
	unsigned long ends[MUTATE_NR_ENDS];
} mutate_stats;

/**
 * struct mutate - a sandbox that lies
 * @sbm: The sandbox.
 * @image: Its copy of the image, with the code that lies.
 * @places: What there is to lie about.
 * @lies: The lies, for both sides.
 * @own: What the code has for itself.
 * @in: A decompressor's input, which nobody looks at.
 * @out: Its output, a buffer that is read in part.
 * @got: What is read of it, which ends where it ends.
 * @faults: Faults there were before the present call.
 * @random: Where chance comes from.
 * @scribble: Where it comes from on the other CPU.
 */
struct mutate {
	struct sbm sbm;
	struct sbm_flip_image image;
	struct sbm_lie_places places;
	struct sbm_lie *lies;
	struct sbm_buf *own;
	struct sbm_buf *in;
	struct sbm_buf *out;
	u8 *got;
	u64 faults;
	struct rnd_state random;
	struct rnd_state scribble;
};

#define MUTATE_LIES_SIZE	(SBM_NR_LIES * sizeof(struct sbm_lie))

/* === The other CPU === */

/* Values as they are made up for the code; part of one is another. */
static int mutate_scribble(void *data)
{
	struct mutate *m = data;
	u64 *words = (u64 *)m->lies;
	u8 *bytes = (u8 *)m->lies;
	u32 at;

	while (!kthread_should_stop()) {
		at = prandom_u32_state(&m->scribble) % MUTATE_LIES_SIZE;
		if (at & 1)
			WRITE_ONCE(bytes[at], prandom_u32_state(&m->scribble));
		else
			WRITE_ONCE(words[at / sizeof(*words)],
				   sbm_lie_value(&m->places, &m->scribble));
		cond_resched();
	}
	return 0;
}

static struct task_struct *mutate_start_scribbling(struct mutate *m)
{
	unsigned int cpu = cpumask_any_but(cpu_online_mask,
					   raw_smp_processor_id());
	struct task_struct *task;

	task = kthread_create(mutate_scribble, m, "sbm_mutate");
	if (IS_ERR(task))
		return task;
	if (cpu < nr_cpu_ids)
		kthread_bind(task, cpu);
	wake_up_process(task);
	return task;
}

/* === Calls === */

/* Less than there is room for, or too much; now and then an error. */
static ssize_t mutate_pull(void *ctx, void *buf, size_t size)
{
	struct mutate *m = ctx;
	u32 random = prandom_u32_state(&m->random);
	size_t len = random % (size + 1);

	if (!(random >> 28))
		return -EAGAIN;
	memset(buf, random, len);
	return len;
}

static bool mutate_valid_error(struct mutate *m, int ret)
{
	u64 faults = m->sbm.sandbox->info.faults - m->faults;
	struct sbm_fault fault;

	if (ret != sbm_error(&m->sbm))
		return false;
	if (sbm_last_fault(&m->sbm, &fault))
		return false;

	switch (ret) {
	case SBM_ERR_FAULT:
		return faults == 1 && fault.kind != SBM_FAULT_NONE &&
		       fault.kind != SBM_FAULT_GATE &&
		       fault.kind <= SBM_FAULT_POINTER &&
		       fault.region <= SBM_REGION_OTHER &&
		       fault.side <= SBM_SIDE_ABOVE;
	case SBM_ERR_GATE:
		return faults == 1 && fault.kind == SBM_FAULT_GATE;
	case SBM_ERR_TIME:
	case SBM_ERR_KILLED:
		return !faults;
	default:
		return false;
	}
}

static bool mutate_valid_heap(struct mutate *m)
{
	struct sbm_sandbox *sandbox = m->sbm.sandbox;

	return sandbox->info.heap_pages <= sbm_mutate_class.heap_pages &&
	       sandbox->info.heap_pages <= sandbox->heap->nr_pages &&
	       sandbox->heap->nr_pages <= sandbox->heap->max_pages;
}

/* A whole block. Return: false if the result is none that is documented. */
static bool mutate_decompress(struct mutate *m)
{
	enum sbm_codec codec = prandom_u32_state(&m->random) % SBM_NR_CODECS;
	int ret;

	sbm_set_pull(&m->sbm, mutate_pull, m);
	ret = sbm_decompress(&m->sbm, codec, m->in->sbm_ptr, m->in->size,
			     m->out->sbm_ptr, MUTATE_OUT);
	if (sbm_error(&m->sbm))
		return mutate_valid_error(m, ret);
	if (ret >= 0)
		return ret <= MUTATE_OUT &&
		       !sbm_buf_read(m->out, 0, m->got, ret);
	return ret == -EIO || ret == -ENOMEM;
}

/* A stream, of which not much comes. Return: as mutate_decompress(). */
static bool mutate_stream(struct mutate *m)
{
	struct sbm_stream stream;
	ssize_t ret, most = 0;

	ret = sbm_stream_open(&stream, &m->sbm, SBM_CODEC_XZ, SZ_64K,
			      MUTATE_OUT, mutate_pull, m);
	if (!ret) {
		sbm_buf_write(m->own, LIAR_COUNT, &(u64){ 0 }, sizeof(u64));
		mutate_stats.calls++;
		most = prandom_u32_state(&m->random) % (MUTATE_OUT + 1);
		ret = sbm_stream_read(&stream, m->got, most);
	}
	if (sbm_error(&m->sbm))
		return mutate_valid_error(m, ret);
	if (ret >= 0) {
		sbm_buf_write(m->own, LIAR_COUNT, &(u64){ 0 }, sizeof(u64));
		mutate_stats.calls++;
		sbm_stream_close(&stream);
		return ret <= most;
	}
	/* -EAGAIN is of mutate_pull(). */
	return ret == -EIO || ret == -ENOMEM || ret == -EINVAL ||
	       ret == -EAGAIN;
}

static enum mutate_end mutate_end_of(struct mutate *m)
{
	switch (sbm_error(&m->sbm)) {
	case 0:
		return MUTATE_RETURNED;
	case SBM_ERR_TIME:
		return MUTATE_TIME;
	default:
		return m->sbm.sandbox->fault.kind;
	}
}

/* One call, or a few that belong together. Return: zero, or an error. */
static int mutate_once(struct mutate *m, bool racing)
{
	unsigned long calls = mutate_stats.calls;
	struct sbm_info *info = &m->sbm.sandbox->info;
	u64 gates = info->gates;
	bool valid;
	int i;

	for (i = 0; i < SBM_NR_LIES; i++)
		sbm_lie_make(&m->lies[i], &m->places, &m->random);
	sbm_buf_write(m->own, LIAR_COUNT, &(u64){ 0 }, sizeof(u64));

	m->faults = info->faults;
	mutate_stats.calls++;
	if (prandom_u32_state(&m->random) % 8)
		valid = mutate_decompress(m);
	else
		valid = mutate_stream(m);
	if (sbm_error(&m->sbm) == SBM_ERR_KILLED)
		return SBM_ERR_KILLED;

	/* The close of a stream may have ended in any way. */
	if (!valid || !mutate_valid_heap(m))
		mutate_stats.violations++;
	mutate_stats.ends[mutate_end_of(m)]++;
	mutate_stats.grown += info->heap_pages;
	mutate_stats.served += info->gates - gates;
	calls = mutate_stats.calls - calls + info->gates - gates;
	mutate_stats.mutations += calls;
	if (racing)
		mutate_stats.racing += calls;
	return sbm_reset(&m->sbm);
}

/* === Setting up === */

static void mutate_redirect(struct mutate *m, const struct sbm_func *func)
{
	const u8 jump = 0xe9;
	s32 distance = MUTATE_CODE - (*func->offset + 5);

	sbm_flip_image_write(&m->image, *func->offset, &jump, 1);
	sbm_flip_image_write(&m->image, *func->offset + 1, &distance, 4);
}

static void mutate_put_word(struct mutate *m, const u8 *label, u64 word)
{
	sbm_flip_image_write(&m->image, MUTATE_CODE + (label - sbm_liar_start),
			     &word, sizeof(word));
}

static void mutate_put_code(struct mutate *m, const void *lies)
{
	static const struct sbm_func * const funcs[] = {
		&sbm_func_sbm_codec_zlib, &sbm_func_sbm_codec_xz,
		&sbm_func_sbm_codec_zstd, &sbm_func_sbm_codec_lz4,
		&sbm_func_sbm_codec_lzo, &sbm_func_sbm_codec_bzip2,
		&sbm_func_sbm_codec_lzma, &sbm_func_sbm_codec_stream_open,
		&sbm_func_sbm_codec_stream_read,
		&sbm_func_sbm_codec_stream_close,
	};
	int i;

	sbm_flip_image_write(&m->image, MUTATE_CODE, sbm_liar_start,
			     sbm_liar_end - sbm_liar_start);
	mutate_put_word(m, sbm_liar_lies, (unsigned long)lies);
	mutate_put_word(m, sbm_liar_own, (unsigned long)m->own->sbm_ptr);
	for (i = 0; i < ARRAY_SIZE(funcs); i++)
		mutate_redirect(m, funcs[i]);
}

static void mutate_find_places(struct mutate *m)
{
	struct sbm_sandbox *sandbox = m->sbm.sandbox;
	struct sbm_lie_places *places = &m->places;
	struct sbm_region *region;

	list_for_each_entry(region, &sandbox->regions, node)
		sbm_lie_place(places,
			      region == sandbox->stack ?
			      sbm_stack_limit(sandbox) : region->va,
			      region->max_pages * PAGE_SIZE);
	sbm_lie_place(places, arch_sbm_image_va(0), arch_sbm_image_size());
	sbm_lie_place(places, 0, PAGE_SIZE);
	sbm_lie_place(places, TASK_SIZE_MAX, BIT(48));
	/*
	 * The same memory, and other, as the kernel knows it. Not the stack of
	 * this task: with that in RSP, the unwinder says once that the stack
	 * goes in the wrong direction, as it would for any process.
	 */
	sbm_lie_place(places, (unsigned long)m->lies, MUTATE_LIES_SIZE);
	sbm_lie_place(places, (unsigned long)task_stack_page(&init_task),
		      THREAD_SIZE);
	sbm_lie_place(places, (unsigned long)m, sizeof(*m));
}

static int mutate_init(struct mutate *m, u64 seed)
{
	struct sbm *sbm = &m->sbm;
	void *lies;
	int err;

	prandom_seed_state(&m->random, seed);
	prandom_seed_state(&m->scribble, ~seed);
	err = sbm_init_class(sbm, &sbm_mutate_class);
	if (err)
		return err;
	err = sbm_flip_image_init(&m->image, sbm);
	if (err)
		return err;

	m->lies = alloc_pages_exact(MUTATE_LIES_SIZE, GFP_KERNEL | __GFP_ZERO);
	m->got = kmalloc(MUTATE_OUT, GFP_KERNEL);
	if (!m->lies || !m->got)
		return -ENOMEM;
	lies = SBM_MAP_WRITABLE(sbm, m->lies, MUTATE_LIES_SIZE);
	m->own = sbm_alloc_buf(sbm, PAGE_SIZE, SBM_INOUT);
	m->in = sbm_alloc_buf(sbm, MUTATE_OUT, SBM_IN);
	m->out = sbm_alloc_buf(sbm, MUTATE_OUT, SBM_OUT);
	if (sbm_error(sbm))
		return sbm_error(sbm);

	mutate_put_code(m, lies);
	mutate_find_places(m);
	return 0;
}

static void mutate_free(struct mutate *m)
{
	sbm_destroy(&m->sbm);
	sbm_flip_image_free(&m->image);
	if (m->lies)
		free_pages_exact(m->lies, MUTATE_LIES_SIZE);
	kfree(m->got);
	kfree(m);
}

/* The sandboxes of others have not heard of it. They may take any time. */
static int mutate_check_others(void)
{
	struct sbm sbm;
	int err;

	sbm_init(&sbm);
	err = sbm_call(&sbm, sbm_test_null);
	sbm_destroy(&sbm);
	return err;
}

/* The life of one sandbox: the second half of it is disturbed. */
static int mutate_sandbox(u64 seed)
{
	struct task_struct *scribbler = NULL;
	struct mutate *m;
	int i, err;

	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	err = mutate_init(m, seed);
	for (i = 0; i < MUTATE_CALLS && !err; i++) {
		if (i == MUTATE_CALLS / 2) {
			scribbler = mutate_start_scribbling(m);
			err = PTR_ERR_OR_ZERO(scribbler);
			if (err)
				break;
		}
		err = mutate_once(m, scribbler);
	}
	if (!IS_ERR_OR_NULL(scribbler))
		kthread_stop(scribbler);
	mutate_free(m);
	return err ?: mutate_check_others();
}

static int mutate_all(u64 seed, unsigned long count)
{
	int err = 0;

	memset(&mutate_stats, 0, sizeof(mutate_stats));
	while (mutate_stats.mutations < count && !err) {
		err = mutate_sandbox(seed++);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

/* === Interface === */

static void mutate_show(struct seq_file *m)
{
	int i;

	seq_printf(m, "mutations=%lu racing=%lu calls=%lu served=%lu grown=%lu violations=%lu",
		   mutate_stats.mutations, mutate_stats.racing,
		   mutate_stats.calls, mutate_stats.served, mutate_stats.grown,
		   mutate_stats.violations);
	for (i = 0; i < MUTATE_NR_ENDS; i++)
		seq_printf(m, " %s=%lu", mutate_end_names[i],
			   mutate_stats.ends[i]);
}

static struct sbm_seeded sbm_mutate_seeded = {
	.name = "mutate",
	.run = mutate_all,
	.show = mutate_show,
};

static int __init sbm_mutate_init(void)
{
	int err = sbm_class_register(&sbm_mutate_class);

	if (err)
		return err;
	/* What they would log is not worth reading. */
	sbm_mutate_class.log_limit.burst = 0;
	sbm_seeded_create(&sbm_mutate_seeded);
	return 0;
}
late_initcall(sbm_mutate_init);
