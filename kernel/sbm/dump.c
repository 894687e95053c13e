// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: what can be said about sandboxes when something is wrong.
 *
 * SysRq-Shift-B ("sandBox") writes all live sandboxes to the log, and to whoever
 * traces sbm_dump. An oops tells which sandbox its task is in.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/init.h>
#include <linux/nmi.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sysrq.h>
#include <linux/workqueue.h>

#include "internal.h"
#include <trace/events/sbm.h>

#define SBM_DUMP_LINE	192

static __printf(2, 3) void sbm_dump_line(const struct sbm_info *info,
					 const char *fmt, ...)
{
	char line[SBM_DUMP_LINE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	pr_info("sandbox %llu: %s\n", info->id, line);
	trace_sbm_dump(info, line);
}

static void sbm_dump_regs(const struct sbm_info *info,
			  const struct sbm_regs *regs)
{
	sbm_dump_line(info, "ax=%016llx bx=%016llx cx=%016llx dx=%016llx",
		      regs->ax, regs->bx, regs->cx, regs->dx);
	sbm_dump_line(info, "si=%016llx di=%016llx bp=%016llx sp=%016llx",
		      regs->si, regs->di, regs->bp, regs->sp);
	sbm_dump_line(info, "r8=%016llx r9=%016llx r10=%016llx r11=%016llx",
		      regs->r8, regs->r9, regs->r10, regs->r11);
	sbm_dump_line(info, "r12=%016llx r13=%016llx r14=%016llx r15=%016llx",
		      regs->r12, regs->r13, regs->r14, regs->r15);
	sbm_dump_line(info, "ip=%016llx flags=%llx", regs->ip, regs->flags);
}

/* The latest first. */
static void sbm_dump_denied(const struct sbm_sandbox *sandbox)
{
	const struct sbm_last_verdicts *verdicts = &sandbox->verdicts;
	u64 end = READ_ONCE(verdicts->nr);
	u64 nr;

	for (nr = end; nr && end - nr < SBM_LAST_VERDICTS; nr--) {
		const struct sbm_last_verdict *last =
			&verdicts->last[(nr - 1) % SBM_LAST_VERDICTS];

		sbm_dump_line(&sandbox->info, "denied hook=%s verdict=%d policy=%s mode=%s calls=%llu",
			      sbm_hook_names[last->hook], last->verdict,
			      last->policy, sbm_mode_names[last->mode],
			      last->calls);
	}
}

/* Everything but its memory, as it is now. Under RCU, in any context. */
static void sbm_dump_state(const struct sbm_sandbox *sandbox)
{
	const struct sbm_info *info = &sandbox->info;
	const struct sbm_fault *fault = &sandbox->fault;
	char text[SBM_DUMP_LINE];
	int len;

	sbm_dump_line(info, "class %s, %s, %s, pid %d, comm %s", info->class,
		      sbm_level_names[info->level],
		      sbm_state_names[info->state], info->pid, info->comm);
	sbm_dump_line(info, "calls %llu, faults %llu, denied %llu, gates %llu, error %u",
		      info->calls, info->faults, info->denied, info->gates,
		      info->error);
	sbm_dump_line(info, "mapped %llu, heap %llu of %llu pages; time %llu of %llu ns",
		      info->mapped_pages, info->heap_pages, info->heap_limit,
		      info->time_used, info->time_limit);
	sbm_dump_denied(sandbox);
	if (fault->kind == SBM_FAULT_NONE)
		return;
	len = sbm_print_fault(fault, text, sizeof(text));
	sbm_print_place(fault, text + len, sizeof(text) - len);
	sbm_dump_line(info, "fault %s", text);
	if (info->level == SBM_LEVEL_STRONG)
		sbm_dump_regs(info, &sandbox->regs);
}

/* What a mapping is takes a mutex, so this is done a little later. */
static void sbm_dump_mappings(struct work_struct *work)
{
	struct sbm_sandbox *sandbox;
	struct sbm_mapping_info map;
	unsigned long va;
	u64 id = 0;

	while ((sandbox = sbm_sandbox_get_next(id))) {
		id = sandbox->info.id;
		va = 0;
		while (sbm_mapping_get_next(sandbox, &va, &map)) {
			sbm_dump_line(&sandbox->info, "mapping start=0x%llx pages=%llu of %llu r%c%c %s%s",
				      map.start, map.nr_pages, map.max_pages,
				      map.flags & SBM_MAPPING_WRITE ? 'w' : '-',
				      map.flags & SBM_MAPPING_EXEC ? 'x' : '-',
				      sbm_region_names[map.kind],
				      map.flags & SBM_MAPPING_LENT ? " lent" : "");
		}
		sbm_sandbox_put(sandbox);
	}
}

static DECLARE_WORK(sbm_dump_work, sbm_dump_mappings);

static void sbm_sysrq_dump(u8 key)
{
	struct sbm_sandbox *sandbox;
	u64 id = 0;

	guard(rcu)();
	pr_info("%u live sandboxes\n", sbm_nr_sandboxes());
	while ((sandbox = sbm_sandbox_next_rcu(id))) {
		/* There may be many, and a serial console is slow. */
		touch_nmi_watchdog();
		touch_all_softlockup_watchdogs();
		id = sandbox->info.id;
		sbm_dump_state(sandbox);
	}
	schedule_work(&sbm_dump_work);
}

static const struct sysrq_key_op sbm_sysrq_dump_op = {
	.handler = sbm_sysrq_dump,
	.help_msg = "dump-sandboxes(B)",
	.action_msg = "Dump SandBox Mode sandboxes",
	.enable_mask = SYSRQ_ENABLE_DUMP,
};

/*
 * Whatever went wrong, this comes when the report is nearly done; reading is
 * all it does, without a lock.
 */
static int sbm_die(struct notifier_block *nb, unsigned long event, void *data)
{
	struct sbm_sandbox *sandbox;
	u64 id = 0;

	if (event != DIE_OOPS)
		return NOTIFY_DONE;

	guard(rcu)();
	while ((sandbox = sbm_sandbox_next_rcu(id))) {
		id = sandbox->info.id;
		if (sandbox->info.state == SBM_STATE_RUNNING &&
		    sandbox->info.pid == task_pid_nr(current))
			pr_emerg("in a call of sandbox %llu, class %s\n", id,
				 sandbox->info.class);
	}
	return NOTIFY_DONE;
}

static struct notifier_block sbm_die_notifier = {
	.notifier_call = sbm_die,
};

static int __init sbm_dump_init(void)
{
	register_sysrq_key('B', &sbm_sysrq_dump_op);
	return register_die_notifier(&sbm_die_notifier);
}
late_initcall(sbm_dump_init);
