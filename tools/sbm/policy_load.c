// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool policy load: from a file to a pinned link, or back to nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "main.h"

/**
 * struct load - a policy on its way into the kernel
 * @file: The object file.
 * @class: Class pattern to use instead of its own, or NULL.
 * @dir: Where its link is to be pinned.
 * @name: Name of the policy.
 * @path: Where its link is to be pinned: @dir/@name.
 * @object: The opened file.
 * @map: The struct_ops map in it.
 * @link: The link.
 */
struct load {
	const char *file;
	const char *class;
	const char *dir;
	char name[SBM_NAME_LEN];
	char path[PATH_MAX];
	struct bpf_object *object;
	struct bpf_map *map;
	struct bpf_link *link;
};

static int parse_args(struct load *load, int argc, char **argv)
{
	load->file = *argv++;
	load->dir = SBM_PIN_DIR;
	for (argc--; argc > 1; argc -= 2, argv += 2) {
		if (!strcmp(argv[0], "class"))
			load->class = argv[1];
		else if (!strcmp(argv[0], "pin"))
			load->dir = argv[1];
		else
			break;
	}
	if (argc) {
		p_err("what is '%s'? After the file, 'load' takes 'class PATTERN' and 'pin DIR'",
		      argv[0]);
		return -1;
	}
	if (load->class && strlen(load->class) >= SBM_NAME_LEN) {
		p_err("the class pattern is longer than %d characters",
		      SBM_NAME_LEN - 1);
		return -1;
	}
	return 0;
}

/* === What is in the file === */

static int find_map(struct load *load)
{
	struct bpf_map *map;
	int nr = 0;

	bpf_object__for_each_map(map, load->object) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		load->map = map;
		nr++;
	}
	if (nr != 1) {
		p_err("%s holds %d struct_ops maps: a policy is exactly one",
		      load->file, nr);
		return -1;
	}
	if (!(bpf_map__map_flags(load->map) & BPF_F_LINK)) {
		p_err("%s: the policy must be in SEC(\".struct_ops.link\"), to be attached by link",
		      load->file);
		return -1;
	}
	return 0;
}

/*
 * A text member of the policy as the file has it, to be read and changed until
 * the file is loaded. Its type is the one the file was compiled with.
 */
static char *text_member(struct load *load, const char *name)
{
	const struct btf *btf = bpf_object__btf(load->object);
	const struct btf_type *type;
	size_t size;
	char *data;
	int id;
	__u32 i;

	id = btf__find_by_name_kind(btf, POLICY_TYPE, BTF_KIND_STRUCT);
	data = bpf_map__initial_value(load->map, &size);
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

static int read_policy(struct load *load)
{
	char *name = text_member(load, "name");
	char *class = text_member(load, "class");

	if (!name || !class) {
		p_err("%s: its struct_ops map is not a struct " POLICY_TYPE " of this kernel",
		      load->file);
		return -1;
	}
	if (!name[0] || !memchr(name, '\0', SBM_NAME_LEN)) {
		p_err("%s: the policy has no name, or one without an end",
		      load->file);
		return -1;
	}
	/* BPF file systems allow no dots. */
	if (strpbrk(name, "/.")) {
		p_err("%s: the policy's name '%s' cannot be that of a pin: it must have no '/' and no '.'",
		      load->file, name);
		return -1;
	}
	snprintf(load->name, sizeof(load->name), "%s", name);
	if (load->class) {
		memset(class, 0, SBM_NAME_LEN);
		memcpy(class, load->class, strlen(load->class));
	}
	return 0;
}

static int open_file(struct load *load)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);

	/* The verifier's log: its steps, its states and its statistics. */
	if (debug_output)
		opts.kernel_log_level = 1 + 2 + 4;
	load->object = bpf_object__open_file(load->file, &opts);
	if (!load->object) {
		p_err("cannot open %s: %s", load->file, strerror(errno));
		return -1;
	}
	return find_map(load) ?: read_policy(load);
}

/* === Into the kernel === */

