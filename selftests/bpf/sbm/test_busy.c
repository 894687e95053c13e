// SPDX-License-Identifier: GPL-2.0-only
/* Policies come and go while sandboxes run on all CPUs. */
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"

#define ROUNDS		10
#define MAX_CPUS	64

/* What the workers share with the test. */
struct load {
	int stop;
	unsigned long runs;
	unsigned long unexpected;
	unsigned long seen[2];
	int expected[2];
};

static struct load *load;
static pid_t workers[MAX_CPUS];
static int nr_workers;

static void work(int cpu)
{
	struct box_result result;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		_exit(0);

	while (!__atomic_load_n(&load->stop, __ATOMIC_RELAXED)) {
		int i = 0;

		if (box_run(&box_return_42, &result))
			result.ret = 0;
		while (i < 2 && result.ret != load->expected[i])
			i++;
		if (i < 2)
			__atomic_fetch_add(&load->seen[i], 1, __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&load->unexpected, 1,
					   __ATOMIC_RELAXED);
		__atomic_fetch_add(&load->runs, 1, __ATOMIC_RELAXED);
	}
	_exit(0);
}

/* Run calls on all CPUs; each is to return one of two values. */
static int load_start(int expected, int or)
{
	int nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);

	load = mmap(NULL, sizeof(*load), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load == MAP_FAILED)
		return -errno;
	load->expected[0] = expected;
	load->expected[1] = or;

	for (nr_workers = 0; nr_workers < nr_cpus && nr_workers < MAX_CPUS;
	     nr_workers++) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (!pid)
			work(nr_workers);
		workers[nr_workers] = pid;
	}
	return 0;
}

static void load_stop(void)
{
	__atomic_store_n(&load->stop, 1, __ATOMIC_RELAXED);
	while (nr_workers)
		waitpid(workers[--nr_workers], NULL, 0);
}

/* Let each CPU make a few calls. */
static void load_wait(void)
{
	unsigned long runs = __atomic_load_n(&load->runs, __ATOMIC_RELAXED);

	while (__atomic_load_n(&load->runs, __ATOMIC_RELAXED) <
	       runs + 2 * nr_workers)
		usleep(1000);
}

SBM_TEST(replace_busy, "no call slips through while a policy is replaced")
{
	struct policy *one = policy_new("one");
	struct policy *two = policy_load("two", BOX_CLASS);
	int err = 0, i;

	CHECK(one && two);
	one->skel->bss->enter_verdict = -E2BIG;
	two->skel->bss->enter_verdict = -ENOSPC;
	CHECK_EQ(load_start(-E2BIG, -ENOSPC), 0);
	for (i = 0; i < ROUNDS && !err; i++) {
		struct policy *from = i & 1 ? two : one;
		struct policy *to = i & 1 ? one : two;

		load_wait();
		err = policy_replace(from, to, from);
	}
	load_wait();
	load_stop();

	CHECK_EQ(err, 0);
	CHECK_EQ(load->unexpected, 0);
	CHECK(load->seen[0] && load->seen[1]);
	/* Every call asked exactly one of the two. */
	CHECK_EQ(one->skel->bss->enters, load->seen[0]);
	CHECK_EQ(two->skel->bss->enters, load->seen[1]);
}

SBM_TEST(detach_busy, "a policy is asked neither before it is attached nor after")
{
	struct policy *policy = policy_load("busy", BOX_CLASS);
	unsigned long long after = 0, settled = 0;
	int err = 0, i;

	CHECK(policy);
	policy->skel->bss->enter_verdict = -E2BIG;
	CHECK_EQ(load_start(42, -E2BIG), 0);
	for (i = 0; i < ROUNDS && !err && after == settled; i++) {
		load_wait();
		err = policy_attach(policy);
		load_wait();
		policy_detach(policy);
		after = policy->skel->bss->enters;
		load_wait();
		settled = policy->skel->bss->enters;
	}
	load_stop();

	CHECK_EQ(err, 0);
	CHECK_EQ(after, settled);
	CHECK_EQ(load->unexpected, 0);
	CHECK(load->seen[0] && load->seen[1]);
	CHECK_EQ(policy->skel->bss->enters, load->seen[1]);
}

SBM_TEST(eject_busy, "a policy is ejected once, whoever finds out")
{
	long long ejected = box_event("eject");
	struct policy *policy;
	int i;

	CHECK_EQ(load_start(42, SBM_ERR_DENIED), 0);
	for (i = 0; i < ROUNDS; i++) {
		policy = policy_load("nonsense", BOX_CLASS);
		if (!policy)
			break;
		policy->skel->bss->enter_verdict = 1000;
		/* Long enough for all CPUs to be in the hook at once. */
		policy->skel->bss->enter_turns = 20000;
		if (policy_attach(policy) || policy_wait_ejected(policy))
			break;
		policy_close_all();
	}
	load_stop();

	CHECK_EQ(i, ROUNDS);
	CHECK_EQ(box_event("eject") - ejected, ROUNDS);
	CHECK_EQ(load->unexpected, 0);
}
