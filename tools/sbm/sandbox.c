// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool sandbox: list the live sandboxes, and show one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "main.h"
#include "sandboxes.skel.h"

/* What fits on a line. */
#define TABLE_WIDTH	100

/* What sandboxes.bpf.c writes for each. */
struct record {
	struct sbm_info info;
	struct sbm_fault fault;
};

struct sandboxes {
	struct record *list;
	size_t nr;
};

static int do_help(int argc, char **argv)
{
	if (json_output) {
		print_json(NULL);
		return 0;
	}
	fprintf(stderr,
		"Usage: sbmtool [OPTIONS] sandbox list\n"
		"       sbmtool [OPTIONS] sandbox show ID\n"
		"       sbmtool [OPTIONS] sandbox dump ID\n"
		"       sbmtool [OPTIONS] sandbox help\n"
		"\n"
		"       " HELP_OPTIONS "\n");
	return 0;
}

/* === Reading === */

static int read_records(int fd, struct sandboxes *sandboxes)
{
	size_t len = 0, size = 0;
	char *buf = NULL;
	ssize_t ret;

	do {
		if (size - len < sizeof(struct record)) {
			char *bigger = realloc(buf, size + 65536);

			if (!bigger) {
				free(buf);
				p_err("out of memory");
				return -1;
			}
			buf = bigger;
			size += 65536;
		}
		ret = read(fd, buf + len, size - len);
		if (ret > 0)
			len += ret;
	} while (ret > 0 || (ret < 0 && (errno == EAGAIN || errno == EINTR)));

	if (ret < 0 || len % sizeof(struct record)) {
		p_err("cannot read the sandboxes: %s",
		      ret < 0 ? strerror(errno) : "half a record");
		free(buf);
		return -1;
	}
	sandboxes->list = (struct record *)buf;
	sandboxes->nr = len / sizeof(struct record);
	return 0;
}

static int read_sandboxes(struct sandboxes *sandboxes)
{
	struct sandboxes_bpf *skel;
	struct bpf_link *link = NULL;
	int fd = -1, err = -1;

	if (check_privilege() || check_kernel(SANDBOX_ITER, BTF_KIND_FUNC))
		return -1;

	skel = sandboxes_bpf__open();
	if (skel) {
		bpf_program__set_autoload(skel->progs.sandbox_table, false);
		if (!sandboxes_bpf__load(skel))
			link = bpf_program__attach_iter(skel->progs.sandbox_records,
							NULL);
	}
	if (link)
		fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		p_err("the kernel does not run the iterator: %s; -d shows more",
		      strerror(errno));
	else
		err = read_records(fd, sandboxes);

	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	sandboxes_bpf__destroy(skel);
	return err;
}

/* === JSON === */

/* What a row of the list has. */
static struct json_object *row_json(const struct sbm_info *info)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "id", info->id);
	json_add_string(object, "class", info->class);
	json_add_string(object, "level", level_name(info->level));
	json_add_string(object, "state", state_name(info->state));
	json_object_object_add(object, "pid", json_object_new_int(info->pid));
	json_add_string(object, "comm", info->comm);
	json_add_u64(object, "calls", info->calls);
	json_add_u64(object, "faults", info->faults);
	json_add_u64(object, "mapped_pages", info->mapped_pages);
	json_add_u64(object, "heap_pages", info->heap_pages);
	json_add_u64(object, "denied", info->denied);
	json_add_u64(object, "gates", info->gates);
	json_add_u64(object, "time_used", info->time_used);
	json_add_u64(object, "time_limit", info->time_limit);
	return object;
}

static struct json_object *fault_json(const struct sbm_fault *fault)
{
	struct json_object *object;

	if (fault->kind == SBM_FAULT_NONE)
		return NULL;
	object = json_object_new_object();
	json_add_string(object, "kind", fault_name(fault->kind));
	json_add_u64(object, "vector", fault->vector);
	json_add_u64(object, "error", fault->error);
	json_add_u64(object, "addr", fault->addr);
	json_add_u64(object, "ip", fault->ip);
	json_add_string(object, "region", region_name(fault->region));
	json_add_string(object, "side", side_name(fault->side));
	json_add_u64(object, "distance", fault->distance);
	return object;
}

/* === list === */

