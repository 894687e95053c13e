// SPDX-License-Identifier: GPL-2.0-only
/* What is left of a policy that went wrong: record, log, tracepoint, uevent. */
#include <fcntl.h>
/* Before netlink.h, which needs it. */
#include <asm/posix_types.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "refused_sleeping.skel.h"
#include "sbm_test.h"
#include "sysfs.h"
#include "trace_policy.skel.h"

#define UEVENT_TIMEOUT_MS	20000

static char verifier_log[1 << 16];

/* === uevents === */

static int uevent_open(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Wait for a uevent about a policy: "add@PATH" and SBM_EVENT are as expected. */
static bool uevent_wait(int fd, const char *action, const char *name,
			const char *event)
{
	char first[128], event_var[64], name_var[64], buf[4096];

	snprintf(first, sizeof(first), "%s@/kernel/sbm/policies/%s", action, name);
	snprintf(event_var, sizeof(event_var), "SBM_EVENT=%s", event);
	snprintf(name_var, sizeof(name_var), "SBM_POLICY=%s", name);
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		bool has_event = false, has_name = false;
		ssize_t len;
		char *s;

		if (poll(&pfd, 1, UEVENT_TIMEOUT_MS) != 1)
			return false;
		len = recv(fd, buf, sizeof(buf) - 1, 0);
		if (len <= 0)
			return false;
		buf[len] = 0;
		if (strcmp(buf, first))
			continue;
		for (s = buf; s < buf + len; s += strlen(s) + 1) {
			has_event |= !strcmp(s, event_var);
			has_name |= !strcmp(s, name_var);
		}
		if (has_event && has_name)
			return true;
	}
}

SBM_TEST(error_uevent, "a uevent tells of each policy that comes, changes and goes")
{
	struct policy *policy = policy_load("told", BOX_CLASS);
	struct policy *other = policy_load("other", BOX_CLASS);
	struct box_result result;
	int fd = uevent_open();

	CHECK(policy && other && fd >= 0);
	CHECK_EQ(policy_attach(policy), 0);
	CHECK(uevent_wait(fd, "add", "told", "attach"));
	CHECK_EQ(policy_replace(policy, other, NULL), 0);
	CHECK(uevent_wait(fd, "change", "other", "update"));
	policy_detach(other);
	CHECK(uevent_wait(fd, "remove", "other", "detach"));

	CHECK_EQ(policy_attach(policy), 0);
	policy->skel->bss->enter_verdict = 2;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK(uevent_wait(fd, "change", "told", "eject"));
	close(fd);
}

/* === Records === */

/* The line of the latest record. */
static int read_record(char *line, size_t size)
{
	int err = sysfs_read("ejected", line, size);

	if (!err)
		*strchrnul(line, '\n') = 0;
	return err;
}

SBM_TEST(error_record, "a record tells what was wrong, and what was said before")
{
	struct policy *policy = policy_new("wrong");
	char line[4096], want[512];
	struct trace_policy_bpf *trace;
	int kmsg = kmsg_open();
	struct box_result result;
	long long id;

	trace = trace_policy_bpf__open_and_load();
	CHECK(policy && trace);
	CHECK_EQ(trace_policy_bpf__attach(trace), 0);
	id = sysfs_policy("wrong", "id");
	CHECK(id > 0);
	policy->skel->bss->grow_verdict = SBM_GROW_DENY;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	policy->skel->bss->fault_verdict = 77;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(policy_wait_ejected(policy), 0);
	policy_close_all();

	CHECK_EQ(read_record(line, sizeof(line)), 0);
	snprintf(want, sizeof(want),
		 "id=%lld name=wrong hook=fault kind=verdict code=77 message=\"hook fault returned 77\" last=",
		 id);
	CHECK(!strncmp(line, want, strlen(want)));
	CHECK_EQ(trace->bss->ejected.count, 1);
	CHECK_EQ(trace->bss->ejected.id, id);
	CHECK_EQ(trace->bss->ejected.hook, SBM_HOOK_FAULT);
	CHECK_EQ(trace->bss->ejected.kind, SBM_EJECT_VERDICT);
	CHECK_EQ(trace->bss->ejected.code, 77);
	CHECK_STR(trace->bss->ejected.name, "wrong");
	CHECK_STR(trace->bss->ejected.message, "hook fault returned 77");
	CHECK(kmsg_has(kmsg, "sbm: policy wrong ejected: hook fault returned 77"));
	trace_policy_bpf__destroy(trace);
	close(kmsg);
}

