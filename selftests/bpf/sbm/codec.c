// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decompression in a sandbox, against the same outside.
 *
 *   sbm_codec FOLDER KIB MUTATIONS [SEED]
 *
 * FOLDER is what scripts/mkcodecs fills. For each codec, blocks of at least KIB
 * KiB together give the original both ways; then MUTATIONS damaged ones give
 * the same both ways, an error or other data, or are a recorded fault of the
 * sandbox. What faults in a sandbox is not tried outside. Prints TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "box.h"

#define DEBUGFS		"/sys/kernel/debug/sbm/codec/"
#define MAX_CPUS	64
/* What the files in debugfs take and give. */
#define MAX_LEN		(4 << 20)
#define MAX_BLOCKS	4096
/*
 * Most mutations are of small blocks, for the sake of their number, and none of
 * one that is two to bzip2: outside, its second is not safe to damage.
 */
#define SMALL		(16 << 10)
#define LARGE		(256 << 10)
/* Of these as many are told. */
#define MAX_TOLD	5

static const char * const codecs[] = {
	"zlib", "xz", "zstd", "lz4", "lzo", "bzip2", "lzma",
};

#define NR_CODECS	(sizeof(codecs) / sizeof(codecs[0]))

/**
 * struct block - a block of the original
 * @plain: The block.
 * @plain_len: Its length in bytes.
 * @packed: The block, compressed.
 * @packed_len: Its length in bytes.
 */
struct block {
	const __u8 *plain;
	__u32 plain_len;
	const __u8 *packed;
	__u32 packed_len;
};

static struct block blocks[MAX_BLOCKS];
static unsigned int nr_blocks, nr_small, small[MAX_BLOCKS];
static unsigned int nr_large, large[MAX_BLOCKS];
static unsigned long mutations, seed = 1;
static unsigned int cpus;

/**
 * struct worker - what one thread does, and finds
 * @codec: Index of the codec.
 * @first: Its first mutation; each @cpus-th is its own.
 * @inside: File that decompresses in a sandbox.
 * @outside: File that decompresses outside.
 * @input: A mutation.
 * @got: What it gives in a sandbox.
 * @want: What it gives outside.
 * @same: Mutations that gave data both ways.
 * @errors: Those that gave an error.
 * @faults: Those that made the sandbox fault.
 * @wrong: Those that ended differently.
 */
struct worker {
	unsigned int codec;
	unsigned long first;
	int inside;
	int outside;
	__u8 *input;
	__u8 *got;
	__u8 *want;
	unsigned long same, errors, faults, wrong;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *get_memory(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		die("malloc");
	return memory;
}

static __u8 *slurp(const char *folder, const char *name, size_t *len)
{
	char path[256];
	struct stat st;
	__u8 *data;
	size_t done = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		die(path);
	data = get_memory(st.st_size);
	while (done < (size_t)st.st_size) {
		n = read(fd, data + done, st.st_size - done);
		if (n <= 0)
			die(path);
		done += n;
	}
	close(fd);
	*len = done;
	return data;
}

/* The file has, for each block, both lengths and the compressed block. */
static void find_blocks(const __u8 *file, size_t file_len,
			const __u8 *plain, size_t plain_len, size_t wanted)
{
	size_t at = 0, plain_at = 0;
	struct block *block;
	__u32 len[2];

	nr_blocks = 0;
	nr_small = 0;
	nr_large = 0;
	while (at < file_len && plain_at < wanted && nr_blocks < MAX_BLOCKS) {
		memcpy(len, file + at, sizeof(len));
		at += sizeof(len);
		if (plain_at + len[0] > plain_len || at + len[1] > file_len) {
			fprintf(stderr, "not made by scripts/mkcodecs\n");
			exit(1);
		}
		block = &blocks[nr_blocks];
		block->plain = plain + plain_at;
		block->plain_len = len[0];
		block->packed = file + at;
		block->packed_len = len[1];
		if (len[0] <= SMALL)
			small[nr_small++] = nr_blocks;
		if (len[0] <= LARGE)
			large[nr_large++] = nr_blocks;
		nr_blocks++;
		plain_at += len[0];
		at += len[1];
	}
	if (plain_at < wanted || !nr_small) {
		fprintf(stderr, "not as much in the folder\n");
		exit(1);
	}
}

static int open_codec(unsigned int codec, const char *how)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", codecs[codec], how);
	fd = open(path, O_RDWR);
	if (fd < 0)
		die(path);
	return fd;
}

