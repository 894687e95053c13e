// SPDX-License-Identifier: GPL-2.0-only
/* Policies for tests: progs/policy.bpf.c under several names. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "box.h"
#include "policy.h"

#define MAX_POLICIES		8
#define EJECT_TIMEOUT_MS	20000

static struct policy policies[MAX_POLICIES];

/* Where a member of a policy is that is not loaded yet, or NULL. */
static char *policy_member(struct bpf_object *obj, struct bpf_map *map,
			   const char *member)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *type;
	char *data;
	int id, i;

	data = bpf_map__initial_value(map, NULL);
	id = btf__find_by_name_kind(btf, "sbm_policy_ops", BTF_KIND_STRUCT);
	if (!data || id < 0)
		return NULL;

	type = btf__type_by_id(btf, id);
	for (i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *m = btf_members(type) + i;
		const char *name = btf__name_by_offset(btf, m->name_off);

		if (!strcmp(name, member))
			return data + m->offset / 8;
	}
	return NULL;
}

/**
 * policy_set_string() - set a string in a policy that is not loaded yet
 * @obj: The object.
 * @map: Its struct_ops map.
 * @member: Which string.
 * @value: Its value; the terminator is left out where it does not fit.
 *
 * Return: Zero or a negative errno.
 */
int policy_set_string(struct bpf_object *obj, struct bpf_map *map,
		      const char *member, const char *value)
{
	char *string = policy_member(obj, map, member);

	if (!string)
		return -ENOENT;
	strncpy(string, value, SBM_NAME_LEN);
	return 0;
}

static int policy_set_opts(struct policy_bpf *skel,
			   const struct policy_opts *opts)
{
	/*
	 * A hook is judged by the clock, and that of a guest goes on while its
	 * host has something else to do: for longer than the default, at times.
	 */
	__u32 time_us = opts->time_us ?: SBM_HOOK_TIME_MAX_US;
	struct { const char *name; const void *value; size_t size; } set[] = {
		{ "cgroup",   &opts->cgroup,   sizeof(opts->cgroup) },
		{ "mode",     &opts->mode,     sizeof(opts->mode) },
		{ "flags",    &opts->flags,    sizeof(opts->flags) },
		{ "priority", &opts->priority, sizeof(opts->priority) },
		{ "time_us",  &time_us,        sizeof(time_us) },
	};
	unsigned int i;

	for (i = 0; i < sizeof(set) / sizeof(set[0]); i++) {
		char *member = policy_member(skel->obj, skel->maps.policy,
					     set[i].name);

		if (!member)
			return -ENOENT;
		memcpy(member, set[i].value, set[i].size);
	}
	return 0;
}

/*
 * A struct_ops map can be attached by bpf_link_create() and bpf_link_update()
 * only after libbpf filled it in, and libbpf does so when it attaches it.
 */
static void policy_fill_in(struct policy *policy)
{
	bpf_link__destroy(bpf_map__attach_struct_ops(policy->skel->maps.policy));
}

static struct policy *policy_load_all(const char *name, const char *class,
				      const struct policy_opts *opts)
{
	struct policy *policy = policies;
	struct policy_bpf *skel;
	int err;

	while (policy->skel && ++policy != policies + MAX_POLICIES)
		;
	if (policy == policies + MAX_POLICIES) {
		errno = ENOSPC;
		return NULL;
	}

	skel = policy_bpf__open();
	if (!skel)
		return NULL;
	err = policy_set_string(skel->obj, skel->maps.policy, "name", name);
	err = err ?: policy_set_string(skel->obj, skel->maps.policy, "class",
				       class);
	err = err ?: policy_set_opts(skel, opts);
	err = err ?: policy_bpf__load(skel);
	if (err) {
		policy_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	policy->skel = skel;
	policy->name = name;
	policy_fill_in(policy);
	return policy;
}

/**
 * policy_load() - load a policy, without attaching it
 * @name: Its name.
 * @class: Which classes it is for.
 *
 * Return: The policy; it is gone after policy_close_all(). %NULL, with errno
 * set, if it does not load.
 */
struct policy *policy_load(const char *name, const char *class)
{
	return policy_load_all(name, class, &(struct policy_opts){ });
}

/* The same for BOX_CLASS, with all that a policy can say of itself. */
struct policy *policy_load_opts(const char *name,
				const struct policy_opts *opts)
{
	return policy_load_all(name, BOX_CLASS, opts);
}

/* Attach a policy. Return: zero or a negative errno. */
int policy_attach(struct policy *policy)
{
	policy->link = bpf_map__attach_struct_ops(policy->skel->maps.policy);
	return policy->link ? 0 : -errno;
}

/* Load a policy for BOX_CLASS and attach it. NULL with errno set if not. */
struct policy *policy_new(const char *name)
{
	struct policy *policy = policy_load(name, BOX_CLASS);

	return policy && !policy_attach(policy) ? policy : NULL;
}

/* The same, with all that a policy can say of itself. */
struct policy *policy_new_opts(const char *name,
			       const struct policy_opts *opts)
{
	struct policy *policy = policy_load_opts(name, opts);

	return policy && !policy_attach(policy) ? policy : NULL;
}

/**
 * policy_replace() - replace an attached policy
 * @policy: The policy; its link goes over to @with.
 * @with: What takes its place.
 * @expected: What has to be attached for that, or %NULL for anything.
 *
 * Return: Zero or a negative errno.
 */
int policy_replace(struct policy *policy, struct policy *with,
		   struct policy *expected)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts);
	int err;

	if (expected) {
		opts.flags = BPF_F_REPLACE;
		opts.old_map_fd = bpf_map__fd(expected->skel->maps.policy);
	}
	err = bpf_link_update(bpf_link__fd(policy->link),
			      bpf_map__fd(with->skel->maps.policy), &opts);
	if (err)
		return err;
	with->link = policy->link;
	policy->link = NULL;
	return 0;
}

/* Wait until the kernel ejects a policy. Zero, or -ETIMEDOUT. */
int policy_wait_ejected(const struct policy *policy)
{
	/* The kernel always reports POLLHUP. */
	struct pollfd fd = { .fd = bpf_link__fd(policy->link) };

	if (poll(&fd, 1, EJECT_TIMEOUT_MS) != 1 || !(fd.revents & POLLHUP))
		return -ETIMEDOUT;
	return 0;
}

/* Detach a policy; it stays loaded. */
void policy_detach(struct policy *policy)
{
	bpf_link__destroy(policy->link);
	policy->link = NULL;
}

/* Detach and unload everything a test loaded. */
void policy_close_all(void)
{
	struct policy *policy;

	for (policy = policies; policy != policies + MAX_POLICIES; policy++) {
		policy_detach(policy);
		policy_bpf__destroy(policy->skel);
		*policy = (struct policy){ };
	}
}
