// SPDX-License-Identifier: GPL-2.0-only
/* Permissive and enforced policies. */
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"

#define PERMISSIVE(...)	(&(struct policy_opts){ .mode = SBM_MODE_PERMISSIVE, ##__VA_ARGS__ })

/* Calls that return, grow and fault; 30 of them. */
static int workload(void)
{
	static const struct box_code *codes[] = {
		&box_return_42, &box_grow_3, &box_hlt, &box_grow_3, &box_wild_write,
	};
	struct box_result result;
	int i, err = 0;

	for (i = 0; i < 30 && !err; i++)
		err = box_run(codes[i % 5], &result);
	return err;
}

/* What a policy has seen and said. */
struct seen {
	long long enters, faults, grows, exits, asked, denied, would_deny;
};

static int see(struct policy *policy, struct seen *seen)
{
	int err = workload();

	*seen = (struct seen){
		.enters = policy->skel->bss->enters,
		.faults = policy->skel->bss->faults,
		.grows = policy->skel->bss->grows,
		.exits = policy->skel->bss->exits,
		.asked = sysfs_policy(policy->name, "asked"),
		.denied = sysfs_policy(policy->name, "denied"),
		.would_deny = sysfs_policy(policy->name, "would_deny"),
	};
	return err;
}

static void check_equal(int enter, int fault, int grow)
{
	struct policy *policies[] = {
		policy_new("enforced"),
		policy_new_opts("permissive", PERMISSIVE()),
	};
	struct seen seen[2];
	int i;

	/* One at a time; the denials of one would be missing for the other. */
	for (i = 0; i < 2; i++) {
		CHECK(policies[i]);
		policy_detach(policies[i]);
	}
	for (i = 0; i < 2; i++) {
		policies[i]->skel->bss->every = 3;
		policies[i]->skel->bss->enter_verdict = enter;
		policies[i]->skel->bss->fault_verdict = fault;
		policies[i]->skel->bss->grow_verdict = grow;
		CHECK_EQ(policy_attach(policies[i]), 0);
		CHECK_EQ(see(policies[i], &seen[i]), 0);
		policy_detach(policies[i]);
	}
	CHECK(seen[0].denied > 0);
	CHECK_EQ(seen[0].would_deny, 0);
	CHECK_EQ(seen[1].denied, 0);
	CHECK_EQ(seen[1].would_deny, seen[0].denied);
	CHECK_EQ(seen[1].asked, seen[0].asked);
	CHECK_EQ(seen[1].enters, seen[0].enters);
	CHECK_EQ(seen[1].faults, seen[0].faults);
	CHECK_EQ(seen[1].grows, seen[0].grows);
	CHECK_EQ(seen[1].exits, seen[0].exits);
	policy_close_all();
}

SBM_TEST(mode_equal, "permissive counts what enforced denies on the same workload")
{
	check_equal(-E2BIG, SBM_FAULT_KILL, SBM_GROW_ALLOW);
	if (!sbm_test_failed())
		check_equal(SBM_ENTER_ALLOW, SBM_FAULT_KILL, SBM_GROW_DENY);
	if (!sbm_test_failed())
		check_equal(SBM_ENTER_DENY, SBM_FAULT_KILL, SBM_GROW_KILL);
}

SBM_TEST(mode_permissive, "a permissive policy denies, kills and quarantines nothing")
{
	long long events = box_event("would_deny"), denied = box_event("denied");
	struct policy *policy = policy_new_opts("permissive", PERMISSIVE());
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	/* It would not have been asked again about that call. */
	CHECK_EQ(policy->skel->bss->exits, 0);
	policy->skel->bss->enter_verdict = SBM_ENTER_ALLOW;

	policy->skel->bss->grow_verdict = SBM_GROW_KILL;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);
	CHECK_EQ(policy->skel->bss->exits, 1);

	policy->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_FAULT);
	CHECK_EQ(box_class_quarantined(), 0);

	CHECK_EQ(sysfs_policy("permissive", "would_deny"), 3);
	CHECK_EQ(sysfs_policy("permissive", "denied"), 0);
	CHECK_EQ(box_event("would_deny") - events, 3);
	CHECK_EQ(box_event("denied") - denied, 0);
}

