// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: look at sandboxes, and manage the policies for them.
 *
 * Grammar, prefixes, -j and exit status are those of bpftool.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "main.h"

#define SBMTOOL_VERSION "0.1"

bool json_output;
bool debug_output;

static int do_help(int argc, char **argv)
{
	if (json_output) {
		print_json(NULL);
		return 0;
	}
	fprintf(stderr,
		"Usage: sbmtool [OPTIONS] OBJECT { COMMAND | help }\n"
		"       sbmtool version\n"
		"\n"
		"       OBJECT := { sandbox | policy | event }\n"
		"       " HELP_OPTIONS "\n");
	return 0;
}

static int do_version(int argc, char **argv)
{
	char libbpf[32];

	snprintf(libbpf, sizeof(libbpf), "%u.%u", libbpf_major_version(),
		 libbpf_minor_version());
	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_string(object, "version", SBMTOOL_VERSION);
		json_add_string(object, "libbpf_version", libbpf);
		print_json(object);
	} else {
		printf("sbmtool v" SBMTOOL_VERSION "\nusing libbpf v%s\n",
		       libbpf);
	}
	return 0;
}

static const struct cmd objects[] = {
	{ "help",	do_help },
	{ "sandbox",	do_sandbox },
	{ "policy",	do_policy },
	{ "event",	do_event },
	{ "version",	do_version },
	{ }
};

/**
 * cmd_select() - run the command that a word means
 * @cmds: The commands, up to one without a name; the first is the default.
 * @argc: Number of words.
 * @argv: The words.
 * @help: Prints the usage.
 *
 * Return: What the command returned; -1 if there is no such command.
 */
int cmd_select(const struct cmd *cmds, int argc, char **argv,
	       int (*help)(int argc, char **argv))
{
	const struct cmd *cmd, *found = NULL;

	if (argc < 1)
		return cmds[0].func(0, argv);

	for (cmd = cmds; cmd->name; cmd++) {
		if (!strcmp(argv[0], cmd->name)) {
			found = cmd;
			break;
		}
		if (strncmp(argv[0], cmd->name, strlen(argv[0])))
			continue;
		if (found) {
			p_err("'%s' may mean '%s' or '%s'", argv[0],
			      found->name, cmd->name);
			return -1;
		}
		found = cmd;
	}
	if (!found || !argv[0][0]) {
		p_err("what is '%s'?", argv[0]);
		if (!json_output)
			help(0, NULL);
		return -1;
	}
	return found->func(argc - 1, argv + 1);
}

static int print_libbpf(enum libbpf_print_level level, const char *fmt,
			va_list args)
{
	if (level == LIBBPF_DEBUG && !debug_output)
		return 0;
	return vfprintf(stderr, fmt, args);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json",	no_argument,	NULL,	'j' },
		{ "debug",	no_argument,	NULL,	'd' },
		{ "help",	no_argument,	NULL,	'h' },
		{ "version",	no_argument,	NULL,	'V' },
		{ }
	};
	bool help = false, version = false;
	int opt;

	libbpf_set_print(print_libbpf);

	/* Options come first: words of a command may begin with a dash. */
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+jdhV", options, NULL)) >= 0) {
		switch (opt) {
		case 'j':
			json_output = true;
			break;
		case 'd':
			debug_output = true;
			break;
		case 'h':
			help = true;
			break;
		case 'V':
			version = true;
			break;
		default:
			p_err("unrecognized option '%s'", argv[optind - 1]);
			if (!json_output)
				do_help(0, NULL);
			return 1;
		}
	}
	if (help)
		return do_help(0, NULL);
	if (version)
		return do_version(0, NULL);
	return cmd_select(objects, argc - optind, argv + optind, do_help) ? 1 : 0;
}
