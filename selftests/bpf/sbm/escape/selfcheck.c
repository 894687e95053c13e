// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does what is asked after each attempt notice a change? Everything that is
 * compared is changed on purpose, one thing at a time, and has to be told.
 * What no process can change, the record of it is changed instead.
 */
#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kselftest.h"
#include "caller.h"
#include "escape.h"
#include "selfcheck.h"

static unsigned int made, noticed;

/* A change was made, and was noticed or not. */
static void tell(const char *what, const char *name, bool was_noticed)
{
	made++;
	noticed += was_noticed;
	if (!was_noticed)
		printf("# not noticed: %s %s\n", what, name);
}

/* Print one test for all changes of a kind, since the last. */
static void report(const char *what)
{
	static unsigned int made_before, noticed_before;

	ksft_test_result(made > made_before &&
			 made - made_before == noticed - noticed_before,
			 "%s: %u of %u\n", what, noticed - noticed_before,
			 made - made_before);
	made_before = made;
	noticed_before = noticed;
}

/* === Registers of the caller === */

static int install_segment(void)
{
	struct user_desc data = {
		.entry_number = CHANGE_SELECTOR >> 3,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};

	return syscall(SYS_modify_ldt, 1, &data, sizeof(data)) ? -errno : 0;
}

static void check_registers(void)
{
	const struct change *change;
	const char *changed;

	caller_do = change_nothing;
	caller_try();
	changed = caller_changed();
	tell("that nothing changed", changed ?: "", !changed);
	for (change = changes; change < changes_end; change++) {
		if (!has(change->need))
			continue;
		caller_do = change->make;
		caller_try();
		tell("register", change->name, caller_changed());
	}
	caller_do = caller_do_syscall;
}

/* === What it holds === */

static void check_held(void)
{
	tell("that nothing changed", "", !held_changed());

	held_set_tls(HELD_TLS_LIMIT / 2);
	tell("held", "TLS descriptor", held_changed());
	held_set_tls(HELD_TLS_LIMIT);

	held_set_port(false, false);
	tell("held", "port is lost", held_changed());
	held_set_port(false, true);

	held_set_port(true, true);
	tell("held", "port is gained", held_changed());
	held_set_port(true, false);

	held_touch();
	tell("held", "breakpoint is hit", held_changed());
	held_set_breakpoint(false);
	tell("held", "breakpoint is lost", held_changed());
	held_set_breakpoint(true);

	tell("that all is as before", "", !held_changed());
}

/* === Signals === */

static bool signals_noticed(void)
{
	sbm_test_begin();
	check_signals();
	return sbm_test_failed();
}

static void check_signal_state(void)
{
	sigset_t one;
	int sig;

	tell("that nothing changed", "", !signals_noticed());

	raise(SIGSEGV);
	tell("signal", "SIGSEGV", signals_noticed());
	raise(SIGTRAP);
	tell("signal", "SIGTRAP", signals_noticed());

	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);		/* blocked by main() */
	raise(SIGUSR2);
	tell("signal", "pending", signals_noticed());
	sigwait(&one, &sig);

	sigprocmask(SIG_UNBLOCK, &one, NULL);
	tell("signal", "mask", signals_noticed());
	sigprocmask(SIG_BLOCK, &one, NULL);

	tell("that all is as before", "", !signals_noticed());
}

/* === Records, and the next call === */

static void check_records(void)
{
	static const unsigned char hlt = 0xf4;
	static const struct outcome right = {
		.ret = EFAULT_RET, .kind = KIND_EXCEPTION, .vector = 13,
		.ip_of = OF_HERE,
	};
	const char * const names[] = {
		"result", "kind", "vector", "error code", "address", "ip",
	};
	struct outcome outcome[ARRAY_SIZE(names) + 1];
	struct attempt attempt = {
		.name = "hlt", .code = &hlt, .here = &hlt, .end = &hlt + 1,
	};
	size_t i;

	for (i = 0; i <= ARRAY_SIZE(names); i++)
		outcome[i] = right;
	outcome[0].ret--;
	outcome[1].kind = KIND_DOOR;
	outcome[2].vector++;
	outcome[3].error++;
	outcome[4].addr++;
	outcome[5].ip++;

	for (i = 0; i <= ARRAY_SIZE(names); i++) {
		attempt.first = &outcome[i];
		attempt.last = &outcome[i + 1];
		sbm_test_begin();
		judge(&attempt);
		if (i < ARRAY_SIZE(names))
			tell("record", names[i], sbm_test_failed());
		else
			tell("that the record is right", "", !sbm_test_failed());
	}

	box_quarantine_class();
	sbm_test_begin();
	check_next_call();
	tell("that", "the next call fails", sbm_test_failed());
	box_release_class();
}