/**
 * sandbox_json() - describe a sandbox
 * @info: The sandbox.
 * @fault: Its last fault.
 *
 * Return: What "sandbox show" prints.
 */
struct json_object *sandbox_json(const struct sbm_info *info,
				 const struct sbm_fault *fault)
{
	struct json_object *object = row_json(info);

	json_add_u64(object, "heap_limit", info->heap_limit);
	json_add_u64(object, "error", info->error);
	json_object_object_add(object, "fault", fault_json(fault));
	return object;
}

enum {
	ID, CLASS, LEVEL, STATE, PID, COMM, CALLS, FAULTS, MAPPED, HEAP, DENIED,
	GATES, TIME, LIMIT,
	NR_COLUMNS
};

static const struct column {
	const char *title;
	bool left;
} columns[NR_COLUMNS] = {
	[ID] = { "ID", false },
	[CLASS] = { "CLASS", true },
	[LEVEL] = { "LEVEL", true },
	[STATE] = { "STATE", true },
	[PID] = { "PID", false },
	[COMM] = { "COMM", true },
	[CALLS] = { "CALLS", false },
	[FAULTS] = { "FAULTS", false },
	[MAPPED] = { "MAPPED", false },
	[HEAP] = { "HEAP", false },
	[DENIED] = { "DENIED", false },
	[GATES] = { "GATES", false },
	[TIME] = { "TIME", false },
	[LIMIT] = { "LIMIT", false },
};

struct row {
	char cells[NR_COLUMNS][SBM_NAME_LEN];
};

static void fill_row(struct row *row, const struct sbm_info *info)
{
	snprintf(row->cells[ID], SBM_NAME_LEN, "%llu", info->id);
	snprintf(row->cells[CLASS], SBM_NAME_LEN, "%s", info->class);
	snprintf(row->cells[LEVEL], SBM_NAME_LEN, "%s", level_name(info->level));
	snprintf(row->cells[STATE], SBM_NAME_LEN, "%s", state_name(info->state));
	snprintf(row->cells[PID], SBM_NAME_LEN, "%d", info->pid);
	snprintf(row->cells[COMM], SBM_NAME_LEN, "%s", info->comm);
	snprintf(row->cells[CALLS], SBM_NAME_LEN, "%llu", info->calls);
	snprintf(row->cells[FAULTS], SBM_NAME_LEN, "%llu", info->faults);
	snprintf(row->cells[MAPPED], SBM_NAME_LEN, "%llu", info->mapped_pages);
	snprintf(row->cells[HEAP], SBM_NAME_LEN, "%llu", info->heap_pages);
	snprintf(row->cells[DENIED], SBM_NAME_LEN, "%llu", info->denied);
	snprintf(row->cells[GATES], SBM_NAME_LEN, "%llu", info->gates);
	snprintf(row->cells[TIME], SBM_NAME_LEN, "%llu", info->time_used / 1000);
	snprintf(row->cells[LIMIT], SBM_NAME_LEN, "%llu",
		 info->time_limit / 1000);
}

static void print_row(const struct row *row, const int *widths)
{
	int column;

	for (column = 0; column < NR_COLUMNS; column++) {
		int width = widths[column];

		if (column)
			putchar(' ');
		printf("%*.*s", columns[column].left ? -width : width, width,
		       row->cells[column]);
	}
	putchar('\n');
}

/* Numbers are never cut; the two names share what they leave. */
static void fit_widths(int *widths)
{
	static const int names[] = { CLASS, COMM };
	int column, total = NR_COLUMNS - 1;
	size_t i;

	for (column = 0; column < NR_COLUMNS; column++)
		total += widths[column];
	for (i = 0; i < ARRAY_SIZE(names) && total > TABLE_WIDTH; i++) {
		int cut = total - TABLE_WIDTH;

		if (cut > widths[names[i]] - 8)
			cut = widths[names[i]] - 8;
		if (cut > 0) {
			widths[names[i]] -= cut;
			total -= cut;
		}
	}
}

