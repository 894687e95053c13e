// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: bits flip while decompressors run.
 *
 *   /sys/kernel/debug/sbm/flip	write "SEED COUNT", read how they ended
 *
 * Only a flip in what is used can show anything. So each happens in the middle
 * of a call, in the bytes that the next instruction consists of, or in those it
 * is about to read:
 *
 * The sandbox has a copy of the image. Once for each codec, all of its text is
 * breakpoints. Each that is hit makes room for its instruction, and what has
 * been hit in the end is what the codec executes. Then for each flip one of
 * these instructions is replaced by a breakpoint, and the call stops where it
 * would execute it for the first time. Now the instruction is put back, the
 * bit is flipped, there or where its operand is, and the call goes on.
 *
 * A return probe on arch_sbm_run() does that. To the run loop it looks like an
 * interrupt; all else is what happens to any other user of sandboxes.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/prandom.h>
#include <linux/sbm_codec.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/vmalloc.h>
#include <asm/insn.h>
#include <asm/insn-eval.h>
#include <asm/trapnr.h>

#include "arch.h"
#include "codec_vectors.h"
#include "flip_image.h"
#include "image/image.h"
#include "seeded.h"

#define FLIP_BREAKPOINT	0xcc	/* int3 */
#define FLIP_OUT_LEN	SZ_4K

/* A loop without end is over after this. Calls without a flip take any time. */
#define FLIP_TIME_US	(USEC_PER_SEC / 2)

static struct sbm_class sbm_flip_class = {
	.name = "sbm-test-flip",
	.heap_pages = 1024,
	.flags = SBM_CLASS_STRONG,
};

/* How a call with a flipped bit ends. */
enum flip_end {
	FLIP_FAULT,		/* the kernel ended it */
	FLIP_ERROR,		/* the codec reported an error */
	FLIP_WRONG,		/* it has other output */
	FLIP_NONE,		/* it has the same output */
	FLIP_TIME,		/* its time was up */
	FLIP_NR_ENDS,
};

static const char * const flip_end_names[FLIP_NR_ENDS] = {
	[FLIP_FAULT] = "fault",
	[FLIP_ERROR] = "error",
	[FLIP_WRONG] = "wrong",
	[FLIP_NONE] = "none",
	[FLIP_TIME] = "time",
};

/* What the bit was part of. */
enum flip_place {
	FLIP_TEXT,
	FLIP_RODATA,
	FLIP_DATA,
	FLIP_INPUT,
	FLIP_OUTPUT,
	FLIP_STACK,
	FLIP_HEAP,
	FLIP_NR_PLACES,
};

static const char * const flip_place_names[FLIP_NR_PLACES] = {
	[FLIP_TEXT] = "text",
	[FLIP_RODATA] = "rodata",
	[FLIP_DATA] = "data",
	[FLIP_INPUT] = "input",
	[FLIP_OUTPUT] = "output",
	[FLIP_STACK] = "stack",
	[FLIP_HEAP] = "heap",
};

/**
 * struct flip_run - a sandbox, a codec and what it executes
 * @sbm: The sandbox.
 * @image: Its copy of the image.
 * @codec: Index into &codec_vectors.
 * @in: The input, for the sandbox.
 * @out: The output, for the sandbox.
 * @got: The output, as it came.
 * @want: The output, as it should be.
 * @want_len: Its length in bytes, or a negative errno.
 * @at: Offsets in the image of the instructions it executes.
 * @nr: How many.
 * @reads: Those of them whose operand is in memory, as far as is known.
 * @nr_reads: How many.
 */
struct flip_run {
	struct sbm sbm;
	struct sbm_flip_image image;
	unsigned int codec;
	const u8 *in;
	u8 *out;
	u8 *got;
	u8 *want;
	int want_len;
	u32 *at;
	unsigned int nr;
	u32 *reads;
	unsigned int nr_reads;
};

/* What became of them. */
static struct {
	unsigned long flips;
	unsigned long survived;
	unsigned long missed;
	unsigned long ends[FLIP_NR_ENDS];
	unsigned long places[FLIP_NR_PLACES];
	unsigned long instructions;
} flip_stats;