/* === The kernel === */

#define TRACING		"/sys/kernel/tracing/"

/* Tracing a function changes its first instruction. Nobody calls this one. */
static void check_text(void)
{
	tell("that nothing changed", "", !machine_text_changed());
	if (!write_text(TRACING "set_ftrace_filter", "sbm_run_at") &&
	    !write_text(TRACING "current_tracer", "function"))
		tell("kernel", "code", machine_text_changed());
	write_text(TRACING "current_tracer", "nop");
	write_text(TRACING "set_ftrace_filter", "\n");
	write_text(TRACING "trace", "");
	tell("that all is as before", "", !machine_text_changed());
}

/* Those that the kernel does not use meanwhile, and a bit that makes sense. */
static const struct {
	const char *name;
	uint32_t nr;
	uint64_t bit;
} msrs[] = {
	{ "star", 0xc0000081, 1 << 4 },
	{ "cstar", 0xc0000083, 1 << 4 },
	{ "fmask", 0xc0000084, 1 << 21 },
	{ "sysenter_cs", 0x174, 1 << 4 },
	{ "sysenter_esp", 0x175, 1 << 4 },
	{ "sysenter_eip", 0x176, 1 << 4 },
};

#define MSR_DEVICE	"/tmp/sbm_escape_msr"
#define MSR_WRITES	"/sys/module/msr/parameters/allow_writes"

static bool flip_msr(int fd, unsigned int i)
{
	uint64_t value;

	if (pread(fd, &value, sizeof(value), msrs[i].nr) != sizeof(value))
		return false;
	value ^= msrs[i].bit;
	return pwrite(fd, &value, sizeof(value), msrs[i].nr) == sizeof(value);
}

static void check_cpus(void)
{
	const char *name;
	unsigned int i;
	int fd;

	tell("that nothing changed", "", !machine_cpus_changed());

	write_text(MSR_WRITES, "on");
	mknod(MSR_DEVICE, S_IFCHR | 0600, makedev(202, 0));
	fd = open(MSR_DEVICE, O_RDWR);
	unlink(MSR_DEVICE);
	for (i = 0; fd >= 0 && i < ARRAY_SIZE(msrs); i++) {
		if (!flip_msr(fd, i))
			continue;
		tell("MSR", msrs[i].name, machine_cpus_changed());
		flip_msr(fd, i);
	}
	close(fd);
	write_text(MSR_WRITES, "default");

	for (i = 0; (name = machine_forge(i)); i++) {
		tell("record of", name,
		     machine_text_changed() || machine_cpus_changed());
		machine_forge(i);
	}
	tell("that all is as before", "",
	     !machine_text_changed() && !machine_cpus_changed());
}

/**
 * selfcheck() - change everything that is compared, and see it noticed
 *
 * Does not return.
 */
void selfcheck(void)
{
	static void (* const checks[])(void) = {
		check_registers, check_held, check_signal_state, check_records,
		check_text, check_cpus,
	};
	static const char * const names[] = {
		"registers", "held", "signals", "records", "code", "cpus",
	};
	size_t i;
	int err;

	err = install_segment();
	if (err)
		ksft_exit_fail_msg("setting up: %s\n", strerror(-err));
	ksft_set_plan(ARRAY_SIZE(checks));
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		checks[i]();
		report(names[i]);
	}
	printf("# score: changes noticed: %u/%u\n", noticed, made);
	ksft_finished();
}
