// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: /sys/kernel/sbm.
 *
 * See Documentation/ABI/testing/sysfs-kernel-sbm.
 */
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "internal.h"
#include "policy.h"

/**
 * struct sbm_class_kobj - a class in sysfs
 * @kobj: Its folder.
 * @class: The class. Valid as long as the folder exists: taking it away waits
 *	for everyone who is reading or writing a file in it.
 */
struct sbm_class_kobj {
	struct kobject kobj;
	struct sbm_class *class;
};

static struct kset *sbm_class_kset;

/* === classes/NAME === */

static ssize_t quarantined_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	struct sbm_class *class =
		container_of(kobj, struct sbm_class_kobj, kobj)->class;

	return sysfs_emit(buf, "%d\n", sbm_class_quarantined(class));
}

static ssize_t quarantined_store(struct kobject *kobj,
				 struct kobj_attribute *attr, const char *buf,
				 size_t count)
{
	struct sbm_class *class =
		container_of(kobj, struct sbm_class_kobj, kobj)->class;
	bool quarantined;
	int err;

	err = kstrtobool(buf, &quarantined);
	if (err)
		return err;
	sbm_class_quarantine(class, quarantined, "the administrator");
	return count;
}

static struct kobj_attribute sbm_quarantined_attr =
	__ATTR_RW_MODE(quarantined, 0600);

static ssize_t quarantine_seconds_show(struct kobject *kobj,
				       struct kobj_attribute *attr, char *buf)
{
	struct sbm_class *class =
		container_of(kobj, struct sbm_class_kobj, kobj)->class;

	return sysfs_emit(buf, "%u\n", READ_ONCE(class->quarantine_s));
}

static ssize_t quarantine_seconds_store(struct kobject *kobj,
					struct kobj_attribute *attr,
					const char *buf, size_t count)
{
	struct sbm_class *class =
		container_of(kobj, struct sbm_class_kobj, kobj)->class;
	unsigned int seconds;
	int err;

	err = kstrtouint(buf, 10, &seconds);
	if (err)
		return err;
	WRITE_ONCE(class->quarantine_s, seconds);
	return count;
}

static struct kobj_attribute sbm_quarantine_seconds_attr =
	__ATTR_RW_MODE(quarantine_seconds, 0600);

static ssize_t nr_sandboxes_class_show(struct kobject *kobj,
				       struct kobj_attribute *attr, char *buf)
{
	struct sbm_class *class =
		container_of(kobj, struct sbm_class_kobj, kobj)->class;

	return sysfs_emit(buf, "%d\n", atomic_read(&class->nr_sandboxes));
}

static struct kobj_attribute sbm_nr_sandboxes_class_attr =
	__ATTR(nr_sandboxes, 0444, nr_sandboxes_class_show, NULL);

static struct attribute *sbm_class_attrs[] = {
	&sbm_quarantined_attr.attr,
	&sbm_quarantine_seconds_attr.attr,
	&sbm_nr_sandboxes_class_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(sbm_class);

static void sbm_class_kobj_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct sbm_class_kobj, kobj));
}

static const struct kobj_type sbm_class_ktype = {
	.release = sbm_class_kobj_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = sbm_class_groups,
};

/**
 * sbm_sysfs_add_class() - add the folder of a class
 * @class: The class.
 *
 * Return: Zero or a negative errno.
 * Context: Process context; may sleep.
 */
int sbm_sysfs_add_class(struct sbm_class *class)
{
	struct sbm_class_kobj *class_kobj;
	int err;

	class_kobj = kzalloc(sizeof(*class_kobj), GFP_KERNEL);
	if (!class_kobj)
		return -ENOMEM;
	class_kobj->class = class;
	class_kobj->kobj.kset = sbm_class_kset;
	err = kobject_init_and_add(&class_kobj->kobj, &sbm_class_ktype, NULL,
				   "%s", class->name);
	if (err) {
		kobject_put(&class_kobj->kobj);
		return err;
	}
	kobject_uevent(&class_kobj->kobj, KOBJ_ADD);
	return 0;
}

/**
 * sbm_sysfs_remove_class() - remove the folder of a class
 * @class: The class.
 *
 * When this returns nobody uses @class through sysfs any more.
 *
 * Context: Process context; may sleep.
 */
void sbm_sysfs_remove_class(struct sbm_class *class)
{
	struct kobject *kobj = kset_find_obj(sbm_class_kset, class->name);

	if (WARN_ON_ONCE(!kobj))
		return;
	kobject_del(kobj);
	kobject_put(kobj);	/* kset_find_obj() */
	kobject_put(kobj);	/* kobject_init_and_add() */
}

