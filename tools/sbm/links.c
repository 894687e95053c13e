// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: find the policies on the system, whoever loaded them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "main.h"

/* Where things are in the value of a policy's map, in bytes. */
struct layout {
	__u32 value_id;		/* type id of the value */
	__u32 class;
	__u32 name;
};

/* Offset of a member in bytes, or -1. */
static int member_offset(const struct btf *btf, int type_id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, type_id);
	__u32 i;

	for (i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;

		if (!strcmp(btf__name_by_offset(btf, member->name_off), name))
			return btf_member_bit_offset(type, i) / 8;
	}
	return -1;
}

static int find_layout(struct layout *layout)
{
	struct btf *btf = kernel_btf();
	int ops, value, data, class, name;

	ops = btf__find_by_name_kind(btf, POLICY_TYPE, BTF_KIND_STRUCT);
	value = btf__find_by_name_kind(btf, "bpf_struct_ops_" POLICY_TYPE,
				       BTF_KIND_STRUCT);
	data = value < 0 ? -1 : member_offset(btf, value, "data");
	class = ops < 0 ? -1 : member_offset(btf, ops, "class");
	name = ops < 0 ? -1 : member_offset(btf, ops, "name");
	if (data < 0 || class < 0 || name < 0) {
		p_err("struct " POLICY_TYPE " of this kernel has another form: use the sbmtool of its source tree");
		return -1;
	}
	layout->value_id = value;
	layout->class = data + class;
	layout->name = data + name;
	return 0;
}

/* Return: Zero if the map is that of a policy, with @policy filled in. */
static int read_map(const struct layout *layout, __u32 map_id,
		    struct policy *policy)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), key = 0;
	char *value = NULL;
	int fd, err = -1;

	fd = bpf_map_get_fd_by_id(map_id);
	if (fd < 0)
		return -1;
	if (bpf_map_get_info_by_fd(fd, &info, &len) ||
	    info.btf_vmlinux_value_type_id != layout->value_id ||
	    layout->class + SBM_NAME_LEN > info.value_size ||
	    layout->name + SBM_NAME_LEN > info.value_size)
		goto out;

	value = calloc(1, info.value_size);
	if (!value || bpf_map_lookup_elem(fd, &key, value))
		goto out;
	policy->map_id = map_id;
	snprintf(policy->class, SBM_NAME_LEN, "%s", value + layout->class);
	snprintf(policy->name, SBM_NAME_LEN, "%s", value + layout->name);
	err = 0;
out:
	free(value);
	close(fd);
	return err;
}

static struct policy *add_policy(struct policies *policies)
{
	struct policy *list;

	list = realloc(policies->list, (policies->nr + 1) * sizeof(*list));
	if (!list) {
		p_err("out of memory");
		return NULL;
	}
	policies->list = list;
	memset(&list[policies->nr], 0, sizeof(*list));
	return &list[policies->nr++];
}

static int get_link_info(int fd, struct bpf_link_info *info)
{
	__u32 len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	if (bpf_link_get_info_by_fd(fd, info, &len))
		return -1;
	return info->type == BPF_LINK_TYPE_STRUCT_OPS ? 0 : -1;
}

/*
 * A policy that was detached by someone else, or ejected, leaves a link that
 * tells no more what it was: only its place does.
 */
static bool in_our_place(const char *path)
{
	return !strncmp(path, SBM_PIN_DIR "/", strlen(SBM_PIN_DIR "/")) &&
	       !strchr(path + strlen(SBM_PIN_DIR "/"), '/');
}

static int note_pin(const char *path, int fd, void *arg)
{
	struct policies *policies = arg;
	struct bpf_link_info info;
	struct policy *policy;
	size_t i;

	if (get_link_info(fd, &info))
		return 0;
	for (i = 0; i < policies->nr; i++) {
		policy = &policies->list[i];
		if (policy->link_id != info.id)
			continue;
		if (!policy->pinned[0] || in_our_place(path))
			snprintf(policy->pinned, PATH_MAX, "%s", path);
		return 0;
	}
	if (info.struct_ops.map_id || !in_our_place(path))
		return 0;

	policy = add_policy(policies);
	if (!policy)
		return 1;
	policy->link_id = info.id;
	snprintf(policy->pinned, PATH_MAX, "%s", path);
	snprintf(policy->name, SBM_NAME_LEN, "%.*s", SBM_NAME_LEN - 1,
		 strrchr(path, '/') + 1);
	return 0;
}

/**
 * policies_read() - find all policies
 * @policies: Where they go; to be freed with policies_free() in any case.
 *
 * Return: Zero, or -1 with a report.
 */
int policies_read(struct policies *policies)
{
	struct bpf_link_info info;
	struct layout layout;
	__u32 id = 0;

	memset(policies, 0, sizeof(*policies));
	if (find_layout(&layout))
		return -1;

	while (!bpf_link_get_next_id(id, &id)) {
		struct policy policy = { .link_id = id }, *new;
		int fd = bpf_link_get_fd_by_id(id);
		bool found;

		/* It may have gone in the meantime. */
		if (fd < 0)
			continue;
		found = !get_link_info(fd, &info) && info.struct_ops.map_id &&
			!read_map(&layout, info.struct_ops.map_id, &policy);
		close(fd);
		if (!found)
			continue;
		policy_read_sysfs(&policy);
		new = add_policy(policies);
		if (!new)
			return -1;
		*new = policy;
	}
	if (errno != ENOENT) {
		p_err("cannot list BPF links: %s", strerror(errno));
		return -1;
	}
	return for_each_pinned_link(note_pin, policies) ? -1 : 0;
}

/**
 * policies_free() - forget them
 * @policies: From policies_read().
 */
void policies_free(struct policies *policies)
{
	free(policies->list);
	memset(policies, 0, sizeof(*policies));
}
