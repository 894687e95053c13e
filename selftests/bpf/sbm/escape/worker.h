/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that a worker of io_uring makes; see f_worker.c. */
#ifndef ESCAPE_WORKER_H
#define ESCAPE_WORKER_H

#include <linux/posix_types.h>
#include <linux/stddef.h>
#include <linux/io_uring.h>
#include <stddef.h>

struct ring {
	int fd;
	struct io_uring_params params;
	unsigned char *sq, *cq;
	struct io_uring_sqe *sqes;
	/* Instead of the system call, or NULL; returns what that does. */
	long (*enter)(int fd, unsigned int wait);
};

int ring_init(struct ring *ring);
int ring_write(struct ring *ring, int fd, const void *data, size_t len,
	       unsigned int wait);

#endif /* ESCAPE_WORKER_H */
