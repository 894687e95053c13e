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
#include <bpf/libbpf.h>

#include "main.h"

/**
 * struct load - a policy on its way into the kernel
 * @file: Its file.
 * @dir: Where its link is to be pinned.
 * @path: The same with its name.
 * @link: The link.
 */
struct load {
	struct policy_file file;
	const char *dir;
	char path[PATH_MAX];
	struct bpf_link *link;
};

static int parse_args(struct load *load, int argc, char **argv)
{
	load->file.path = *argv++;
	load->dir = SBM_PIN_DIR;
	for (argc--; argc > 1; argc -= 2, argv += 2) {
		if (!strcmp(argv[0], "class"))
			load->file.class = argv[1];
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
	return 0;
}

static int check_free(struct load *load)
{
	const char *name = load->file.name;
	struct policies policies;
	struct stat st;
	size_t i;
	int err;

	if ((size_t)snprintf(load->path, PATH_MAX, "%s/%s", load->dir, name) >=
	    PATH_MAX) {
		p_err("%s: %s", load->dir, strerror(ENAMETOOLONG));
		return -1;
	}
	if (!lstat(load->path, &st)) {
		p_err("%s exists: detach the policy first, with 'sbmtool policy detach %s', or replace it, with 'sbmtool policy update %s'",
		      load->path, name, load->file.path);
		return -1;
	}
	err = policies_read(&policies);
	for (i = 0; !err && i < policies.nr; i++) {
		if (strcmp(policies.list[i].name, name))
			continue;
		p_err("policy %s is attached, by link %u: detach it first, with 'sbmtool policy detach %s', or replace it, with 'sbmtool policy update %s'",
		      name, policies.list[i].link_id, name, load->file.path);
		err = -1;
	}
	policies_free(&policies);
	return err;
}

static int attach(struct load *load)
{
	const char *name = load->file.name;

	if (policy_file_load(&load->file))
		return -1;
	load->link = bpf_map__attach_struct_ops(load->file.map);
	if (load->link)
		return 0;

	switch (errno) {
	case EEXIST:
		p_err("another policy has the name %s or its priority: see 'sbmtool policy list'; the log ('dmesg') says which",
		      name);
		break;
	case E2BIG:
		p_err("too many policies are attached: see 'sbmtool policy list'");
		break;
	default:
		p_err("the kernel does not attach policy %s: %s; its log ('dmesg') may say why",
		      name, strerror(errno));
	}
	return -1;
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
	if (map_pin_dir(maps_dir, sizeof(maps_dir), load->path) ||
	    pin_maps(load->file.object, maps_dir))
		goto err_dir;
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
	const char *class = policy_file_text(&load->file, "class");

	bpf_link_get_info_by_fd(bpf_link__fd(load->link), &info, &len);
	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "link_id", info.id);
		json_add_string(object, "name", load->file.name);
		json_add_string(object, "class", class);
		json_add_u64(object, "map_id", info.struct_ops.map_id);
		json_add_string(object, "pinned", load->path);
		print_json(object);
	} else {
		printf("Loaded policy %s for class %s: link %u, pinned at %s\n",
		       load->file.name, class && class[0] ? class : "*",
		       info.id, load->path);
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
	      policy_file_open(&load.file) ?: check_free(&load) ?:
	      attach(&load) ?: pin_all(&load);
	if (!err)
		report(&load);

	/* Without a pin the policy goes with its link. */
	bpf_link__destroy(load.link);
	policy_file_close(&load.file);
	return err;
}
