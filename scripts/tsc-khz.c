// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print how many ticks the TSC makes in a millisecond.
 *
 * Against the clock of the kernel, twice, a fifth of a second apart. Who reads
 * two clocks may be interrupted between them: of many readings the one that
 * took the least time is taken.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct reading {
	uint64_t tsc;
	uint64_t ns;
};

static struct reading read_clocks(void)
{
	uint64_t least = UINT64_MAX, before, after;
	struct reading best = { 0 };
	struct timespec ts;
	int i;

	for (i = 0; i < 1000; i++) {
		before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.tsc = before + least / 2;
		best.ns = ts.tv_sec * 1000000000ull + ts.tv_nsec;
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	struct reading first, second;

	first = read_clocks();
	nanosleep(&pause, NULL);
	second = read_clocks();
	printf("%llu\n", (unsigned long long)((second.tsc - first.tsc) *
					      1000000.0 /
					      (second.ns - first.ns)));
	return 0;
}
