// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool policy: list, switch and detach policies.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "main.h"

static int do_help(int argc, char **argv)
{
	if (json_output) {
		print_json(NULL);
		return 0;
	}
	fprintf(stderr,
		"Usage: sbmtool [OPTIONS] policy list\n"
		"       sbmtool [OPTIONS] policy load FILE [class PATTERN] [pin DIR]\n"
		"       sbmtool [OPTIONS] policy update FILE [class PATTERN]\n"
		"       sbmtool [OPTIONS] policy detach { NAME | LINK-ID }\n"
		"       sbmtool [OPTIONS] policy mode NAME { enforce | permissive }\n"
		"       sbmtool [OPTIONS] policy ejected\n"
		"       sbmtool [OPTIONS] policy help\n"
		"\n"
		"       PATTERN := a glob such as 'squashfs-*'; default: what FILE says\n"
		"       DIR := a folder in a BPF file system; default: " SBM_PIN_DIR "\n"
		"       " HELP_OPTIONS "\n");
	return 0;
}

static int check_system(void)
{
	return check_privilege() ?: check_kernel(POLICY_TYPE, BTF_KIND_STRUCT);
}

/* === list === */

static void print_policy(const struct policy *policy, int name_width,
			 int class_width)
{
	char cgroup[24] = "*";

	if (policy->cgroup)
		snprintf(cgroup, sizeof(cgroup), "%llu", policy->cgroup);
	if (policy->map_id)
		printf("%-6u %-*s %-*s %-10s %-5d %-6s %-8llu %-8llu %-6u %s\n",
		       policy->link_id, name_width, policy->name, class_width,
		       policy->class[0] ? policy->class : "*", policy->mode,
		       policy->priority, cgroup, policy->asked,
		       policy->denied + policy->would_deny, policy->map_id,
		       policy->pinned[0] ? policy->pinned : "-");
	else
		printf("%-6u %-*s %-*s %-10s %-5s %-6s %-8s %-8s %-6s %s (no longer attached)\n",
		       policy->link_id, name_width, policy->name, class_width,
		       "-", "-", "-", "-", "-", "-", "-", policy->pinned);
}

static void print_policy_table(const struct policies *policies)
{
	int name_width = strlen("NAME"), class_width = strlen("CLASS");
	size_t i;

	for (i = 0; i < policies->nr; i++) {
		int name = strlen(policies->list[i].name);
		int class = strlen(policies->list[i].class);

		if (name > name_width)
			name_width = name;
		if (class > class_width)
			class_width = class;
	}
	printf("%-6s %-*s %-*s %-10s %-5s %-6s %-8s %-8s %-6s %s\n", "LINK",
	       name_width, "NAME", class_width, "CLASS", "MODE", "PRIO",
	       "CGROUP", "ASKED", "DENIED", "MAP", "PINNED");
	for (i = 0; i < policies->nr; i++)
		print_policy(&policies->list[i], name_width, class_width);
}

static void print_policy_json(const struct policies *policies)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < policies->nr; i++) {
		const struct policy *policy = &policies->list[i];
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "link_id", policy->link_id);
		json_add_string(object, "name", policy->name);
		json_add_string(object, "class",
				policy->map_id ? policy->class : NULL);
		if (policy->map_id)
			json_add_u64(object, "map_id", policy->map_id);
		else
			json_add_string(object, "map_id", NULL);
		json_add_string(object, "pinned",
				policy->pinned[0] ? policy->pinned : NULL);
		json_object_object_add(object, "attached",
				       json_object_new_boolean(policy->map_id));
		json_add_string(object, "mode",
				policy->mode[0] ? policy->mode : NULL);
		json_object_object_add(object, "priority",
				       json_object_new_int(policy->priority));
		json_add_u64(object, "cgroup", policy->cgroup);
		json_add_u64(object, "asked", policy->asked);
		json_add_u64(object, "denied", policy->denied);
		json_add_u64(object, "would_deny", policy->would_deny);
		json_add_u64(object, "overran", policy->overran);
		json_object_array_add(array, object);
	}
	print_json(array);
}