SBM_TEST(error_verdicts, "the record has the last eight denials, the latest first")
{
	struct policy *policy = policy_new("last");
	char line[4096], want[512] = "", *last, *s;
	struct box_result result;
	unsigned long long id = 0;
	cpu_set_t one, all;
	int i;

	CHECK(policy);
	CHECK_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
	/* They are remembered by CPU. */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
	policy->skel->bss->grow_verdict = SBM_GROW_DENY;
	for (i = 0; i < 9; i++)
		CHECK_EQ(box_run(&box_grow_3, &result), 0);
	policy->skel->bss->enter_verdict = 1000;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(sched_setaffinity(0, sizeof(all), &all), 0);

	id = policy->skel->bss->last_info.id;
	s = want + sprintf(want, "%llu:enter:1000", id);
	for (i = 0; i < 7; i++)
		s += sprintf(s, ",%llu:grow:1", --id);
	CHECK_EQ(read_record(line, sizeof(line)), 0);
	last = strstr(line, " last=");
	CHECK(last);
	CHECK_STR(last + strlen(" last="), want);
}

SBM_TEST(error_records, "eight records are kept, the latest first")
{
	struct policy *policy = policy_load("often", BOX_CLASS);
	struct box_result result;
	char text[4096], *line;
	char want[64];
	int i;

	CHECK(policy);
	for (i = 0; i < 9; i++) {
		policy->skel->bss->enter_verdict = 100 + i;
		CHECK_EQ(policy_attach(policy), 0);
		CHECK_EQ(box_run(&box_return_42, &result), 0);
		CHECK_EQ(policy_wait_ejected(policy), 0);
		policy_detach(policy);
	}
	CHECK_EQ(sysfs_read("ejected", text, sizeof(text)), 0);
	for (i = 8, line = strtok(text, "\n"); line; i--, line = strtok(NULL, "\n")) {
		snprintf(want, sizeof(want), "code=%d ", 100 + i);
		CHECK(strstr(line, want));
	}
	CHECK_EQ(i, 0);
}

/* === Kinds === */

SBM_TEST(error_kfunc, "a policy that gives up is ejected, with its own words")
{
	struct policy *policy = policy_new("resigned");
	long long events = box_event("eject");
	struct box_result result;
	char line[4096];

	CHECK(policy);
	policy->skel->bss->give_up = 1;
	policy->skel->bss->give_up_code = -12345;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	/* Its verdict holds. */
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(policy->skel->bss->give_up_result, 0);
	CHECK_EQ(policy_wait_ejected(policy), 0);
	CHECK_EQ(policy->skel->bss->exits, 0);
	CHECK_EQ(box_event("eject") - events, 1);
	CHECK_EQ(read_record(line, sizeof(line)), 0);
	CHECK(strstr(line, " name=resigned hook=enter kind=error code=-12345 "));
	CHECK(strstr(line, " message=\"the ?stars? are?wrong\" "));
}

/* What the fault hook takes in the two tests below. */
#define SLOW_US		150000

