/* SPDX-License-Identifier: GPL-2.0-only */
/* The sandbox image: <linux/module.h>. The image is no module. */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define MODULE_LICENSE(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_VERSION(x)

#endif /* _LINUX_MODULE_H */
