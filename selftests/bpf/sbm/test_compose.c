// SPDX-License-Identifier: GPL-2.0-only
/* What several policies decide together. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static struct policy *policy_a, *policy_b;

/* Attach both, "b" or "a" first; whatever was attached before is not. */
static int attach_both(bool b_first)
{
	int err;

	policy_detach(policy_a);
	policy_detach(policy_b);
	err = policy_attach(b_first ? policy_b : policy_a);
	return err ?: policy_attach(b_first ? policy_a : policy_b);
}

/* What a denial by enter makes of the call; zero if it is none. */
static int enter_errno(int verdict)
{
	return verdict == SBM_ENTER_DENY ? SBM_ERR_DENIED : verdict;
}

/* All pairs of verdicts, where @first is the one whose errno counts. */
static void check_enter_pairs(struct policy *first, struct policy *second)
{
	static const int verdicts[] = {
		SBM_ENTER_ALLOW, SBM_ENTER_DENY, -E2BIG, -EBUSY,
	};
	struct box_result result;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		for (j = 0; j < ARRAY_SIZE(verdicts); j++) {
			first->skel->bss->enter_verdict = verdicts[i];
			second->skel->bss->enter_verdict = verdicts[j];
			CHECK_EQ(box_run(&box_return_42, &result), 0);
			CHECK_EQ(result.ret, enter_errno(verdicts[i]) ?:
					     enter_errno(verdicts[j]) ?: 42);
		}
	}
}

SBM_TEST(compose_enter, "any denial denies; of two errnos it is that of the first name")
{
	int b_first;

	policy_a = policy_load("a", BOX_CLASS);
	policy_b = policy_load("b", BOX_CLASS);
	CHECK(policy_a && policy_b);
	for (b_first = 0; b_first < 2; b_first++) {
		CHECK_EQ(attach_both(b_first), 0);
		check_enter_pairs(policy_a, policy_b);
		if (sbm_test_failed())
			return;
	}
}

SBM_TEST(compose_priority, "of two errnos it is that of the higher priority, whatever the names")
{
	int b_first;

	policy_a = policy_load_opts("a", &(struct policy_opts){ .priority = -5 });
	policy_b = policy_load_opts("b", &(struct policy_opts){ .priority = 7 });
	CHECK(policy_a && policy_b);
	for (b_first = 0; b_first < 2; b_first++) {
		CHECK_EQ(attach_both(b_first), 0);
		CHECK_EQ(sysfs_policy("a", "priority"), -5);
		CHECK_EQ(sysfs_policy("b", "priority"), 7);
		check_enter_pairs(policy_b, policy_a);
		if (sbm_test_failed())
			return;
	}
}

SBM_TEST(compose_replaced, "who is replaced is asked in the place of the new priority")
{
	struct policy *c;

	policy_a = policy_new("a");
	policy_b = policy_new("b");
	c = policy_load_opts("c", &(struct policy_opts){ .priority = 1 });
	CHECK(policy_a && policy_b && c);
	check_enter_pairs(policy_a, policy_b);
	CHECK_EQ(policy_replace(policy_b, c, NULL), 0);
	check_enter_pairs(c, policy_a);
}

SBM_TEST(compose_fault, "one policy is enough to quarantine the class")
{
	static const int verdicts[] = { SBM_FAULT_KILL, SBM_FAULT_QUARANTINE };
	struct box_result result;
	int i, j, b_first;

	policy_a = policy_load("a", BOX_CLASS);
	policy_b = policy_load("b", BOX_CLASS);
	CHECK(policy_a && policy_b);
	for (b_first = 0; b_first < 2; b_first++) {
		CHECK_EQ(attach_both(b_first), 0);
		for (i = 0; i < 2; i++) {
			for (j = 0; j < 2; j++) {
				policy_a->skel->bss->fault_verdict = verdicts[i];
				policy_b->skel->bss->fault_verdict = verdicts[j];
				CHECK_EQ(box_run(&box_hlt, &result), 0);
				CHECK_EQ(result.ret, SBM_ERR_FAULT);
				CHECK_EQ(box_class_quarantined(), i || j);
				CHECK_EQ(box_release_class(), 0);
			}
		}
	}
}

SBM_TEST(compose_grow, "kill is stricter than deny, and deny than allow")
{
	/* By verdict; what the code returns that cannot grow is 0. */
	static const int results[] = { 1, 0, SBM_ERR_DENIED };
	struct box_result result;
	int i, j, b_first;

	policy_a = policy_load("a", BOX_CLASS);
	policy_b = policy_load("b", BOX_CLASS);
	CHECK(policy_a && policy_b);
	for (b_first = 0; b_first < 2; b_first++) {
		CHECK_EQ(attach_both(b_first), 0);
		for (i = SBM_GROW_ALLOW; i <= SBM_GROW_KILL; i++) {
			for (j = SBM_GROW_ALLOW; j <= SBM_GROW_KILL; j++) {
				policy_a->skel->bss->grow_verdict = i;
				policy_b->skel->bss->grow_verdict = j;
				CHECK_EQ(box_run(&box_grow_3, &result), 0);
				CHECK_EQ(result.ret, results[i > j ? i : j]);
			}
		}
	}
}

