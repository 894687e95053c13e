/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: what lies to the kernel, and about what. */
#ifndef _KERNEL_SBM_TESTS_MUTATE_H
#define _KERNEL_SBM_TESTS_MUTATE_H

/* Offsets in struct sbm_lie. */
#define LIE_GPR		0x00
#define LIE_FLAGS	0x80
#define LIE_WAY		0x88
#define LIE_FAR		0x90
#define LIE_SHIFT	8	/* log2 of its size */

#define LIES_SHIFT	5	/* log2 of how many there are */

/* Offsets in what the code has for itself, which is a page. */
#define LIAR_COUNT	0x00
#define LIAR_STACK	0xf80

#define LIAR_WAYS_SHIFT	4	/* log2 of the ways out */

#ifndef __ASSEMBLY__

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/prandom.h>
#include <linux/sbm.h>
#include <linux/stddef.h>

/**
 * struct sbm_lie - registers with which a sandbox comes out
 * @gpr: General registers, in the order of their numbers.
 * @flags: RFLAGS.
 * @way: How it comes out, an index into the table in mutate.S.
 * @far: For a far jump: offset and selector.
 */
struct sbm_lie {
	u64 gpr[16];
	u64 flags;
	u64 way;
	u64 far[2];
	/* private: */
	u64 unused[12];
};

static_assert(offsetof(struct sbm_lie, gpr) == LIE_GPR);
static_assert(offsetof(struct sbm_lie, flags) == LIE_FLAGS);
static_assert(offsetof(struct sbm_lie, way) == LIE_WAY);
static_assert(offsetof(struct sbm_lie, far) == LIE_FAR);
static_assert(sizeof(struct sbm_lie) == BIT(LIE_SHIFT));

#define SBM_NR_LIES	BIT(LIES_SHIFT)

/* The code, and two words in it: addresses in the sandbox. */
extern const u8 sbm_liar_start[];
extern const u8 sbm_liar_lies[];	/* of the lies */
extern const u8 sbm_liar_own[];		/* of what it has for itself */
extern const u8 sbm_liar_end[];

/* Memory that a lie may be about. */
#define SBM_LIE_MAX_PLACES	32

/**
 * struct sbm_lie_places - addresses that mean something
 * @nr: How many.
 * @start: Where each begins,
 * @size: and how many bytes it has.
 */
struct sbm_lie_places {
	unsigned int nr;
	unsigned long start[SBM_LIE_MAX_PLACES];
	unsigned long size[SBM_LIE_MAX_PLACES];
};

void sbm_lie_place(struct sbm_lie_places *places, unsigned long start,
		   unsigned long size);
u64 sbm_lie_value(const struct sbm_lie_places *places,
		  struct rnd_state *random);
void sbm_lie_make(struct sbm_lie *lie, const struct sbm_lie_places *places,
		  struct rnd_state *random);

#endif /* !__ASSEMBLY__ */
#endif /* _KERNEL_SBM_TESTS_MUTATE_H */
