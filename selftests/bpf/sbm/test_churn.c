// SPDX-License-Identifier: GPL-2.0-only
/* Iterators while sandboxes come and go on all CPUs. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/sbm.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "iter.skel.h"
#include "kfunc.skel.h"
#include "sbm_test.h"

#define CYCLE		"/sys/kernel/debug/sbm/cycle"
#define WALKS		40
#define MAX_WALKS	10000
#define MAX_CPUS	64

static pid_t workers[MAX_CPUS];
static int nr_workers;

/* Create and destroy sandboxes, as many processes as there are CPUs, and one. */
static int churn_start(void)
{
	int nr = sysconf(_SC_NPROCESSORS_ONLN) + 1;

	for (nr_workers = 0; nr_workers < nr && nr_workers < MAX_CPUS;
	     nr_workers++) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (!pid) {
			int fd = open(CYCLE, O_WRONLY);

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (write(fd, "100", 3) == 3)
				;
			_exit(1);
		}
		workers[nr_workers] = pid;
	}
	return 0;
}

/* How many of them were still at it. */
static int churn_stop(void)
{
	int alive = 0, status;

	while (nr_workers) {
		pid_t pid = workers[--nr_workers];

		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
			alive++;
	}
	return alive;
}

static int run(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

/*
 * Walk once, in small steps. Return: lines that begin with an id, or a negative
 * errno; -EILSEQ if ids do not grow.
 */
static int count_id(struct bpf_program *prog, unsigned long long wanted)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	unsigned long long id, last = 0;
	int fd, nr = 0;
	char line[256];
	FILE *file;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return -errno;
	setvbuf(file, NULL, _IOFBF, 128);
	while (fgets(line, sizeof(line), file)) {
		id = strtoull(line, NULL, 10);
		if (id < last)
			nr = -EILSEQ;
		last = id;
		if (nr >= 0)
			nr += id == wanted;
	}
	fclose(file);
	return nr;
}

SBM_TEST(iter_churn, "who lives all the while is met exactly once, whoever comes and goes")
{
	struct kfunc_bpf *kfunc = kfunc_bpf__open_and_load();
	struct iter_bpf *iter = iter_bpf__open_and_load();
	int i, tries = 1000, boxes = 1, maps = 4, alive;
	unsigned long long id, others = 0;
	pid_t pid;

	CHECK(kfunc && iter);
	pid = box_start(&box_spin);
	CHECK(pid > 0);
	kfunc->bss->wanted_pid = pid;
	do {
		usleep(10000);
		CHECK_EQ(run(kfunc->progs.walk), 0);
	} while (kfunc->bss->nr_found != 1 && --tries);
	id = kfunc->bss->wanted_id;
	/* The code comes last. */
	while (count_id(iter->progs.dump_mappings, id) != 4 && --tries)
		usleep(10000);
	CHECK(tries > 0);

	CHECK_EQ(churn_start(), 0);
	/* Until others were met; on a busy host that takes a while. */
	for (i = 0; (i < WALKS || others < WALKS) && i < MAX_WALKS; i++) {
		if (run(kfunc->progs.walk) || kfunc->bss->nr_found != 1)
			break;
		others += kfunc->bss->nr_walked - 1;
		boxes = count_id(iter->progs.dump_sandboxes, id);
		maps = count_id(iter->progs.dump_mappings, id);
		if (boxes != 1 || maps != 4 ||
		    run(kfunc->progs.find) || !kfunc->bss->found)
			break;
		usleep(1000);
	}
	alive = churn_stop();
	CHECK_EQ(boxes, 1);
	CHECK_EQ(maps, 4);
	CHECK(i >= WALKS);
	CHECK(others >= WALKS);
	CHECK_EQ(kfunc->bss->disorder, 0);
	/* All of it was with others about. */
	CHECK_EQ(alive, sysconf(_SC_NPROCESSORS_ONLN) + 1);
	CHECK_EQ(box_kill(pid), SIGKILL);
	kfunc_bpf__destroy(kfunc);
	iter_bpf__destroy(iter);
}
