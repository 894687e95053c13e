/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test is a function that returns after its first failed check. What it
 * attached goes away with it: see policy.h.
 */
#ifndef SBM_TEST_H
#define SBM_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

/**
 * struct sbm_test - a test
 * @name: Its name, for -t.
 * @proves: What it proves, in one sentence.
 * @run: The test.
 * @parallel: It may run beside others that may: it attaches no policy, changes
 *	no class, and counts nothing that others make happen.
 * @next: private.
 * @pid: private, for -j: the process it runs in.
 * @output: private, for -j: what it printed.
 * @passed: private, for -j.
 * @done: private, for -j.
 */
struct sbm_test {
	const char *name;
	const char *proves;
	void (*run)(void);
	bool parallel;
	struct sbm_test *next;
	pid_t pid;
	FILE *output;
	bool passed;
	bool done;
};

void sbm_test_add(struct sbm_test *test);
void sbm_test_cleanup(void (*fn)(void));
void sbm_test_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool sbm_test_failed(void);
void sbm_test_jobs(struct sbm_test *tests, unsigned int nr_jobs,
		   bool (*run)(const struct sbm_test *test),
		   void (*report)(const struct sbm_test *test, bool passed));
void sbm_test_begin(void);

#define __SBM_TEST(_name, _proves, _parallel)				\
static void test_##_name(void);						\
__attribute__((constructor)) static void add_##_name(void)		\
{									\
	static struct sbm_test test = {					\
		.name = #_name,						\
		.proves = _proves,					\
		.run = test_##_name,					\
		.parallel = _parallel,					\
	};								\
									\
	sbm_test_add(&test);						\
}									\
static void test_##_name(void)

/* Define and register a test; a body follows. */
#define SBM_TEST(_name, _proves)	__SBM_TEST(_name, _proves, false)
#define SBM_TEST_PARALLEL(_name, _proves) __SBM_TEST(_name, _proves, true)

/* Fail, and leave the test, unless two integers are equal. */
#define CHECK_EQ(got, want)						\
do {									\
	long long __got = (got), __want = (want);			\
									\
	if (__got != __want) {						\
		sbm_test_fail(__FILE__, __LINE__,			\
			      "%s is %lld, expected %lld", #got, __got,	\
			      __want);					\
		return;							\
	}								\
} while (0)

#define CHECK_STR(got, want)						\
do {									\
	const char *__got = (got), *__want = (want);			\
									\
	if (strcmp(__got, __want)) {					\
		sbm_test_fail(__FILE__, __LINE__,			\
			      "%s is \"%s\", expected \"%s\"", #got,	\
			      __got, __want);				\
		return;							\
	}								\
} while (0)

#define CHECK(cond)							\
do {									\
	if (!(cond)) {							\
		sbm_test_fail(__FILE__, __LINE__, "not so: %s", #cond);	\
		return;							\
	}								\
} while (0)

#endif /* SBM_TEST_H */
