/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies for tests: progs/policy.bpf.c under several names. */
#ifndef POLICY_H
#define POLICY_H

#include <linux/sbm.h>

#include "policy.skel.h"

/**
 * struct policy - a loaded policy
 * @skel: Its program; verdicts and counters are in @skel->bss.
 * @link: What attaches it, or %NULL.
 * @name: Its name.
 */
struct policy {
	struct policy_bpf *skel;
	struct bpf_link *link;
	const char *name;
};

/**
 * struct policy_opts - what else a policy can say of itself
 * @cgroup: Whose callers it is for.
 * @mode: Its mode.
 * @flags: Its flags.
 * @priority: Its priority.
 * @time_us: Time a hook may take; 0 is as long as there is.
 */
struct policy_opts {
	__u64 cgroup;
	__u32 mode;
	__u32 flags;
	__s32 priority;
	__u32 time_us;
};

struct policy *policy_load(const char *name, const char *class);
struct policy *policy_load_opts(const char *name,
				const struct policy_opts *opts);
int policy_attach(struct policy *policy);
int policy_replace(struct policy *policy, struct policy *with,
		   struct policy *expected);
int policy_wait_ejected(const struct policy *policy);
void policy_detach(struct policy *policy);
void policy_close_all(void);

struct policy *policy_new(const char *name);
struct policy *policy_new_opts(const char *name,
			       const struct policy_opts *opts);

int policy_set_string(struct bpf_object *obj, struct bpf_map *map,
		      const char *member, const char *value);

#endif /* POLICY_H */
