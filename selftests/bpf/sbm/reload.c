// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbm_reload: policies that come and go, for scripts/tests/full.
 *
 *   sbm_reload N
 *
 * Attaches a policy, replaces it and detaches it, N times, while there are calls
 * on all CPUs. Each of these must be denied by one of the two, or return 42.
 */
#include <linux/sbm.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"

#define MAX_CPUS	64

/* What the callers share with the loop. */
struct load {
	unsigned long allowed;
	unsigned long denied[2];
	unsigned long unexpected;
};

static struct load *load;
static pid_t callers[MAX_CPUS];
static int nr_callers;

static void call(int cpu)
{
	struct box_result result;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		unsigned long *count = &load->unexpected;

		if (!box_run(&box_return_42, &result)) {
			if (result.ret == 42)
				count = &load->allowed;
			else if (result.ret == -E2BIG)
				count = &load->denied[0];
			else if (result.ret == -ENOSPC)
				count = &load->denied[1];
		}
		__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
	}
}

static int start_callers(void)
{
	int nr = sysconf(_SC_NPROCESSORS_ONLN);

	load = mmap(NULL, sizeof(*load), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load == MAP_FAILED)
		return -1;
	for (; nr_callers < nr && nr_callers < MAX_CPUS; nr_callers++) {
		pid_t pid = fork();

		if (pid < 0)
			return -1;
		if (!pid)
			call(nr_callers);
		callers[nr_callers] = pid;
	}
	return 0;
}

static void stop_callers(void)
{
	while (nr_callers) {
		kill(callers[--nr_callers], SIGKILL);
		waitpid(callers[nr_callers], NULL, 0);
	}
}

int main(int argc, char **argv)
{
	struct policy *one, *two;
	long i, rounds = argc == 2 ? atol(argv[1]) : 0;
	bool counted;
	int err = 0;

	if (rounds < 1) {
		fprintf(stderr, "usage: %s N\n", argv[0]);
		return 1;
	}
	one = policy_load("one", BOX_CLASS);
	two = policy_load("two", BOX_CLASS);
	if (!one || !two || start_callers()) {
		perror("cannot start");
		return 1;
	}
	one->skel->bss->enter_verdict = -E2BIG;
	two->skel->bss->enter_verdict = -ENOSPC;

	for (i = 0; i < rounds && !err; i++) {
		err = policy_attach(one) ?: policy_replace(one, two, one);
		if (!err)
			policy_detach(two);
		if (i % 1000 == 999)
			fprintf(stderr, "# %ld of %ld times\n", i + 1, rounds);
	}
	stop_callers();

	/* A caller that is killed in a hook is in neither of the counts. */
	counted = load->allowed && load->denied[0] + load->denied[1] &&
		  one->skel->bss->enters - load->denied[0] <= MAX_CPUS &&
		  two->skel->bss->enters - load->denied[1] <= MAX_CPUS;

	printf("TAP version 13\n1..3\n");
	printf("%sok 1 - attached, replaced and detached %ld of %ld times\n",
	       err ? "not " : "", i, rounds);
	printf("%sok 2 - no other result: %lu\n",
	       load->unexpected ? "not " : "", load->unexpected);
	printf("%sok 3 - allowed %lu, denied %lu and %lu, asked %llu and %llu\n",
	       counted ? "" : "not ", load->allowed, load->denied[0], load->denied[1],
	       one->skel->bss->enters, two->skel->bss->enters);
	return err || load->unexpected || !counted;
}
