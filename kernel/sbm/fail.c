// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: fault injection, /sys/kernel/debug/fail_sbm/.
 *
 * A strong call that is chosen starts at address zero, where nothing is
 * mapped: a fault like any other, and all that follows one is exercised in
 * callers whose code inside has no bug to offer.
 *
 * See Documentation/fault-injection/fault-injection.rst.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fault-inject.h>
#include <linux/init.h>

#include "fail.h"

static DECLARE_FAULT_ATTR(fail_sbm);

/**
 * sbm_should_fail() - is this call to fault?
 *
 * Return: Whether fault injection has chosen it.
 * Context: Process context.
 */
bool sbm_should_fail(void)
{
	return should_fail(&fail_sbm, 1);
}

static int __init sbm_fail_init(void)
{
	return PTR_ERR_OR_ZERO(fault_create_debugfs_attr("fail_sbm", NULL,
							 &fail_sbm));
}
late_initcall(sbm_fail_init);
