// SPDX-License-Identifier: GPL-2.0-only
/* Policies judge all of the kernel: BPF tokens do not extend to them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy.h"
#include "sbm_test.h"
#include "sysfs.h"

/**
 * struct shared - what the two processes tell each other
 * @context: The file system context that the container made.
 * @mount: The BPF file system that its host made of it.
 * @policy: How loading a policy ended in the container.
 * @xdp: How loading a program of type XDP did.
 * @log: What the verifier said to the policy.
 */
struct shared {
	int context;
	int mount;
	int policy;
	int xdp;
	char log[1 << 14];
};

static struct shared *shared;

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int err = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return err;
}

/* Become root of a user namespace: no privilege outside of it. */
static int enter_container(void)
{
	if (unshare(CLONE_NEWUSER) || write_file("/proc/self/setgroups", "deny") ||
	    write_file("/proc/self/uid_map", "0 0 1") ||
	    write_file("/proc/self/gid_map", "0 0 1") || unshare(CLONE_NEWNS))
		return -errno;
	return 0;
}

/* Only with the token: neither would load without. */
static int load_policy(const char *token)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .bpf_token_path = token);
	struct policy_bpf *skel = policy_bpf__open_opts(&opts);
	int err;

	if (!skel)
		return -errno;
	bpf_program__set_log_buf(skel->progs.policy_enter, shared->log,
				 sizeof(shared->log));
	err = policy_bpf__load(skel);
	policy_bpf__destroy(skel);
	return err;
}

static int load_xdp(const char *token)
{
	static const char license[] = "GPL";
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },	/* r0 = 0 */
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_TOKEN_FD);
	int dir, fd, err;

	dir = open(token, O_DIRECTORY);
	opts.token_fd = dir < 0 ? -1 : bpf_token_create(dir, NULL);
	if (opts.token_fd < 0)
		return -errno;
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "token", license, insns, 2, &opts);
	err = fd < 0 ? fd : 0;
	close(fd);
	close(opts.token_fd);
	close(dir);
	return err;
}

static void container(int tell, int wait)
{
	char token[64], byte;

	shared->context = enter_container();
	if (!shared->context)
		shared->context = fsopen("bpf", 0);
	if (write(tell, "", 1) != 1 || read(wait, &byte, 1) != 1)
		_exit(1);
	snprintf(token, sizeof(token), "/proc/self/fd/%d", shared->mount);
	shared->xdp = load_xdp(token);
	shared->policy = load_policy(token);
	_exit(0);
}

static int delegate_all(int context)
{
	static const char * const keys[] = {
		"delegate_cmds", "delegate_maps", "delegate_progs", "delegate_attachs",
	};
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (fsconfig(context, FSCONFIG_SET_STRING, keys[i], "any", 0))
			return -errno;
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	return fsmount(context, 0, 0);
}

static void check_token(void)
{
	int to[2], from[2], kmsg = kmsg_open();
	int status;
	char byte;
	pid_t pid;

	CHECK(!pipe(to) && !pipe(from));
	/* With one table of files for both, to hand over descriptors. */
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid)
		container(from[1], to[0]);
	CHECK(pid > 0);
	CHECK_EQ(read(from[0], &byte, 1), 1);
	shared->mount = shared->context < 0 ? shared->context :
			delegate_all(shared->context);
	CHECK_EQ(write(to[1], "", 1), 1);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(shared->context >= 0);
	CHECK(shared->mount >= 0);
	CHECK_EQ(status, 0);

	CHECK_EQ(shared->xdp, 0);
	CHECK_EQ(shared->policy, -EPERM);
	CHECK(strstr(shared->log,
		     "attach to unsupported member enter of struct sbm_policy_ops"));
	CHECK(kmsg_has(kmsg, "sbm: policy refused: a program of it was loaded with a BPF token"));
	close(shared->mount);
	close(shared->context);
	close(kmsg);
}

SBM_TEST(refuse_token, "a policy does not load by a BPF token that is good for other programs")
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	check_token();
	munmap(shared, sizeof(*shared));
}
