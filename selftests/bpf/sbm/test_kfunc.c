// SPDX-License-Identifier: GPL-2.0-only
/* Functions with which programs look at sandboxes. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/sbm.h>
#include <signal.h>
#include <unistd.h>

#include "box.h"
#include "iter.skel.h"
#include "kfunc.skel.h"
#include "policy.h"
#include "sbm_test.h"

/* The kernel's own test vector: an input that makes bunzip2 fault. */
typedef unsigned char u8;
#include "bzip2_selector.h"

#define BZIP2		"/sys/kernel/debug/sbm/codec/bzip2/sandboxed"
#define CODEC		"/sys/kernel/debug/sbm/codec/zlib/sandboxed"
#define CYCLE		"/sys/kernel/debug/sbm/cycle"
#define CODEC_CLASS	"sbm-test-codec"
#define PAGE		4096
#define STACK_SIZE	(4 * PAGE)

/* Looks at a sandbox that is starting, 10 ms apart. */
#define MAX_TRIES	1000

static struct kfunc_bpf *skel;
static struct bpf_link *attached;

static void forget(void)
{
	bpf_link__destroy(attached);
	attached = NULL;
	kfunc_bpf__destroy(skel);
	skel = NULL;
}

/* Load all of it, until the test is over. */
static int load(const char *class)
{
	sbm_test_cleanup(forget);
	skel = kfunc_bpf__open();
	if (!skel)
		return -errno;
	return policy_set_string(skel->obj, skel->maps.reader, "class", class) ?:
	       kfunc_bpf__load(skel);
}

/* Attach the policy that reads. */
static int start_reading(const char *class)
{
	int err = load(class);

	if (err)
		return err;
	attached = bpf_map__attach_struct_ops(skel->maps.reader);
	return attached ? 0 : -errno;
}

static void want(int i, int hook, int kind, long long offset, unsigned int len)
{
	skel->bss->reads[i].hook = hook;
	skel->bss->reads[i].kind = kind;
	skel->bss->reads[i].offset = offset;
	skel->bss->reads[i].len = len;
	memset(skel->bss->reads[i].data, 0xee, sizeof(skel->bss->reads[i].data));
}