/* === /sys/kernel/sbm === */

static ssize_t nr_sandboxes_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", sbm_nr_sandboxes());
}

static struct kobj_attribute sbm_nr_sandboxes_attr =
	__ATTR_RO(nr_sandboxes);

static ssize_t nr_pages_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%lu\n", sbm_nr_pages());
}

static struct kobj_attribute sbm_nr_pages_attr = __ATTR_RO(nr_pages);

static ssize_t pool_limit_show(struct kobject *kobj, struct kobj_attribute *attr,
			       char *buf)
{
	return sysfs_emit(buf, "%lu\n", sbm_pool_limit());
}

static ssize_t pool_limit_store(struct kobject *kobj,
				struct kobj_attribute *attr, const char *buf,
				size_t count)
{
	unsigned long kib;
	int err;

	err = kstrtoul(buf, 0, &kib);
	if (err)
		return err;
	sbm_pool_set_limit(kib);
	return count;
}

static struct kobj_attribute sbm_pool_limit_attr =
	__ATTR_RW_MODE(pool_limit, 0600);

static ssize_t pool_size_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%lu\n", sbm_pool_size());
}

static struct kobj_attribute sbm_pool_size_attr = __ATTR_RO(pool_size);

/* The strongest level there is on this machine. */
static ssize_t level_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  sbm_strong_available() ? "strong" : "weak");
}

static struct kobj_attribute sbm_level_attr = __ATTR_RO(level);

static ssize_t events_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	enum sbm_event event;
	int len = 0;

	for (event = 0; event < SBM_NR_EVENTS; event++)
		len += sysfs_emit_at(buf, len, "%s %llu\n",
				     sbm_event_name(event), sbm_events(event));
	return len;
}

static struct kobj_attribute sbm_events_attr = __ATTR_RO(events);

/* Who decides. */
static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	const char *state = "builtin";

	if (READ_ONCE(sbm_builtin_only))
		state = "builtin_only";
	else if (sbm_nr_policies())
		state = "policies";
	return sysfs_emit(buf, "%s\n", state);
}

static struct kobj_attribute sbm_state_attr = __ATTR_RO(state);

static ssize_t builtin_only_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(sbm_builtin_only));
}

static ssize_t builtin_only_store(struct kobject *kobj,
				  struct kobj_attribute *attr, const char *buf,
				  size_t count)
{
	bool on;
	int err;

	err = kstrtobool(buf, &on);
	if (err)
		return err;
	sbm_set_builtin_only(on, "the administrator");
	return count;
}

static struct kobj_attribute sbm_builtin_only_attr =
	__ATTR_RW_MODE(builtin_only, 0600);

static ssize_t enable_seq_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", sbm_policies_attached());
}

static struct kobj_attribute sbm_enable_seq_attr = __ATTR_RO(enable_seq);

static ssize_t nr_rejected_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", sbm_policies_rejected());
}

static struct kobj_attribute sbm_nr_rejected_attr = __ATTR_RO(nr_rejected);

static ssize_t ejected_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sbm_eject_show(buf);
}

static struct kobj_attribute sbm_ejected_attr = __ATTR_RO_MODE(ejected, 0400);

static struct attribute *sbm_attrs[] = {
	&sbm_nr_sandboxes_attr.attr,
	&sbm_nr_pages_attr.attr,
	&sbm_pool_limit_attr.attr,
	&sbm_pool_size_attr.attr,
	&sbm_level_attr.attr,
	&sbm_events_attr.attr,
	&sbm_state_attr.attr,
	&sbm_builtin_only_attr.attr,
	&sbm_enable_seq_attr.attr,
	&sbm_nr_rejected_attr.attr,
	&sbm_ejected_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(sbm);

/* Before the first class is registered, in subsys_initcall(). */
static int __init sbm_sysfs_init(void)
{
	struct kobject *kobj;
	int err;

	kobj = kobject_create_and_add("sbm", kernel_kobj);
	if (!kobj)
		return -ENOMEM;
	err = sysfs_create_groups(kobj, sbm_groups);
	if (err)
		goto err_kobj;
	sbm_class_kset = kset_create_and_add("classes", NULL, kobj);
	if (!sbm_class_kset) {
		err = -ENOMEM;
		goto err_kobj;
	}
	err = sbm_policy_sysfs_init(kobj);
	if (err)
		goto err_classes;
	return 0;

err_classes:
	kset_unregister(sbm_class_kset);
err_kobj:
	kobject_put(kobj);
	return err;
}
postcore_initcall(sbm_sysfs_init);
