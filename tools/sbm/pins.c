// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: what is pinned in BPF file systems.
 *
 * The link of a policy is DIR/POLICY, and its maps are in DIR/POLICY-maps/.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "main.h"

/**
 * get_fd_type() - what kind of BPF object is behind a descriptor?
 * @fd: The descriptor.
 *
 * The info calls do not tell: they fill in whatever they find.
 *
 * Return: Its kind.
 */
enum fd_type get_fd_type(int fd)
{
	char proc[32], target[64];
	ssize_t len;

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	len = readlink(proc, target, sizeof(target) - 1);
	if (len < 0)
		return FD_OTHER;
	target[len] = '\0';
	if (strstr(target, "bpf_link") || strstr(target, "bpf-link"))
		return FD_LINK;
	if (strstr(target, "bpf-map"))
		return FD_MAP;
	return FD_OTHER;
}

/* nftw() passes nothing on. */
static int (*walk_func)(const char *path, int fd, void *arg);
static void *walk_arg;

static int walk_entry(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	int fd, ret = 0;

	if (type != FTW_F)
		return 0;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	if (get_fd_type(fd) == FD_LINK)
		ret = walk_func(path, fd, walk_arg);
	close(fd);
	return ret;
}

/**
 * for_each_pinned_link() - look at every link pinned anywhere
 * @func: Called with path and descriptor; anything but zero ends the walk.
 * @arg: Its last argument.
 *
 * Return: Zero, or what @func returned.
 */
int for_each_pinned_link(int (*func)(const char *path, int fd, void *arg),
			 void *arg)
{
	FILE *mounts = setmntent("/proc/mounts", "r");
	struct mntent *mount;
	int ret = 0;

	if (!mounts)
		return 0;
	walk_func = func;
	walk_arg = arg;
	while (!ret && (mount = getmntent(mounts))) {
		if (!strcmp(mount->mnt_type, "bpf"))
			ret = nftw(mount->mnt_dir, walk_entry, 16, FTW_PHYS);
	}
	endmntent(mounts);
	return ret > 0 ? ret : 0;
}

/**
 * map_pin_dir() - the folder for the maps of a policy
 * @path: Where the answer goes.
 * @size: Size of @path, in bytes.
 * @link_path: Where the link of the policy is pinned.
 *
 * Return: Zero, or -1 with a report.
 */
int map_pin_dir(char *path, size_t size, const char *link_path)
{
	if ((size_t)snprintf(path, size, "%s-maps", link_path) < size)
		return 0;
	p_err("%s-maps: %s", link_path, strerror(ENAMETOOLONG));
	return -1;
}

/**
 * remove_map_pins() - take away the pinned maps of a policy
 * @link_path: Where the link of the policy is, or was, pinned.
 *
 * Return: Zero, also if there are none; -1 with a report.
 */
int remove_map_pins(const char *link_path)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	if (map_pin_dir(path, sizeof(path), link_path))
		return -1;
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
	if (!rmdir(path))
		return 0;
	p_err("cannot remove %s: %s", path, strerror(errno));
	return -1;
}
