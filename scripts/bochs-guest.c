// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest what scripts/tests/bochs counts.
 *
 *   bochs-guest
 *
 * Prints what measure.h says. The marks are for bochs-plugin.c.
 */
#include <cpuid.h>

#include "measure.h"

#define MARK	0x5b4d0000

static void mark(void)
{
	unsigned int a, b, c, d;

	__cpuid(MARK, a, b, c, d);
}

int main(void)
{
	measure("getppid", run_getppid, 1000, 6000);
	measure("null", run_file, 1000, 6000);
	measure("null-ibpb", run_file, 1000, 6000);
	measure("fault", run_file, 200, 1200);
	return 0;
}