static int run(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

SBM_TEST(read_heap, "a hook reads as much of the heap as there is, and no more")
{
	static const unsigned char bytes[] = {
		0xb8, 1, 0, 0, 0,			/* mov $1, %eax */
		0xbf, 1, 0, 0, 0,			/* mov $1, %edi */
		0x0f, 0x05,				/* syscall: grow */
		0xc7, 0x80, 0xf8, 0x0f, 0, 0,		/* movl $..., */
			0x44, 0x33, 0x22, 0x11,		/*   0xff8(%rax) */
		0xf4,					/* hlt */
	};
	const struct box_code code = { bytes, sizeof(bytes) };
	static const char end[8] = { 0x44, 0x33, 0x22, 0x11 };
	static const char nothing[16];
	struct box_result result;

	CHECK_EQ(start_reading(BOX_CLASS), 0);
	want(0, SBM_HOOK_FAULT, SBM_REGION_HEAP, PAGE - 8, 16);
	want(1, SBM_HOOK_FAULT, SBM_REGION_HEAP, -8, 8);
	want(2, SBM_HOOK_FAULT, SBM_REGION_HEAP, PAGE, 16);
	want(3, SBM_HOOK_FAULT, SBM_REGION_HEAP, -PAGE - 1, 16);
	CHECK_EQ(box_run(&code, &result), 0);
	CHECK_STR(result.kind, "exception");
	CHECK_EQ(skel->bss->reads[0].result, 8);
	CHECK_EQ(memcmp(skel->bss->reads[0].data, end, 8), 0);
	CHECK_EQ(memcmp(skel->bss->reads[0].data + 8, nothing, 8), 0);
	CHECK_EQ(skel->bss->reads[1].result, 8);
	CHECK_EQ(memcmp(skel->bss->reads[1].data, end, 8), 0);
	CHECK_EQ(skel->bss->reads[2].result, 0);
	CHECK_EQ(memcmp(skel->bss->reads[2].data, nothing, 16), 0);
	CHECK_EQ(skel->bss->reads[3].result, -EINVAL);
	CHECK_EQ(skel->bss->big_result, -E2BIG);
}

SBM_TEST(read_stack, "a hook reads what was on top of the stack at a fault")
{
	static const unsigned char bytes[] = {
		0x68, 0x78, 0x56, 0x34, 0x12,		/* push $0x12345678 */
		0xf4,					/* hlt */
	};
	const struct box_code code = { bytes, sizeof(bytes) };
	struct box_result result;
	unsigned long long top;

	CHECK_EQ(start_reading(BOX_CLASS), 0);
	skel->bss->at_sp = 1;
	want(0, SBM_HOOK_FAULT, SBM_REGION_STACK, 0, 8);
	CHECK_EQ(box_run(&code, &result), 0);
	CHECK_EQ(skel->bss->reads[0].result, 8);
	memcpy(&top, skel->bss->reads[0].data, 8);
	CHECK_EQ(top, 0x12345678);

	skel->bss->at_sp = 0;
	want(0, SBM_HOOK_FAULT, SBM_REGION_STACK, STACK_SIZE - 4, 8);
	want(1, SBM_HOOK_FAULT, SBM_REGION_STACK, STACK_SIZE, 8);
	want(2, SBM_HOOK_FAULT, SBM_REGION_IMAGE, 0, 8);
	want(3, SBM_HOOK_FAULT, SBM_REGION_INPUT, 0, 8);
	CHECK_EQ(box_run(&code, &result), 0);
	CHECK_EQ(skel->bss->reads[0].result, 4);
	CHECK_EQ(skel->bss->reads[1].result, 0);
	CHECK_EQ(skel->bss->reads[2].result, -EINVAL);
	CHECK_EQ(skel->bss->reads[3].result, 0);
}

SBM_TEST(read_input, "an enter hook reads the input, and only the input")
{
	static const char input[16] = "0123456789abcdef";
	char out[16];
	int fd;

	CHECK_EQ(start_reading(CODEC_CLASS), 0);
	skel->bss->verdict = -E2BIG;
	/* The buffer is larger, which is nobody's business. */
	want(0, SBM_HOOK_ENTER, SBM_REGION_INPUT, 0, 16);
	want(1, SBM_HOOK_ENTER, SBM_REGION_INPUT, -8, 16);
	want(2, SBM_HOOK_ENTER, SBM_REGION_INPUT, 16, 16);
	want(3, SBM_HOOK_ENTER, SBM_REGION_INPUT, -17, 16);
	want(4, SBM_HOOK_ENTER, SBM_REGION_OUTPUT, -1, 16);
	fd = open(CODEC, O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, input, sizeof(input)), sizeof(input));
	CHECK_EQ(pread(fd, out, sizeof(out), 0) < 0 ? errno : 0, E2BIG);
	close(fd);
	CHECK_EQ(skel->bss->reads[0].result, 16);
	CHECK_EQ(memcmp(skel->bss->reads[0].data, input, 16), 0);
	CHECK_EQ(skel->bss->reads[1].result, 8);
	CHECK_EQ(memcmp(skel->bss->reads[1].data, input + 8, 8), 0);
	CHECK_EQ(skel->bss->reads[2].result, 0);
	CHECK_EQ(skel->bss->reads[3].result, -EINVAL);
	CHECK_EQ(skel->bss->reads[4].result, 1);
	CHECK_EQ(skel->bss->reads[4].data[0], 0);
}

SBM_TEST(read_before, "what an enter hook reads is what the call is going to see")
{
	int fd, value;

	CHECK_EQ(start_reading(CODEC_CLASS), 0);
	want(0, SBM_HOOK_ENTER, SBM_REGION_INOUT, 0, 8);
	fd = open(CYCLE, O_WRONLY);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "1", 1), 1);
	close(fd);
	CHECK_EQ(skel->bss->reads[0].result, 4);
	memcpy(&value, skel->bss->reads[0].data, 4);
	CHECK_EQ(value, 1);
}

/* Walk until the sandbox of a thread runs. */
static int wait_found(pid_t pid)
{
	int tries = MAX_TRIES;

	skel->bss->wanted_pid = pid;
	do {
		int err = run(skel->progs.walk) ?: run(skel->progs.find);

		if (err)
			return err;
		if (skel->bss->nr_found == 1 && skel->bss->found &&
		    skel->bss->found_info.state == SBM_STATE_RUNNING)
			return 0;
		usleep(10000);
	} while (--tries);
	return -ETIMEDOUT;
}

