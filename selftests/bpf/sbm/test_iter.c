// SPDX-License-Identifier: GPL-2.0-only
/* The iterators. */
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

SBM_TEST_PARALLEL(iter_sandbox, "live sandboxes are listed, each once, and dead ones are not")
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

SBM_TEST_PARALLEL(iter_pinned, "a pinned iterator is a file that cat can read")
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

/* Start a sandbox and wait until its thread is seen. Its id, or 0. */
static unsigned long long start_seen(struct iter_bpf *skel, pid_t *pid)
{
	unsigned long long id = 0;
	int tries = MAX_TRIES;
	const char *line;

	*pid = box_start(&box_spin);
	while (*pid > 0 && !id && --tries) {
		usleep(10000);
		if (walk(skel->progs.dump_sandboxes))
			break;
		line = find_pid(*pid);
		if (line)
			sscanf(line, "%llu", &id);
	}
	return id;
}

SBM_TEST_PARALLEL(iter_mapping, "the memory of a sandbox is listed, without addresses")
{
	struct iter_bpf *skel = iter_bpf__open_and_load();
	unsigned long long wanted, id, start, last = 0, pages, max;
	unsigned int kind, flags, seen[SBM_REGION_OTHER + 1] = { };
	char class[32], *line, *rest = text;
	pid_t pid;

	CHECK(skel);
	wanted = start_seen(skel, &pid);
	CHECK(wanted);
	CHECK_EQ(walk(skel->progs.dump_mappings), 0);
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		CHECK_EQ(sscanf(line, "%llu %31s %u %u %llu %llu %llu", &id,
				class, &kind, &flags, &start, &pages, &max), 7);
		if (id != wanted)
			continue;
		CHECK_STR(class, BOX_CLASS);
		CHECK(start > last && start < 1ULL << 32);
		last = start;
		CHECK(kind <= SBM_REGION_OTHER);
		seen[kind]++;
		switch (kind) {
		case SBM_REGION_STACK:
			CHECK_EQ(flags, SBM_MAPPING_WRITE);
			CHECK_EQ(pages, 1);
			CHECK_EQ(max, 4);
			break;
		case SBM_REGION_HEAP:
			CHECK_EQ(flags, SBM_MAPPING_WRITE);
			CHECK_EQ(pages, 0);
			CHECK_EQ(max, BOX_HEAP_PAGES);
			break;
		case SBM_REGION_DATA:
			CHECK_EQ(flags, SBM_MAPPING_WRITE);
			CHECK_EQ(pages, max);
			break;
		case SBM_REGION_OTHER:	/* the code that spins */
			CHECK_EQ(flags, SBM_MAPPING_EXEC);
			CHECK_EQ(pages, 1);
			CHECK_EQ(max, 1);
			break;
		default:
			CHECK_EQ(kind, SBM_REGION_NONE);
		}
	}
	CHECK_EQ(seen[SBM_REGION_STACK], 1);
	CHECK_EQ(seen[SBM_REGION_HEAP], 1);
	CHECK_EQ(seen[SBM_REGION_DATA], 1);
	CHECK_EQ(seen[SBM_REGION_OTHER], 1);

	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK_EQ(walk(skel->progs.dump_mappings), 0);
	for (rest = text; (line = strsep(&rest, "\n"));)
		CHECK(sscanf(line, "%llu", &id) < 1 || id != wanted);
	iter_bpf__destroy(skel);
}

/* The class of the tests, in text[]. How many lines there are for it. */
static int find_class(unsigned int *nr_sandboxes, unsigned int *quarantined)
{
	unsigned long long heap, time;
	char name[32], last[32] = "", *line, *rest = text;
	unsigned int nr, gates, quar, strong, found = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%31s %llu %llu %u %u %u %u", name, &heap,
			   &time, &nr, &gates, &quar, &strong) != 7)
			continue;
		if (strcmp(name, last) <= 0)
			return -EILSEQ;
		strcpy(last, name);
		if (strcmp(name, BOX_CLASS))
			continue;
		if (heap != BOX_HEAP_PAGES || time || gates || strong != 1)
			return -EINVAL;
		*nr_sandboxes = nr;
		*quarantined = quar;
		found++;
	}
	return found;
}

SBM_TEST(iter_class, "each class is listed once, by name, with its limits")
{
	struct iter_bpf *skel = iter_bpf__open_and_load();
	unsigned int nr = ~0, quarantined = ~0;
	pid_t pid;

	CHECK(skel);
	CHECK_EQ(walk(skel->progs.dump_classes), 0);
	CHECK_EQ(find_class(&nr, &quarantined), 1);
	CHECK_EQ(nr, 0);
	CHECK_EQ(quarantined, 0);

	CHECK(start_seen(skel, &pid));
	CHECK_EQ(box_quarantine_class(), 0);
	CHECK_EQ(walk(skel->progs.dump_classes), 0);
	CHECK_EQ(find_class(&nr, &quarantined), 1);
	CHECK_EQ(nr, 1);
	CHECK_EQ(quarantined, 1);
	CHECK_EQ(box_kill(pid), SIGKILL);
	iter_bpf__destroy(skel);
}
