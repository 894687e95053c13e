// SPDX-License-Identifier: GPL-2.0-only
/* E: the group of the caller is frozen, throttled, or has no more memory. */
#include <errno.h>
#include <linux/sbm.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../policy.h"
#include "escape.h"

#define ROOT_GROUP	"/sys/fs/cgroup/"
#define GROUP		ROOT_GROUP "sbm_escape"

/* === A control group === */

static int group_make(pid_t pid)
{
	char text[16];

	if (mkdir(GROUP, 0755) && errno != EEXIST)
		return -errno;
	snprintf(text, sizeof(text), "%d", pid);
	return write_text(GROUP "/cgroup.procs", text);
}

/* Gone when the last process in it is, which takes a moment. */
static int group_remove(void)
{
	int i;

	for (i = 0; i < 100 && rmdir(GROUP); i++) {
		if (errno != EBUSY)
			return -errno;
		wait_ms(20);
	}
	return i < 100 ? 0 : -EBUSY;
}

/* A number of a file with lines of a name and a number, or -1. */
static long long group_number(const char *path, const char *name)
{
	long long value, found = -1;
	FILE *file = fopen(path, "r");
	char key[64];

	while (file && fscanf(file, "%63s %lld", key, &value) == 2)
		if (!strcmp(key, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

static bool group_is_frozen(void)
{
	return group_number(GROUP "/cgroup.events", "frozen") == 1;
}

/* Shared with the process that makes the calls. */
static volatile struct {
	int calls;
	int enough;
} *shared;

static int calls_until_enough(void)
{
	struct box_result result;

	while (!shared->enough) {
		if (box_run(&box_return_42, &result) || result.ret != 42)
			return 1;
		shared->calls++;
	}
	return 0;
}

ATTEMPT('E', frozen_and_thawed,
	"its caller's group is frozen: between calls, and goes on")
{
	int i, calls;
	pid_t pid;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	pid = start_process(calls_until_enough);
	CHECK(pid > 0);
	while (!shared->calls && !waitpid(pid, NULL, WNOHANG))
		wait_ms(20);
	CHECK_EQ(group_make(pid), 0);
	CHECK_EQ(write_text(GROUP "/cgroup.freeze", "1"), 0);
	for (i = 0; i < 500 && !group_is_frozen(); i++)
		wait_ms(20);
	CHECK(group_is_frozen());
	calls = shared->calls;
	wait_ms(50);
	CHECK_EQ(shared->calls, calls);

	CHECK_EQ(write_text(GROUP "/cgroup.freeze", "0"), 0);
	while (shared->calls == calls && !waitpid(pid, NULL, WNOHANG))
		wait_ms(20);
	shared->enough = 1;
	CHECK_EXITS(pid, 0);
	CHECK_EQ(group_remove(), 0);
}

ATTEMPT('E', frozen_and_killed, "loops, its caller's group is frozen and killed")
{
	pid_t pid = start_code(loop_for_ever);
	int status;

	CHECK(pid > 0);
	wait_ms(50);
	CHECK_EQ(group_make(pid), 0);
	CHECK_EQ(write_text(GROUP "/cgroup.freeze", "1"), 0);
	wait_ms(50);
	/* Inside there is no freezing: what ends is the call. */
	CHECK(!group_is_frozen());
	CHECK_EQ(write_text(GROUP "/cgroup.kill", "1"), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
	CHECK_EQ(group_remove(), 0);
}

/* === CPU time === */

/* A tenth of a CPU: most of the time is not the group's. */
#define CPU_MAX		"10000 100000"

CODE(take_longer,
     "rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
     "mov $3000000000, %rbx\n add %rax, %rbx\n"
     "1: rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
     "cmp %rbx, %rax\n jb 1b\n"
     "mov $42, %eax\n ret\n");

static const struct code *in_group;

/* Waits until it is in the group, and exits with how the call ended. */
static int call_in_group(void)
{
	struct box_result result;

	raise(SIGSTOP);
	if (run_code_boxed(in_group, 0, &result) ||
	    strcmp(result.kind, "none"))
		return 255;
	return result.ret < 0 ? -result.ret : result.ret;
}

static pid_t start_in_group(const struct code *code)
{
	pid_t pid;

	in_group = code;
	pid = start_process(call_in_group);
	if (pid > 0 && waitpid(pid, NULL, WUNTRACED) == pid &&
	    !group_make(pid))
		return pid;
	return -1;
}

/* Throttled or not, run for longer than a policy has it. Return: its status. */
static int run_for_longer(const char *cpu_max, long long *throttled)
{
	struct policy *policy = policy_new("throttled");
	int status = -1;
	pid_t pid;

	if (!policy)
		return -1;
	policy->skel->bss->time_limit = 600 * 1000 * 1000;
	pid = start_in_group(&take_longer);
	if (pid > 0 && !write_text(GROUP "/cpu.max", cpu_max) &&
	    !kill(pid, SIGCONT) && waitpid(pid, &status, 0) == pid)
		*throttled = group_number(GROUP "/cpu.stat", "nr_throttled");
	policy_detach(policy);
	return status;
}

ATTEMPT('E', throttled_call,
	"has less time than it runs for, which is more than it is on the CPU")
{
	long long throttled = -1;

	if (write_text(ROOT_GROUP "cgroup.subtree_control", "+cpu")) {
		skip("needs CONFIG_CFS_BANDWIDTH");
		return;
	}
	CHECK_EQ(run_for_longer(CPU_MAX, &throttled), 42 << 8);
	CHECK(throttled > 0);
	CHECK_EQ(group_remove(), 0);

	/* Not throttled it needs all of it. */
	CHECK_EQ(run_for_longer("max 100000", &throttled), -SBM_ERR_TIME << 8);
	CHECK_EQ(throttled, 0);
	CHECK_EQ(group_remove(), 0);
}

ATTEMPT('E', throttled_and_killed, "loops where it has a hundredth of a CPU, and is killed")
{
	long long calls = box_event("call");
	int status;
	pid_t pid;

	if (write_text(ROOT_GROUP "cgroup.subtree_control", "+cpu")) {
		skip("needs CONFIG_CFS_BANDWIDTH");
		return;
	}
	pid = start_in_group(loop_for_ever);
	CHECK(pid > 0);
	kill(pid, SIGCONT);
	/* With that little it would not come to its call. */
	wait_calls(calls + 1);
	CHECK_EQ(write_text(GROUP "/cpu.max", "1000 100000"), 0);
	wait_ms(500);
	CHECK(group_number(GROUP "/cpu.stat", "nr_throttled") > 0);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(group_remove(), 0);
}

/* === Memory === */

/* More than the group has, less than the limit of the class. */
#define MEMORY_MORE	(1 << 20)

/* Asks for a page at a time; writes to each. Returns 7 when it gets none. */
CODE(fill_heap, "mov $1000, %ebx\n"
     "1: mov $1, %edi\n mov $1, %eax\n syscall\n"
     "test %rax, %rax\n jz 2f\n movb $1, (%rax)\n dec %ebx\n jnz 1b\n"
     "mov $1, %eax\n ret\n"
     "2: mov $7, %eax\n ret\n");

static int limit_memory(void)
{
	long long current = -1;
	char text[32];
	FILE *file;

	file = fopen(GROUP "/memory.current", "r");
	if (!file || fscanf(file, "%lld", &current) != 1)
		current = -1;
	if (file)
		fclose(file);
	if (current < 0)
		return -1;
	snprintf(text, sizeof(text), "%lld", current + MEMORY_MORE);
	return write_text(GROUP "/memory.max", text);
}

ATTEMPT('E', memory_of_group,
	"asks for more memory than its caller's group has: gets none, nobody is killed")
{
	pid_t pid;

	CHECK_EQ(write_text(ROOT_GROUP "cgroup.subtree_control", "+memory"), 0);
	pid = start_in_group(&fill_heap);
	CHECK(pid > 0);
	CHECK_EQ(limit_memory(), 0);
	kill(pid, SIGCONT);
	CHECK_EXITS(pid, 7);
	CHECK(group_number(GROUP "/memory.events", "max") > 0);
	CHECK_EQ(group_number(GROUP "/memory.events", "oom_kill"), 0);
	CHECK_EQ(group_remove(), 0);

	/* All of it fits where there is no limit. */
	pid = start_in_group(&fill_heap);
	CHECK(pid > 0);
	kill(pid, SIGCONT);
	CHECK_EXITS(pid, 1);
	CHECK_EQ(group_remove(), 0);
}
