// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool event: show what the policy "stream" writes to its ring buffer.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "main.h"

#define STREAM_NAME	"stream"
#define POLL_MS		200

/* In the map "counts", see policies/stream.bpf.c. */
enum { STREAM_WRITTEN, STREAM_LOST, STREAM_NR_COUNTS };

struct stream {
	int events_fd;
	int counts_fd;
	__u64 wanted;		/* events to show; 0: until interrupted */
	__u64 shown;
	__u64 lost;		/* those that were told about */
};

static volatile sig_atomic_t interrupted;

static int do_help(int argc, char **argv)
{
	if (json_output) {
		print_json(NULL);
		return 0;
	}
	fprintf(stderr,
		"Usage: sbmtool [OPTIONS] event monitor [count N]\n"
		"       sbmtool [OPTIONS] event counts\n"
		"       sbmtool [OPTIONS] event help\n"
		"\n"
		"       " HELP_OPTIONS "\n");
	return 0;
}

/* === Finding the policy === */

static void close_stream(struct stream *stream)
{
	if (stream->events_fd >= 0)
		close(stream->events_fd);
	if (stream->counts_fd >= 0)
		close(stream->counts_fd);
}

static int open_map(const char *dir, const char *name)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return bpf_obj_get(path);
}

static int open_stream(struct stream *stream)
{
	struct policies policies = {};
	char dir[PATH_MAX] = "";
	size_t i;

	stream->events_fd = -1;
	stream->counts_fd = -1;
	if (check_privilege() ||
	    check_kernel(POLICY_TYPE, BTF_KIND_STRUCT) ||
	    policies_read(&policies))
		return -1;

	for (i = 0; i < policies.nr; i++) {
		const struct policy *policy = &policies.list[i];

		if (policy->map_id && policy->pinned[0] &&
		    !strcmp(policy->name, STREAM_NAME))
			map_pin_dir(dir, sizeof(dir), policy->pinned);
	}
	policies_free(&policies);
	if (!dir[0]) {
		p_err("policy " STREAM_NAME " is not attached: 'sbmtool policy load stream.bpf.o'");
		return -1;
	}

	stream->events_fd = open_map(dir, "events");
	if (stream->events_fd >= 0)
		stream->counts_fd = open_map(dir, "counts");
	if (stream->counts_fd < 0) {
		p_err("cannot open the maps in %s: %s", dir, strerror(errno));
		close_stream(stream);
		return -1;
	}
	return 0;
}

static int read_count(const struct stream *stream, __u32 which, __u64 *value)
{
	if (!bpf_map_lookup_elem(stream->counts_fd, &which, value))
		return 0;
	p_err("cannot read the counts: %s", strerror(errno));
	return -1;
}

/* === Printing === */

static void print_event_json(const struct sbm_event_record *event)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "time", event->time);
	json_add_string(object, "hook", hook_name(event->hook));
	json_add_u64(object, "id", event->id);
	json_add_string(object, "class", event->class);
	json_object_object_add(object, "pid", json_object_new_int(event->pid));
	json_add_string(object, "comm", event->comm);
	json_add_u64(object, "calls", event->calls);
	json_add_u64(object, "faults", event->faults);
	json_add_u64(object, "denied", event->denied);
	json_add_u64(object, "heap_pages", event->heap_pages);
	json_add_u64(object, "time_used", event->time_used);
	switch (event->hook) {
	case SBM_HOOK_EXIT:
		json_object_object_add(object, "result",
				       json_object_new_int(event->result));
		break;
	case SBM_HOOK_GROW:
		json_add_u64(object, "nr_pages", event->nr_pages);
		break;
	case SBM_HOOK_FAULT:
		json_add_u64(object, "kind", event->fault.kind);
		json_add_u64(object, "vector", event->fault.vector);
		json_add_u64(object, "error", event->fault.error);
		json_add_u64(object, "addr", event->fault.addr);
		json_add_u64(object, "ip", event->fault.ip);
		break;
	}
	print_json(object);
}

