// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool policy update: another program behind the link of a policy.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "main.h"

/**
 * struct update - a policy that takes the place of another
 * @file: Its file.
 * @old: What it replaces.
 * @new_maps: Where its maps are pinned first; empty if they are not.
 */
struct update {
	struct policy_file file;
	struct policy old;
	char new_maps[PATH_MAX];
};

static int parse_args(struct update *update, int argc, char **argv)
{
	update->file.path = argv[0];
	if (argc == 3 && !strcmp(argv[1], "class")) {
		update->file.class = argv[2];
	} else if (argc > 1) {
		p_err("what is '%s'? After the file, 'update' takes 'class PATTERN'",
		      argv[1]);
		return -1;
	}
	return 0;
}

static int find_old(struct update *update)
{
	struct policies policies;
	bool found = false;
	size_t i;
	int err;

	err = policies_read(&policies);
	for (i = 0; !err && i < policies.nr && !found; i++) {
		update->old = policies.list[i];
		found = update->old.map_id &&
			!strcmp(update->old.name, update->file.name);
	}
	policies_free(&policies);
	if (!err && !found)
		p_err("policy %s is not attached: 'sbmtool policy load %s'",
		      update->file.name, update->file.path);
	return found ? 0 : -1;
}

/* === The value of the map === */

/* A member by its name, or NULL. */
static const struct btf_member *find_member(const struct btf *btf,
					    const struct btf_type *type,
					    const char *name)
{
	const struct btf_member *member = btf_members(type);
	int i;

	for (i = 0; i < btf_vlen(type); i++, member++)
		if (!strcmp(btf__name_by_offset(btf, member->name_off), name))
			return member;
	return NULL;
}

/*
 * Copy a member from the file's policy to the kernel's, where a function is the
 * descriptor of its program.
 */
static int fill_member(struct update *update, const struct btf_member *from,
		       const char *name, char *ops)
{
	const struct btf *btf = bpf_object__btf(update->file.object);
	struct btf *kernel = kernel_btf();
	const struct btf_type *type;
	const struct btf_member *to;
	const char *data;
	__s64 size;
	int id;

	id = btf__find_by_name_kind(kernel, POLICY_TYPE, BTF_KIND_STRUCT);
	to = find_member(kernel, btf__type_by_id(kernel, id), name);
	type = btf__type_by_id(btf, btf__resolve_type(btf, from->type));
	size = btf__resolve_size(btf, from->type);
	if (!to || size < 0 || size != btf__resolve_size(kernel, to->type)) {
		p_err("%s: this kernel has no member '%s' of that form in struct " POLICY_TYPE,
		      update->file.path, name);
		return -1;
	}

	data = (const char *)bpf_map__initial_value(update->file.map, NULL) +
	       from->offset / 8;
	if (btf_is_ptr(type)) {
		const struct bpf_program *prog = *(void **)data;
		unsigned long fd = prog ? bpf_program__fd(prog) : 0;

		memcpy(ops + to->offset / 8, &fd, sizeof(fd));
	} else {
		memcpy(ops + to->offset / 8, data, size);
	}
	return 0;
}

/*
 * libbpf writes to a struct_ops map only when it attaches it. Attaching this one
 * would fail: its name is taken, by what it replaces.
 */
static int fill_map(struct update *update, char *value, size_t offset)
{
	const struct btf *btf = bpf_object__btf(update->file.object);
	const struct btf_type *type;
	__u32 key = 0;
	int i, id;

	id = btf__find_by_name_kind(btf, POLICY_TYPE, BTF_KIND_STRUCT);
	type = btf__type_by_id(btf, id);
	for (i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;
		const char *name = btf__name_by_offset(btf, member->name_off);

		if (!strcmp(name, "priv"))
			continue;
		if (fill_member(update, member, name, value + offset))
			return -1;
	}
	if (!bpf_map_update_elem(bpf_map__fd(update->file.map), &key, value, 0))
		return 0;
	p_err("the kernel does not accept policy %s: %s; its log ('dmesg') may say why",
	      update->file.name, strerror(errno));
	return -1;
}

