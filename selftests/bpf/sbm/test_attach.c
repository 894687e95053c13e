// SPDX-License-Identifier: GPL-2.0-only
/* Who may attach what, and what becomes of it. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "refused_no_link.skel.h"
#include "refused_sleepable.skel.h"
#include "refused_write.skel.h"
#include "sbm_test.h"
#include "sysfs.h"
#include "trace_policy.skel.h"

#define PIN	"/sys/fs/bpf/sbm_selftest"
#define NOBODY	65534

static char verifier_log[1 << 16];

SBM_TEST_PARALLEL(refuse_sleepable, "a hook that may sleep does not load")
{
	struct refused_sleepable_bpf *skel = refused_sleepable_bpf__open();
	int err;

	CHECK(skel);
	bpf_program__set_log_buf(skel->progs.enter, verifier_log,
				 sizeof(verifier_log));
	err = refused_sleepable_bpf__load(skel);
	refused_sleepable_bpf__destroy(skel);
	CHECK_EQ(err, -EINVAL);
	CHECK(strstr(verifier_log, "attach to unsupported member enter of struct sbm_policy_ops"));
}

SBM_TEST_PARALLEL(refuse_write, "a hook that writes to its arguments does not load")
{
	struct refused_write_bpf *skel = refused_write_bpf__open();
	int err;

	CHECK(skel);
	bpf_program__set_log_buf(skel->progs.enter, verifier_log,
				 sizeof(verifier_log));
	err = refused_write_bpf__load(skel);
	refused_write_bpf__destroy(skel);
	CHECK_EQ(err, -EACCES);
	CHECK(strstr(verifier_log, "only read is supported"));
}

SBM_TEST(refuse_no_link, "a policy cannot be attached without a link")
{
	struct refused_no_link_bpf *skel = refused_no_link_bpf__open_and_load();
	long long rejected = sysfs_number("nr_rejected");
	int kmsg = kmsg_open();
	struct bpf_link *link;
	int err;

	CHECK(skel);
	link = bpf_map__attach_struct_ops(skel->maps.policy);
	err = link ? 0 : -errno;
	bpf_link__destroy(link);
	refused_no_link_bpf__destroy(skel);
	CHECK_EQ(err, -EOPNOTSUPP);
	CHECK(kmsg_has(kmsg, "refused: attach it with a link"));
	CHECK_EQ(sysfs_number("nr_rejected"), rejected + 1);
	close(kmsg);
}

/* As an ordinary user who was given the descriptors. 0 or the errno. */
static int attach_as_nobody(int map, int link)
{
	int status, err;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (!pid) {
		if (setgid(NOBODY) || setuid(NOBODY))
			_exit(255);
		if (link < 0)
			err = bpf_link_create(map, 0, BPF_STRUCT_OPS, NULL);
		else
			err = bpf_link_update(link, map, NULL);
		_exit(err < 0 ? -err : 0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
}

SBM_TEST(refuse_unprivileged, "holding the descriptors is not enough to attach")
{
	struct policy *policy = policy_new("root");
	struct policy *other = policy_load("nobody", BOX_CLASS);
	int kmsg = kmsg_open();
	int map, link;

	CHECK(policy && other);
	map = bpf_map__fd(other->skel->maps.policy);
	CHECK_EQ(attach_as_nobody(map, -1), EPERM);
	CHECK(kmsg_has(kmsg, "sbm: policy nobody refused: needs CAP_SYS_ADMIN"));
	close(kmsg);
	CHECK_EQ(attach_as_nobody(map, bpf_link__fd(policy->link)), EPERM);

	/* The same, done by root, works. */
	link = bpf_link_create(map, 0, BPF_STRUCT_OPS, NULL);
	CHECK(link >= 0);
	close(link);
	CHECK_EQ(policy_replace(policy, other, NULL), 0);
}

SBM_TEST(refuse_duplicate, "a name is given once, and a policy attached once")
{
	struct policy *first = policy_new("same");
	struct policy *second = policy_load("same", "other-*");
	struct policy *third = policy_new("third");

	CHECK(first && second && third);
	CHECK_EQ(policy_attach(second), -EEXIST);
	CHECK_EQ(bpf_link_create(bpf_map__fd(first->skel->maps.policy), 0,
				 BPF_STRUCT_OPS, NULL), -EBUSY);
	/* A name cannot be taken by replacing, but it can be kept. */
	CHECK_EQ(policy_replace(third, second, NULL), -EEXIST);
	CHECK_EQ(policy_replace(first, second, NULL), 0);
	policy_detach(second);
	CHECK_EQ(policy_attach(first), 0);
}

SBM_TEST(refuse_names, "bad names and patterns are refused")
{
	static const struct {
		const char *name;
		const char *class;
		int err;
	} cases[] = {
		{ "",	 BOX_CLASS, -EINVAL },
		{ "a b", BOX_CLASS, -EINVAL },
		{ "a/b", BOX_CLASS, -EINVAL },
		{ ".a",  BOX_CLASS, -EINVAL },
		/* 32 characters: no room for the terminator. */
		{ "12345678901234567890123456789012", BOX_CLASS, -EINVAL },
		{ "a", "12345678901234567890123456789012", -EINVAL },
		{ "a", "sbm test", -EINVAL },
		/* Letters, but of Latin-1. */
		{ "\xe9", BOX_CLASS, -EINVAL },
		{ "a", "sbm-\xe9", -EINVAL },
		{ "1234567890123456789012345678901", BOX_CLASS, 0 },
		{ "a-b_c.d", "1234567890123456789012345678901", 0 },
	};
	struct trace_policy_bpf *trace = trace_policy_bpf__open_and_load();
	long long rejected;
	unsigned int i;

	CHECK(trace);
	CHECK_EQ(trace_policy_bpf__attach(trace), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy *policy = policy_load(cases[i].name,
						    cases[i].class);

		CHECK(policy);
		trace->bss->policied.event = 0;
		rejected = sysfs_number("nr_rejected");
		CHECK_EQ(policy_attach(policy), cases[i].err);
		CHECK_EQ(sysfs_number("nr_rejected") - rejected, !!cases[i].err);
		if (cases[i].err)
			CHECK_EQ(trace->bss->policied.event, SBM_POLICY_REJECT);
		policy_close_all();
	}
	trace_policy_bpf__destroy(trace);
}

SBM_TEST(replace, "a policy is replaced only if it is the expected one")
{
	struct policy *old = policy_new("old");
	struct policy *new = policy_load("new", BOX_CLASS);
	struct policy *third = policy_load("third", BOX_CLASS);
	struct box_result result;

	CHECK(old && new && third);
	new->skel->bss->enter_verdict = -E2BIG;

	CHECK_EQ(policy_replace(old, new, third), -EPERM);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(old->skel->bss->enters, 1);

	CHECK_EQ(policy_replace(old, new, old), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, -E2BIG);
	CHECK_EQ(old->skel->bss->enters, 1);
	CHECK_EQ(new->skel->bss->enters, 1);
}

SBM_TEST(pin, "a pinned policy outlives its loader, until it is unpinned")
{
	struct policy *policy = policy_new("pinned");
	struct box_result result;
	int i;

	CHECK(policy);
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	unlink(PIN);
	CHECK_EQ(bpf_link__pin(policy->link, PIN), 0);
	policy_close_all();

	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(unlink(PIN), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);

	/* The inode holds the link, and goes an RCU grace period later. */
	for (i = 0; i < 1000; i++) {
		CHECK_EQ(box_run(&box_return_42, &result), 0);
		if (result.ret != SBM_ERR_DENIED)
			break;
		usleep(10000);
	}
	CHECK_EQ(result.ret, 42);
}

static pid_t loader;

static void kill_loader(void)
{
	if (loader > 0 && !kill(loader, SIGKILL))
		waitpid(loader, NULL, 0);
	loader = 0;
}

/*
 * A process that attaches a policy, says so, and goes on until it is killed.
 * Zero or a negative errno.
 */
static int start_loader(void)
{
	int ready[2], err = 0;
	char c = 0;

	if (pipe(ready))
		return -errno;
	sbm_test_cleanup(kill_loader);
	loader = fork();
	if (!loader) {
		struct policy *policy = policy_new("loader");

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (policy) {
			policy->skel->bss->enter_verdict = -E2BIG;
			if (write(ready[1], "!", 1) == 1)
				pause();
		}
		_exit(1);
	}
	close(ready[1]);
	if (loader < 0 || read(ready[0], &c, 1) != 1)
		err = -EIO;
	close(ready[0]);
	return err;
}

SBM_TEST(loader_killed, "a policy that nobody has pinned goes with its loader, however that ends")
{
	struct box_result result;
	int tries = 1000;

	CHECK_EQ(start_loader(), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, -E2BIG);
	kill_loader();
	/* The last reference of the link may be put from a work item. */
	do {
		CHECK_EQ(box_run(&box_return_42, &result), 0);
	} while (result.ret == -E2BIG && --tries && !usleep(10000));
	CHECK_EQ(result.ret, 42);
	/* The name is free again. */
	CHECK(policy_new("loader"));
}
