// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sandboxes under load.
 *
 *   sbm_load CALLS PREEMPTIONS MIGRATIONS FILE.xz FILE
 *
 * CALLS null calls from as many threads as there are CPUs, with xz
 * decompression and long calls beside them, against threads that want the CPUs
 * as much, one that moves all of them about, and a network that raises
 * softirqs. Prints TAP: all calls succeed, and at least so many calls were
 * preempted and migrated inside the sandbox.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "box.h"

#define DEBUGFS		"/sys/kernel/debug/sbm/"
#define MAX_CPUS	64
/* Calls of one write to debugfs, so that there is something to move. */
#define BATCH		500

static long cpus;
static atomic_bool done, failed_null, failed_codec, failed_long;
static atomic_long decompressed, long_calls;

/* Some millions of rounds, then 0: long enough for the timer to hit. */
static const unsigned char spin_bytes[] = {
	0xb9, 0x00, 0x00, 0x20, 0x00,		/* mov $0x200000, %ecx */
	0xff, 0xc9,				/* 1: dec %ecx */
	0x75, 0xfc,				/* jnz 1b */
	0x31, 0xc0,				/* xor %eax, %eax */
	0xc3,					/* ret */
};

static const struct box_code spin = { spin_bytes, sizeof(spin_bytes) };

static void *null_thread(void *arg)
{
	long left = (long)arg;
	char text[16];
	int fd, len;

	fd = open(DEBUGFS "stress", O_WRONLY);
	while (left > 0 && fd >= 0) {
		len = snprintf(text, sizeof(text), "%ld",
			       left < BATCH ? left : BATCH);
		if (write(fd, text, len) != len)
			break;
		left -= BATCH;
	}
	if (left > 0)
		failed_null = true;
	close(fd);
	return NULL;
}

static void *long_thread(void *arg)
{
	struct box_result result;

	while (!done) {
		if (box_run(&spin, &result) || result.ret) {
			failed_long = true;
			break;
		}
		long_calls++;
	}
	return NULL;
}

static char *packed, *plain, *output;
static size_t packed_len, plain_len;

static void *codec_thread(void *arg)
{
	size_t got;
	ssize_t n;
	int fd;

	while (!done) {
		fd = open(DEBUGFS "codec/xz/sandboxed", O_RDWR);
		if (fd < 0 || write(fd, packed, packed_len) != (ssize_t)packed_len)
			break;
		for (got = 0; got < plain_len; got += n) {
			n = read(fd, output + got, plain_len - got);
			if (n <= 0)
				break;
		}
		close(fd);
		if (got != plain_len || memcmp(output, plain, plain_len))
			break;
		decompressed++;
	}
	if (!done)
		failed_codec = true;
	return NULL;
}

static void *hog_thread(void *arg)
{
	volatile long i;

	while (!done) {
		for (i = 0; i < 1000000; i++)
			;
		usleep(1000);
	}
	return NULL;
}

static void *network_thread(void *arg)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char data[1000] = "";

	while (!done) {
		sendto(fd, data, sizeof(data), 0, (void *)&to, sizeof(to));
		usleep(500);
	}
	close(fd);
	return NULL;
}

static pthread_t threads[4 * MAX_CPUS + 2];
static int nr_threads;

static pthread_t start(void *(*fn)(void *), void *arg)
{
	if (pthread_create(&threads[nr_threads], NULL, fn, arg)) {
		perror("pthread_create");
		exit(1);
	}
	return threads[nr_threads++];
}

/* Sends the threads that make calls from CPU to CPU. */
static void *mover_thread(void *arg)
{
	long movable = (long)arg;
	unsigned int step = 0;
	cpu_set_t set;
	int i;

	while (!done) {
		for (i = 0; i < movable; i++) {
			CPU_ZERO(&set);
			CPU_SET((i + step) % cpus, &set);
			pthread_setaffinity_np(threads[i], sizeof(set), &set);
		}
		step++;
		usleep(5000);
	}
	return NULL;
}

static char *slurp(const char *path, size_t *len)
{
	struct stat st;
	char *data;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(1);
	}
	data = malloc(st.st_size);
	if (!data || read(fd, data, st.st_size) != st.st_size) {
		perror(path);
		exit(1);
	}
	close(fd);
	*len = st.st_size;
	return data;
}

static int result(bool good, const char *name)
{
	static int number;

	printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, name);
	return !good;
}

int main(int argc, char **argv)
{
	long calls, preemptions, migrations, i, nr_null;
	long long had_calls, had_preempt, had_migrate;
	int bad = 0;

	if (argc != 6) {
		fprintf(stderr,
			"usage: %s CALLS PREEMPTIONS MIGRATIONS FILE.xz FILE\n",
			argv[0]);
		return 2;
	}
	calls = atol(argv[1]);
	preemptions = atol(argv[2]);
	migrations = atol(argv[3]);
	packed = slurp(argv[4], &packed_len);
	plain = slurp(argv[5], &plain_len);
	output = malloc(plain_len);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus > MAX_CPUS)
		cpus = MAX_CPUS;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..6\n");
	had_calls = box_event("call");
	had_preempt = box_event("preempt");
	had_migrate = box_event("migrate");

	for (i = 0; i < cpus; i++)
		start(null_thread, (void *)((calls + cpus - 1) / cpus));
	nr_null = nr_threads;
	start(codec_thread, NULL);
	start(long_thread, NULL);
	start(mover_thread, (void *)(long)nr_threads);
	for (i = 0; i < cpus; i++)
		start(hog_thread, NULL);
	start(network_thread, NULL);

	for (i = 0; i < nr_null; i++)
		pthread_join(threads[i], NULL);
	/* The others go on until enough has happened, within reason. */
	for (i = 0; i < 1200; i++) {
		if (box_event("preempt") - had_preempt >= preemptions &&
		    box_event("migrate") - had_migrate >= migrations &&
		    decompressed && long_calls)
			break;
		usleep(100000);
	}
	done = true;
	for (i = nr_null; i < nr_threads; i++)
		pthread_join(threads[i], NULL);

	had_calls = box_event("call") - had_calls;
	had_preempt = box_event("preempt") - had_preempt;
	had_migrate = box_event("migrate") - had_migrate;
	printf("# %lld calls, %lld preempted inside, %lld migrated; xz: %ld inputs of %zu bytes\n",
	       had_calls, had_preempt, had_migrate, (long)decompressed,
	       plain_len);

	bad |= result(!failed_null, "null calls");
	bad |= result(!failed_codec && decompressed, "xz decompression");
	bad |= result(!failed_long && long_calls, "long calls");
	bad |= result(had_calls >= calls, "as many calls as asked for");
	bad |= result(had_preempt >= preemptions, "enough preempted inside");
	bad |= result(had_migrate >= migrations, "enough migrated inside");
	return bad;
}
