// SPDX-License-Identifier: GPL-2.0-only
/* Hooks that make sandboxed calls themselves. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "box.h"
#include "hook_call.skel.h"
#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"
#include "trace_policy.skel.h"

/* While it is open there is a sandbox for them, the last one that was made. */
#define HOOK_CALL	"/sys/kernel/debug/sbm/hook_call"
#define HOOK_CLASS	"sbm-test-hook"

#define EJECT_TIMEOUT_MS	20000

static const struct {
	const char *hook;
	const struct box_code *code;	/* leads to it, */
	int ret;			/* and ends with this all the same */
	int asked[SBM_NR_HOOKS];	/* what is asked up to there */
} cases[SBM_NR_HOOKS] = {
	[SBM_HOOK_ENTER] = { "enter", &box_grow_3, 1, { 1, 0, 0, 0 } },
	[SBM_HOOK_FAULT] = { "fault", &box_hlt, SBM_ERR_FAULT, { 1, 1, 0, 0 } },
	[SBM_HOOK_GROW] = { "grow", &box_grow_3, 1, { 1, 0, 1, 0 } },
	[SBM_HOOK_EXIT] = { "exit", &box_return_42, 42, { 1, 0, 0, 1 } },
};

static struct hook_call_bpf *skel;
static struct trace_policy_bpf *trace;
static struct bpf_link *attached;
static int hook_fd = -1, kmsg = -1;

static void forget(void)
{
	bpf_link__destroy(attached);
	attached = NULL;
	hook_call_bpf__destroy(skel);
	skel = NULL;
	trace_policy_bpf__destroy(trace);
	trace = NULL;
	if (hook_fd >= 0)
		close(hook_fd);
	if (kmsg >= 0)
		close(kmsg);
	hook_fd = -1;
	kmsg = -1;
}

/* Attach the policy, and watch. Zero or a negative errno. */
static int start(int hook)
{
	forget();
	sbm_test_cleanup(forget);
	hook_fd = open(HOOK_CALL, O_RDONLY);
	kmsg = kmsg_open();
	if (hook_fd < 0 || kmsg < 0)
		return -errno;
	trace = trace_policy_bpf__open_and_load();
	if (!trace || trace_policy_bpf__attach(trace))
		return -errno;
	skel = hook_call_bpf__open_and_load();
	if (!skel)
		return -errno;
	skel->bss->call_in = hook;
	attached = bpf_map__attach_struct_ops(skel->maps.policy);
	return attached ? 0 : -errno;
}

/* The id in "code=ID" of a record, or 0. */
static unsigned long long record_code(const char *line)
{
	const char *code = strstr(line, " code=");

	return code ? strtoull(code + strlen(" code="), NULL, 10) : 0;
}

static void recursion_in(int hook)
{
	struct pollfd pfd = {};
	char line[4096], want[512];
	unsigned long long called;
	struct box_result result;
	long long calls, events;
	int i;

	CHECK_EQ(start(hook), 0);
	calls = box_event("call");
	events = box_event("eject");
	CHECK_EQ(box_run(cases[hook].code, &result), 0);

	/* The call of the hook is refused; the one it was asked about goes on. */
	CHECK_EQ(skel->data->call_result, SBM_ERR_NESTED);
	CHECK_EQ(result.ret, cases[hook].ret);
	CHECK_EQ(box_event("call") - calls, 1);
	for (i = 0; i < SBM_NR_HOOKS; i++)
		CHECK_EQ(skel->bss->asked[i], cases[hook].asked[i]);

	/* From there on the built-in policy is alone, detached or not. */
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, 0);
	for (i = 0; i < SBM_NR_HOOKS; i++)
		CHECK_EQ(skel->bss->asked[i], cases[hook].asked[i]);
	pfd.fd = bpf_link__fd(attached);
	CHECK_EQ(poll(&pfd, 1, EJECT_TIMEOUT_MS), 1);
	CHECK(pfd.revents & POLLHUP);
	CHECK_EQ(sysfs_read("state", line, sizeof(line)), 0);
	CHECK_STR(line, "builtin");

	/* And it is told: the record, the event, the log, the counter. */
	CHECK_EQ(box_event("eject") - events, 1);
	CHECK_EQ(sysfs_read("ejected", line, sizeof(line)), 0);
	*strchrnul(line, '\n') = 0;
	called = record_code(line);
	CHECK(called > 0);
	snprintf(want, sizeof(want),
		 "name=again hook=%s kind=recursion code=%llu message=\"hook %s made a call of class %s\" last=",
		 cases[hook].hook, called, cases[hook].hook, HOOK_CLASS);
	CHECK(strstr(line, want));
	CHECK_EQ(trace->bss->ejected.count, 1);
	CHECK_EQ(trace->bss->ejected.hook, hook);
	CHECK_EQ(trace->bss->ejected.kind, SBM_EJECT_RECURSION);
	CHECK_EQ(trace->bss->ejected.code, called);
	snprintf(want, sizeof(want), "hook %s made a call of class " HOOK_CLASS,
		 cases[hook].hook);
	CHECK_STR(trace->bss->ejected.message, want);
	snprintf(want, sizeof(want),
		 "sbm: policy again ejected: hook %s made a call of class " HOOK_CLASS,
		 cases[hook].hook);
	CHECK(kmsg_has(kmsg, want));
}

SBM_TEST(recursion, "a hook that makes a sandboxed call is refused it, and its policy is ejected")
{
	int hook;

	for (hook = 0; hook < SBM_NR_HOOKS && !sbm_test_failed(); hook++)
		recursion_in(hook);
}
