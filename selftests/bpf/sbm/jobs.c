// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests in processes of their own, some of them at the same time. Results come
 * in the order of the list all the same.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest.h"
#include "sbm_test.h"

static void start(struct sbm_test *test,
		  bool (*run)(const struct sbm_test *test))
{
	test->output = tmpfile();
	fflush(stdout);
	test->pid = test->output ? fork() : -1;
	if (test->pid < 0) {
		test->pid = 0;
		test->done = true;
		return;
	}
	if (!test->pid) {
		dup2(fileno(test->output), STDOUT_FILENO);
		test->passed = run(test);
		fflush(stdout);
		_exit(test->passed ? KSFT_PASS : KSFT_FAIL);
	}
}

/* Wait for one of those that were started. */
static void finish_one(struct sbm_test *tests)
{
	struct sbm_test *test;
	int status;
	pid_t pid;

	pid = wait(&status);
	for (test = tests; test; test = test->next) {
		if (pid <= 0 || test->pid != pid)
			continue;
		test->pid = 0;
		test->passed = WIFEXITED(status) &&
			       WEXITSTATUS(status) == KSFT_PASS;
		test->done = true;
	}
}

/* Report what is done, up to the first that is not. Return: that one. */
static struct sbm_test *
report_done(struct sbm_test *next,
	    void (*report)(const struct sbm_test *test, bool passed))
{
	char line[512];

	for (; next && (next->done || !next->run); next = next->next) {
		if (!next->run)
			continue;
		if (next->output) {
			rewind(next->output);
			while (fgets(line, sizeof(line), next->output))
				fputs(line, stdout);
			fclose(next->output);
		}
		report(next, next->passed);
	}
	return next;
}

/**
 * sbm_test_jobs() - run tests in processes of their own, and report
 * @tests: The tests; those without a function are left out.
 * @nr_jobs: How many of the parallel ones at a time.
 * @run: Runs one; returns whether it passed.
 * @report: Reports one, when it and all before it are done.
 *
 * First those that may run at the same time, then one after the other: a serial
 * test has the machine to itself.
 */
void sbm_test_jobs(struct sbm_test *tests, unsigned int nr_jobs,
		   bool (*run)(const struct sbm_test *test),
		   void (*report)(const struct sbm_test *test, bool passed))
{
	struct sbm_test *test, *next = tests;
	unsigned int running = 0;

	for (test = tests; test; test = test->next) {
		if (!test->run || !test->parallel)
			continue;
		if (running == nr_jobs) {
			finish_one(tests);
			running--;
		}
		start(test, run);
		running += test->pid > 0;
	}
	while (running) {
		finish_one(tests);
		running--;
	}
	next = report_done(next, report);

	for (test = tests; test; test = test->next) {
		if (!test->run || test->parallel)
			continue;
		start(test, run);
		if (test->pid > 0)
			finish_one(tests);
		next = report_done(next, report);
	}
}
