// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the tests and reports in TAP.
 *
 * Exit status: 0 all passed, 1 some did not, 4 nothing could be tested.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "kselftest.h"
#include "box.h"
#include "policy.h"
#include "sbm_test.h"

/* A test that takes longer hangs. Emulation is slow. */
#define TEST_TIMEOUT_SECONDS	300

static struct sbm_test *tests, **last = &tests;

void sbm_test_add(struct sbm_test *test)
{
	*last = test;
	last = &test->next;
}

static void (*cleanup)(void);

/* Have a function called when the test is over, however it ends. */
void sbm_test_cleanup(void (*fn)(void))
{
	cleanup = fn;
}

static void timed_out(int sig)
{
	static const char msg[] = "Bail out! a test hangs\n";

	if (write(STDOUT_FILENO, msg, sizeof(msg) - 1) < 0)
		_exit(KSFT_FAIL);
	_exit(KSFT_FAIL);
}

static void usage(const char *name)
{
	fprintf(stderr, "usage: %s [-l] [-v] [-j N] [-t NAME]...\n"
		"  -l       list the tests and what each proves\n"
		"  -t NAME  run this one only\n"
		"  -j N     run each in a process of its own; up to N at a time\n"
		"           of those that do not mind\n"
		"  -v       let libbpf talk\n", name);
	exit(KSFT_FAIL);
}

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *fmt,
			va_list args)
{
	return verbose ? vfprintf(stderr, fmt, args) : 0;
}

/* Why nothing can be tested here, or NULL. */
static const char *unsupported(void)
{
	struct box_result result;
	struct btf *btf;
	int id;

	if (geteuid())
		return "needs root";
	btf = btf__load_vmlinux_btf();
	if (!btf)
		return "the kernel has no BTF";
	id = btf__find_by_name_kind(btf, "sbm_policy_ops", BTF_KIND_STRUCT);
	btf__free(btf);
	if (id < 0)
		return "the kernel has no struct sbm_policy_ops (CONFIG_SBM_BPF)";
	if (box_run(&box_return_42, &result))
		return "cannot run code in a sandbox (CONFIG_SBM_TEST, debugfs)";
	if (strcmp(result.level, "strong"))
		return "sandboxes are not strong on this machine";
	return NULL;
}

static bool run_test(const struct sbm_test *test)
{
	sbm_test_begin();
	alarm(TEST_TIMEOUT_SECONDS);
	test->run();
	alarm(0);
	if (cleanup)
		cleanup();
	cleanup = NULL;
	box_kill_all();
	policy_close_all();
	box_release_class();
	return !sbm_test_failed();
}

static void report(const struct sbm_test *test, bool passed)
{
	ksft_test_result(passed, "%s\n", test->name);
}

int main(int argc, char **argv)
{
	const char *reason, *only[64];
	unsigned int nr_only = 0, nr = 0, nr_jobs = 0, i;
	struct sbm_test *test;
	int opt;

	while ((opt = getopt(argc, argv, "j:lt:v")) != -1) {
		switch (opt) {
		case 'j':
			nr_jobs = atoi(optarg);
			if (!nr_jobs)
				usage(argv[0]);
			break;
		case 'l':
			for (test = tests; test; test = test->next)
				printf("%-22s %s\n", test->name, test->proves);
			return 0;
		case 't':
			if (nr_only < ARRAY_SIZE(only))
				only[nr_only++] = optarg;
			break;
		case 'v':
			verbose = true;
			break;
		default:
			usage(argv[0]);
		}
	}
	if (optind != argc)
		usage(argv[0]);

	libbpf_set_print(print_libbpf);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, timed_out);

	ksft_print_header();
	reason = unsupported();
	if (reason)
		ksft_exit_skip("%s\n", reason);

	for (test = tests; test; test = test->next) {
		for (i = 0; i < nr_only && strcmp(only[i], test->name); i++)
			;
		/* What is not wanted is taken from the list. */
		test->run = nr_only && i == nr_only ? NULL : test->run;
		nr += !!test->run;
	}
	if (!nr || (nr_only && nr != nr_only))
		ksft_exit_fail_msg("no such test; -l lists them\n");

	ksft_set_plan(nr);
	if (nr_jobs)
		sbm_test_jobs(tests, nr_jobs, run_test, report);
	for (test = tests; test && !nr_jobs; test = test->next)
		if (test->run)
			report(test, run_test(test));
	ksft_finished();
}