SBM_TEST_PARALLEL(acquire, "a sandbox is found by its id as long as it lives")
{
	pid_t pid;

	CHECK_EQ(load(BOX_CLASS), 0);
	pid = box_start(&box_spin);
	CHECK(pid > 0);
	CHECK_EQ(wait_found(pid), 0);
	CHECK_EQ(skel->bss->found_info.id, skel->bss->wanted_id);
	CHECK_EQ(skel->bss->found_info.pid, pid);
	CHECK_EQ(skel->bss->found_info.calls, 1);
	CHECK_STR(skel->bss->found_info.class, BOX_CLASS);
	CHECK_EQ(skel->bss->found_fault.kind, SBM_FAULT_NONE);
	CHECK_EQ(skel->bss->found_regs.ip, 0);

	CHECK_EQ(box_kill(pid), SIGKILL);
	CHECK_EQ(run(skel->progs.find), 0);
	CHECK_EQ(skel->bss->found, 0);
	CHECK_EQ(run(skel->progs.walk), 0);
	CHECK_EQ(skel->bss->nr_found, 0);
	skel->bss->wanted_id = 0;
	CHECK_EQ(run(skel->progs.find), 0);
	CHECK_EQ(skel->bss->found, 0);
}

SBM_TEST_PARALLEL(last_fault, "who traces the end of a call finds its fault and registers")
{
	struct box_result result;

	CHECK_EQ(load(BOX_CLASS), 0);
	attached = bpf_program__attach(skel->progs.on_exit);
	CHECK(attached);
	skel->bss->wanted_pid = getpid();
	CHECK_EQ(box_run(&box_wild_write, &result), 0);
	CHECK_EQ(skel->bss->found, 1);
	CHECK_EQ(skel->bss->found_fault.kind, SBM_FAULT_EXCEPTION);
	CHECK_EQ(skel->bss->found_fault.vector, 14);
	CHECK_EQ(skel->bss->found_fault.addr, 0x1234);
	CHECK_EQ(skel->bss->found_regs.ax, 0x1234);
	CHECK_EQ(skel->bss->found_regs.r15, 0);
}

/* Decompress: zero or a negative errno. */
static int bunzip2(int fd, const void *data, size_t len)
{
	char out;

	if (write(fd, data, len) != (ssize_t)len)
		return -EIO;
	return pread(fd, &out, 1, 0) < 0 ? -errno : 0;
}

/* The kind and the address of a sandbox's fault, as the iterator has them. */
static int iter_fault(unsigned long long id, unsigned int *kind,
		      unsigned long long *addr)
{
	struct iter_bpf *iter = iter_bpf__open_and_load();
	unsigned long long found;
	struct bpf_link *link;
	char line[256];
	FILE *file;
	int n = 0;

	link = iter ? bpf_program__attach_iter(iter->progs.dump_sandboxes,
					       NULL) : NULL;
	file = link ? fdopen(bpf_iter_create(bpf_link__fd(link)), "r") : NULL;
	while (file && n != 3 && fgets(line, sizeof(line), file)) {
		n = sscanf(line, "%llu %*s %*u %*u %*d %*s %*u %u %llu", &found,
			   kind, addr);
		if (found != id)
			n = 0;
	}
	if (file)
		fclose(file);
	bpf_link__destroy(link);
	iter_bpf__destroy(iter);
	return n == 3 ? 0 : -ENOENT;
}

SBM_TEST_PARALLEL(last_fault_reset,
		  "the last fault is the same for all who ask, and outlives a reset")
{
	unsigned long long addr, first;
	unsigned int kind;
	int fd, i;

	CHECK_EQ(load(BOX_CLASS), 0);
	fd = open(BZIP2, O_RDWR);
	CHECK(fd >= 0);
	skel->bss->wanted_pid = getpid();
	CHECK_EQ(run(skel->progs.walk), 0);
	CHECK_EQ(skel->bss->nr_found, 1);
	CHECK_EQ(run(skel->progs.find), 0);
	CHECK_EQ(skel->bss->found_fault.kind, SBM_FAULT_NONE);
	CHECK_EQ(iter_fault(skel->bss->wanted_id, &kind, &addr), 0);
	CHECK_EQ(kind, SBM_FAULT_NONE);

	/* Whoever sees the error, the sandbox was reset. */
	CHECK_EQ(bunzip2(fd, sbm_vector_bzip2_selector,
			 sizeof(sbm_vector_bzip2_selector)), -EFAULT);
	/* And after a call that returns, too. */
	for (i = 0, first = 0; i < 2; i++) {
		CHECK_EQ(run(skel->progs.find), 0);
		CHECK_EQ(skel->bss->found, 1);
		CHECK_EQ(skel->bss->found_info.state, SBM_STATE_IDLE);
		CHECK_EQ(skel->bss->found_info.error, 0);
		CHECK_EQ(skel->bss->found_info.faults, 1);
		CHECK_EQ(skel->bss->found_info.calls, 1 + i);
		CHECK_EQ(skel->bss->found_fault.kind, SBM_FAULT_EXCEPTION);
		CHECK_EQ(skel->bss->found_fault.vector, 14);
		CHECK(skel->bss->found_regs.ip);
		CHECK_EQ(iter_fault(skel->bss->wanted_id, &kind, &addr), 0);
		CHECK_EQ(kind, SBM_FAULT_EXCEPTION);
		CHECK_EQ(addr, skel->bss->found_fault.addr);
		if (i)
			CHECK_EQ(addr, first);
		first = addr;
		CHECK_EQ(bunzip2(fd, "BZ", 2), -EIO);
	}
	close(fd);
}

