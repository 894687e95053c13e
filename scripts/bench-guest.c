// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in the guest what `make bench` measures.
 *
 *   bench-guest [FOLDER [SBM_ATTACH]]
 *
 * Prints what measure.h says. FOLDER has the inputs of the codecs; without it,
 * only what needs no sandbox is done. SBM_ATTACH is the selftests' program of
 * that name, for policies.
 */
#include <sys/wait.h>

#include "measure.h"

/* What the plugin looks for. */
static void mark(void)
{
	asm volatile(".byte 0x66, 0x0f, 0x1f, 0x80, 0x4d, 0x5b, 0, 0");
}

static int to_child[2], from_child[2];

static void run_pipe(const char *name, long n)
{
	char c = 0;

	while (n--)
		if (write(to_child[1], &c, 1) != 1 ||
		    read(from_child[0], &c, 1) != 1)
			die("pipe");
}

static void start_child(void)
{
	char c;

	if (pipe(to_child) || pipe(from_child))
		die("pipe");
	if (fork())
		return;
	close(to_child[1]);
	while (read(to_child[0], &c, 1) == 1)
		if (write(from_child[1], &c, 1) != 1)
			break;
	_exit(0);
}

static void run_fork(const char *name, long n)
{
	pid_t pid;

	while (n--) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			die("fork");
	}
}

/* Showing a sandbox a block: by a copy, and by mapping and unmapping it. */
static void measure_block(unsigned int kib)
{
	char text[32];

	run_file("size", kib << 10);
	snprintf(text, sizeof(text), "copy-in, %u KiB", kib);
	measure(text, run_file, 100, 1100);
	snprintf(text, sizeof(text), "map-unmap, %u KiB", kib);
	measure(text, run_file, 100, 1100);
}

/* Start SBM_ATTACH with so many policies. Closing the result ends it. */
static int attach(const char *program, const char *map, int nr,
		  const char *class, pid_t *pid)
{
	int in[2], out[2];
	char number[16], c = 0;

	if (pipe(in) || pipe(out))
		die("pipe");
	snprintf(number, sizeof(number), "%d", nr);
	*pid = fork();
	if (!*pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl(program, program, map, number, class, NULL);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	while (c != '\n')
		if (read(out[0], &c, 1) != 1)
			die(program);
	close(out[0]);
	return in[1];
}

/*
 * A hook of so many policies. What is done is what asks the hook, once:
 * "null" asks enter and exit. The names are NAME, MAP xN[, CLASS].
 */
static void measure_policies(const char *program, const char *name,
			     const char *map, int nr, const char *class)
{
	char text[64];
	pid_t pid;
	int fd;

	fd = attach(program, map, nr, class, &pid);
	snprintf(text, sizeof(text), "%s, %s x%d%s%s", name, map, nr,
		 *class ? ", " : "", class);
	measure(text, run_file, 1000, 11000);
	close(fd);
	waitpid(pid, NULL, 0);
}

static void measure_hooks(const char *program)
{
	static const struct {
		const char *item, *hook;
	} hooks[] = {
		{ "null", "enter" }, { "fault", "fault" },
		{ "grow", "grow" }, { "null", "exit" },
	};
	char map[32];
	unsigned int i, nr;

	for (i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		snprintf(map, sizeof(map), "empty_%s", hooks[i].hook);
		for (nr = 1; nr <= 8; nr *= 2)
			measure_policies(program, hooks[i].item, map, nr, "");
		measure_policies(program, hooks[i].item, map, 1, "sbm-*");
		snprintf(map, sizeof(map), "update_%s", hooks[i].hook);
		measure_policies(program, hooks[i].item, map, 1, "");
	}
	/* And one that is not asked, as there is no fault. */
	measure_policies(program, "null", "empty_fault", 1, "");
}

static void give_input(const char *folder, const char *codec)
{
	static char data[1 << 17];
	char path[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/block.%s", folder, codec);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		die(path);
	len = read(fd, data, sizeof(data));
	close(fd);
	fd = open(BENCH "input", O_WRONLY);
	if (fd < 0 || write(fd, data, len) != len)
		die("input");
	close(fd);
}

int main(int argc, char **argv)
{
	static const char * const codecs[] = { "zlib", "xz", "zstd" };
	static const unsigned int kib[] = { 4, 16, 64, 128, 256, 1024 };
	char name[64];
	unsigned int i;

	start_child();
	measure("getppid", run_getppid, 10000, 60000);
	measure("pipe-round-trip", run_pipe, 1000, 6000);
	measure("fork-exit-wait", run_fork, 100, 1100);
	if (argc < 2)
		return 0;

	measure("null", run_file, 10000, 60000);
	measure("fault", run_file, 1000, 11000);
	measure("grow", run_file, 1000, 11000);
	if (argc > 2)
		measure_hooks(argv[2]);
	measure("create-destroy", run_file, 100, 1100);
	measure("create-call-destroy", run_file, 100, 1100);
	measure("create-copy-call-destroy", run_file, 100, 1100);
	measure("create-destroy-fresh", run_file, 100, 1100);
	measure("create-call-destroy-fresh", run_file, 100, 1100);
	measure("reset", run_file, 100, 1100);
	for (i = 0; i < sizeof(kib) / sizeof(*kib); i++)
		measure_block(kib[i]);
	for (i = 0; i < 3; i++) {
		give_input(argv[1], codecs[i]);
		snprintf(name, sizeof(name), "copy of %s", codecs[i]);
		measure(name, run_file, 10, 110);
		snprintf(name, sizeof(name), "%s-sandboxed", codecs[i]);
		measure(name, run_file, 2, 22);
		snprintf(name, sizeof(name), "%s-direct", codecs[i]);
		measure(name, run_file, 2, 22);
	}
	return 0;
}