/* What the probe has to do: note all breakpoints, or flip a bit at the one. */
static struct {
	struct flip_run *run;
	bool tracing;
	bool armed;
	u32 at;			/* offset of the one */
	bool operand;		/* flip what it reads */
	u32 random;		/* which bit */
} flip_plan;

/* === Flipping === */

static bool flip_decode(struct insn *insn, u32 offset)
{
	size_t len = min_t(size_t, MAX_INSN_SIZE,
			   sbm_image.text_size - offset);

	return !insn_decode(insn, sbm_image.blob + offset, len, INSN_MODE_64);
}

/* Return: how many bytes @insn is going to read at @va, as far as is known. */
static unsigned int flip_reads(struct insn *insn, struct pt_regs *regs,
			       unsigned long *va)
{
	u8 opcode = insn->opcode.bytes[0];
	int bytes;

	switch (insn_decode_mmio(insn, &bytes)) {
	case INSN_MMIO_READ:
	case INSN_MMIO_READ_ZERO_EXTEND:
	case INSN_MMIO_READ_SIGN_EXTEND:
		if (X86_MODRM_MOD(insn->modrm.value) == 3)
			return 0;
		*va = (unsigned long)insn_get_addr_ref(insn, regs);
		return bytes;
	case INSN_MMIO_MOVS:
		*va = regs->si;
		return regs->cx ? bytes : 0;
	default:
		break;
	}
	/* pop, ret */
	if ((opcode & 0xf8) == 0x58 || opcode == 0xc3) {
		*va = regs->sp;
		return sizeof(long);
	}
	return 0;
}

static enum flip_place flip_place_of(const struct sbm_sandbox *sandbox,
				     const struct sbm_region *region)
{
	if (region == sandbox->stack)
		return FLIP_STACK;
	if (region == sandbox->heap)
		return FLIP_HEAP;
	if (region == sandbox->arch->data)
		return FLIP_DATA;
	return region->prot & SBM_PROT_WRITE ? FLIP_OUTPUT : FLIP_INPUT;
}

/* Flip bits of the byte at @va. Return: false if there is none. */
static bool flip_byte(struct flip_run *run, unsigned long va, u8 bits)
{
	struct sbm_sandbox *sandbox = run->sbm.sandbox;
	unsigned long offset = va - arch_sbm_image_va(0);
	struct sbm_region *region;
	u8 byte;

	if (offset < run->image.size) {
		*sbm_flip_image_at(&run->image, offset) ^= bits;
		flip_stats.places[offset < run->image.text_size ?
				  FLIP_TEXT : FLIP_RODATA]++;
		return true;
	}

	list_for_each_entry(region, &sandbox->regions, node) {
		if (va - region->va >= region->nr_pages * PAGE_SIZE)
			continue;
		sbm_region_read(region, va - region->va, &byte, 1);
		byte ^= bits;
		sbm_region_write(region, va - region->va, &byte, 1);
		flip_stats.places[flip_place_of(sandbox, region)]++;
		return true;
	}
	return false;
}

static void flip_at(struct flip_run *run, struct insn *insn,
		    struct pt_regs *regs)
{
	unsigned int bytes = 0, random = flip_plan.random;
	u8 bit = BIT(random % 8);
	unsigned long va;

	if (flip_plan.operand)
		bytes = flip_reads(insn, regs, &va);
	if (bytes && flip_byte(run, va + random / 8 % bytes, bit))
		return;
	flip_byte(run, regs->ip + random / 8 % insn->length, bit);
}

