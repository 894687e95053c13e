// SPDX-License-Identifier: GPL-2.0-only
/* I: what a sandbox does while policies are attached, and come and go. */
#include <signal.h>
#include <unistd.h>

#include "../policy.h"
#include "escape.h"

CODE(ask_for_one, "mov $1, %edi\n mov $1, %eax\n syscall\n"
     "mov %rax, %rdi\n mov $2, %eax\n syscall\n");

/* Goes away with the attempt. */
#define POLICY(name)							\
	struct policy *policy = policy_new(name);			\
									\
	CHECK(policy)

ATTEMPT('I', deny_all, "wants in where a policy denies all, 50 times")
{
	struct box_result result;
	int i;

	POLICY("deny");
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	for (i = 0; i < 50; i++) {
		CHECK_EQ(box_run(&box_hlt, &result), 0);
		CHECK_EQ(result.ret, SBM_ERR_DENIED);
		CHECK_STR(result.kind, "none");
	}
	CHECK_EQ(policy->skel->bss->exits, 0);
}

ATTEMPT('I', fault_storm, "faults 50 times where the first leads to quarantine")
{
	struct box_result result;
	int i;

	POLICY("quarantine");
	policy->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_FAULT(&result, 13, 0);
	for (i = 0; i < 50; i++) {
		CHECK_EQ(box_run(&box_hlt, &result), 0);
		CHECK_EQ(result.ret, SBM_ERR_QUARANTINED);
		CHECK_STR(result.kind, "none");
	}
	CHECK_EQ(policy->skel->bss->faults, 1);
	policy_detach(policy);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_QUARANTINED);
}

ATTEMPT('I', detach_inside, "loops while the policy that let it in is detached")
{
	pid_t pid;

	POLICY("gone");
	pid = start_code(loop_for_ever);
	CHECK(pid > 0);
	wait_ms(100);
	CHECK_EQ(policy->skel->bss->enters, 1);
	policy_detach(policy);
	CHECK_EQ(box_kill(pid), SIGKILL);
}

ATTEMPT('I', attach_inside,
	"loops while a policy is attached that would not let it in")
{
	struct box_result result;
	pid_t pid;

	pid = start_code(loop_for_ever);
	CHECK(pid > 0);
	wait_ms(100);
	POLICY("late");
	policy->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
	CHECK_EQ(box_kill(pid), SIGKILL);
}

ATTEMPT('I', grow_denied, "asks for memory that a policy denies")
{
	struct box_result result;

	POLICY("no-memory");
	policy->skel->bss->grow_verdict = SBM_GROW_DENY;
	CHECK_EQ(run_code(&ask_for_one, &result), 0);
	CHECK_STR(result.kind, "abort");
	CHECK_EQ(result.addr, 0);
	CHECK_EQ(policy->skel->bss->grows, 1);
}

ATTEMPT('I', grow_killed, "asks for memory where that is its end")
{
	struct box_result result;

	POLICY("kill");
	policy->skel->bss->grow_verdict = SBM_GROW_KILL;
	CHECK_EQ(run_code(&ask_for_one, &result), 0);
	CHECK_STR(result.kind, "none");
	CHECK_EQ(result.ret, SBM_ERR_DENIED);
}

ATTEMPT('I', nonsense_verdict,
	"faults where the policy answers nonsense and is ejected")
{
	struct box_result result;

	POLICY("nonsense");
	policy->skel->bss->fault_verdict = 12345;
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_FAULT(&result, 13, 0);
	CHECK_EQ(policy_wait_ejected(policy), 0);
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_FAULT(&result, 13, 0);
	CHECK_EQ(policy->skel->bss->faults, 1);
}
