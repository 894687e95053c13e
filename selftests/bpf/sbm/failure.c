// SPDX-License-Identifier: GPL-2.0-only
/* Whether the test that runs has failed; for both runners. */
#include <stdarg.h>
#include <string.h>

#include "kselftest.h"
#include "sbm_test.h"

static bool failed;

/* The next test begins. */
void sbm_test_begin(void)
{
	failed = false;
}

void sbm_test_fail(const char *file, int line, const char *fmt, ...)
{
	char msg[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	ksft_print_msg("%s:%d: %s\n", strrchr(file, '/') ?
		       strrchr(file, '/') + 1 : file, line, msg);
	failed = true;
}

bool sbm_test_failed(void)
{
	return failed;
}
