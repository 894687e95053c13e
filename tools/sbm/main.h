/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sbmtool: what its files share.
 */
#ifndef SBMTOOL_MAIN_H
#define SBMTOOL_MAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <limits.h>
#include <linux/types.h>
#include <linux/sbm.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <json-c/json.h>

#define BPFFS		"/sys/fs/bpf"
#define SBM_PIN_DIR	BPFFS "/sbm"
#define POLICY_TYPE	"sbm_policy_ops"
#define SANDBOX_ITER	"bpf_iter_sbm_sandbox"

#define HELP_OPTIONS	"OPTIONS := { {-j|--json} | {-d|--debug} | {-h|--help} | {-V|--version} }"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __printf(a, b)	__attribute__((format(printf, a, b)))

/* === main.c === */

/**
 * struct cmd - a word of the command line and what it does
 * @name: The word; any unambiguous prefix of it does.
 * @func: Gets the words that follow. Returns zero, or -1 after an error that it
 *	has reported.
 */
struct cmd {
	const char *name;
	int (*func)(int argc, char **argv);
};

extern bool json_output;
extern bool debug_output;

int cmd_select(const struct cmd *cmds, int argc, char **argv,
	       int (*help)(int argc, char **argv));
int do_sandbox(int argc, char **argv);
int do_policy(int argc, char **argv);
int do_event(int argc, char **argv);

/* === names.c === */

const char *level_name(__u32 value);
const char *state_name(__u32 value);
const char *fault_name(__u32 value);
const char *region_name(__u32 value);
const char *side_name(__u32 value);
const char *hook_name(__u32 value);
const char *mode_name(__u32 value);

/* === sandbox.c, dump.c === */

struct json_object *sandbox_json(const struct sbm_info *info,
				 const struct sbm_fault *fault);
void print_sandbox(const struct sbm_info *info, const struct sbm_fault *fault);
int do_sandbox_dump(__u64 id);

/* === common.c === */

void p_err(const char *fmt, ...) __printf(1, 2);
void p_info(const char *fmt, ...) __printf(1, 2);
int usage_error(const char *what, int (*help)(int argc, char **argv));
void print_json(struct json_object *object);
void json_add_u64(struct json_object *object, const char *key, __u64 value);
void json_add_string(struct json_object *object, const char *key,
		     const char *value);
bool parse_id(const char *text, __u64 *id);
struct btf *kernel_btf(void);
int check_privilege(void);
int check_kernel(const char *name, __u32 kind);
int check_bpffs(const char *path);

/* === pins.c: what is pinned where === */

enum fd_type { FD_OTHER, FD_LINK, FD_MAP };

enum fd_type get_fd_type(int fd);
int for_each_pinned_link(int (*func)(const char *path, int fd, void *arg),
			 void *arg);
int pin_maps(const struct bpf_object *object, const char *dir);
int replace_pins(const char *new_dir, const char *dir);
int remove_pins(const char *path);
int remove_map_pins(const char *link_path);
int map_pin_dir(char *path, size_t size, const char *link_path);

/* === links.c: policies on the system === */

/**
 * struct policy - a policy, or the pinned link of one that is gone
 * @link_id: Id of its link.
 * @map_id: Id of its struct_ops map; zero if it is not attached (any more).
 * @name: Its name; that of the file when not attached.
 * @class: Its class pattern.
 * @pinned: Where its link is pinned; empty if nowhere that can be seen.
 * @mode: Its mode; empty if it is not attached.
 * @priority: Its priority.
 * @cgroup: Id of the cgroup it is for, or zero.
 * @asked: Hooks called.
 * @denied: Verdicts that denied something,
 * @would_deny: or would have.
 * @overran: Hooks that took longer than they may.
 */
struct policy {
	__u32 link_id;
	__u32 map_id;
	char name[SBM_NAME_LEN];
	char class[SBM_NAME_LEN];
	char pinned[PATH_MAX];
	char mode[16];
	int priority;
	__u64 cgroup;
	__u64 asked;
	__u64 denied;
	__u64 would_deny;
	__u64 overran;
};

struct policies {
	struct policy *list;
	size_t nr;
};

int policies_read(struct policies *policies);
void policies_free(struct policies *policies);

/* === policy_file.c, policy_load.c, policy_update.c === */

/**
 * struct policy_file - the object file of a policy
 * @path: Where it is.
 * @class: Class pattern to use instead of its own, or NULL.
 * @name: Name of the policy.
 * @object: The opened file.
 * @map: The struct_ops map in it.
 */
struct policy_file {
	const char *path;
	const char *class;
	char name[SBM_NAME_LEN];
	struct bpf_object *object;
	struct bpf_map *map;
};

int policy_file_open(struct policy_file *file);
char *policy_file_text(struct policy_file *file, const char *name);
int policy_file_load(struct policy_file *file);
void policy_file_close(struct policy_file *file);

int do_policy_load(int argc, char **argv);
int do_policy_update(int argc, char **argv);

/* === policy_sysfs.c === */

void policy_read_sysfs(struct policy *policy);
int policy_set_mode(const char *name, const char *mode);
int policy_print_ejected(void);

#endif /* SBMTOOL_MAIN_H */