static int check_free(struct load *load)
{
	struct policies policies;
	struct stat st;
	size_t i;
	int err;

	if ((size_t)snprintf(load->path, PATH_MAX, "%s/%s", load->dir,
			     load->name) >= PATH_MAX) {
		p_err("%s: %s", load->dir, strerror(ENAMETOOLONG));
		return -1;
	}
	if (!lstat(load->path, &st)) {
		p_err("%s exists: detach the policy first, with 'sbmtool policy detach %s'",
		      load->path, load->name);
		return -1;
	}
	err = policies_read(&policies);
	for (i = 0; !err && i < policies.nr; i++) {
		if (strcmp(policies.list[i].name, load->name))
			continue;
		p_err("policy %s is attached, by link %u: detach it first, with 'sbmtool policy detach %s'",
		      load->name, policies.list[i].link_id, load->name);
		err = -1;
	}
	policies_free(&policies);
	return err;
}

static int attach(struct load *load)
{
	if (bpf_object__load(load->object)) {
		p_err("the kernel does not accept %s: %s%s", load->file,
		      strerror(errno),
		      debug_output ? "" : "; -d shows more");
		return -1;
	}
	load->link = bpf_map__attach_struct_ops(load->map);
	if (load->link)
		return 0;

	switch (errno) {
	case EEXIST:
		p_err("another policy has the name %s: see 'sbmtool policy list'",
		      load->name);
		break;
	case E2BIG:
		p_err("too many policies are attached: see 'sbmtool policy list'");
		break;
	default:
		p_err("the kernel does not attach policy %s: %s; its log ('dmesg') may say why",
		      load->name, strerror(errno));
	}
	return -1;
}

/* The maps of its own: what libbpf made for variables has a dot in its name. */
static int pin_maps(struct load *load, const char *dir)
{
	char path[PATH_MAX];
	struct bpf_map *map;

	bpf_object__for_each_map(map, load->object) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS ||
		    bpf_map__is_internal(map))
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir,
				     bpf_map__name(map)) >= sizeof(path) ||
		    bpf_obj_pin(bpf_map__fd(map), path)) {
			p_err("cannot pin map %s in %s: %s", bpf_map__name(map),
			      dir, strerror(errno));
			return -1;
		}
	}
	return 0;
}

static int pin_all(struct load *load)
{
	char maps_dir[PATH_MAX];
	bool made;

	made = !mkdir(load->dir, 0700);
	if (!made && errno != EEXIST) {
		p_err("cannot make %s: %s", load->dir, strerror(errno));
		return -1;
	}
	if (map_pin_dir(maps_dir, sizeof(maps_dir), load->path))
		goto err_dir;
	if (mkdir(maps_dir, 0700)) {
		p_err("cannot make %s: %s", maps_dir, strerror(errno));
		goto err_dir;
	}
	if (pin_maps(load, maps_dir))
		goto err_maps;
	if (bpf_link__pin(load->link, load->path)) {
		p_err("cannot pin %s: %s", load->path, strerror(errno));
		goto err_maps;
	}
	return 0;

err_maps:
	remove_map_pins(load->path);
err_dir:
	if (made)
		rmdir(load->dir);
	return -1;
}

static void report(struct load *load)
{
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);
	const char *class = text_member(load, "class");

	bpf_link_get_info_by_fd(bpf_link__fd(load->link), &info, &len);
	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "link_id", info.id);
		json_add_string(object, "name", load->name);
		json_add_string(object, "class", class);
		json_add_u64(object, "map_id", info.struct_ops.map_id);
		json_add_string(object, "pinned", load->path);
		print_json(object);
	} else {
		printf("Loaded policy %s for class %s: link %u, pinned at %s\n",
		       load->name, class && class[0] ? class : "*", info.id,
		       load->path);
	}
}

/**
 * do_policy_load() - load a policy, attach it and pin it
 * @argc: Number of words.
 * @argv: The words: FILE [class PATTERN] [pin DIR].
 *
 * Return: Zero, or -1 with a report and everything as before.
 */
int do_policy_load(int argc, char **argv)
{
	struct load load = {};
	int err;

	err = parse_args(&load, argc, argv) ?: check_bpffs(load.dir) ?:
	      open_file(&load) ?: check_free(&load) ?: attach(&load) ?:
	      pin_all(&load);
	if (!err)
		report(&load);

	/* Without a pin the policy goes with its link. */
	bpf_link__destroy(load.link);
	bpf_object__close(load.object);
	return err;
}
