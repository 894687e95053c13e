// SPDX-License-Identifier: GPL-2.0-only
/* G: who looks at the caller while it is inside must not see the sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"
#include "observe.skel.h"

/* How long to look. */
#define OBSERVE_MS	400
#define PERIOD_NS	1000000

static int open_clock(pid_t pid, bool exclude_kernel)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = PERIOD_NS,
		.sample_type = PERF_SAMPLE_IP,
		.exclude_kernel = exclude_kernel,
	};

	return syscall(SYS_perf_event_open, &attr, pid, -1, -1,
		       PERF_FLAG_FD_CLOEXEC);
}

/* === Samples === */

#define RING_SIZE	(64 * 4096)

struct samples {
	long inside, outside;
};

static void count_samples(const struct perf_event_mmap_page *page,
			  struct samples *samples)
{
	const char *data = (const char *)page + 4096;
	uint64_t at, head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	struct {
		struct perf_event_header header;
		uint64_t ip;
	} record;

	for (at = 0; at < head; at += record.header.size) {
		memcpy(&record, data + at, sizeof(record));
		if (record.header.type != PERF_RECORD_SAMPLE)
			continue;
		if (record.ip < SANDBOX_END)
			samples->inside++;
		else
			samples->outside++;
	}
}

/* Return: zero or a negative errno. */
static int sample(pid_t pid, bool exclude_kernel, struct samples *samples)
{
	struct perf_event_mmap_page *page;
	int fd = open_clock(pid, exclude_kernel);

	if (fd < 0)
		return -errno;
	/* Large enough not to wrap. */
	page = mmap(NULL, 4096 + RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	if (page == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	wait_ms(OBSERVE_MS);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	*samples = (struct samples) { };
	count_samples(page, samples);
	munmap(page, 4096 + RING_SIZE);
	close(fd);
	return 0;
}

static int calls_and_spins(void)
{
	volatile long i;

	for (;;) {
		if (takes_time())
			return 1;
		for (i = 0; i < 20000000; i++)
			;
	}
}

ATTEMPT('G', M14_perf_without_kernel,
	"is sampled by an event that leaves out the kernel: not seen")
{
	struct samples with, without;
	pid_t pid;

	pid = start_code(loop_for_ever);
	CHECK(pid > 0);
	CHECK_EQ(sample(pid, true, &without), 0);
	CHECK_EQ(sample(pid, false, &with), 0);
	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK_EQ(without.inside, 0);
	/* That is what there is to see. */
	CHECK(with.inside > 0);
}

ATTEMPT('G', M14_perf_of_caller,
	"is sampled by such an event: its caller is seen")
{
	struct samples all = { }, samples;
	int status, i;
	pid_t pid;

	pid = start_process(calls_and_spins);
	CHECK(pid > 0);
	for (i = 0; i < 20 && !all.outside; i++) {
		CHECK_EQ(sample(pid, true, &samples), 0);
		all.inside += samples.inside;
		all.outside += samples.outside;
	}
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(all.inside, 0);
	CHECK(all.outside > 0);
}

/* === Programs that read user memory === */

/* With a frame that a walk of the stack would follow. */
CODE(loop_with_frame,
     "jmp 2f\n .fill 14\n"
     "1: .quad 0\n .quad 0x5bad5bad5bad\n"
     "2: lea 1b(%rip), %rbp\n mov %rbp, %rsp\n 3: jmp 3b\n");

/* As progs/observe.bpf.c counts. */
enum { OUTSIDE, INSIDE };

/* Return: zero or a negative errno. */
static int observe(struct observe_bpf *skel, pid_t pid)
{
	int fd = open_clock(pid, false);
	struct bpf_link *link;

	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(skel->progs.observe, fd);
	if (!link) {
		close(fd);
		return -errno;
	}
	wait_ms(OBSERVE_MS);
	bpf_link__destroy(link);
	return 0;
}

static int spins(void)
{
	volatile long i = 0;

	while (++i)
		;
	return 1;
}

ATTEMPT('G', M14_read_by_bpf,
	"is interrupted by a program that reads its caller's memory: not its own")
{
	struct observe_bpf *skel = observe_bpf__open_and_load();
	pid_t pid;

	CHECK(skel);
	skel->bss->where = place(OF_CODE);
	pid = start_code(&loop_with_frame);
	CHECK(pid > 0);
	CHECK_EQ(observe(skel, pid), 0);
	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK(skel->bss->hits[INSIDE] > 0);
	CHECK_EQ(skel->bss->words[INSIDE], 0);
	CHECK_EQ(skel->bss->strings[INSIDE], 0);
	CHECK_EQ(skel->bss->frames[INSIDE], 0);

	/* The same of a process that is in no sandbox. */
	skel->bss->where = place(OF_CALLER);
	pid = start_process(spins);
	CHECK(pid > 0);
	wait_ms(50);
	CHECK_EQ(observe(skel, pid), 0);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(skel->bss->hits[OUTSIDE] > 0);
	CHECK(skel->bss->words[OUTSIDE] > 0);
	CHECK(skel->bss->strings[OUTSIDE] > 0);
	observe_bpf__destroy(skel);
}

/* === Tracers of the user stack === */

#define TRACING		"/sys/kernel/tracing/"
#define EVENT		TRACING "events/signal/signal_generate/"

/* Does the trace have a text? */
static bool traced(const char *text)
{
	FILE *file = fopen(TRACING "trace", "r");
	bool found = false;
	char line[512];

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

/* write(), with a frame pointer that is an address of the sandbox. */
static long write_with_frame(int fd, const void *data, size_t len,
			     uint64_t frame)
{
	register uint64_t fp asm("r8") = frame;
	long ret;

	/* The stack has to be below the frames: nobody uses it meanwhile. */
	asm volatile("mov %%rbp, %%r12\n mov %%rsp, %%r13\n"
		     "mov %%r8, %%rbp\n mov $16, %%esp\n"
		     "syscall\n"
		     "mov %%r12, %%rbp\n mov %%r13, %%rsp\n"
		     : "=a"(ret)
		     : "0"((long)SYS_write), "D"((long)fd), "S"(data), "d"(len),
		       "r"(fp)
		     : "rcx", "r11", "r12", "r13", "memory", "cc");
	return ret;
}

CODE(take_time_at_frame,
     "jmp 2f\n .fill 14\n"
     "1: .quad 0\n .quad 0x5bad5bad5bad\n"
     "2: rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
     "lea 400000000(%rax), %rbx\n"
     "3: rdtsc\n shl $32, %rdx\n or %rdx, %rax\n"
     "cmp %rbx, %rax\n jb 3b\n"
     "mov $42, %eax\n ret\n");
/* Behind the jump and what fills up. */
#define FRAME_OFFSET	16

static int timed_calls(void)
{
	const struct itimerval timer = { { 0, 0 }, { 0, 20000 } };
	size_t len = take_time_at_frame.end - take_time_at_frame.begin;
	struct box_result result;
	sigset_t alarm_only;
	int fd, i;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_only, NULL);
	if (fd < 0)
		return 1;
	for (i = 0; i < 5; i++) {
		setitimer(ITIMER_REAL, &timer, NULL);
		if (write_with_frame(fd, take_time_at_frame.begin, len,
				     place(OF_CODE) + FRAME_OFFSET) != (long)len)
			return 2;
		if (box_read_result(fd, &result) || result.ret != 42)
			return 3;
	}
	return 42;
}

/* The timer's signal is generated in an interrupt that hits the sandbox. */
ATTEMPT('G', M14_stack_of_caller,
	"is interrupted by a tracer that walks its caller's stack into it")
{
	bool walked, strayed;
	pid_t pid;

	CHECK_EQ(write_text(TRACING "trace", ""), 0);
	CHECK_EQ(write_text(TRACING "options/userstacktrace", "1"), 0);
	CHECK_EQ(write_text(EVENT "enable", "1"), 0);
	pid = start_process(timed_calls);
	CHECK(pid > 0);
	CHECK_EXITS(pid, 42);
	CHECK_EQ(write_text(EVENT "enable", "0"), 0);
	CHECK_EQ(write_text(TRACING "options/userstacktrace", "0"), 0);
	walked = traced("user stack trace");
	strayed = traced("5bad5bad5bad");
	CHECK_EQ(write_text(TRACING "trace", ""), 0);
	CHECK(walked);
	CHECK(!strayed);
}
