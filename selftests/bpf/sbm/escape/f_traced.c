// SPDX-License-Identifier: GPL-2.0-only
/*
 * F: each function of ours that can be traced is, while calls are made.
 *
 * None are made while tracing is switched on or off: QEMU 7.2 may go on
 * executing the breakpoint that another CPU has put there for the moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "escape.h"

#define TRACING		"/sys/kernel/tracing/"
#define EVENTS		TRACING "events/sbm_escape/"

/* Ends there are, see call_in_all_ways(). */
#define NR_WAYS		5

/* Calls that end in each of the ways there are. Return: how many did. */
static int call_in_all_ways(void)
{
	struct box_result result;
	int ended = 0;
	pid_t pid;

	if (!box_run(&box_return_42, &result))
		ended += result.ret == 42;
	if (!box_run(&box_hlt, &result))
		ended += is_fault(&result, 13, 0);
	if (!box_run(&box_wild_write, &result))
		ended += is_fault(&result, 14, PF_STORE);
	if (!box_run(&box_grow_3, &result))
		ended += result.ret == 1;
	pid = start_code(loop_for_ever);
	wait_ms(50);
	ended += box_kill(pid) == SIGKILL;
	return ended;
}

/* Lines of a file of tracefs with this text, or all; zero if there is none. */
static long lines_with(const char *path, const char *text)
{
	FILE *file = fopen(path, "r");
	char line[512];
	long found = 0;

	while (file && fgets(line, sizeof(line), file))
		found += line[0] != '#' && (!text || strstr(line, text));
	if (file)
		fclose(file);
	return found;
}

/* === The function tracers === */

static const struct {
	const char *tracer;
	const char *option;	/* to be on meanwhile, or NULL */
	const char *seen;	/* what has to be in the trace */
} tracers[] = {
	{ "function", NULL, "sbm_do_call" },
	{ "function", "options/func_stack_trace", "=> " },
	{ "function_graph", NULL, "sbm_do_call" },
};

/* Return: how many calls ended as they should, or a negative errno. */
static int call_traced(unsigned int i, bool *seen)
{
	char path[128];
	int err, ended = 0;

	snprintf(path, sizeof(path), TRACING "%s", tracers[i].option ?: "");
	err = write_text(TRACING "trace", "");
	err = err ?: write_text(TRACING "set_ftrace_filter", "*sbm_*");
	if (tracers[i].option)
		err = err ?: write_text(path, "1");
	err = err ?: write_text(TRACING "current_tracer", tracers[i].tracer);
	if (!err) {
		ended = call_in_all_ways();
		*seen = lines_with(TRACING "trace", tracers[i].seen) > 0;
	}

	if (tracers[i].option)
		write_text(path, "0");
	err = err ?: write_text(TRACING "current_tracer", "nop");
	err = err ?: write_text(TRACING "set_ftrace_filter", "\n");
	err = err ?: write_text(TRACING "trace", "");
	return err ?: ended;
}

ATTEMPT('F', M12_functions_traced,
	"runs while each of our functions is traced, with its callers, and its return")
{
	bool seen = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tracers); i++) {
		CHECK_EQ(call_traced(i, &seen), NR_WAYS);
		CHECK(seen);
	}
}

/* === Probes === */

static int open_probes(int flags)
{
	return open(TRACING "kprobe_events", O_WRONLY | flags);
}

/* Is it a function of ours? With its name alone: not of a module. */
static bool is_ours(char *line)
{
	char *end = line + strcspn(line, "\n ");

	if (*end == ' ')
		return false;
	*end = '\0';
	return strstr(line, "sbm_") && !strchr(line, '.');
}

/* To switch N probes on or off takes time that grows with the square of N. */
#define BATCH	100

/*
 * Put a probe on each of BATCH functions of ours, after the first @skip. Those
 * whose name is not unique cannot be named.
 * Return: how many functions there were, with the number of probes in @made.
 */
static int probe_batch(char kind, int skip, int *made)
{
	FILE *file = fopen(TRACING "available_filter_functions", "r");
	char line[256], text[600];
	int fd = open_probes(O_APPEND), nr = 0;

	*made = 0;
	while (file && fd >= 0 && nr < BATCH && fgets(line, sizeof(line), file)) {
		if (!is_ours(line) || skip-- > 0)
			continue;
		nr++;
		snprintf(text, sizeof(text), "%c:sbm_escape/%s %s\n", kind,
			 line, line);
		if (write(fd, text, strlen(text)) > 0)
			++*made;
		else if (errno != EADDRNOTAVAIL && errno != EEXIST)
			printf("# no probe on %s: %s\n", line, strerror(errno));
	}
	if (file)
		fclose(file);
	close(fd);
	return nr;
}

/* How often a probe was hit, or how often one of all was missed. */
static long probe_hits(const char *name, long *missed)
{
	FILE *profile = fopen(TRACING "kprobe_profile", "r");
	char line[512], event[256];
	long hits, misses, found = -1;

	*missed = 0;
	while (profile && fgets(line, sizeof(line), profile)) {
		if (sscanf(line, "%255s %ld %ld", event, &hits, &misses) != 3)
			continue;
		*missed += misses;
		if (!strcmp(event, name))
			found = hits;
	}
	if (profile)
		fclose(profile);
	return found;
}

static void check_probed(char kind)
{
	int nr, made, probes = 0, skip = 0;
	long hits = 0, missed, all_missed = 0;

	while ((nr = probe_batch(kind, skip, &made))) {
		long ended = 0, hit;
		int err;

		skip += nr;
		probes += made;
		err = write_text(EVENTS "enable", "1");
		if (!err)
			ended = call_in_all_ways();
		hit = probe_hits("sbm_do_call", &missed);
		hits += hit > 0 ? hit : 0;
		all_missed += missed;
		err = err ?: write_text(EVENTS "enable", "0");
		close(open_probes(O_TRUNC));
		write_text(TRACING "trace", "");
		CHECK_EQ(err, 0);
		CHECK_EQ(ended, NR_WAYS);
	}
	printf("# %d probes, %ld missed\n", probes, all_missed);
	CHECK(probes > 100);
	/* The last one is killed: whether it returns is another matter. */
	CHECK(hits >= NR_WAYS - 1 && hits <= NR_WAYS);
}

ATTEMPT('F', M12_functions_probed, "runs while there is a kprobe on each of our functions")
{
	check_probed('p');
}

ATTEMPT('F', M12_returns_probed, "runs while each of our functions has its return probed")
{
	check_probed('r');
}
