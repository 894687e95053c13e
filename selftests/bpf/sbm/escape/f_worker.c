// SPDX-License-Identifier: GPL-2.0-only
/* F: the caller is a worker of io_uring, which has no user mode of its own. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"
#include "worker.h"

#define ENTRIES	4

static void *map(const struct ring *ring, size_t len, off_t offset)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
		    offset);
}

/* Return: zero or a negative errno. It goes away with the process. */
int ring_init(struct ring *ring)
{
	memset(ring, 0, sizeof(*ring));
	ring->fd = syscall(SYS_io_uring_setup, ENTRIES, &ring->params);
	if (ring->fd < 0)
		return -errno;
	ring->sq = map(ring, 4096, IORING_OFF_SQ_RING);
	ring->cq = map(ring, 4096, IORING_OFF_CQ_RING);
	ring->sqes = map(ring, 4096, IORING_OFF_SQES);
	return ring->sq == MAP_FAILED || ring->cq == MAP_FAILED ||
	       ring->sqes == MAP_FAILED ? -ENOMEM : 0;
}

static long plain_enter(int fd, unsigned int wait)
{
	return syscall(SYS_io_uring_enter, fd, 1, wait, IORING_ENTER_GETEVENTS,
		       NULL, 0);
}

/* Have a worker write. Return: what write() would, or -1. */
int ring_write(struct ring *ring, int fd, const void *data, size_t len,
	       unsigned int wait)
{
	unsigned int *tail, *index, *mask, *head;
	struct io_uring_cqe *cqes;

	tail = (unsigned int *)(ring->sq + ring->params.sq_off.tail);
	mask = (unsigned int *)(ring->sq + ring->params.sq_off.ring_mask);
	index = (unsigned int *)(ring->sq + ring->params.sq_off.array);
	index[*tail & *mask] = 0;
	ring->sqes[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE,
		.flags = IOSQE_ASYNC,
		.fd = fd,
		.off = -1,		/* the position of the file */
		.addr = (uint64_t)data,
		.len = len,
	};
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if ((ring->enter ?: plain_enter)(ring->fd, wait) != 1)
		return -1;
	if (!wait)
		return 0;

	head = (unsigned int *)(ring->cq + ring->params.cq_off.head);
	mask = (unsigned int *)(ring->cq + ring->params.cq_off.ring_mask);
	cqes = (struct io_uring_cqe *)(ring->cq + ring->params.cq_off.cqes);
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return cqes[(*head - 1) & *mask].res;
}

CODE(dirty_everything,
     "pcmpeqd %xmm0, %xmm0\n pcmpeqd %xmm15, %xmm15\n fldpi\n"
     "mov $0x2b, %eax\n mov %eax, %ds\n mov %eax, %fs\n mov %eax, %gs\n"
     "wrgsbase %rsp\n wrfsbase %rsp\n mov $7, %eax\n ret\n");
CODE(see_vectors,
     "por %xmm15, %xmm0\n movhlps %xmm0, %xmm1\n por %xmm1, %xmm0\n"
     "movq %xmm0, %rax\n mov %rax, %rcx\n shr $32, %rcx\n"
     "or %ecx, %eax\n ret\n");

static int worker_calls(void)
{
	const struct box_code codes[] = {
		box_return_42,
		{ dirty_everything.begin,
		  dirty_everything.end - dirty_everything.begin },
		{ see_vectors.begin, see_vectors.end - see_vectors.begin },
		box_hlt,
		box_grow_3,
	};
	const int want[] = { 42, 7, 0, EFAULT_RET, 1 };
	struct box_result result;
	unsigned int i, round;
	struct ring ring;
	int fd;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	if (fd < 0 || ring_init(&ring))
		return 1;
	for (round = 0; round < 10; round++) {
		for (i = 0; i < ARRAY_SIZE(codes); i++) {
			if (ring_write(&ring, fd, codes[i].bytes,
				       codes[i].len, 1) != (int)codes[i].len)
				return 2;
			if (box_read_result(fd, &result) ||
			    result.ret != want[i])
				return 3;
		}
	}
	return 0;
}

ATTEMPT('F', S4_io_worker, "runs in a worker of io_uring, and dirties all it can")
{
	pid_t pid = start_process(worker_calls);

	CHECK(pid > 0);
	CHECK_EXITS(pid, 0);
}

static int worker_loops(void)
{
	struct ring ring;
	int fd;

	fd = open(BOX_DEBUGFS_RUN, O_RDWR);
	if (fd < 0 || ring_init(&ring))
		return 1;
	if (ring_write(&ring, fd, loop_for_ever->begin,
		       loop_for_ever->end - loop_for_ever->begin, 0))
		return 2;
	wait_ms(50);
	return 42;
}

ATTEMPT('F', io_worker_exits, "loops in a worker of io_uring while the process exits")
{
	long long killed = box_event("killed");
	pid_t pid = start_process(worker_loops);

	CHECK(pid > 0);
	CHECK_EXITS(pid, 42);
	CHECK_EQ(box_event("killed") - killed, 1);
}