/* Return: true if @exit is at a breakpoint of this test, and it can go on. */
static bool flip_stop(struct flip_run *run, const struct sbm_exit *exit)
{
	struct pt_regs *regs = &run->sbm.sandbox->arch->regs;
	u32 offset = exit->fault.ip - 1;
	struct insn insn;
	unsigned long va;

	if (exit->reason != SBM_EXIT_FAULT ||
	    exit->fault.kind != SBM_FAULT_EXCEPTION ||
	    exit->fault.vector != X86_TRAP_BP ||
	    exit->fault.ip > run->image.text_size)
		return false;
	if (!flip_plan.tracing && (!flip_plan.armed || offset != flip_plan.at))
		return false;
	if (!flip_decode(&insn, offset))
		return false;

	sbm_flip_image_write(&run->image, offset, sbm_image.blob + offset,
			     insn.length);
	regs->ip--;
	if (flip_plan.tracing) {
		run->at[run->nr++] = offset;
		if (flip_reads(&insn, regs, &va))
			run->reads[run->nr_reads++] = offset;
	} else {
		flip_plan.armed = false;
		flip_at(run, &insn, regs);
	}
	return true;
}

struct flip_probed {
	struct sbm_exit *exit;
};

static int flip_entered(struct kretprobe_instance *instance,
			struct pt_regs *regs)
{
	struct flip_probed *probed = (void *)instance->data;

	if (!flip_plan.run || (void *)regs->di != flip_plan.run->sbm.sandbox)
		return 1;
	probed->exit = (void *)regs->si;
	return 0;
}

static int flip_left(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct flip_probed *probed = (void *)instance->data;

	if (flip_stop(flip_plan.run, probed->exit))
		probed->exit->reason = SBM_EXIT_INTR;
	return 0;
}

static struct kretprobe flip_probe;

/* One that was unregistered cannot be registered as it is. */
static const struct kretprobe flip_new_probe = {
	.kp.symbol_name = "arch_sbm_run",
	.entry_handler = flip_entered,
	.handler = flip_left,
	.data_size = sizeof(struct flip_probed),
	.maxactive = 16,
};

/* === Running === */

/* From the same state each time, so that it takes the same way. */
static int flip_decompress(struct flip_run *run)
{
	int err = sbm_reset(&run->sbm);

	if (err)
		return err;
	memset(run->got, 0, FLIP_OUT_LEN);
	return sbm_decompress(&run->sbm, codec_vectors[run->codec].codec, run->in,
			      codec_vectors[run->codec].len, run->out,
			      FLIP_OUT_LEN);
}

static bool flip_is_right(struct flip_run *run, int ret)
{
	return ret == run->want_len && !memcmp(run->got, run->want, ret);
}

static enum flip_end flip_judge(struct flip_run *run, int ret)
{
	switch (sbm_error(&run->sbm)) {
	case 0:
		break;
	case SBM_ERR_TIME:
		return FLIP_TIME;
	default:
		return FLIP_FAULT;
	}
	if (ret < 0)
		return FLIP_ERROR;
	return flip_is_right(run, ret) ? FLIP_NONE : FLIP_WRONG;
}

/* Return: zero, or -EIO if the codec does not work as it should. */
static int flip_trace(struct flip_run *run)
{
	int ret;

	flip_plan.tracing = true;
	sbm_flip_image_fill(&run->image, FLIP_BREAKPOINT);
	ret = flip_decompress(run);
	flip_plan.tracing = false;
	sbm_flip_image_restore(&run->image);

	flip_stats.instructions += run->nr;
	return run->nr_reads && flip_is_right(run, ret) ? 0 : -EIO;
}

/* The call with the bit, and one in the same sandbox after it. */
static void flip_once(struct flip_run *run, struct rnd_state *random)
{
	static const u8 breakpoint = FLIP_BREAKPOINT;
	int ret;

	flip_plan.operand = prandom_u32_state(random) & 1;
	if (flip_plan.operand)
		flip_plan.at = run->reads[prandom_u32_state(random) %
					  run->nr_reads];
	else
		flip_plan.at = run->at[prandom_u32_state(random) % run->nr];
	flip_plan.random = prandom_u32_state(random);
	flip_plan.armed = true;
	sbm_flip_image_write(&run->image, flip_plan.at, &breakpoint, 1);
	sbm_flip_class.time_us = FLIP_TIME_US;
	ret = flip_decompress(run);
	sbm_flip_class.time_us = 0;

	if (flip_plan.armed)
		flip_stats.missed++;
	flip_plan.armed = false;
	flip_stats.flips++;
	flip_stats.ends[flip_judge(run, ret)]++;

	sbm_flip_image_restore(&run->image);
	if (flip_is_right(run, flip_decompress(run)))
		flip_stats.survived++;
}