SBM_TEST(mode_beside, "a permissive policy does not keep another one from denying")
{
	struct policy *permissive = policy_new_opts("a", PERMISSIVE());
	struct policy *enforced = policy_new("b");
	struct box_result result;

	CHECK(permissive && enforced);
	permissive->skel->bss->enter_verdict = -EBUSY;
	enforced->skel->bss->enter_verdict = -E2BIG;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, -E2BIG);
}

SBM_TEST(mode_switch, "the mode is what was written to its file last")
{
	struct policy *policy = policy_new("switched");
	int kmsg = kmsg_open();
	struct box_result result;
	char mode[16];

	CHECK(policy);
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(sysfs_read("policies/switched/mode", mode, sizeof(mode)), 0);
	CHECK_STR(mode, "enforce");
	CHECK_EQ(sysfs_write_policy("switched", "mode", "permissive\n"), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(sysfs_read("policies/switched/mode", mode, sizeof(mode)), 0);
	CHECK_STR(mode, "permissive");
	CHECK(kmsg_has(kmsg, "policy switched is permissive now"));

	CHECK_EQ(sysfs_write_policy("switched", "mode", "strict"), -EINVAL);
	CHECK_EQ(sysfs_write_policy("switched", "mode", "enforce"), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_EQ(sysfs_policy("switched", "denied"), 1);
	CHECK_EQ(sysfs_policy("switched", "would_deny"), 1);
	close(kmsg);
}

SBM_TEST(mode_replace, "a policy that is replaced has the mode of the new one")
{
	struct policy *old = policy_new_opts("old", PERMISSIVE());
	struct policy *new = policy_load("new", BOX_CLASS);
	struct box_result result;

	CHECK(old && new);
	new->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(policy_replace(old, new, NULL), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
}

SBM_TEST(mode_refused, "a policy is never in a mode that it excludes")
{
	static const struct {
		struct policy_opts opts;
		int err;
		const char *wrong;	/* the mode it cannot be switched to */
	} cases[] = {
		{ { .flags = SBM_POLICY_ENFORCE_ONLY }, 0, "permissive" },
		{ { .flags = SBM_POLICY_PERMISSIVE_ONLY,
		    .mode = SBM_MODE_PERMISSIVE }, 0, "enforce" },
		{ { .flags = SBM_POLICY_ENFORCE_ONLY,
		    .mode = SBM_MODE_PERMISSIVE }, -EOPNOTSUPP },
		{ { .flags = SBM_POLICY_PERMISSIVE_ONLY }, -EOPNOTSUPP },
		{ { .flags = 3 }, -EINVAL },
		{ { .flags = 4 }, -EINVAL },
		{ { .mode = 2 }, -EINVAL },
		{ { .time_us = SBM_HOOK_TIME_MAX_US }, 0 },
		{ { .time_us = SBM_HOOK_TIME_MAX_US + 1 }, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy *policy = policy_load_opts("picky", &cases[i].opts);

		CHECK(policy);
		CHECK_EQ(policy_attach(policy), cases[i].err);
		if (cases[i].wrong)
			CHECK_EQ(sysfs_write_policy("picky", "mode",
						    cases[i].wrong), -EOPNOTSUPP);
		policy_close_all();
	}
}

SBM_TEST(mode_limits, "the limits of a permissive policy are counted, and are none")
{
	struct policy *policy = policy_new_opts("limits", PERMISSIVE());
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->set_heap_limit = 1;
	policy->skel->bss->heap_limit = 2;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);
	CHECK_EQ(policy->skel->bss->limit_result, 0);
	CHECK_EQ(sysfs_policy("limits", "would_limit"), 1);
	CHECK_EQ(sysfs_policy("limits", "limited"), 0);

	CHECK_EQ(sysfs_write_policy("limits", "mode", "enforce"), 0);
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(sysfs_policy("limits", "would_limit"), 1);
	CHECK_EQ(sysfs_policy("limits", "limited"), 1);

	/* What limits nothing is not counted. */
	policy->skel->bss->heap_limit = BOX_HEAP_PAGES;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 1);
	CHECK_EQ(sysfs_policy("limits", "limited"), 1);
}
