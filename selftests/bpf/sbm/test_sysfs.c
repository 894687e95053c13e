// SPDX-License-Identifier: GPL-2.0-only
/* What /sys/kernel/sbm says of policies. */
#include <sys/stat.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"
#include "trace_policy.skel.h"

SBM_TEST(sysfs_policy, "the folder of a policy says what it is, and counts exactly")
{
	struct policy_opts opts = { .priority = -2147483647 };
	struct policy *policy = policy_new_opts("shown", &opts);
	long long seq = sysfs_number("enable_seq");
	struct box_result result;
	char class[64];
	int i;

	CHECK(policy);
	CHECK_EQ(sysfs_policy("shown", "id"), seq);
	CHECK_EQ(sysfs_policy("shown", "priority"), -2147483647);
	CHECK_EQ(sysfs_policy("shown", "cgroup"), 0);
	CHECK_EQ(sysfs_read("policies/shown/class", class, sizeof(class)), 0);
	CHECK_STR(class, BOX_CLASS);

	/* 23 calls: enter and exit each, 7 of them refused. */
	for (i = 0; i < 23; i++) {
		policy->skel->bss->enter_verdict = i < 7 ? -E2BIG : 0;
		CHECK_EQ(box_run(&box_return_42, &result), 0);
	}
	CHECK_EQ(sysfs_policy("shown", "asked"), 23 + 16);
	CHECK_EQ(sysfs_policy("shown", "denied"), 7);
	CHECK_EQ(sysfs_policy("shown", "would_deny"), 0);
	policy_detach(policy);
	CHECK_EQ(sysfs_policy("shown", "asked"), -ENOENT);
}

SBM_TEST(sysfs_rename, "the folder of a policy that is replaced has its new name")
{
	struct policy *old = policy_new("old");
	struct policy *new = policy_load("new", BOX_CLASS);
	struct box_result result;
	long long id;

	CHECK(old && new);
	id = sysfs_policy("old", "id");
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(policy_replace(old, new, NULL), 0);
	CHECK_EQ(sysfs_policy("old", "id"), -ENOENT);
	CHECK_EQ(sysfs_policy("new", "id"), id);
	CHECK_EQ(sysfs_policy("new", "asked"), 2);
}

SBM_TEST(sysfs_state, "state, enable_seq and nr_rejected follow what is attached and refused")
{
	long long seq, rejected;
	struct policy *policy, *same;
	char state[32];

	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "builtin");
	policy = policy_load("one", BOX_CLASS);
	same = policy_load("one", BOX_CLASS);
	CHECK(policy && same);
	seq = sysfs_number("enable_seq");
	rejected = sysfs_number("nr_rejected");

	CHECK_EQ(policy_attach(policy), 0);
	CHECK_EQ(sysfs_number("enable_seq"), seq + 1);
	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "policies");
	CHECK_EQ(policy_attach(same), -EEXIST);
	CHECK_EQ(sysfs_number("enable_seq"), seq + 1);
	CHECK_EQ(sysfs_number("nr_rejected"), rejected + 1);
	policy_detach(policy);
	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "builtin");
}

SBM_TEST(sysfs_modes, "what is to be written is for root alone")
{
	static const struct { const char *path; int mode; } files[] = {
		{ "builtin_only", 0600 }, { "ejected", 0400 }, { "state", 0444 },
		{ "policies/shown/mode", 0600 }, { "policies/shown/asked", 0444 },
		{ "classes/" BOX_CLASS "/quarantine_seconds", 0600 },
	};
	char path[128];
	struct stat st;
	unsigned int i;

	CHECK(policy_new("shown"));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/sbm/%s", files[i].path);
		CHECK_EQ(stat(path, &st), 0);
		CHECK_EQ(st.st_mode & 0777, files[i].mode);
	}
}

SBM_TEST(sysfs_trace, "sbm_verdict tells the mode, and sbm_policy that it changed")
{
	struct trace_policy_bpf *trace = trace_policy_bpf__open_and_load();
	struct policy *policy = policy_new("traced");
	struct box_result result;

	CHECK(policy && trace);
	CHECK_EQ(trace_policy_bpf__attach(trace), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(trace->bss->judged.count, 1);
	CHECK_EQ(trace->bss->judged.mode, SBM_MODE_ENFORCE);
	CHECK_EQ(sysfs_write_policy("traced", "mode", "permissive"), 0);
	CHECK_EQ(trace->bss->policied.count, 1);
	CHECK_EQ(trace->bss->policied.event, SBM_POLICY_MODE);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(trace->bss->judged.mode, SBM_MODE_PERMISSIVE);
	trace_policy_bpf__destroy(trace);
}
