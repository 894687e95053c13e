// SPDX-License-Identifier: GPL-2.0-only
/*
 * E: the system is suspended, as far as its tasks are concerned. Devices are
 * not: that of the root file system does not come back.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sbm.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"
#include "worker.h"

#define STATE		"/sys/power/state"
#define TEST		"/sys/power/pm_test"
#define TEST_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

CODE(ask_for_nothing, "1: mov $1, %eax\n xor %edi, %edi\n syscall\n jmp 1b\n");
CODE(call_itself, "1: call 2f\n jmp 1b\n 2: pause\n ret\n");
CODE(push_for_ever, "1: push %rax\n pop %rcx\n jmp 1b\n");

/* Freeze all tasks and thaw them. Return: zero or a negative errno. */
static int suspend(const char *state)
{
	int err = write_text(TEST_DELAY, "0");

	err = err ?: write_text(TEST, "freezer");
	err = err ?: write_text(STATE, state);
	write_text(TEST, "none");
	return err;
}

static const struct code *endless;

/* Exits with 42 if the call ends as its time is up. */
static int loops(void)
{
	struct box_result result;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (run_code_boxed(endless, 0, &result))
		return 1;
	return result.ret == SBM_ERR_TIME && !strcmp(result.kind, "none") ?
	       42 : 2;
}

/* The same, several at once. */
static int loops_in_many(void)
{
	pid_t pids[3];
	int i, status, good = 0;

	for (i = 0; i < 3; i++)
		pids[i] = start_process(loops);
	for (i = 0; i < 3; i++)
		good += waitpid(pids[i], &status, 0) == pids[i] &&
			status == 42 << 8;
	return good == 3 ? 42 : 1;
}

static int loops_in_worker(void)
{
	size_t len = endless->end - endless->begin;
	struct box_result result;
	struct ring ring;
	int fd;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	if (fd < 0 || ring_init(&ring))
		return 1;
	/* Waiting may end early: the process is to freeze as well. */
	ring_write(&ring, fd, endless->begin, len, 0);
	while (box_read_result(fd, &result))
		wait_ms(20);
	return result.ret == SBM_ERR_TIME ? 42 : 2;
}

static int takes_time_once(void)
{
	struct box_result result;

	if (run_code_boxed(take_time, 0, &result))
		return 1;
	return result.ret;
}

/*
 * Start a process, suspend while it is inside, and see it end well. @frozen is
 * how many calls end for it.
 */
static void check_suspended(const char *state, int (*fn)(void),
			    const struct code *code, int frozen)
{
	long long calls = box_event("call"), freeze = box_event("freeze");
	long long time = box_event("time");
	pid_t pid;
	int err;

	if (access(TEST, W_OK)) {
		skip("needs CONFIG_PM_DEBUG");
		return;
	}
	endless = code;
	pid = start_process(fn);
	CHECK(pid > 0);
	wait_calls(calls + (frozen ?: 1));
	wait_ms(30);
	err = suspend(state);
	if (err)
		kill(pid, SIGKILL);
	CHECK_EQ(err, 0);
	CHECK_EXITS(pid, 42);
	CHECK_EQ(box_event("freeze") - freeze, frozen);
	CHECK_EQ(box_event("time") - time, frozen);
}

#define SUSPENDED(name, what, state, fn, code, frozen)			\
ATTEMPT('E', suspended_##name, what " while the system is suspended")	\
{									\
	check_suspended(state, fn, code, frozen);			\
}

SUSPENDED(loop, "jumps in circles", "freeze", loops, loop_for_ever, 1)
SUSPENDED(loop_mem, "jumps in circles", "mem", loops, loop_for_ever, 1)
SUSPENDED(pushes, "uses its stack for ever", "freeze", loops, &push_for_ever, 1)
SUSPENDED(calls, "calls and returns for ever", "mem", loops, &call_itself, 1)
SUSPENDED(grow, "asks for no pages for ever", "freeze", loops, &ask_for_nothing,
	  1)
SUSPENDED(many, "jumps in circles, three times at once,", "freeze",
	  loops_in_many, loop_for_ever, 3)
SUSPENDED(worker, "jumps in circles, in a worker of io_uring,", "freeze",
	  loops_in_worker, loop_for_ever, 1)
SUSPENDED(short, "takes some time, and has it,", "freeze", takes_time_once,
	  take_time, 0)

ATTEMPT('E', suspended_twice, "takes some time while the system is suspended, again")
{
	long long freeze = box_event("freeze");
	pid_t pid;

	if (access(TEST, W_OK)) {
		skip("needs CONFIG_PM_DEBUG");
		return;
	}
	pid = start_process(takes_time);
	CHECK(pid > 0);
	wait_ms(30);
	CHECK_EQ(suspend("freeze"), 0);
	wait_ms(30);
	CHECK_EQ(suspend("mem"), 0);
	CHECK_EXITS(pid, 0);
	CHECK_EQ(box_event("freeze"), freeze);
}
