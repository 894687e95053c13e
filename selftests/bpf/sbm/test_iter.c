// SPDX-License-Identifier: GPL-2.0-only
/* The iterators over sandboxes and policies. */
#include <bpf/bpf.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "box.h"
#include "iter.skel.h"
#include "policy.h"
#include "sbm_test.h"

#define PIN	"/sys/fs/bpf/sbm_selftest_iter"

/* Looks at a sandbox that is starting, 10 ms apart. */
#define MAX_TRIES	1000

static char text[1 << 16];

/* All that a descriptor gives, in text[]. Zero or a negative errno. */
static int read_all(int fd)
{
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	/* Little by little, so that the walk stops and starts again. */
	while ((n = read(fd, text + len, 64)) > 0 && len < sizeof(text) - 65)
		len += n;
	text[len] = 0;
	close(fd);
	return n < 0 ? -errno : 0;
}

/* What an iterator says, in text[]. */
static int walk(struct bpf_program *prog)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	int err;

	if (!link)
		return -errno;
	err = read_all(bpf_iter_create(bpf_link__fd(link)));
	bpf_link__destroy(link);
	return err;
}

/* The one line that describes the sandbox of a thread, or NULL. */
static const char *find_pid(pid_t pid)
{
	char *line, *rest = text, *match = NULL;
	int found, nr = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%*u %*s %*u %*u %d", &found) == 1 &&
		    found == pid) {
			match = line;
			nr++;
		}
	}
	return nr == 1 ? match : NULL;
}

SBM_TEST(iter_sandbox, "live sandboxes are listed, each once, and dead ones are not")
{
	struct iter_bpf *skel = iter_bpf__open_and_load();
	unsigned long long id[2] = { }, calls;
	char class[32], comm[16];
	unsigned int level, state;
	pid_t pids[2];
	int err, pid, i;

	CHECK(skel);
	for (i = 0; i < 2; i++) {
		const char *line = NULL;
		int tries = MAX_TRIES;

		pids[i] = box_start(&box_spin);
		CHECK(pids[i] > 0);
		do {
			err = walk(skel->progs.dump_sandboxes);
			line = err ? NULL : find_pid(pids[i]);
			state = SBM_STATE_IDLE;
			if (line)
				sscanf(line, "%llu %31s %u %u %d %15s %llu",
				       &id[i], class, &level, &state, &pid,
				       comm, &calls);
			usleep(10000);
		} while (!err && state != SBM_STATE_RUNNING && --tries);
		CHECK_EQ(err, 0);
		CHECK(tries);
		CHECK_STR(class, BOX_CLASS);
		CHECK_EQ(level, SBM_LEVEL_STRONG);
		CHECK_STR(comm, "sbm_test");
		CHECK_EQ(calls, 1);
	}
	CHECK(id[0] < id[1]);

	CHECK_EQ(box_kill(pids[0]), SIGKILL);
	CHECK_EQ(walk(skel->progs.dump_sandboxes), 0);
	CHECK(!find_pid(pids[0]));
	CHECK_EQ(walk(skel->progs.dump_sandboxes), 0);
	CHECK(find_pid(pids[1]));
	CHECK_EQ(box_kill(pids[1]), SIGKILL);
	CHECK_EQ(walk(skel->progs.dump_sandboxes), 0);
	CHECK(!find_pid(pids[1]));
	iter_bpf__destroy(skel);
}

SBM_TEST(iter_policy, "attached policies are listed with what they did")
{
	struct iter_bpf *skel = iter_bpf__open_and_load();
	struct policy *first = policy_new("first");
	struct policy *second = policy_new("second");
	unsigned long long id, id2, asked, denied;
	struct box_result result;

	CHECK(skel && first && second);
	second->skel->bss->enter_verdict = SBM_ENTER_DENY;
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(walk(skel->progs.dump_policies), 0);
	CHECK_EQ(sscanf(text, "%llu first " BOX_CLASS " %llu %llu\n", &id,
			&asked, &denied), 3);
	CHECK_EQ(asked, 1);
	CHECK_EQ(denied, 0);
	CHECK_EQ(sscanf(strchr(text, '\n') + 1,
			"%llu second " BOX_CLASS " %llu %llu\n", &id2,
			&asked, &denied), 3);
	CHECK_EQ(asked, 1);
	CHECK_EQ(denied, 1);
	CHECK(id < id2);

	policy_detach(first);
	policy_detach(second);
	CHECK_EQ(walk(skel->progs.dump_policies), 0);
	CHECK_STR(text, "");
	iter_bpf__destroy(skel);
}

SBM_TEST(iter_pinned, "a pinned iterator is a file that cat can read")
{
	struct iter_bpf *skel = iter_bpf__open_and_load();
	int tries = MAX_TRIES / 10;	/* cat takes its time */
	struct bpf_link *link;
	FILE *cat;
	pid_t pid;

	CHECK(skel);
	link = bpf_program__attach_iter(skel->progs.dump_sandboxes, NULL);
	CHECK(link);
	unlink(PIN);
	CHECK_EQ(bpf_link__pin(link, PIN), 0);
	bpf_link__destroy(link);
	iter_bpf__destroy(skel);

	pid = box_start(&box_spin);
	CHECK(pid > 0);
	do {
		usleep(10000);
		cat = popen("cat " PIN, "r");
		CHECK(cat);
		text[fread(text, 1, sizeof(text) - 1, cat)] = 0;
		CHECK_EQ(pclose(cat), 0);
	} while (!find_pid(pid) && --tries);
	CHECK(tries);
	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK_EQ(unlink(PIN), 0);
}