SBM_TEST(error_time, "a policy that takes too long is ejected the third time, and the log says why")
{
	/*
	 * So much more than the other hooks take that they do not come near it
	 * on a busy host either; see error_in_time.
	 */
	struct policy_opts opts = { .time_us = SLOW_US / 3 };
	struct policy *policy = policy_new_opts("slow", &opts);
	long long events = box_event("eject"), overran = 0;
	char line[4096], want[512], *msg;
	struct trace_policy_bpf *trace;
	int kmsg = kmsg_open();
	struct box_result result;
	unsigned int took, tries;
	long long code;

	trace = trace_policy_bpf__open_and_load();
	CHECK(policy && trace);
	CHECK_EQ(trace_policy_bpf__attach(trace), 0);
	policy->skel->bss->fault_us = SLOW_US;
	/* A hook during which the task was switched away is not judged. */
	for (tries = 0; tries < 100 && overran < SBM_HOOK_OVERRUNS; tries++) {
		CHECK_EQ(box_event("eject") - events, 0);
		CHECK_EQ(sysfs_policy("slow", "overran"), overran);
		CHECK_EQ(box_run(&box_hlt, &result), 0);
		CHECK_EQ(result.ret, SBM_ERR_FAULT);
		overran = trace->bss->overrun.count;
	}
	CHECK_EQ(overran, SBM_HOOK_OVERRUNS);
	CHECK_EQ(box_event("eject") - events, 1);
	CHECK_STR(trace->bss->overrun.policy, "slow");
	CHECK_EQ(trace->bss->overrun.limit_us, opts.time_us);
	CHECK_EQ(trace->bss->overrun.hook, SBM_HOOK_FAULT);
	CHECK_EQ(trace->bss->ejected.hook, SBM_HOOK_FAULT);
	CHECK_EQ(trace->bss->overrun.us, trace->bss->ejected.code);
	trace_policy_bpf__destroy(trace);

	CHECK_EQ(policy_wait_ejected(policy), 0);
	CHECK_EQ(read_record(line, sizeof(line)), 0);
	msg = strstr(line, "name=slow hook=fault kind=time");
	CHECK(msg);
	CHECK_EQ(sscanf(msg, "name=slow hook=fault kind=time code=%lld message=\"overran 3 times: took %u us",
			&code, &took), 2);
	CHECK_EQ(code, took);
	CHECK(took >= SLOW_US);
	snprintf(want, sizeof(want),
		 "overran 3 times: took %u us in fault, its limit is %u us",
		 took, opts.time_us);
	CHECK(strstr(msg, want));
	snprintf(line, sizeof(line), "sbm: policy slow ejected: %s", want);
	CHECK(kmsg_has(kmsg, line));

	/* It was the last to be asked. */
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	close(kmsg);
}

SBM_TEST(error_in_time, "the same policy stays if it is given the time it takes")
{
	struct policy_opts opts = { .time_us = SBM_HOOK_TIME_MAX_US };
	struct policy *policy = policy_new_opts("slow", &opts);
	long long events = box_event("eject");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->fault_us = SLOW_US;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(policy->skel->bss->faults, 1);
	CHECK_EQ(box_event("eject") - events, 0);
	CHECK_EQ(sysfs_policy("slow", "asked"), 3);
}

SBM_TEST(error_builtin, "the built-in policy takes over from an ejected one")
{
	struct policy *policy = policy_new("wrong");
	struct box_result result;
	char state[32];

	CHECK(policy);
	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "policies");
	policy->skel->bss->enter_verdict = 2;
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	/* The next call already, whether the link is detached yet or not. */
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(policy->skel->bss->enters, 1);
	CHECK_EQ(policy_wait_ejected(policy), 0);
	CHECK_EQ(sysfs_read("state", state, sizeof(state)), 0);
	CHECK_STR(state, "builtin");
}

SBM_TEST(error_permissive, "a permissive policy is ejected for the same, and denies nothing")
{
	struct policy_opts opts = { .mode = SBM_MODE_PERMISSIVE };
	struct policy *policy = policy_new_opts("wrong", &opts);
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->enter_verdict = 2;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	CHECK_EQ(policy_wait_ejected(policy), 0);
}

SBM_TEST(refuse_sleeping, "a hook that calls what may sleep does not load, so none recurs")
{
	struct refused_sleeping_bpf *skel = refused_sleeping_bpf__open();
	int err;

	CHECK(skel);
	bpf_program__set_log_buf(skel->progs.enter, verifier_log,
				 sizeof(verifier_log));
	err = refused_sleeping_bpf__load(skel);
	refused_sleeping_bpf__destroy(skel);
	CHECK_EQ(err, -EACCES);
	CHECK(strstr(verifier_log,
		     "program must be sleepable to call sleepable kfunc bpf_arena_alloc_pages"));
}
