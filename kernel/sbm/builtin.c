// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the switch that leaves everything to the built-in policy.
 *
 * What the kernel does without policies is on at all times: the limits of the
 * class, its quarantine, the end of a call at a fault. While the switch is on
 * nobody else is asked. It is a flag that each hook reads, so that it can be
 * thrown from interrupt context, whatever locks are held and by whom.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sysrq.h>
#include <trace/events/sbm.h>

#include "internal.h"

bool sbm_builtin_only __read_mostly;

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "sbm."
/* For a boot at which a policy does harm. Later there is a file in sysfs. */
module_param_named(builtin_only, sbm_builtin_only, bool, 0);

/**
 * sbm_set_builtin_only() - ask no policies, or ask them again
 * @on: Whether the built-in policy decides alone.
 * @by: Who wants it, for the log.
 *
 * A hook that runs already runs to its end.
 *
 * Context: Any, but NMI.
 */
void sbm_set_builtin_only(bool on, const char *by)
{
	if (xchg(&sbm_builtin_only, on) == on)
		return;
	trace_sbm_builtin(on);
	pr_notice("policies %s by %s\n",
		  on ? "are not asked any more, stopped" : "are asked again, released",
		  by);
}

static void sbm_sysrq_handler(u8 key)
{
	sbm_set_builtin_only(true, "SysRq");
}

static const struct sysrq_key_op sbm_sysrq_op = {
	.handler	= sbm_sysrq_handler,
	.help_msg	= "stop-sandbox-Policies(P)",
	.action_msg	= "Stop asking sandbox policies",
	.enable_mask	= SYSRQ_ENABLE_RTNICE,
};

static int __init sbm_builtin_init(void)
{
	if (sbm_builtin_only)
		pr_notice("policies are not asked, by sbm.builtin_only\n");
	if (IS_ENABLED(CONFIG_MAGIC_SYSRQ) &&
	    register_sysrq_key('P', &sbm_sysrq_op))
		pr_warn("SysRq-Shift-P is taken: no key to stop policies\n");
	return 0;
}
late_initcall(sbm_builtin_init);
