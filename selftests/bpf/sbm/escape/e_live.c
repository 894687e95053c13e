// SPDX-License-Identifier: GPL-2.0-only
/* E: it does not give the CPU back. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "escape.h"

/* From SIGKILL to the end of the process. Emulation is slow. */
#define KILL_SECONDS	10

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* It runs until it is killed, and not much longer. */
static void check_killed(const struct code *code)
{
	long long killed = box_event("killed");
	double start;
	pid_t pid;

	pid = start_code(code);
	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);

	start = now();
	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK(now() - start < KILL_SECONDS);
	CHECK_EQ(box_event("killed") - killed, 1);
}

/* === Loops of all kinds, and SIGKILL === */

CODE(loop_pause, "1: pause\n jmp 1b\n");
CODE(loop_rep,
     "1: lea -4096(%rsp), %rdi\n mov $4096, %ecx\n rep stosb\n jmp 1b\n");
CODE(loop_scan, "xor %eax, %eax\n"
     "1: lea -4096(%rsp), %rdi\n mov $4096, %ecx\n repe scasb\n jmp 1b\n");
CODE(loop_call, "1: call 2f\n jmp 1b\n 2: ret\n");
CODE(loop_grow, "1: mov $1, %eax\n xor %edi, %edi\n syscall\n jmp 1b\n");
CODE(loop_grow_all, "1: mov $1, %eax\n mov $1, %edi\n syscall\n jmp 1b\n");
CODE(loop_flags, "std\n push $0x44402\n popfq\n 1: jmp 1b\n");
CODE(loop_no_stack, "xor %esp, %esp\n 1: jmp 1b\n");
CODE(loop_fpu, "1: pcmpeqd %xmm0, %xmm0\n fldpi\n jmp 1b\n");
CODE(loop_segments, "mov $0x2b, %ecx\n"
     "1: mov %ecx, %ds\n mov %ecx, %fs\n mov %ecx, %gs\n mov %ecx, %ss\n"
     "jmp 1b\n");

#define KILLED(name, what)						\
ATTEMPT('E', name##_killed, what ", and is killed")			\
{									\
	check_killed(&name);						\
}

ATTEMPT('E', loop_for_ever_killed, "jumps in circles, and is killed")
{
	check_killed(loop_for_ever);
}

KILLED(loop_pause, "pauses for ever")
KILLED(loop_rep, "fills its stack for ever with rep stosb")
KILLED(loop_scan, "scans its stack for ever with repe scasb")
KILLED(loop_call, "calls and returns for ever")
KILLED(loop_grow, "asks for no pages for ever")
KILLED(loop_grow_all, "asks for more memory for ever")
KILLED(loop_flags, "loops with odd flags")
KILLED(loop_no_stack, "loops with no stack")
KILLED(loop_fpu, "loops over FPU instructions")
KILLED(loop_segments, "loads segments for ever, SS too")

ATTEMPT('E', killed_at_any_time,
	"is killed at 40 random times, entering and leaving")
{
	struct box_result result;
	unsigned int i, seed = 1;
	int status;
	pid_t pid;

	for (i = 0; i < 40; i++) {
		pid = fork();
		CHECK(pid >= 0);
		if (!pid) {
			for (;;)
				run_code_boxed(&loop_grow_all, 0, &result);
		}
		wait_ms(rand_r(&seed) % 12);
		kill(pid, SIGKILL);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
}

/* === Other signals === */

static int loops(void)
{
	struct box_result result;

	return run_code_boxed(loop_for_ever, 0, &result);
}

ATTEMPT('E', M10_sigterm, "loops, and gets a signal that is fatal by default")
{
	int status;
	pid_t pid;

	pid = start_process(loops);
	CHECK(pid > 0);
	wait_ms(50);
	kill(pid, SIGTERM);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

ATTEMPT('E', M10_stop_and_continue,
	"is stopped inside: after the call, and goes on")
{
	int status;
	pid_t pid;

	pid = start_process(takes_time);
	CHECK(pid > 0);
	wait_ms(20);
	kill(pid, SIGSTOP);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK(WIFSTOPPED(status));
	kill(pid, SIGCONT);
	CHECK_EXITS(pid, 0);
}

ATTEMPT('E', M10_stopped_and_killed, "loops, is stopped, and is killed")
{
	pid_t pid;

	pid = start_code(loop_for_ever);
	CHECK(pid > 0);
	wait_ms(50);
	kill(pid, SIGSTOP);
	wait_ms(50);
	CHECK_EQ(box_kill(pid), SIGKILL);
}

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	ticks++;
}

ATTEMPT('E', M10_timer_storm,
	"its caller gets a signal each millisecond: afterwards")
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	struct box_result result;
	struct sigaction action = { .sa_handler = tick };
	pid_t pid;

	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		sigaction(SIGALRM, &action, NULL);
		setitimer(ITIMER_REAL, &timer, NULL);
		if (run_code_boxed(take_time, 0, &result))
			_exit(1);
		if (strcmp(result.kind, "none") || !ticks)
			_exit(2);
		_exit(result.ret);
	}
	CHECK_EXITS(pid, 42);
}

ATTEMPT('E', M10_blocked_signal,
	"runs while a blocked signal is pending: it stays so")
{
	struct box_result result;
	sigset_t pending, one;
	int sig;

	raise(SIGUSR2);			/* blocked by main() */
	CHECK_EQ(run_code(take_time, &result), 0);
	CHECK_RETURNED(&result, 42);
	sigpending(&pending);
	CHECK_EQ(sigismember(&pending, SIGUSR2), 1);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);
	CHECK_EQ(sigwait(&one, &sig), 0);
}

/* === The CPU === */

ATTEMPT('E', M10_cpu_is_shared,
	"loops on a CPU that another process wants as well")
{
	cpu_set_t one, all;
	double start;
	long i = 0;
	pid_t pid;

	CHECK_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = start_code(loop_for_ever);	/* it stays on this CPU, too */
	CHECK(pid > 0);
	for (start = now(); now() - start < 0.5; i++)
		;
	sched_setaffinity(0, sizeof(all), &all);
	CHECK(i > 100);
	CHECK_EQ(box_kill(pid), SIGKILL);
}

ATTEMPT('E', loops_while_cpu_goes, "loops on a CPU that is taken offline")
{
	const char *online = "/sys/devices/system/cpu/cpu1/online";
	cpu_set_t one, all;
	pid_t pid;
	int err;

	CHECK_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
	if (!CPU_ISSET(1, &all) || access(online, W_OK)) {
		skip("needs a CPU that can go offline");
		return;
	}
	CPU_ZERO(&one);
	CPU_SET(1, &one);
	CHECK_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = start_code(loop_for_ever);
	sched_setaffinity(0, sizeof(all), &all);
	CHECK(pid > 0);
	wait_ms(50);
	err = write_text(online, "0");
	if (!err)
		err = write_text(online, "1");
	CHECK_EQ(err, 0);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_EQ(box_kill(pid), SIGKILL);
}