static int flip_init(struct flip_run *run, unsigned int codec)
{
	struct sbm *sbm = &run->sbm;
	int err;

	run->codec = codec;
	err = sbm_init_class(sbm, &sbm_flip_class);
	if (err)
		return err;
	err = sbm_flip_image_init(&run->image, sbm);
	if (err)
		return err;

	run->got = kzalloc(FLIP_OUT_LEN, GFP_KERNEL);
	run->want = kzalloc(FLIP_OUT_LEN, GFP_KERNEL);
	run->at = vmalloc(array_size(run->image.text_size, sizeof(*run->at)));
	run->reads = vmalloc(array_size(run->image.text_size,
					sizeof(*run->reads)));
	if (!run->got || !run->want || !run->at || !run->reads)
		return -ENOMEM;
	run->in = SBM_COPY_IN(sbm, codec_vectors[codec].data,
			      codec_vectors[codec].len);
	run->out = SBM_COPY_OUT(sbm, run->got, FLIP_OUT_LEN);
	run->want_len = sbm_decompress_direct(codec_vectors[codec].codec,
					      codec_vectors[codec].data,
					      codec_vectors[codec].len,
					      run->want, FLIP_OUT_LEN);
	return sbm_error(sbm) ?: min(run->want_len, 0);
}

static void flip_free(struct flip_run *run)
{
	sbm_destroy(&run->sbm);
	sbm_flip_image_free(&run->image);
	kfree(run->got);
	kfree(run->want);
	vfree(run->at);
	vfree(run->reads);
}

static int flip_codec(unsigned int codec, struct rnd_state *random,
		      unsigned long count)
{
	struct flip_run run = { };
	int err;

	err = flip_init(&run, codec);
	if (!err) {
		flip_plan.run = &run;
		err = flip_trace(&run);
	}
	for (; count && !err; count--) {
		flip_once(&run, random);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	flip_plan.run = NULL;
	flip_free(&run);
	return err;
}

static int flip_all(u64 seed, unsigned long count)
{
	unsigned int codec, left;
	struct rnd_state random;
	int err;

	memset(&flip_stats, 0, sizeof(flip_stats));
	prandom_seed_state(&random, seed);
	flip_probe = flip_new_probe;
	err = register_kretprobe(&flip_probe);
	if (err)
		return err;

	for (codec = 0; codec < ARRAY_SIZE(codec_vectors) && !err; codec++) {
		left = ARRAY_SIZE(codec_vectors) - codec;
		err = flip_codec(codec, &random, count / left);
		count -= count / left;
	}
	unregister_kretprobe(&flip_probe);
	return err;
}

/* === Interface === */

static void flip_show(struct seq_file *m)
{
	int i;

	seq_printf(m, "flips=%lu survived=%lu missed=%lu instructions=%lu",
		   flip_stats.flips, flip_stats.survived, flip_stats.missed,
		   flip_stats.instructions);
	for (i = 0; i < FLIP_NR_ENDS; i++)
		seq_printf(m, " %s=%lu", flip_end_names[i], flip_stats.ends[i]);
	for (i = 0; i < FLIP_NR_PLACES; i++)
		seq_printf(m, " %s=%lu", flip_place_names[i],
			   flip_stats.places[i]);
}

static struct sbm_seeded sbm_flip_seeded = {
	.name = "flip",
	.run = flip_all,
	.show = flip_show,
};

static int __init sbm_flip_init(void)
{
	int err = sbm_class_register(&sbm_flip_class);

	if (err)
		return err;
	sbm_seeded_create(&sbm_flip_seeded);
	return 0;
}
late_initcall(sbm_flip_init);