SBM_TEST(compose_ceiling, "what the class does not allow, no policies allow together")
{
	struct box_result result;

	policy_a = policy_new("a");
	policy_b = policy_new("b");
	CHECK(policy_a && policy_b);
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(policy_a->skel->bss->grows + policy_b->skel->bss->grows, 0);

	policy_b->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	policy_detach(policy_b);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_QUARANTINED);
	CHECK_EQ(policy_a->skel->bss->enters, 2);
}

SBM_TEST(compose_unique, "a priority is given once, but the default any number of times")
{
	struct policy *first, *second, *third;
	int kmsg = kmsg_open();

	first = policy_new_opts("first", &(struct policy_opts){ .priority = 3 });
	second = policy_load_opts("second", &(struct policy_opts){ .priority = 3 });
	third = policy_new("third");
	CHECK(first && second && third && policy_new("fourth"));
	CHECK_EQ(policy_attach(second), -EEXIST);
	CHECK(kmsg_has(kmsg, "policy second refused: policy first has priority 3"));
	CHECK_EQ(policy_replace(third, second, NULL), -EEXIST);
	CHECK_EQ(policy_replace(first, second, NULL), 0);
	close(kmsg);
}

SBM_TEST(compose_many, "64 policies are asked, and one more is refused")
{
	long long first = -1, last = -1;
	int links[64], extra, i, ret = 0;
	struct box_result result = { };
	struct policy *policy;

	/* More than policy.c keeps: of each only the link stays. */
	for (i = 0; i < 64; i++) {
		char name[8];

		snprintf(name, sizeof(name), "p%d", i);
		policy = policy_new(name);
		if (!policy) {
			ret = -errno;
			break;
		}
		links[i] = dup(bpf_link__fd(policy->link));
		policy_close_all();
	}
	policy = ret ? NULL : policy_load("extra", BOX_CLASS);
	extra = policy ? policy_attach(policy) : 0;
	if (!ret)
		ret = box_run(&box_return_42, &result);
	if (!ret) {
		first = sysfs_policy("p0", "asked");
		last = sysfs_policy("p63", "asked");
		close(links[17]);
		links[17] = -1;
		extra = extra == -E2BIG ? policy_attach(policy) : extra;
	}
	while (i--)
		close(links[i]);
	CHECK_EQ(ret, 0);
	CHECK_EQ(first, 2);
	CHECK_EQ(last, 2);
	CHECK_EQ(extra, 0);
	CHECK_EQ(result.ret, 42);
}

/* === Scope by cgroup === */

#define CGROUP	"/sys/fs/cgroup/sbm_selftest"

static __u64 cgroup_make(const char *path)
{
	struct stat st;

	if ((mkdir(path, 0755) && errno != EEXIST) || stat(path, &st))
		return 0;
	/* On 64-bit machines the number of the inode is the id. */
	return st.st_ino;
}

/* How box_return_42 ends for a process in a cgroup. */
static int cgroup_run(const char *path)
{
	struct box_result result;
	char procs[128];
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		FILE *file;

		snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
		file = fopen(procs, "w");
		if (!file || fprintf(file, "0") != 1 || fclose(file) ||
		    box_run(&box_return_42, &result))
			_exit(99);
		_exit(result.ret == 42 ? 0 : result.ret == -E2BIG ? 1 : 98);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void cgroup_remove_all(void)
{
	rmdir(CGROUP "/in/below");
	rmdir(CGROUP "/in");
	rmdir(CGROUP "/out");
	rmdir(CGROUP);
}

static void check_cgroup(void)
{
	struct policy_opts opts = { };
	struct policy *policy, *again;

	CHECK(cgroup_make(CGROUP));
	opts.cgroup = cgroup_make(CGROUP "/in");
	CHECK(opts.cgroup && cgroup_make(CGROUP "/in/below"));
	CHECK(cgroup_make(CGROUP "/out"));
	policy = policy_new_opts("cgroup", &opts);
	again = policy_load_opts("again", &opts);
	CHECK(policy && again);
	policy->skel->bss->enter_verdict = -E2BIG;
	CHECK_EQ(sysfs_policy("cgroup", "cgroup"), opts.cgroup);

	CHECK_EQ(cgroup_run(CGROUP "/in"), 1);
	CHECK_EQ(cgroup_run(CGROUP "/in/below"), 1);
	CHECK_EQ(cgroup_run(CGROUP "/out"), 0);
	CHECK_EQ(cgroup_run(CGROUP), 0);
	CHECK_EQ(policy->skel->bss->enters, 2);
	CHECK_EQ(policy->skel->bss->exits, 0);

	/* A policy does not keep a cgroup, and one made anew is another. */
	CHECK_EQ(rmdir(CGROUP "/in/below"), 0);
	CHECK_EQ(rmdir(CGROUP "/in"), 0);
	CHECK_EQ(policy_attach(again), -ENOENT);
	CHECK(cgroup_make(CGROUP "/in"));
	CHECK_EQ(cgroup_run(CGROUP "/in"), 0);
	CHECK_EQ(policy->skel->bss->enters, 2);
}

SBM_TEST(compose_cgroup, "a policy for a cgroup is asked about callers in it and below")
{
	check_cgroup();
	cgroup_remove_all();
}
