// SPDX-License-Identifier: GPL-2.0-only
/* Counts what interrupts one thread while it is in a sandbox. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

extern const void sbm_time_interrupt __ksym;
extern const void tick_nohz_handler __ksym;

/* The thread. */
__u32 thread;

/* Since its last call began: timers of kernel/sbm/time.c, and ticks. */
__u64 timers;
__u64 ticks;

static bool inside;

static bool is_thread(void)
{
	return (__u32)bpf_get_current_pid_tgid() == thread;
}

SEC("tp_btf/sbm_enter")
int BPF_PROG(call_begins, const struct sbm_info *info, const char *func)
{
	if (is_thread()) {
		timers = 0;
		ticks = 0;
		inside = true;
	}
	return 0;
}

SEC("tp_btf/sbm_exit")
int BPF_PROG(call_ends, const struct sbm_info *info, int result)
{
	if (is_thread())
		inside = false;
	return 0;
}

SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(timer_expires, struct hrtimer *timer, ktime_t *now)
{
	const void *function = timer->function;

	if (!inside || !is_thread())
		return 0;
	if (function == &sbm_time_interrupt)
		timers++;
	else if (function == &tick_nohz_handler)
		ticks++;
	return 0;
}