static int load(struct update *update)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	struct btf *kernel = kernel_btf();
	const struct btf_member *data;
	int err, id;
	char *value;

	if (policy_file_load(&update->file))
		return -1;
	id = btf__find_by_name_kind(kernel, "bpf_struct_ops_" POLICY_TYPE,
				    BTF_KIND_STRUCT);
	data = id < 0 ? NULL : find_member(kernel, btf__type_by_id(kernel, id),
					   "data");
	if (!data || bpf_map_get_info_by_fd(bpf_map__fd(update->file.map),
					    &info, &len)) {
		p_err("struct " POLICY_TYPE " of this kernel has another form: use the sbmtool of its source tree");
		return -1;
	}
	value = calloc(1, info.value_size);
	if (!value) {
		p_err("out of memory");
		return -1;
	}
	err = fill_map(update, value, data->offset / 8);
	free(value);
	return err;
}

/* === Into the place of the other === */

static int pin_new_maps(struct update *update)
{
	if (!update->old.pinned[0])
		return 0;
	if ((size_t)snprintf(update->new_maps, PATH_MAX, "%s-maps-new",
			     update->old.pinned) >= PATH_MAX) {
		p_err("%s-maps-new: %s", update->old.pinned,
		      strerror(ENAMETOOLONG));
		return -1;
	}
	return pin_maps(update->file.object, update->new_maps);
}

/* Only what was found is replaced: the link may have got another meanwhile. */
static int replace(struct update *update)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE);
	int link_fd, err = -1;

	opts.old_map_fd = bpf_map_get_fd_by_id(update->old.map_id);
	link_fd = bpf_link_get_fd_by_id(update->old.link_id);
	if ((int)opts.old_map_fd >= 0 && link_fd >= 0)
		err = bpf_link_update(link_fd, bpf_map__fd(update->file.map),
				      &opts);
	if (err && errno == EPERM)
		p_err("policy %s was replaced by someone else just now: see 'sbmtool policy list'",
		      update->file.name);
	else if (err)
		p_err("the kernel does not replace policy %s: %s; its log ('dmesg') may say why",
		      update->file.name, strerror(errno));

	if ((int)opts.old_map_fd >= 0)
		close(opts.old_map_fd);
	if (link_fd >= 0)
		close(link_fd);
	if (err && update->new_maps[0])
		remove_pins(update->new_maps);
	return err ? -1 : 0;
}

static int move_maps(struct update *update)
{
	char dir[PATH_MAX];

	if (!update->new_maps[0])
		return 0;
	return map_pin_dir(dir, sizeof(dir), update->old.pinned) ?:
	       replace_pins(update->new_maps, dir);
}

static void report(struct update *update)
{
	const char *class = policy_file_text(&update->file, "class");
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	bpf_map_get_info_by_fd(bpf_map__fd(update->file.map), &info, &len);
	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "link_id", update->old.link_id);
		json_add_string(object, "name", update->file.name);
		json_add_string(object, "class", class);
		json_add_u64(object, "map_id", info.id);
		json_add_u64(object, "old_map_id", update->old.map_id);
		json_add_string(object, "pinned", update->old.pinned[0] ?
						  update->old.pinned : NULL);
		print_json(object);
	} else {
		printf("Updated policy %s for class %s: link %u, map %u instead of %u\n",
		       update->file.name, class && class[0] ? class : "*",
		       update->old.link_id, info.id, update->old.map_id);
	}
}

/**
 * do_policy_update() - replace an attached policy, in one step
 * @argc: Number of words.
 * @argv: The words: FILE [class PATTERN].
 *
 * Return: Zero, or -1 with a report. What was attached is asked until what takes
 * its place is; after an error it still is.
 */
int do_policy_update(int argc, char **argv)
{
	struct update update = {};
	int err;

	err = parse_args(&update, argc, argv) ?:
	      policy_file_open(&update.file) ?: find_old(&update) ?:
	      load(&update) ?: pin_new_maps(&update) ?: replace(&update) ?:
	      move_maps(&update);
	if (!err)
		report(&update);
	policy_file_close(&update.file);
	return err;
}
