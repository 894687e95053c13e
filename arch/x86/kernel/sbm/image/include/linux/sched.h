/* SPDX-License-Identifier: GPL-2.0-only */
/* The sandbox image: <linux/sched.h>. There are no tasks here. */
