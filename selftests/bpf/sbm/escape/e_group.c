// SPDX-License-Identifier: GPL-2.0-only
/* E: the group of the caller is frozen. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

#define GROUP		"/sys/fs/cgroup/sbm_escape"

/* === A control group === */

static int group_make(pid_t pid)
{
	char text[16];

	if (mkdir(GROUP, 0755) && errno != EEXIST)
		return -errno;
	snprintf(text, sizeof(text), "%d", pid);
	return write_text(GROUP "/cgroup.procs", text);
}

/* Gone when the last process in it is, which takes a moment. */
static int group_remove(void)
{
	int i;

	for (i = 0; i < 100 && rmdir(GROUP); i++) {
		if (errno != EBUSY)
			return -errno;
		wait_ms(20);
	}
	return i < 100 ? 0 : -EBUSY;
}

static bool group_is_frozen(void)
{
	FILE *file = fopen(GROUP "/cgroup.events", "r");
	bool frozen = false;
	char line[64];

	while (file && fgets(line, sizeof(line), file))
		frozen |= !strcmp(line, "frozen 1\n");
	if (file)
		fclose(file);
	return frozen;
}

/* Shared with the process that makes the calls. */
static volatile struct {
	int calls;
	int enough;
} *shared;

static int calls_until_enough(void)
{
	struct box_result result;

	while (!shared->enough) {
		if (box_run(&box_return_42, &result) || result.ret != 42)
			return 1;
		shared->calls++;
	}
	return 0;
}

ATTEMPT('E', frozen_and_thawed,
	"its caller's group is frozen: between calls, and goes on")
{
	int i, calls;
	pid_t pid;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	pid = start_process(calls_until_enough);
	CHECK(pid > 0);
	while (!shared->calls && !waitpid(pid, NULL, WNOHANG))
		wait_ms(20);
	CHECK_EQ(group_make(pid), 0);
	CHECK_EQ(write_text(GROUP "/cgroup.freeze", "1"), 0);
	for (i = 0; i < 500 && !group_is_frozen(); i++)
		wait_ms(20);
	CHECK(group_is_frozen());
	calls = shared->calls;
	wait_ms(50);
	CHECK_EQ(shared->calls, calls);

	CHECK_EQ(write_text(GROUP "/cgroup.freeze", "0"), 0);
	while (shared->calls == calls && !waitpid(pid, NULL, WNOHANG))
		wait_ms(20);
	shared->enough = 1;
	CHECK_EXITS(pid, 0);
	CHECK_EQ(group_remove(), 0);
}

ATTEMPT('E', frozen_and_killed, "loops, its caller's group is frozen and killed")
{
	pid_t pid = start_code(loop_for_ever);
	int status;

	CHECK(pid > 0);
	wait_ms(50);
	CHECK_EQ(group_make(pid), 0);
	CHECK_EQ(write_text(GROUP "/cgroup.freeze", "1"), 0);
	wait_ms(50);
	/* Inside there is no freezing: what ends is the call. */
	CHECK(!group_is_frozen());
	CHECK_EQ(write_text(GROUP "/cgroup.kill", "1"), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
	CHECK_EQ(group_remove(), 0);
}
