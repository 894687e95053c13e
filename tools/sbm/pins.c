// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool: what is pinned in BPF file systems.
 *
 * The link of a policy is DIR/POLICY, and its maps are in DIR/POLICY-maps/.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

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
 * remove_pins() - take away a folder of pins
 * @path: The folder.
 *
 * Return: Zero, also if there is none; -1 with a report.
 */
int remove_pins(const char *path)
{
	struct dirent *entry;
	DIR *dir;

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

/**
 * remove_map_pins() - take away the pinned maps of a policy
 * @link_path: Where the link of the policy is, or was, pinned.
 *
 * Return: Zero, also if there are none; -1 with a report.
 */
int remove_map_pins(const char *link_path)
{
	char path[PATH_MAX];

	if (map_pin_dir(path, sizeof(path), link_path))
		return -1;
	return remove_pins(path);
}

/**
 * pin_maps() - pin the maps of a policy
 * @object: The policy. Only maps of its own are pinned: what libbpf makes for
 *	variables has a dot in its name.
 * @dir: Where; is made.
 *
 * Return: Zero; or -1 with a report, and nothing is left.
 */
int pin_maps(const struct bpf_object *object, const char *dir)
{
	char path[PATH_MAX];
	struct bpf_map *map;

	if (mkdir(dir, 0700)) {
		p_err("cannot make %s: %s", dir, strerror(errno));
		return -1;
	}
	bpf_object__for_each_map(map, object) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS ||
		    bpf_map__is_internal(map))
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir,
				     bpf_map__name(map)) >= sizeof(path) ||
		    bpf_obj_pin(bpf_map__fd(map), path)) {
			p_err("cannot pin map %s in %s: %s", bpf_map__name(map),
			      dir, strerror(errno));
			remove_pins(dir);
			return -1;
		}
	}
	return 0;
}

/**
 * replace_pins() - put a folder of pins in the place of another
 * @new_dir: The folder.
 * @dir: What it replaces, in one step; need not exist.
 *
 * Return: Zero, or -1 with a report.
 */
int replace_pins(const char *new_dir, const char *dir)
{
	if (!renameat2(AT_FDCWD, new_dir, AT_FDCWD, dir, RENAME_EXCHANGE))
		return remove_pins(new_dir);
	if (errno == ENOENT && !rename(new_dir, dir))
		return 0;
	p_err("cannot rename %s to %s: %s", new_dir, dir, strerror(errno));
	return -1;
}
