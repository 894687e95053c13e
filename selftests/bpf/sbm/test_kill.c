// SPDX-License-Identifier: GPL-2.0-only
/* The switch that leaves everything to the built-in policy. */
#include <fcntl.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"
#include "trace_policy.skel.h"

/* The kernel's command line is one line. */
static bool booted_with(const char *word)
{
	char line[4096];
	ssize_t len;
	int fd;

	fd = open("/proc/cmdline", O_RDONLY);
	len = read(fd, line, sizeof(line) - 1);
	close(fd);
	line[len < 0 ? 0 : len] = 0;
	return strstr(line, word);
}

SBM_TEST(kill_boot, "the switch is on after boot if the command line says so, and else off")
{
	CHECK_EQ(sysfs_number("builtin_only"),
		 booted_with("sbm.builtin_only=1") ? 1 : 0);
	CHECK_EQ(sysfs_write("builtin_only", "0"), 0);
	CHECK_EQ(sysfs_number("builtin_only"), 0);
}

/* An attached policy that denies everything is not asked from now on. */
static void check_stopped(struct policy *policy)
{
	unsigned long long enters = policy->skel->bss->enters;
	struct box_result result;
	char state[32];

	CHECK_EQ(sysfs_number("builtin_only"), 1);
	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "builtin_only");
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_FAULT);
	CHECK_EQ(box_class_quarantined(), 0);
	/* The ceiling of the class is not a policy's. */
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(policy->skel->bss->enters, enters);
	CHECK_EQ(policy->skel->bss->grows, 0);
	CHECK_EQ(policy->skel->bss->faults, 0);
	CHECK_EQ(policy->skel->bss->exits, 0);

	CHECK_EQ(sysfs_write("builtin_only", "0"), 0);
	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "policies");
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_EQ(policy->skel->bss->enters, enters + 1);
}

static struct policy *deny_all(void)
{
	struct policy *policy = policy_new("deny");
	struct box_result result;

	if (!policy)
		return NULL;
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	policy->skel->bss->grow_verdict = SBM_GROW_DENY;
	policy->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	if (box_run(&box_return_42, &result) || result.ret != SBM_ERR_DENIED)
		return NULL;
	return policy;
}

SBM_TEST(kill_sysfs, "with the switch on no policy is asked, and with it off they are again")
{
	struct policy *policy = deny_all();
	struct trace_policy_bpf *trace = trace_policy_bpf__open_and_load();
	int kmsg = kmsg_open();

	CHECK(policy && trace);
	CHECK_EQ(trace_policy_bpf__attach(trace), 0);
	CHECK_EQ(sysfs_write("builtin_only", "maybe"), -EINVAL);
	CHECK_EQ(sysfs_write("builtin_only", "1"), 0);
	CHECK_EQ(trace->bss->builtin.count, 1);
	CHECK_EQ(trace->bss->builtin.on, 1);
	CHECK(kmsg_has(kmsg, "sbm: policies are not asked any more, stopped by the administrator"));
	/* Once is enough. */
	CHECK_EQ(sysfs_write("builtin_only", "1"), 0);
	CHECK_EQ(trace->bss->builtin.count, 1);
	check_stopped(policy);
	CHECK_EQ(trace->bss->builtin.count, 2);
	CHECK_EQ(trace->bss->builtin.on, 0);
	CHECK(kmsg_has(kmsg, "sbm: policies are asked again, released by the administrator"));
	trace_policy_bpf__destroy(trace);
	close(kmsg);
}

SBM_TEST(kill_sysrq, "SysRq-P throws the switch")
{
	struct policy *policy = deny_all();
	int kmsg = kmsg_open();
	int fd;

	CHECK(policy);
	fd = open("/proc/sysrq-trigger", O_WRONLY);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "P", 1), 1);
	close(fd);
	CHECK(kmsg_has(kmsg, "sbm: policies are not asked any more, stopped by SysRq"));
	check_stopped(policy);
	close(kmsg);
}
