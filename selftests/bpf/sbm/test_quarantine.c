// SPDX-License-Identifier: GPL-2.0-only
/* How long a quarantine lasts. */
#include <time.h>
#include <unistd.h>

#include "box.h"
#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"

#define SECONDS	"classes/" BOX_CLASS "/quarantine_seconds"

/* When a quarantine of a few seconds is not going to end any more, in seconds. */
#define LONGEST	60.0

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void check_end(const char *seconds, double least)
{
	struct policy *policy = policy_new("quarantine");
	int kmsg = kmsg_open();
	struct box_result result;
	double start;

	CHECK(policy);
	policy->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(sysfs_write(SECONDS, seconds), 0);
	start = now();
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	do {
		CHECK_EQ(box_run(&box_return_42, &result), 0);
	} while (result.ret == SBM_ERR_QUARANTINED &&
		 now() - start < LONGEST && !usleep(10000));
	CHECK_EQ(result.ret, 42);
	/* It may be seen late, but never early. */
	CHECK(now() - start >= least);
	CHECK_EQ(box_class_quarantined(), 0);
	CHECK(kmsg_has(kmsg, "sbm: class " BOX_CLASS " released: its time is over"));
	close(kmsg);
}

SBM_TEST(quarantine_time, "a class is released when the time of its quarantine is over, not before")
{
	check_end("2", 2.0);
	sysfs_write(SECONDS, "0");
}

/* Whether the class is still quarantined after it would have been released. */
static void check_stays(const char *seconds)
{
	struct policy *policy = policy_new("quarantine");
	struct box_result result;

	CHECK(policy);
	policy->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(sysfs_write(SECONDS, seconds), 0);
	CHECK_EQ(box_run(&box_hlt, &result), 0);
	/* What holds is what was written before. */
	CHECK_EQ(sysfs_write(SECONDS, "1"), 0);
	sleep(2);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, SBM_ERR_QUARANTINED);
	CHECK_EQ(box_class_quarantined(), 1);
	CHECK_EQ(box_release_class(), 0);
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(result.ret, 42);
	policy_close_all();
}

SBM_TEST(quarantine_ever, "a quarantine without a time, or with a long one, stays")
{
	CHECK_EQ(sysfs_number(SECONDS), 0);
	check_stays("0");
	if (!sbm_test_failed())
		check_stays("4294967295");
	sysfs_write(SECONDS, "0");
	CHECK_EQ(sysfs_write(SECONDS, "-1"), -EINVAL);
	CHECK_EQ(sysfs_write(SECONDS, "4294967296"), -ERANGE);
	CHECK_EQ(sysfs_number(SECONDS), 0);
}
