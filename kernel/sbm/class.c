// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: the registry of classes.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "internal.h"

/* Lock ordering: sbm_class_mutex, then the locks of sysfs. */
static DEFINE_MUTEX(sbm_class_mutex);
static LIST_HEAD(sbm_classes);

/* For callers of sbm_init(), which name no class. */
struct sbm_class sbm_default_class = {
	.name = "default",
	.heap_pages = 256,
};

/**
 * sbm_name_valid() - check the name of a class or a policy
 * @name: The name.
 *
 * It is also a file name and a field in line-oriented output: one to 31
 * letters, digits, '-', '_' and '.', and no '.' first.
 *
 * Return: Whether it is one.
 * Context: Any.
 */
bool sbm_name_valid(const char *name)
{
	size_t len = strnlen(name, SBM_NAME_LEN);
	size_t i;

	if (!len || len == SBM_NAME_LEN || name[0] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("-_.", name[i])))
			return false;
	return true;
}

/**
 * sbm_class_register() - make a class known
 * @class: The class. Must stay valid until sbm_class_unregister().
 *
 * Return: Zero, -EINVAL for a name that sbm_name_valid() refuses, -EEXIST
 * if another class has the name, or -ENOMEM.
 * Context: Process context; may sleep. From subsys_initcall() on.
 */
int sbm_class_register(struct sbm_class *class)
{
	struct sbm_class *other;
	int err;

	if (!class->name || !sbm_name_valid(class->name))
		return -EINVAL;

	guard(mutex)(&sbm_class_mutex);
	list_for_each_entry(other, &sbm_classes, node)
		if (!strcmp(other->name, class->name))
			return -EEXIST;

	atomic_set(&class->nr_sandboxes, 0);
	WRITE_ONCE(class->quarantined, false);
	ratelimit_state_init(&class->log_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	ratelimit_set_flags(&class->log_limit, RATELIMIT_MSG_ON_RELEASE);
	err = sbm_pool_create(class);
	if (err)
		return err;
	err = sbm_sysfs_add_class(class);
	if (err) {
		sbm_pool_destroy(class);
		return err;
	}
	list_add_tail(&class->node, &sbm_classes);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_class_register);

/**
 * sbm_class_unregister() - forget a class
 * @class: The class. No sandbox of it may be left.
 *
 * Context: Process context; may sleep.
 */
void sbm_class_unregister(struct sbm_class *class)
{
	WARN_ON_ONCE(atomic_read(&class->nr_sandboxes));

	guard(mutex)(&sbm_class_mutex);
	list_del(&class->node);
	sbm_sysfs_remove_class(class);
	sbm_pool_destroy(class);
}
EXPORT_SYMBOL_GPL(sbm_class_unregister);

/* How long a class stays in quarantine; all of them, it is rare. */
static DEFINE_SPINLOCK(sbm_quarantine_lock);

/**
 * sbm_class_quarantine() - refuse further calls of a class, or allow them again
 * @class: The class.
 * @quarantined: Whether calls are refused from now on.
 * @by: Who wants it, for the log.
 *
 * Calls that are inside already are not ended. The time that a quarantine
 * lasts begins again each time someone wants it.
 *
 * Context: Process context.
 */
void sbm_class_quarantine(struct sbm_class *class, bool quarantined,
			  const char *by)
{
	u64 seconds = READ_ONCE(class->quarantine_s);

	scoped_guard(spinlock, &sbm_quarantine_lock) {
		bool was = class->quarantined;

		/* One more jiffy, as the present one has begun already. */
		class->quarantine_end =
			seconds ? get_jiffies_64() + seconds * HZ + 1 : 0;
		WRITE_ONCE(class->quarantined, quarantined);
		if (was == quarantined)
			return;
	}
	pr_notice("class %s %s by %s\n", class->name,
		  quarantined ? "quarantined" : "released", by);
}

/**
 * sbm_class_get_next() - describe a class
 * @name: Take the one whose name comes after this; "" for the first.
 * @info: Where to. May hold @name.
 *
 * Return: Whether there is one.
 * Context: Process context; may sleep.
 */
bool sbm_class_get_next(const char *name, struct sbm_class_info *info)
{
	const struct sbm_class *class, *next = NULL;

	guard(mutex)(&sbm_class_mutex);
	list_for_each_entry(class, &sbm_classes, node) {
		if (strcmp(class->name, name) > 0 &&
		    (!next || strcmp(class->name, next->name) < 0))
			next = class;
	}
	if (!next)
		return false;

	*info = (struct sbm_class_info){
		.heap_limit = next->heap_pages,
		.time_limit = (u64)next->time_us * NSEC_PER_USEC,
		.nr_sandboxes = atomic_read(&next->nr_sandboxes),
		.nr_gates = next->nr_gates,
		.quarantined = READ_ONCE(next->quarantined),
		.strong = !!(next->flags & SBM_CLASS_STRONG),
	};
	strscpy(info->name, next->name);
	return true;
}

/**
 * sbm_class_quarantined() - is a class quarantined?
 * @class: The class. Released if its time is over.
 *
 * Return: Whether its calls are refused.
 * Context: Process context.
 */
bool sbm_class_quarantined(struct sbm_class *class)
{
	if (!READ_ONCE(class->quarantined))
		return false;

	scoped_guard(spinlock, &sbm_quarantine_lock) {
		if (!class->quarantined)
			return false;
		if (!class->quarantine_end ||
		    time_before64(get_jiffies_64(), class->quarantine_end))
			return true;
		WRITE_ONCE(class->quarantined, false);
	}
	pr_notice("class %s released: its time is over\n", class->name);
	return false;
}

static int __init sbm_class_init(void)
{
	return sbm_class_register(&sbm_default_class);
}
subsys_initcall(sbm_class_init);