static int print_table(const struct sandboxes *sandboxes)
{
	int widths[NR_COLUMNS] = {};
	struct row *rows;
	int column;
	size_t i;

	rows = calloc(sandboxes->nr + 1, sizeof(*rows));
	if (!rows) {
		p_err("out of memory");
		return -1;
	}
	for (column = 0; column < NR_COLUMNS; column++)
		snprintf(rows[0].cells[column], SBM_NAME_LEN, "%s",
			 columns[column].title);
	for (i = 0; i < sandboxes->nr; i++)
		fill_row(&rows[i + 1], &sandboxes->list[i].info);

	for (i = 0; i <= sandboxes->nr; i++) {
		for (column = 0; column < NR_COLUMNS; column++) {
			int width = strlen(rows[i].cells[column]);

			if (width > widths[column])
				widths[column] = width;
		}
	}
	fit_widths(widths);
	for (i = 0; i <= sandboxes->nr; i++)
		print_row(&rows[i], widths);
	free(rows);
	return 0;
}

static int do_list(int argc, char **argv)
{
	struct sandboxes sandboxes = {};
	int err;

	if (argc)
		return usage_error("'list' takes no arguments", do_help);
	err = read_sandboxes(&sandboxes);
	if (err)
		return err;

	if (json_output) {
		struct json_object *array = json_object_new_array();
		size_t i;

		for (i = 0; i < sandboxes.nr; i++)
			json_object_array_add(array,
					      row_json(&sandboxes.list[i].info));
		print_json(array);
	} else {
		err = print_table(&sandboxes);
	}
	free(sandboxes.list);
	return err;
}

/* === show === */

static void print_fault(const struct sbm_fault *fault)
{
	if (fault->kind == SBM_FAULT_NONE)
		return;
	printf("\tlast fault %s, vector %u, error %#llx, address %#llx, ip %#llx\n",
	       fault_name(fault->kind), fault->vector, fault->error, fault->addr,
	       fault->ip);
	if (fault->region != SBM_REGION_NONE)
		printf("\tat %s %s %llu\n", region_name(fault->region),
		       side_name(fault->side), fault->distance);
}

/* What "sandbox show" prints. */
void print_sandbox(const struct sbm_info *info, const struct sbm_fault *fault)
{
	printf("sandbox %llu, class %s\n", info->id, info->class);
	printf("\tlevel %s, state %s\n", level_name(info->level),
	       state_name(info->state));
	printf("\tlast used by %s, pid %d\n", info->comm, info->pid);
	printf("\tcalls %llu, faults %llu, denied %llu\n", info->calls,
	       info->faults, info->denied);
	printf("\tmapped %llu pages, heap %llu of at most %llu pages\n",
	       info->mapped_pages, info->heap_pages, info->heap_limit);
	printf("\tgates called %llu\n", info->gates);
	if (info->time_limit)
		printf("\ttime of the last call %llu us of at most %llu us\n",
		       info->time_used / 1000, info->time_limit / 1000);
	else
		printf("\ttime of a call not limited\n");
	if (info->error)
		printf("\tlast error %u (%s)\n", info->error,
		       strerror(info->error));
	print_fault(fault);
}

static void show_sandbox(const struct record *record)
{
	if (json_output)
		print_json(sandbox_json(&record->info, &record->fault));
	else
		print_sandbox(&record->info, &record->fault);
}

static int do_show(int argc, char **argv)
{
	struct sandboxes sandboxes = {};
	int err = -1;
	size_t i;
	__u64 id;

	if (argc != 1 || !parse_id(argv[0], &id))
		return usage_error("'show' needs the id of a sandbox", do_help);
	if (read_sandboxes(&sandboxes))
		return -1;

	for (i = 0; i < sandboxes.nr && err; i++) {
		if (sandboxes.list[i].info.id != id)
			continue;
		show_sandbox(&sandboxes.list[i]);
		err = 0;
	}
	if (err)
		p_err("no sandbox %llu: see 'sbmtool sandbox list'", id);
	free(sandboxes.list);
	return err;
}

static int do_dump(int argc, char **argv)
{
	__u64 id;

	if (argc != 1 || !parse_id(argv[0], &id))
		return usage_error("'dump' needs the id of a sandbox", do_help);
	return do_sandbox_dump(id);
}

static const struct cmd cmds[] = {
	{ "list",	do_list },
	{ "show",	do_show },
	{ "dump",	do_dump },
	{ "help",	do_help },
	{ }
};

int do_sandbox(int argc, char **argv)
{
	return cmd_select(cmds, argc, argv, do_help);
}
