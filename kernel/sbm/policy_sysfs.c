// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: /sys/kernel/sbm/policies, and uevents about them.
 *
 * See Documentation/ABI/testing/sysfs-kernel-sbm.
 */
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "internal.h"
#include "policy.h"

/**
 * struct sbm_policy_kobj - a policy in sysfs
 * @kobj: Its folder.
 * @policy: The policy. Valid as long as the folder exists: taking it away waits
 *	for everyone who is reading or writing a file in it.
 */
struct sbm_policy_kobj {
	struct kobject kobj;
	struct sbm_policy *policy;
};

static struct kset *sbm_policy_kset;

static struct sbm_policy *sbm_kobj_policy(struct kobject *kobj)
{
	return container_of(kobj, struct sbm_policy_kobj, kobj)->policy;
}

/* === policies/NAME === */

#define SBM_POLICY_ATTR(_name, _fmt)					\
static ssize_t _name##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	struct sbm_policy_info info;					\
									\
	sbm_policy_describe(sbm_kobj_policy(kobj), &info);		\
	return sysfs_emit(buf, _fmt "\n", info._name);			\
}									\
static struct kobj_attribute sbm_policy_##_name##_attr = __ATTR_RO(_name)

SBM_POLICY_ATTR(id, "%llu");
SBM_POLICY_ATTR(class, "%s");
SBM_POLICY_ATTR(cgroup, "%llu");
SBM_POLICY_ATTR(priority, "%d");
SBM_POLICY_ATTR(asked, "%llu");
SBM_POLICY_ATTR(denied, "%llu");
SBM_POLICY_ATTR(would_deny, "%llu");
SBM_POLICY_ATTR(limited, "%llu");
SBM_POLICY_ATTR(would_limit, "%llu");
SBM_POLICY_ATTR(overran, "%llu");

static ssize_t mode_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	struct sbm_policy *policy = sbm_kobj_policy(kobj);

	return sysfs_emit(buf, "%s\n",
			  sbm_mode_names[READ_ONCE(policy->mode)]);
}

static ssize_t mode_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	int mode, err;

	mode = sysfs_match_string(sbm_mode_names, buf);
	if (mode < 0)
		return mode;
	err = sbm_policy_set_mode(sbm_kobj_policy(kobj), mode);
	return err ?: count;
}

static struct kobj_attribute sbm_policy_mode_attr = __ATTR_RW_MODE(mode, 0600);

static struct attribute *sbm_policy_attrs[] = {
	&sbm_policy_id_attr.attr,
	&sbm_policy_mode_attr.attr,
	&sbm_policy_priority_attr.attr,
	&sbm_policy_class_attr.attr,
	&sbm_policy_cgroup_attr.attr,
	&sbm_policy_asked_attr.attr,
	&sbm_policy_denied_attr.attr,
	&sbm_policy_would_deny_attr.attr,
	&sbm_policy_limited_attr.attr,
	&sbm_policy_would_limit_attr.attr,
	&sbm_policy_overran_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(sbm_policy);

static void sbm_policy_kobj_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct sbm_policy_kobj, kobj));
}

static const struct kobj_type sbm_policy_ktype = {
	.release = sbm_policy_kobj_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = sbm_policy_groups,
};

/**
 * sbm_sysfs_add_policy() - add the folder of a policy
 * @policy: The policy.
 * @name: Its name.
 *
 * Return: Zero or a negative errno.
 * Context: Process context; may sleep.
 */
int sbm_sysfs_add_policy(struct sbm_policy *policy, const char *name)
{
	struct sbm_policy_kobj *policy_kobj;
	int err;

	policy_kobj = kzalloc(sizeof(*policy_kobj), GFP_KERNEL_ACCOUNT);
	if (!policy_kobj)
		return -ENOMEM;
	policy_kobj->policy = policy;
	policy_kobj->kobj.kset = sbm_policy_kset;
	err = kobject_init_and_add(&policy_kobj->kobj, &sbm_policy_ktype, NULL,
				   "%s", name);
	if (err) {
		kobject_put(&policy_kobj->kobj);
		return err;
	}
	policy->kobj = policy_kobj;
	return 0;
}

/**
 * sbm_sysfs_rename_policy() - give the folder of a policy another name
 * @policy: The policy.
 * @name: The name.
 *
 * Return: Zero or a negative errno.
 * Context: Process context; may sleep.
 */
int sbm_sysfs_rename_policy(struct sbm_policy *policy, const char *name)
{
	return kobject_rename(&policy->kobj->kobj, name);
}

/**
 * sbm_sysfs_remove_policy() - remove the folder of a policy
 * @policy: The policy.
 *
 * When this returns nobody uses @policy through sysfs any more.
 *
 * Context: Process context; may sleep.
 */
void sbm_sysfs_remove_policy(struct sbm_policy *policy)
{
	kobject_del(&policy->kobj->kobj);
	kobject_put(&policy->kobj->kobj);
}

/**
 * sbm_sysfs_tell() - send a uevent about a policy
 * @policy: The policy.
 * @event: What happened: "attach", "detach", "update", "eject".
 *
 * The event is an "add", a "remove" or a "change" of the folder; SBM_EVENT has
 * @event, SBM_POLICY the name.
 *
 * Context: Process context; may sleep.
 */
void sbm_sysfs_tell(const struct sbm_policy *policy, const char *event)
{
	struct kobject *kobj = &policy->kobj->kobj;
	enum kobject_action action = KOBJ_CHANGE;
	char event_var[32], name_var[SBM_NAME_LEN + 16];
	char *env[] = { event_var, name_var, NULL };

	if (!strcmp(event, "attach"))
		action = KOBJ_ADD;
	else if (!strcmp(event, "detach"))
		action = KOBJ_REMOVE;
	snprintf(event_var, sizeof(event_var), "SBM_EVENT=%s", event);
	snprintf(name_var, sizeof(name_var), "SBM_POLICY=%s",
		 kobject_name(kobj));
	kobject_uevent_env(kobj, action, env);
}

/**
 * sbm_policy_sysfs_init() - make the folder for the folders of policies
 * @parent: Where.
 *
 * Return: Zero or -ENOMEM.
 * Context: Boot.
 */
int __init sbm_policy_sysfs_init(struct kobject *parent)
{
	sbm_policy_kset = kset_create_and_add("policies", NULL, parent);
	return sbm_policy_kset ? 0 : -ENOMEM;
}
