// SPDX-License-Identifier: GPL-2.0-only
/*
 * $(exit STATUS) for GNU make, which by itself turns every failure into status 2.
 * "make vm" promises the status of the command.
 */
#include <gnumake.h>
#include <stdlib.h>

int plugin_is_GPL_compatible;

int make_exit_gmk_setup(void);

static char *leave(const char *name, unsigned int argc, char **argv)
{
	(void)name;
	(void)argc;
	exit(atoi(argv[0]));
}

int make_exit_gmk_setup(void)
{
	gmk_add_function("exit", leave, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