static void print_event_text(const struct sbm_event_record *event)
{
	printf("%llu.%06llu %-5s %llu %s %s/%d",
	       event->time / 1000000000, event->time / 1000 % 1000000,
	       hook_name(event->hook), event->id, event->class, event->comm,
	       event->pid);
	switch (event->hook) {
	case SBM_HOOK_EXIT:
		printf(" result=%d", event->result);
		break;
	case SBM_HOOK_GROW:
		printf(" nr_pages=%llu heap_pages=%llu", event->nr_pages,
		       event->heap_pages);
		break;
	case SBM_HOOK_FAULT:
		printf(" kind=%u vector=%u error=0x%llx addr=0x%llx ip=0x%llx",
		       event->fault.kind, event->fault.vector,
		       event->fault.error, event->fault.addr, event->fault.ip);
		break;
	}
	putchar('\n');
}

/* Tell about events that were lost since it was told last. */
static int print_lost(struct stream *stream)
{
	__u64 lost;

	if (read_count(stream, STREAM_LOST, &lost))
		return -1;
	if (lost == stream->lost)
		return 0;
	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "lost", lost - stream->lost);
		print_json(object);
	} else {
		printf("lost %llu events\n", lost - stream->lost);
	}
	stream->lost = lost;
	return 0;
}

/* === monitor === */

/*
 * Records grow at their end. Of one that is shorter than what this tool knows
 * the rest is zero, of one that is longer the rest is not looked at.
 */
static int on_event(void *ctx, void *data, size_t size)
{
	struct sbm_event_record event = {};
	struct stream *stream = ctx;

	memcpy(&event, data, size < sizeof(event) ? size : sizeof(event));
	if (event.size < sizeof(event))
		memset((char *)&event + event.size, 0,
		       sizeof(event) - event.size);
	event.class[SBM_NAME_LEN - 1] = 0;
	event.comm[SBM_COMM_LEN - 1] = 0;

	if (json_output)
		print_event_json(&event);
	else
		print_event_text(&event);
	/* A negative value ends the reading. */
	return ++stream->shown == stream->wanted ? -ECANCELED : 0;
}

static void on_signal(int sig)
{
	interrupted = 1;
}

static int monitor(struct stream *stream)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct ring_buffer *ring;
	int err = 0;

	ring = ring_buffer__new(stream->events_fd, on_event, stream, NULL);
	if (!ring) {
		p_err("cannot map the ring buffer: %s", strerror(errno));
		return -1;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);

	while (!interrupted && err >= 0) {
		err = ring_buffer__poll(ring, POLL_MS);
		if (err == -EINTR)
			err = 0;
		if (print_lost(stream))
			break;
	}
	if (err < 0 && err != -ECANCELED)
		p_err("cannot read the ring buffer: %s", strerror(-err));
	else
		err = 0;
	ring_buffer__free(ring);
	return err ? -1 : 0;
}

static int do_monitor(int argc, char **argv)
{
	struct stream stream = {};
	int err;

	if (argc && (argc != 2 || strcmp(argv[0], "count") ||
		     !parse_id(argv[1], &stream.wanted) || !stream.wanted))
		return usage_error("'monitor' takes 'count' and a number",
				   do_help);
	if (open_stream(&stream))
		return -1;
	err = monitor(&stream);
	close_stream(&stream);
	return err;
}

/* === counts === */

static int do_counts(int argc, char **argv)
{
	__u64 counts[STREAM_NR_COUNTS];
	struct stream stream = {};
	int err;

	if (argc)
		return usage_error("'counts' takes no arguments", do_help);
	if (open_stream(&stream))
		return -1;
	err = read_count(&stream, STREAM_WRITTEN, &counts[STREAM_WRITTEN]) ?:
	      read_count(&stream, STREAM_LOST, &counts[STREAM_LOST]);
	close_stream(&stream);
	if (err)
		return err;

	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "written", counts[STREAM_WRITTEN]);
		json_add_u64(object, "lost", counts[STREAM_LOST]);
		print_json(object);
	} else {
		printf("written %llu, lost %llu\n", counts[STREAM_WRITTEN],
		       counts[STREAM_LOST]);
	}
	return 0;
}

static const struct cmd cmds[] = {
	{ "monitor",	do_monitor },
	{ "counts",	do_counts },
	{ "help",	do_help },
	{ }
};

int do_event(int argc, char **argv)
{
	return cmd_select(cmds, argc, argv, do_help);
}