static struct worker *start_worker(unsigned int codec, unsigned long first)
{
	struct worker *worker = get_memory(sizeof(*worker));

	memset(worker, 0, sizeof(*worker));
	worker->codec = codec;
	worker->first = first;
	worker->inside = open_codec(codec, "sandboxed");
	worker->outside = open_codec(codec, "direct");
	worker->input = get_memory(MAX_LEN);
	worker->got = get_memory(MAX_LEN);
	worker->want = get_memory(MAX_LEN);
	return worker;
}

static void end_worker(struct worker *worker)
{
	close(worker->inside);
	close(worker->outside);
	free(worker->input);
	free(worker->got);
	free(worker->want);
	free(worker);
}

/* Return: length of the output, or a negative errno. */
static ssize_t decompress(int fd, const __u8 *input, size_t len,
			  __u8 *output)
{
	ssize_t got;

	if (write(fd, input, len) != (ssize_t)len)
		die("write to debugfs");
	got = read(fd, output, MAX_LEN);
	return got < 0 ? -errno : got;
}

static bool gives_original(int fd, const struct block *block, __u8 *output)
{
	return decompress(fd, block->packed, block->packed_len, output) ==
	       block->plain_len &&
	       !memcmp(output, block->plain, block->plain_len);
}

/* Return: the number of blocks that come out wrong. */
static unsigned int try_blocks(unsigned int codec)
{
	struct worker *worker = start_worker(codec, 0);
	unsigned int i, wrong = 0;

	for (i = 0; i < nr_blocks; i++)
		if (!gives_original(worker->inside, &blocks[i], worker->got) ||
		    !gives_original(worker->outside, &blocks[i], worker->want))
			wrong++;
	end_worker(worker);
	return wrong;
}

/* A generator of Sebastiano Vigna, known as splitmix64. */
static __u64 next_random(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static __u64 below(__u64 *state, __u64 limit)
{
	return next_random(state) % limit;
}

static const struct block *choose(__u64 *state)
{
	if (below(state, 64))
		return &blocks[small[below(state, nr_small)]];
	return &blocks[large[below(state, nr_large)]];
}

/* Damages @input in one of several ways. Return: its new length, not zero. */
static size_t damage(__u8 *input, size_t len, __u64 *state)
{
	/* Headers are short, and where most is decided. */
	size_t at = below(state, below(state, 2) ? len : len < 64 ? len : 64);
	const struct block *other;
	size_t from, n;

	switch (below(state, 6)) {
	case 0:		/* bits */
		for (n = 1 + below(state, 4); n; n--)
			input[(at + below(state, 16)) % len] ^=
				1 << below(state, 8);
		return len;
	case 1:		/* a byte */
		input[at] = next_random(state);
		return len;
	case 2:		/* a run of an extreme value */
		n = 1 + below(state, 8);
		if (n > len - at)
			n = len - at;
		memset(input + at, below(state, 2) ? 0xff : 0, n);
		return len;
	case 3:		/* the end is missing */
		return 1 + below(state, len);
	case 4:		/* a piece of another block */
		other = choose(state);
		from = below(state, other->packed_len);
		n = 1 + below(state, other->packed_len - from);
		if (n > len - at)
			n = len - at;
		memcpy(input + at, other->packed + from, n);
		return len;
	default:	/* a piece is missing */
		n = below(state, 1 + (len - 1 - at) / 4);
		memmove(input + at, input + at + n, len - at - n);
		return len - n;
	}
}

static size_t mutate(struct worker *worker, unsigned long number)
{
	__u64 state = (seed << 40 ^ number) * NR_CODECS + worker->codec;
	const struct block *block = choose(&state);
	size_t len = block->packed_len;
	unsigned int n;

	memcpy(worker->input, block->packed, len);
	for (n = 1 + below(&state, 3); n; n--)
		len = damage(worker->input, len, &state);
	return len;
}

static void try_mutation(struct worker *worker, unsigned long number)
{
	size_t len = mutate(worker, number);
	ssize_t got, want;

	got = decompress(worker->inside, worker->input, len, worker->got);
	if (got == -EFAULT) {
		worker->faults++;
		return;
	}
	want = decompress(worker->outside, worker->input, len, worker->want);
	if (got != want ||
	    (got > 0 && memcmp(worker->got, worker->want, got))) {
		if (worker->wrong++ < MAX_TOLD)
			printf("# %s: mutation %lu of seed %lu: %zd in a sandbox, %zd outside\n",
			       codecs[worker->codec], number, seed, got, want);
	} else if (got < 0) {
		worker->errors++;
	} else {
		worker->same++;
	}
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	unsigned long i;

	for (i = worker->first; i < mutations; i += cpus)
		try_mutation(worker, i);
	return NULL;
}

/* Adds up in @sum what all find. */
static void try_mutations(unsigned int codec, struct worker *sum)
{
	struct worker *workers[MAX_CPUS];
	pthread_t threads[MAX_CPUS];
	unsigned int i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < cpus; i++) {
		workers[i] = start_worker(codec, i);
		if (pthread_create(&threads[i], NULL, work, workers[i]))
			die("pthread_create");
	}
	for (i = 0; i < cpus; i++) {
		pthread_join(threads[i], NULL);
		sum->same += workers[i]->same;
		sum->errors += workers[i]->errors;
		sum->faults += workers[i]->faults;
		sum->wrong += workers[i]->wrong;
		end_worker(workers[i]);
	}
}

