// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool policy: what /sys/kernel/sbm says of policies, those that are gone
 * included.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "main.h"

#define SYSFS	"/sys/kernel/sbm"

/* Read a file of a policy; false if it has none (any more). */
static bool read_file(const char *name, const char *file, char *text,
		      size_t size)
{
	char path[PATH_MAX];
	FILE *stream;
	bool found;

	snprintf(path, sizeof(path), SYSFS "/policies/%s/%s", name, file);
	stream = fopen(path, "re");
	if (!stream)
		return false;
	found = fgets(text, size, stream);
	fclose(stream);
	if (found)
		text[strcspn(text, "\n")] = '\0';
	return found;
}

static long long read_number(const char *name, const char *file)
{
	char text[32];

	return read_file(name, file, text, sizeof(text)) ?
	       strtoll(text, NULL, 10) : 0;
}

/**
 * policy_read_sysfs() - fill in what the folder of a policy says
 * @policy: The policy, with its name. What cannot be read is left empty: it was
 *	detached in the meantime.
 */
void policy_read_sysfs(struct policy *policy)
{
	if (!read_file(policy->name, "mode", policy->mode,
		       sizeof(policy->mode)))
		return;
	policy->priority = read_number(policy->name, "priority");
	policy->cgroup = read_number(policy->name, "cgroup");
	policy->asked = read_number(policy->name, "asked");
	policy->denied = read_number(policy->name, "denied");
	policy->would_deny = read_number(policy->name, "would_deny");
	policy->overran = read_number(policy->name, "overran");
}

/**
 * policy_set_mode() - change the mode of a policy
 * @name: Its name.
 * @mode: The mode, as the kernel calls it.
 *
 * Return: Zero, or -1 with a report.
 */
int policy_set_mode(const char *name, const char *mode)
{
	char path[PATH_MAX];
	FILE *stream;
	int err;

	snprintf(path, sizeof(path), SYSFS "/policies/%s/mode", name);
	stream = fopen(path, "we");
	/* The newline, as nothing at all would not be written. */
	err = !stream || fprintf(stream, "%s\n", mode) < 0 ? errno : 0;
	if (stream && fclose(stream) && !err)
		err = errno;
	switch (err) {
	case 0:
		return 0;
	case ENOENT:
		p_err("no policy '%s': see 'sbmtool policy list'", name);
		break;
	case EINVAL:
		p_err("what is '%s'? A mode is 'enforce' or 'permissive'", mode);
		break;
	case EOPNOTSUPP:
		p_err("policy %s refuses to be in mode '%s'", name, mode);
		break;
	default:
		p_err("cannot write %s: %s", path, strerror(err));
	}
	return -1;
}

/* === Records of ejected policies === */

/* "name=value" at @at, or "name=\"value\""; returns what follows. */
static char *next_field(char *at, char **name, char **value)
{
	char *equals = strchr(at, '=');
	char *end;

	if (!equals)
		return NULL;
	*equals = '\0';
	*name = at;
	*value = equals + 1;
	end = **value == '"' ? strchr(++*value, '"') : strchr(*value, ' ');
	if (!end)
		return *value + strlen(*value);
	if (*end == '"')
		*end++ = '\0';
	if (*end == ' ')
		*end++ = '\0';
	return end;
}

static void add_record_json(struct json_object *array, char *line)
{
	struct json_object *object = json_object_new_object();
	char *name, *value;

	while (*line && (line = next_field(line, &name, &value))) {
		char *end;
		long long number = strtoll(value, &end, 10);

		if (!strcmp(name, "id") || !strcmp(name, "code"))
			json_object_object_add(object, name,
					       json_object_new_int64(number));
		else
			json_add_string(object, name, value);
	}
	json_object_array_add(array, object);
}

static void print_record(char *line)
{
	char *name, *value;

	/* The policy and why, and on a line of its own what it did before. */
	while (*line && (line = next_field(line, &name, &value))) {
		if (!strcmp(name, "id"))
			printf("%s", value);
		else if (!strcmp(name, "name"))
			printf(" %s", value);
		else if (!strcmp(name, "message"))
			printf(": %s\n", value);
		else if (!strcmp(name, "last") && *value)
			printf("    last denials: %s\n", value);
	}
}

/**
 * policy_print_ejected() - print the records of ejected policies
 *
 * Return: Zero, or -1 with a report.
 */
int policy_print_ejected(void)
{
	struct json_object *array = json_object_new_array();
	FILE *stream = fopen(SYSFS "/ejected", "re");
	char line[1024];

	if (!stream) {
		p_err("cannot open " SYSFS "/ejected: %s", strerror(errno));
		json_object_put(array);
		return -1;
	}
	while (fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		if (json_output)
			add_record_json(array, line);
		else
			print_record(line);
	}
	fclose(stream);
	if (json_output)
		print_json(array);
	else
		json_object_put(array);
	return 0;
}
