// SPDX-License-Identifier: GPL-2.0-only
/* F: many at once, and others who do something to the caller meanwhile. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

#define NR_THREADS	8
#define NR_ROUNDS	30

CODE(take_little_time, "mov $400000, %ecx\n 1: dec %ecx\n jnz 1b\n"
     "mov $42, %eax\n ret\n");

/* === Many at once === */

static void *mixed_calls(void *arg)
{
	struct box_result result;
	long i, bad = 0;

	for (i = (long)arg; i < (long)arg + NR_ROUNDS; i++) {
		switch (i % 4) {
		case 0:
			bad += run_code_boxed(&take_little_time, 0, &result) ||
			       result.ret != 42;
			break;
		case 1:
			bad += box_run(&box_hlt, &result) ||
			       !is_fault(&result, 13, 0);
			break;
		case 2:
			bad += box_run(&box_wild_write, &result) ||
			       !is_fault(&result, 14, PF_STORE) ||
			       result.addr != 0x1234;
			break;
		case 3:
			bad += box_run(&box_grow_3, &result) || result.ret != 1;
			break;
		}
	}
	return (void *)bad;
}

ATTEMPT('F', threads, "runs in 8 threads at once: each gets its own result")
{
	pthread_t threads[NR_THREADS];
	void *bad;
	long i;

	for (i = 0; i < NR_THREADS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, mixed_calls,
					(void *)i), 0);
	for (i = 0; i < NR_THREADS; i++) {
		CHECK_EQ(pthread_join(threads[i], &bad), 0);
		CHECK_EQ((long)bad, 0);
	}
}

static void *burn(void *arg)
{
	while (!*(volatile bool *)arg)
		;
	return NULL;
}

ATTEMPT('F', S1_faults_while_preempted,
	"faults while other threads want the CPUs")
{
	pthread_t threads[4];
	bool done = false;
	void *bad;
	int i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, burn, &done), 0);
	bad = mixed_calls((void *)1);
	done = true;
	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	CHECK_EQ((long)bad, 0);
}

ATTEMPT('F', two_descriptors,
	"alternates between two descriptors: results stay apart")
{
	const struct box_code *codes[] = { &box_hlt, &box_return_42 };
	struct box_result result;
	int fds[2], i, round;

	for (i = 0; i < 2; i++) {
		fds[i] = open(BOX_DEBUGFS_RUN, O_RDWR);
		CHECK(fds[i] >= 0);
	}
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 2; i++)
			CHECK_EQ(write(fds[i], codes[i]->bytes, codes[i]->len),
				 codes[i]->len);
		CHECK_EQ(box_read_result(fds[1], &result), 0);
		CHECK_RETURNED(&result, 42);
		CHECK_EQ(box_read_result(fds[0], &result), 0);
		CHECK_FAULT(&result, 13, 0);
	}
	close(fds[0]);
	close(fds[1]);
}

static void *write_good(void *arg)
{
	int fd = (long)arg, i;
	long bad = 0;

	for (i = 0; i < 50; i++)
		bad += write(fd, box_return_42.bytes, box_return_42.len) !=
		       (ssize_t)box_return_42.len;
	return (void *)bad;
}

ATTEMPT('F', one_descriptor, "runs in two threads on one descriptor")
{
	pthread_t threads[2];
	struct box_result result;
	void *bad;
	int fd, i;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	CHECK(fd >= 0);
	for (i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, write_good,
					(void *)(long)fd), 0);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(pthread_join(threads[i], &bad), 0);
		CHECK_EQ((long)bad, 0);
	}
	CHECK_EQ(box_read_result(fd, &result), 0);
	CHECK_RETURNED(&result, 42);
	close(fd);
}

/* === The rest of the process goes on, or does not === */

static void *inside(void *arg)
{
	struct box_result result;
	const struct code *code = arg;
	long bad = run_code_boxed(code, 0, &result) || result.ret != 42 ||
		   strcmp(result.kind, "none");

	return (void *)bad;
}

static int fork_beside(void)
{
	struct box_result result;
	pthread_t thread;
	int i, status;
	void *bad;
	pid_t pid;

	pthread_create(&thread, NULL, inside, (void *)take_time);
	for (i = 0; i < 10; i++) {
		pid = fork();
		if (!pid)
			_exit(box_run(&box_return_42, &result) ?: result.ret);
		if (waitpid(pid, &status, 0) != pid ||
		    status != 42 << 8)
			return 1;
	}
	pthread_join(thread, &bad);
	return (long)bad;
}

ATTEMPT('F', fork_meanwhile,
	"runs while its caller's sibling forks, and children call as well")
{
	pid_t pid = start_process(fork_beside);

	CHECK_EXITS(pid, 0);
}

static int unmap_beside(void)
{
	pthread_t thread;
	void *bad, *at;
	int i;

	pthread_create(&thread, NULL, inside, (void *)take_time);
	for (i = 0; i < 200; i++) {
		at = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		mprotect(at, 1 << 19, PROT_READ);
		munmap(at, 1 << 20);
	}
	pthread_join(thread, &bad);
	return (long)bad;
}

ATTEMPT('F', unmap_meanwhile,
	"runs while its caller's sibling maps and unmaps: TLB flushes")
{
	pid_t pid = start_process(unmap_beside);

	CHECK_EXITS(pid, 0);
}

static int exec_beside(void)
{
	static char *const args[] = {
		(char *)"sh", (char *)"-c", (char *)"exit 42", NULL
	};
	pthread_t thread;

	pthread_create(&thread, NULL, inside, (void *)loop_for_ever);
	wait_ms(50);
	execv("/bin/sh", args);
	return 1;
}

ATTEMPT('F', exec_meanwhile, "loops while its caller's sibling calls execve()")
{
	pid_t pid = start_process(exec_beside);

	CHECK_EXITS(pid, 42);
}

static int exit_beside(void)
{
	pthread_t threads[3];
	int i;

	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, inside,
			       (void *)loop_for_ever);
	wait_ms(50);
	return 42;
}

ATTEMPT('F', exit_meanwhile,
	"loops in three threads while a fourth calls exit_group()")
{
	pid_t pid = start_process(exit_beside);

	CHECK_EXITS(pid, 42);
}

ATTEMPT('F', caller_killed,
	"loops in three threads while the process is killed")
{
	int status;
	pid_t pid;

	pid = start_process(exit_beside);
	wait_ms(30);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 42);
}

ATTEMPT('F', S1_migrated, "is moved from CPU to CPU inside")
{
	long long migrated = box_event("migrate");
	cpu_set_t one;
	pid_t pid;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		skip("needs two CPUs");
		return;
	}
	pid = start_process(takes_time);
	for (i = 0; i < 20; i++) {
		CPU_ZERO(&one);
		CPU_SET(i % 2, &one);
		sched_setaffinity(pid, sizeof(one), &one);
		wait_ms(4);
	}
	CHECK_EXITS(pid, 0);
	CHECK(box_event("migrate") > migrated);
}

/* === Interrupts on top === */

ATTEMPT('F', S2_softirqs, "runs while the network raises softirqs on its CPU")
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	char data[1000] = "";
	pid_t pid, calls;
	int fd, i;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(fd >= 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			for (i = 0; i < 100; i++)
				sendto(fd, data, sizeof(data), 0, (void *)&to,
				       sizeof(to));
	}
	CHECK(pid > 0);
	close(fd);
	calls = start_process(takes_time);
	CHECK_EXITS(calls, 0);
	for (i = 0; i < 3 && !sbm_test_failed(); i++)
		CHECK_EQ((long)mixed_calls(NULL), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
