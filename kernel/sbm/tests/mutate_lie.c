// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: values that a kernel which trusts them comes to regret.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sbm_abi.h>
#include <linux/sched/task_stack.h>
#include <linux/sizes.h>
#include <asm/segment.h>
#include <asm/processor-flags.h>

#include "mutate.h"

static u32 below(struct rnd_state *random, u32 n)
{
	return prandom_u32_state(random) % n;
}

static u64 any(struct rnd_state *random)
{
	return (u64)prandom_u32_state(random) << 32 | prandom_u32_state(random);
}

/* A little more, a little less. */
static u64 about(u64 value, struct rnd_state *random)
{
	static const int by[] = { 0, 0, 0, 1, -1, 7, -7, 8, -8, 64, -64 };

	return value + by[below(random, ARRAY_SIZE(by))];
}

/**
 * sbm_lie_place() - add a place
 * @places: The places.
 * @start: Its address.
 * @size: Its size in bytes.
 */
void sbm_lie_place(struct sbm_lie_places *places, unsigned long start,
		   unsigned long size)
{
	if (WARN_ON_ONCE(places->nr == SBM_LIE_MAX_PLACES))
		return;
	places->start[places->nr] = start;
	places->size[places->nr] = size;
	places->nr++;
}

/* In it, or at one of its ends. */
static u64 address(const struct sbm_lie_places *places,
		   struct rnd_state *random)
{
	unsigned int i = below(random, places->nr);

	switch (below(random, 4)) {
	case 0:
		return about(places->start[i], random);
	case 1:
		return about(places->start[i] + places->size[i], random);
	default:
		return places->start[i] + any(random) % places->size[i];
	}
}

static u64 number(struct rnd_state *random)
{
	static const u64 edges[] = {
		SBM_CALL_ABORT, SBM_CALL_GATE, SBM_CALL_GATE + SBM_GATE_FIRST,
		SBM_CALL_GATE + SBM_GATE_MAX, PAGE_SIZE, SZ_4G, BIT_ULL(31),
		BIT_ULL(47), BIT_ULL(63), INT_MAX, LONG_MAX, 0,
	};

	switch (below(random, 4)) {
	case 0:
		return below(random, 128);
	case 1:
		return about(edges[below(random, ARRAY_SIZE(edges))], random);
	case 2:
		return about(BIT_ULL(below(random, 64)), random);
	default:
		return any(random) >> below(random, 64);
	}
}

/**
 * sbm_lie_value() - make one value up
 * @places: Places that it may be the address of, at least one.
 * @random: Where chance comes from.
 *
 * Return: The value.
 */
u64 sbm_lie_value(const struct sbm_lie_places *places, struct rnd_state *random)
{
	switch (below(random, 8)) {
	case 0 ... 3:
		return address(places, random);
	case 4:
		/* In a smaller type it is another number. */
		return address(places, random) | any(random) << 32;
	default:
		return number(random);
	}
}

/* Mostly something the kernel knows, so that it looks at the arguments. */
static u64 request(const struct sbm_lie_places *places,
		   struct rnd_state *random)
{
	switch (below(random, 16)) {
	case 0:
		return sbm_lie_value(places, random);
	case 1:
		return below(random, SBM_CALL_GATE + SBM_GATE_MAX + 2);
	case 2 ... 4:
		return SBM_CALL_GROW;
	case 5:
		return SBM_CALL_RETURN;
	case 6 ... 8:
		return SBM_CALL_GATE + below(random, 2);
	default:
		return SBM_CALL_GATE + SBM_GATE_FIRST + below(random, 4);
	}
}

static u64 flags(struct rnd_state *random)
{
	/* With TF it does not get far. */
	u64 mask = below(random, 16) ? ~(u64)X86_EFLAGS_TF : U64_MAX;

	return any(random) & mask;
}

static u64 selectors(struct rnd_state *random)
{
	static const u16 known[] = {
		0, 1, 3, __USER_DS, __USER_CS, __USER32_CS, __KERNEL_CS,
		__KERNEL_DS, __CPUNODE_SEG,
	};
	u64 four = 0;
	int i;

	for (i = 0; i < 4; i++) {
		u16 selector = known[below(random, below(random, 4) ? 4 :
					   ARRAY_SIZE(known))];

		if (!below(random, 32))
			selector = prandom_u32_state(random);
		four = four << 16 | selector;
	}
	return four;
}

/**
 * sbm_lie_make() - make all of a lie up
 * @lie: To be filled.
 * @places: Places that it may be about, at least one.
 * @random: Where chance comes from.
 */
void sbm_lie_make(struct sbm_lie *lie, const struct sbm_lie_places *places,
		  struct rnd_state *random)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(lie->gpr); i++)
		lie->gpr[i] = sbm_lie_value(places, random);
	lie->gpr[0] = request(places, random);
	/* Growing by as much as there may be takes more than luck. */
	if (lie->gpr[0] == SBM_CALL_GROW && below(random, 4))
		lie->gpr[7] = below(random, 20);
	/* So does being told the truth about memory: address and length. */
	if (below(random, 2))
		lie->gpr[6] = below(random, 300);

	lie->flags = flags(random);
	/* Mostly a system call: it can go on after that. */
	lie->way = below(random, 8) ? below(random, 6) : any(random);
	lie->far[0] = below(random, 2) ? selectors(random) :
					 sbm_lie_value(places, random);
	lie->far[1] = selectors(random);
}