static int result(bool good, const char *codec, const char *name)
{
	static int number;

	printf("%s %d - %s: %s\n", good ? "ok" : "not ok", ++number, codec,
	       name);
	return !good;
}

static int try_codec(unsigned int codec, const char *folder,
		     const __u8 *plain, size_t plain_len, size_t wanted)
{
	long long faults, recorded;
	unsigned int wrong;
	struct worker sum;
	size_t file_len;
	__u8 *file;
	int bad = 0;

	file = slurp(folder, codecs[codec], &file_len);
	find_blocks(file, file_len, plain, plain_len, wanted);

	wrong = try_blocks(codec);
	printf("# %s: %u blocks, %u wrong\n", codecs[codec], nr_blocks, wrong);
	bad |= result(!wrong, codecs[codec],
		      "blocks are what they were, both ways");

	faults = box_event("fault");
	try_mutations(codec, &sum);
	recorded = box_event("fault") - faults;
	printf("# %s: of %lu mutations %lu gave data, %lu an error, %lu a fault; %lu differed\n",
	       codecs[codec], mutations, sum.same, sum.errors, sum.faults,
	       sum.wrong);
	bad |= result(!sum.wrong && sum.errors &&
		      recorded == (long long)sum.faults &&
		      sum.same + sum.errors + sum.faults == mutations,
		      codecs[codec], "mutations end as they do outside");
	free(file);
	return bad;
}

int main(int argc, char **argv)
{
	size_t plain_len, wanted;
	unsigned int i;
	__u8 *plain;
	int bad = 0;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: %s FOLDER KIB MUTATIONS [SEED]\n",
			argv[0]);
		return 2;
	}
	wanted = strtoul(argv[2], NULL, 0) << 10;
	mutations = strtoul(argv[3], NULL, 0);
	if (argc == 5)
		seed = strtoul(argv[4], NULL, 0);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus > MAX_CPUS)
		cpus = MAX_CPUS;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", 2 * NR_CODECS);
	plain = slurp(argv[1], "plain", &plain_len);
	for (i = 0; i < NR_CODECS; i++)
		bad |= try_codec(i, argv[1], plain, plain_len, wanted);
	return bad;
}