static int do_list(int argc, char **argv)
{
	struct policies policies;
	int err;

	if (argc)
		return usage_error("'list' takes no arguments", do_help);
	if (check_system())
		return -1;

	err = policies_read(&policies);
	if (!err && json_output)
		print_policy_json(&policies);
	else if (!err)
		print_policy_table(&policies);
	policies_free(&policies);
	return err;
}

/* === detach === */

/* A link is told by its number; a policy whose name is a number, by its link. */
static const struct policy *find_policy(const struct policies *policies,
					const char *word)
{
	bool is_id;
	size_t i;
	__u64 id;

	is_id = parse_id(word, &id);
	for (i = 0; i < policies->nr; i++) {
		const struct policy *policy = &policies->list[i];

		if (is_id ? policy->link_id == id : !strcmp(policy->name, word))
			return policy;
	}
	p_err("no policy '%s': see 'sbmtool policy list'", word);
	return NULL;
}

static int unpin(const char *path, int fd, void *arg)
{
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	if (bpf_link_get_info_by_fd(fd, &info, &len) ||
	    info.id != *(__u32 *)arg)
		return 0;
	if (unlink(path)) {
		p_err("cannot remove %s: %s", path, strerror(errno));
		return 1;
	}
	return remove_map_pins(path) ? 1 : 0;
}

/* First the link, then its pins: what fails to detach can still be found. */
static int detach_policy(const struct policy *policy)
{
	__u32 id = policy->link_id;
	int fd, err;

	fd = bpf_link_get_fd_by_id(id);
	if (fd < 0 || bpf_link_detach(fd)) {
		p_err("cannot detach policy %s, link %u: %s", policy->name, id,
		      strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	err = for_each_pinned_link(unpin, &id);
	close(fd);
	if (err)
		return -1;

	p_info("Detached policy %s, link %u%s%s", policy->name, id,
	       policy->pinned[0] ? ", pinned at " : "", policy->pinned);
	return 0;
}

static int do_detach(int argc, char **argv)
{
	const struct policy *policy;
	struct policies policies;
	int err;

	if (argc != 1)
		return usage_error("'detach' needs the name of a policy or the id of its link",
				   do_help);
	if (check_system())
		return -1;

	err = policies_read(&policies);
	if (!err) {
		policy = find_policy(&policies, argv[0]);
		err = policy ? detach_policy(policy) : -1;
		if (!err && json_output)
			print_json(NULL);
	}
	policies_free(&policies);
	return err;
}

static int do_mode(int argc, char **argv)
{
	if (argc != 2)
		return usage_error("'mode' needs the name of a policy and a mode",
				   do_help);
	if (check_system() || policy_set_mode(argv[0], argv[1]))
		return -1;
	if (json_output)
		print_json(NULL);
	else
		p_info("Policy %s is in mode %s now", argv[0], argv[1]);
	return 0;
}

static int do_ejected(int argc, char **argv)
{
	if (argc)
		return usage_error("'ejected' takes no arguments", do_help);
	return check_system() ?: policy_print_ejected();
}

static int do_load(int argc, char **argv)
{
	if (argc < 1)
		return usage_error("'load' needs the file of a policy", do_help);
	return check_system() ?: do_policy_load(argc, argv);
}

static int do_update(int argc, char **argv)
{
	if (argc < 1)
		return usage_error("'update' needs the file of a policy",
				   do_help);
	return check_system() ?: do_policy_update(argc, argv);
}

static const struct cmd cmds[] = {
	{ "list",	do_list },
	{ "load",	do_load },
	{ "update",	do_update },
	{ "detach",	do_detach },
	{ "mode",	do_mode },
	{ "ejected",	do_ejected },
	{ "help",	do_help },
	{ }
};

int do_policy(int argc, char **argv)
{
	return cmd_select(cmds, argc, argv, do_help);
}
