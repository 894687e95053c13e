// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: the object file of a policy.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "main.h"

static int find_map(struct policy_file *file)
{
	struct bpf_map *map;
	int nr = 0;

	bpf_object__for_each_map(map, file->object) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		file->map = map;
		nr++;
	}
	if (nr != 1) {
		p_err("%s holds %d struct_ops maps: a policy is exactly one",
		      file->path, nr);
		return -1;
	}
	if (!(bpf_map__map_flags(file->map) & BPF_F_LINK)) {
		p_err("%s: the policy must be in SEC(\".struct_ops.link\"), to be attached by link",
		      file->path);
		return -1;
	}
	return 0;
}

/**
 * policy_file_text() - a text member of the policy as the file has it
 * @file: The file.
 * @name: Name of the member.
 *
 * Return: The text, to be read and, until the file is loaded, changed; or NULL.
 * Its type is the one the file was compiled with.
 */
char *policy_file_text(struct policy_file *file, const char *name)
{
	const struct btf *btf = bpf_object__btf(file->object);
	const struct btf_type *type;
	size_t size;
	char *data;
	int id;
	__u32 i;

	id = btf__find_by_name_kind(btf, POLICY_TYPE, BTF_KIND_STRUCT);
	data = bpf_map__initial_value(file->map, &size);
	if (id < 0 || !data)
		return NULL;
	type = btf__type_by_id(btf, id);
	for (i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;

		if (!strcmp(btf__name_by_offset(btf, member->name_off), name) &&
		    btf__resolve_size(btf, member->type) == SBM_NAME_LEN)
			return data + btf_member_bit_offset(type, i) / 8;
	}
	return NULL;
}

static int read_policy(struct policy_file *file)
{
	char *name = policy_file_text(file, "name");
	char *class = policy_file_text(file, "class");

	if (!name || !class) {
		p_err("%s: its struct_ops map is not a struct " POLICY_TYPE " of this kernel",
		      file->path);
		return -1;
	}
	if (!name[0] || !memchr(name, '\0', SBM_NAME_LEN)) {
		p_err("%s: the policy has no name, or one without an end",
		      file->path);
		return -1;
	}
	/* BPF file systems allow no dots. */
	if (strpbrk(name, "/.")) {
		p_err("%s: the policy's name '%s' cannot be that of a pin: it must have no '/' and no '.'",
		      file->path, name);
		return -1;
	}
	snprintf(file->name, sizeof(file->name), "%s", name);
	if (file->class && strlen(file->class) >= SBM_NAME_LEN) {
		p_err("the class pattern is longer than %d characters",
		      SBM_NAME_LEN - 1);
		return -1;
	}
	if (file->class) {
		memset(class, 0, SBM_NAME_LEN);
		memcpy(class, file->class, strlen(file->class));
	}
	return 0;
}

/**
 * policy_file_open() - open the object file of a policy
 * @file: With its path, and the class pattern to use instead of its own or NULL;
 *	to be closed with policy_file_close() in any case.
 *
 * Return: Zero, or -1 with a report.
 */
int policy_file_open(struct policy_file *file)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);

	/* The verifier's log: its steps, its states and its statistics. */
	if (debug_output)
		opts.kernel_log_level = 1 + 2 + 4;
	file->object = bpf_object__open_file(file->path, &opts);
	if (!file->object) {
		p_err("cannot open %s: %s", file->path, strerror(errno));
		return -1;
	}
	return find_map(file) ?: read_policy(file);
}

/**
 * policy_file_load() - load it into the kernel, without attaching it
 * @file: The file.
 *
 * Return: Zero, or -1 with a report.
 */
int policy_file_load(struct policy_file *file)
{
	if (!bpf_object__load(file->object))
		return 0;
	p_err("the kernel does not accept %s: %s%s", file->path,
	      strerror(errno), debug_output ? "" : "; -d shows more");
	return -1;
}

/**
 * policy_file_close() - forget the file
 * @file: The file. What is pinned or attached of it stays.
 */
void policy_file_close(struct policy_file *file)
{
	bpf_object__close(file->object);
}
