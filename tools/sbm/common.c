// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: messages, JSON, and what must be there before anything works.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "main.h"

/**
 * p_err() - report an error
 * @fmt: What is wrong and what to do, without a newline.
 *
 * To stderr, or as {"error":...} to stdout.
 */
void p_err(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;

	if (json_output) {
		struct json_object *object = json_object_new_object();

		json_add_string(object, "error", text);
		print_json(object);
	} else {
		fprintf(stderr, "Error: %s\n", text);
	}
	free(text);
}

/**
 * p_info() - say what was done; not as JSON
 * @fmt: Without a newline.
 */
void p_info(const char *fmt, ...)
{
	va_list args;

	if (json_output)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/**
 * usage_error() - report a command that does not read well
 * @what: What is wrong.
 * @help: Prints the usage.
 *
 * Return: -1.
 */
int usage_error(const char *what, int (*help)(int argc, char **argv))
{
	p_err("%s", what);
	if (!json_output)
		help(0, NULL);
	return -1;
}

/**
 * print_json() - print a JSON value on a line, and free it
 * @object: The value.
 */
void print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

void json_add_u64(struct json_object *object, const char *key, __u64 value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

/* A NULL value becomes null. */
void json_add_string(struct json_object *object, const char *key,
		     const char *value)
{
	json_object_object_add(object, key,
			       value ? json_object_new_string(value) : NULL);
}

/**
 * parse_id() - read a decimal id
 * @text: The word.
 * @id: Where it goes.
 *
 * Return: Whether @text is one.
 */
bool parse_id(const char *text, __u64 *id)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*id = strtoull(text, &end, 10);
	return !*end && !errno;
}

/**
 * kernel_btf() - the types of the running kernel
 *
 * Return: Its BTF, kept for later; NULL if there is none.
 */
struct btf *kernel_btf(void)
{
	static struct btf *btf;

	if (!btf)
		btf = btf__load_vmlinux_btf();
	return btf;
}

/**
 * check_privilege() - may we do this at all?
 *
 * Return: Zero, or -1 with a report.
 */
int check_privilege(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	if (!syscall(SYS_capget, &header, data) &&
	    data[0].effective & (1U << CAP_SYS_ADMIN))
		return 0;
	p_err("this needs root (CAP_SYS_ADMIN): try again with sudo");
	return -1;
}

/**
 * check_kernel() - does the running kernel have what a command needs?
 * @name: Name of a type.
 * @kind: BTF_KIND_* of it.
 *
 * Return: Zero, or -1 with a report.
 */
int check_kernel(const char *name, __u32 kind)
{
	struct btf *btf = kernel_btf();

	if (!btf) {
		p_err("this kernel has no BTF in /sys/kernel/btf/vmlinux: it needs CONFIG_DEBUG_INFO_BTF=y");
		return -1;
	}
	if (btf__find_by_name_kind(btf, name, kind) < 0) {
		p_err("this kernel has no SandBox Mode (no %s in its BTF): it needs CONFIG_SANDBOX_MODE=y and CONFIG_SBM_BPF=y",
		      name);
		return -1;
	}
	return 0;
}

/**
 * check_bpffs() - is there a BPF file system?
 * @path: A folder, or a folder yet to be made in one.
 *
 * Return: Zero, or -1 with a report.
 */
int check_bpffs(const char *path)
{
	char parent[PATH_MAX];
	struct statfs fs;
	char *slash;

	if (path[0] != '/') {
		p_err("%s is not a path from the root", path);
		return -1;
	}
	snprintf(parent, sizeof(parent), "%s", path);
	while (statfs(parent, &fs)) {
		slash = strrchr(parent, '/');
		if (errno != ENOENT || slash == parent) {
			p_err("%s: %s", parent, strerror(errno));
			return -1;
		}
		*slash = '\0';
	}
	if ((unsigned long)fs.f_type == BPF_FS_MAGIC)
		return 0;
	p_err("%s is not in a BPF file system: mount one with 'mount -t bpf bpf "
	      BPFFS "'", path);
	return -1;
}