/* === Last verdicts === */

#define CHECK_DENIED(denied, number, _hook, _verdict, _policy, _mode)	\
do {									\
	const struct sbm_last_verdict *__last =				\
		&(denied)->last[(number) % SBM_LAST_VERDICTS];		\
									\
	CHECK_EQ(__last->hook, _hook);					\
	CHECK_EQ(__last->verdict, _verdict);				\
	CHECK_STR(__last->policy, _policy);				\
	CHECK_EQ(__last->mode, _mode);					\
	CHECK_EQ(__last->calls, 1);					\
} while (0)

SBM_TEST(last_verdicts, "what a sandbox was denied last is known to who looks on, and by whom")
{
	struct policy_opts opts = { .mode = SBM_MODE_PERMISSIVE };
	struct policy *strict, *mild;
	struct box_result result;

	CHECK_EQ(load(BOX_CLASS), 0);
	attached = bpf_program__attach(skel->progs.on_exit);
	CHECK(attached);
	skel->bss->wanted_pid = getpid();
	CHECK_EQ(box_run(&box_return_42, &result), 0);
	CHECK_EQ(skel->bss->found, 1);
	CHECK_EQ(skel->bss->found_verdicts.nr, 0);
	CHECK_EQ(box_run(&box_grow_too_much, &result), 0);
	CHECK_EQ(skel->bss->found_verdicts.nr, 1);
	CHECK_DENIED(&skel->bss->found_verdicts, 0, SBM_HOOK_GROW,
		     SBM_GROW_DENY, "(built-in)", SBM_MODE_ENFORCE);

	/* They are asked by their names. */
	mild = policy_new_opts("mild", &opts);
	strict = policy_new("strict");
	CHECK(mild && strict);
	mild->skel->bss->grow_verdict = SBM_GROW_KILL;
	strict->skel->bss->grow_verdict = SBM_GROW_DENY;
	CHECK_EQ(box_run(&box_grow_3, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(skel->bss->found_verdicts.nr, 2);
	CHECK_DENIED(&skel->bss->found_verdicts, 0, SBM_HOOK_GROW,
		     SBM_GROW_KILL, "mild", SBM_MODE_PERMISSIVE);
	CHECK_DENIED(&skel->bss->found_verdicts, 1, SBM_HOOK_GROW,
		     SBM_GROW_DENY, "strict", SBM_MODE_ENFORCE);
}

SBM_TEST(last_verdicts_hook, "a hook knows what was denied, the last four of all")
{
	static const unsigned char bytes[] = {
		0xbb, 6, 0, 0, 0,			/* mov $6, %ebx */
		0xb8, 1, 0, 0, 0,			/* 1: mov $1, %eax */
		0xbf, 0xff, 0xff, 0, 0,			/* mov $0xffff, %edi */
		0x0f, 0x05,				/* syscall: grow */
		0xff, 0xcb,				/* dec %ebx */
		0x75, 0xf0,				/* jnz 1b */
		0xc3,					/* ret */
	};
	const struct box_code code = { bytes, sizeof(bytes) };
	struct box_result result;
	struct policy *strict;
	int i;

	CHECK_EQ(start_reading(BOX_CLASS), 0);
	strict = policy_new("strict");
	CHECK(strict);
	strict->skel->bss->fault_verdict = SBM_FAULT_QUARANTINE;
	CHECK_EQ(box_run(&code, &result), 0);
	CHECK_EQ(result.ret, 0);
	CHECK_EQ(skel->bss->hook_verdicts.nr, 6);
	for (i = 0; i < SBM_LAST_VERDICTS; i++)
		CHECK_DENIED(&skel->bss->hook_verdicts, i, SBM_HOOK_GROW,
			     SBM_GROW_DENY, "(built-in)", SBM_MODE_ENFORCE);

	CHECK_EQ(box_run(&box_hlt, &result), 0);
	CHECK_EQ(box_release_class(), 0);
	CHECK_EQ(skel->bss->hook_verdicts.nr, 1);
	CHECK_DENIED(&skel->bss->hook_verdicts, 0, SBM_HOOK_FAULT,
		     SBM_FAULT_QUARANTINE, "strict", SBM_MODE_ENFORCE);
}
