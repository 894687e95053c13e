// SPDX-License-Identifier: GPL-2.0-only
/* F: others look at the caller or filter what it does. */
#include <fcntl.h>
#include <linux/filter.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

/* <linux/seccomp.h> of the kernel tree is not for user space. */
#define SECCOMP_MODE_FILTER		2
#define SECCOMP_RET_KILL_PROCESS	0x80000000U
#define SECCOMP_RET_ALLOW		0x7fff0000U

CODE(grow_in_vain, "mov $100, %ebx\n"
     "1: mov $1, %eax\n xor %edi, %edi\n syscall\n dec %ebx\n jnz 1b\n"
     "mov $42, %eax\n ret\n");
CODE(gate_77, "mov $77, %eax\n syscall\n ret\n");

/* === Debuggers === */

ATTEMPT('F', ptrace_attach,
	"runs while a debugger attaches: it sees the caller")
{
	struct user_regs_struct regs;
	int status, stops = 0;
	pid_t pid;

	pid = start_process(takes_time);
	wait_ms(20);
	CHECK_EQ(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL), 0);
	CHECK_EQ(ptrace(PTRACE_INTERRUPT, pid, 0, 0), 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		CHECK_EQ(ptrace(PTRACE_GETREGS, pid, 0, &regs), 0);
		CHECK_EQ(regs.cs, 0x33);
		CHECK(regs.rip >= SANDBOX_END);
		CHECK_EQ(ptrace(PTRACE_CONT, pid, 0, 0), 0);
		stops++;
	}
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
	CHECK_EQ(stops, 1);
}

static int traced_grows(void)
{
	struct box_result result;
	struct box_code code = {
		grow_in_vain.begin, grow_in_vain.end - grow_in_vain.begin
	};
	int fd = open(BOX_DEBUGFS_RUN, O_RDWR);

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	if (write(fd, code.bytes, code.len) != (ssize_t)code.len)
		return 1;
	raise(SIGSTOP);
	return box_read_result(fd, &result) || result.ret != 42;
}

ATTEMPT('F', gates_not_traced,
	"asks for memory 100 times where a debugger stops at system calls")
{
	int status, stops = 0, signals = 0;
	pid_t pid;

	pid = start_process(traced_grows);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	while (!ptrace(PTRACE_SYSCALL, pid, 0, 0) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			stops++;
		else
			signals++;
	}
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
	CHECK_EQ(signals, 1);
	/* Around 20 for raise(), write(), read() and exit_group(). */
	CHECK(stops > 4 && stops < 50);
}

static int stepped_call(void)
{
	int fd = open(BOX_DEBUGFS_RUN, O_RDWR);

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	return write(fd, box_return_42.bytes, box_return_42.len) ==
	       (ssize_t)box_return_42.len ? 42 : 1;
}

ATTEMPT('F', M3_stepped_caller, "runs while a debugger steps its caller")
{
	struct user_regs_struct regs;
	int status, steps = 0, foreign = 0;
	pid_t pid;

	pid = start_process(stepped_call);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	while (!ptrace(PTRACE_SINGLESTEP, pid, 0, 0) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		ptrace(PTRACE_GETREGS, pid, 0, &regs);
		foreign += regs.rip < SANDBOX_END;
		steps++;
	}
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 42);
	CHECK(steps > 10);
	CHECK_EQ(foreign, 0);
}

/* === Filters === */

static int filtered_gate(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),	/* the number */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 77, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, filter };
	struct box_result result;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		return 1;
	if (run_code_boxed(&gate_77, 0, &result) ||
	    strcmp(result.kind, "gate") || result.addr != 77)
		return 2;
	return 0;
}

ATTEMPT('F', gates_not_filtered,
	"asks for gate 77 where seccomp kills for system call 77")
{
	pid_t pid = start_process(filtered_gate);

	CHECK_EXITS(pid, 0);
}

static int dispatched_gates(void)
{
	static char selector = 1;	/* SYSCALL_DISPATCH_FILTER_BLOCK */
	struct box_result result;

	/* System calls from where sandboxes are would be SIGSYS. */
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, SANDBOX_END, SANDBOX_END,
		  &selector))
		return 1;
	if (run_code_boxed(&grow_in_vain, 0, &result))
		return 2;
	return result.ret;
}

ATTEMPT('F', gates_not_dispatched,
	"asks where system call user dispatch would send SIGSYS")
{
	pid_t pid = start_process(dispatched_gates);

	CHECK_EXITS(pid, 42);
}

/* === /proc, and NMIs === */

static void read_all(pid_t pid, const char *name)
{
	char path[64], data[4096];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	while (fd >= 0 && read(fd, data, sizeof(data)) > 0)
		;
	close(fd);
}

ATTEMPT('F', M12_proc_meanwhile,
	"runs while its caller's stack, registers and maps are read")
{
	static const char * const names[] = {
		"stack", "syscall", "wchan", "stat", "status", "maps", "smaps",
	};
	size_t i, round;
	pid_t pid;

	pid = start_process(takes_time);
	for (round = 0; round < 10; round++)
		for (i = 0; i < ARRAY_SIZE(names); i++)
			read_all(pid, names[i]);
	CHECK_EXITS(pid, 0);
}

CODE(loop_with_gs, "wrgsbase %rdi\n 1: jmp 1b\n");

static long nmis(void)
{
	FILE *file = fopen("/proc/interrupts", "r");
	long cpu0 = 0, cpu1 = 0;
	char line[1024];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " NMI: %ld %ld", &cpu0, &cpu1) > 0)
			break;
	if (file)
		fclose(file);
	return cpu0 + cpu1;
}

ATTEMPT('F', M8_nmi_with_kernel_gs,
	"gets NMIs while it has the kernel's GS base")
{
	struct box_result result;
	char levels[32] = "";
	long before = nmis();
	pid_t pids[2];
	FILE *file;
	int i;

	/* SysRq asks each CPU where it is, by NMI. Not on the console. */
	file = fopen("/proc/sys/kernel/printk", "r");
	CHECK(file && fgets(levels, sizeof(levels), file));
	fclose(file);
	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run_code_boxed(&loop_with_gs, place(OF_PERCPU),
				       &result);
			_exit(1);
		}
	}
	wait_ms(50);
	CHECK_EQ(write_text("/proc/sys/kernel/printk", "1"), 0);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(write_text("/proc/sysrq-trigger", "l"), 0);
		wait_ms(10);
	}
	CHECK_EQ(write_text("/proc/sys/kernel/printk", levels), 0);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(waitpid(pids[i], NULL, WNOHANG), 0);
		kill(pids[i], SIGKILL);
		CHECK_EQ(waitpid(pids[i], NULL, 0), pids[i]);
	}
	CHECK(nmis() > before);
}
