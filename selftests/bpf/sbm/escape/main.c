// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries to break out of sandboxes, and reports in TAP.
 *
 * Each attempt is followed by the same questions: did this process get a
 * signal, is its signal mask the same, does it still hold what it held, is
 * everything that rules the CPUs the same, and does a call that is no attempt
 * work? After each family, are code and read-only data of the kernel the same?
 *
 * Exit status: 0 all contained, 1 not so, 4 nothing could be tried.
 */
#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "kselftest.h"
#include "caller.h"
#include "escape.h"

/* An attempt that takes longer hangs. Emulation is slow. */
#define ATTEMPT_TIMEOUT_SECONDS	150

static const char * const families[] = {
	['A'] = "memory",
	['B'] = "privileged instructions",
	['C'] = "gates and transfers",
	['D'] = "exceptions and flags",
	['E'] = "liveness",
	['F'] = "reentrancy and load",
	['G'] = "state",
	['H'] = "output",
	['I'] = "policies",
};

/* One pointer from each ATTEMPT, in the order of linking. */
extern struct attempt *__start_attempts[], *__stop_attempts[];

static const char *skipped;
static volatile sig_atomic_t signalled;
static sigset_t mask;

/* The attempt cannot be made here. To be called by it, before it returns. */
void skip(const char *reason)
{
	skipped = reason;
}

static void got_signal(int sig)
{
	signalled = sig;
}

/* The signals that an exception in user mode leads to. */
static const int fatal[] = {
	SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS,
};

static void watch_signals(void)
{
	struct sigaction action = { .sa_handler = got_signal };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		sigaction(fatal[i], &action, NULL);
	/* No handler: only a fatal signal ends a call that hangs. */
	signal(SIGALRM, SIG_DFL);
	/* One that is blocked, as there would be nothing to see in a mask of 0. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* Fail if there was a signal, or is one pending, or the mask is another. */
void check_signals(void)
{
	sigset_t now;
	int sig;

	if (signalled)
		sbm_test_fail(__FILE__, __LINE__, "signal: %s",
			      strsignal(signalled));
	signalled = 0;
	sigprocmask(SIG_BLOCK, NULL, &now);
	for (sig = 1; sig < NSIG; sig++)
		if (sigismember(&now, sig) != sigismember(&mask, sig))
			sbm_test_fail(__FILE__, __LINE__, "signal mask: %s",
				      strsignal(sig));
	sigpending(&now);
	for (sig = 1; sig < NSIG; sig++)
		if (sigismember(&now, sig) == 1)
			sbm_test_fail(__FILE__, __LINE__, "signal pending: %s",
				      strsignal(sig));
}

/* Fail unless a call works that is no attempt. */
void check_next_call(void)
{
	const struct code good = {
		box_return_42.bytes, box_return_42.bytes + box_return_42.len
	};
	struct box_result result;
	int err;

	err = run_code(&good, &result);
	if (err || result.ret != 42 || strcmp(result.kind, "none"))
		sbm_test_fail(__FILE__, __LINE__, "the next call fails");
}

/* One of them, with everything that is asked after each. */
static void try(const struct attempt *attempt)
{
	const char *changed;

	sbm_test_begin();
	skipped = NULL;
	alarm(ATTEMPT_TIMEOUT_SECONDS);
	if (attempt->run)
		attempt->run();
	else
		judge(attempt);
	box_kill_all();
	if (attempt->family == 'I' &&
	    (machine_reset_policies() || box_release_class()))
		sbm_test_fail(__FILE__, __LINE__, "policies stay");
	check_signals();
	check_next_call();
	changed = held_changed();
	if (changed)
		sbm_test_fail(__FILE__, __LINE__, "changed in the caller: %s",
			      changed);
	changed = machine_cpus_changed();
	if (changed)
		sbm_test_fail(__FILE__, __LINE__, "changed: %s", changed);
	alarm(0);
}

static bool check_text(char family)
{
	const char *changed = machine_text_changed();

	if (changed)
		ksft_print_msg("changed: %s\n", changed);
	ksft_test_result(!changed, "%c_kernel_unchanged\n", family);
	return !changed;
}

/* Why nothing can be tried here, or NULL. */
static const char *unsupported(void)
{
	struct box_result result;

	if (geteuid())
		return "needs root";
	if (box_run(&box_return_42, &result))
		return "cannot run code in a sandbox (CONFIG_SBM_TEST, debugfs)";
	if (strcmp(result.level, "strong"))
		return "sandboxes are not strong on this machine";
	return NULL;
}

static void usage(const char *name)
{
	fprintf(stderr, "usage: %s [-c | -l] [-t NAME]...\n"
		"  -c       check that changes are noticed, and try nothing\n"
		"  -l       list the attempts\n"
		"  -t NAME  try this one only, or a family, by its letter\n", name);
	exit(KSFT_FAIL);
}

static bool wanted(const struct attempt *attempt, char **only, int nr_only)
{
	int i;

	for (i = 0; i < nr_only; i++) {
		if (!strcmp(only[i], attempt->name))
			return true;
		if (!only[i][1] && toupper(only[i][0]) == attempt->family)
			return true;
	}
	return !nr_only;
}

int main(int argc, char **argv)
{
	unsigned int tried = 0, contained = 0, plan = 0;
	struct attempt **ptr, *attempt;
	char *only[64];
	const char *reason;
	int opt, nr_only = 0, err;
	bool check = false;
	char family = 0;

	while ((opt = getopt(argc, argv, "clt:")) != -1) {
		switch (opt) {
		case 'c':
			check = true;
			break;
		case 'l':
			for (ptr = __start_attempts; ptr < __stop_attempts; ptr++)
				printf("%c %-24s %s\n", (*ptr)->family,
				       (*ptr)->name, (*ptr)->what);
			return 0;
		case 't':
			if (nr_only < (int)ARRAY_SIZE(only))
				only[nr_only++] = optarg;
			break;
		default:
			usage(argv[0]);
		}
	}
	if (optind != argc)
		usage(argv[0]);

	ksft_print_header();
	reason = unsupported();
	if (reason)
		ksft_exit_skip("%s\n", reason);
	err = caller_init();
	err = err ?: places_init();
	err = err ?: machine_init();
	err = err ?: held_init();
	if (err)
		ksft_exit_fail_msg("setting up: %s\n", strerror(-err));
	watch_signals();
	if (check)
		selfcheck();

	for (ptr = __start_attempts; ptr < __stop_attempts; ptr++) {
		if (!wanted(*ptr, only, nr_only))
			continue;
		plan += 1 + (family != (char)(*ptr)->family);
		family = (*ptr)->family;
	}
	if (!plan)
		ksft_exit_fail_msg("no such attempt; -l lists them\n");
	ksft_set_plan(plan);

	family = 0;
	for (ptr = __start_attempts; ptr < __stop_attempts; ptr++) {
		attempt = *ptr;
		if (!wanted(attempt, only, nr_only))
			continue;
		if (family != (char)attempt->family) {
			if (family)
				check_text(family);
			family = attempt->family;
			ksft_print_msg("%c: %s\n", family,
				       families[(int)family]);
		}
		try(attempt);
		if (skipped && !sbm_test_failed()) {
			ksft_cnt.ksft_xskip++;
			printf("ok %u %s # SKIP %s\n", ksft_test_num(),
			       attempt->name, skipped);
			continue;
		}
		tried++;
		contained += !sbm_test_failed();
		ksft_test_result(!sbm_test_failed(), "%s\n", attempt->name);
	}
	check_text(family);

	printf("# score: escape attempts contained: %u/%u\n", contained, tried);
	ksft_finished();
}
