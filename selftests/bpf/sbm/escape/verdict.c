// SPDX-License-Identifier: GPL-2.0-only
/* Running code in a sandbox, and whether it ended as it should. */
#include <errno.h>
#include <stdlib.h>

#include "caller.h"
#include "escape.h"

#define PAGE_SIZE	4096
#define MAX_CODE	8192

/* mov $imm64, %rdi */
#define PRELUDE_LEN	10

static const char * const kinds[] = {
	[KIND_NONE] = "none",
	[KIND_EXCEPTION] = "exception",
	[KIND_DOOR] = "door",
	[KIND_GATE] = "gate",
	[KIND_ABORT] = "abort",
};

/* Code, with its argument loaded first if it has one. Return: its length. */
static size_t assemble(unsigned char *into, const struct code *code,
		       const uint64_t *arg)
{
	size_t len = 0;

	if (arg) {
		into[len++] = 0x48;
		into[len++] = 0xbf;
		memcpy(into + len, arg, sizeof(*arg));
		len += sizeof(*arg);
	}
	memcpy(into + len, code->begin, code->end - code->begin);
	return len + (code->end - code->begin);
}

/**
 * run_code() - run code in a fresh sandbox
 * @code: The code.
 * @result: How it ended.
 *
 * For the main thread; all registers are in use meanwhile, and it is a failure
 * if any changed.
 *
 * Return: Zero or a negative errno.
 */
int run_code(const struct code *code, struct box_result *result)
{
	int err = caller_run(code->begin, code->end - code->begin, result);
	const char *what = err ? NULL : caller_changed();

	if (what)
		sbm_test_fail(__FILE__, __LINE__, "changed in the caller: %s",
			      what);
	return err;
}

/* The same with an argument in RDI. */
int run_code_arg(const struct code *code, uint64_t arg,
		 struct box_result *result)
{
	unsigned char bytes[MAX_CODE];
	struct code whole = { bytes };

	whole.end = bytes + assemble(bytes, code, &arg);
	return run_code(&whole, result);
}

/* The same for any thread, with its registers as they are. */
int run_code_boxed(const struct code *code, uint64_t arg,
		   struct box_result *result)
{
	unsigned char bytes[MAX_CODE];
	struct box_code box = { bytes };

	box.len = assemble(bytes, code, arg ? &arg : NULL);
	return box_run(&box, result);
}

/*
 * Run code in a sandbox of another process, for box_kill(). Waits until it is
 * inside, or should be.
 */
pid_t start_code(const struct code *code)
{
	struct box_code box = { code->begin, code->end - code->begin };
	long long calls = box_event("call");
	pid_t pid = box_start(&box);
	int i;

	for (i = 0; i < 10000 && box_event("call") == calls; i++)
		wait_ms(1);
	wait_ms(30);
	return pid;
}

/* Did a call end in this exception? */
bool is_fault(const struct box_result *result, unsigned int vector,
	      uint64_t error)
{
	return result->ret == EFAULT_RET &&
	       !strcmp(result->kind, "exception") &&
	       result->vector == vector && result->error == error;
}

void print_result(const char *what, const struct box_result *result)
{
	printf("# %s ret=%d kind=%s vector=%u error=%#llx addr=%#llx ip=%#llx level=%s\n",
	       what, result->ret, result->kind, result->vector, result->error,
	       result->addr, result->ip, result->level);
}

static uint64_t resolve(const struct attempt *attempt, uint64_t value,
			unsigned int of)
{
	if (of == OF_ARG)
		return value + attempt->arg + place(attempt->arg_of);
	return value + place(of);
}

/* A record counts from the code what lies there, and else from the image. */
static uint64_t relative(uint64_t ip, size_t len)
{
	uint64_t code = place(OF_CODE);
	uint64_t pages = (len + PAGE_SIZE - 1) / PAGE_SIZE;

	if (ip >= code && ip - code <= pages * PAGE_SIZE)
		return ip - code;
	return ip - place(OF_IMAGE);
}

/* What an outcome means for this attempt, on this machine. */
static struct box_result expected(const struct attempt *attempt,
				  const struct outcome *outcome, size_t prelude)
{
	size_t len = attempt->end - attempt->code + prelude;
	struct box_result want = {
		.ret = outcome->ret,
		.vector = outcome->vector,
		.error = outcome->error & ~PF_AS_PLACE,
		.level = "strong",
	};
	uint64_t here;

	strcpy(want.kind, kinds[outcome->kind]);
	if (outcome->kind == KIND_NONE)
		return want;

	if ((outcome->error & PF_AS_PLACE) && place_present(attempt->arg_of))
		want.error |= PF_PRESENT;
	want.addr = resolve(attempt, outcome->addr, outcome->addr_of);
	here = attempt->here - attempt->code + prelude + outcome->ip;
	if (outcome->ip_of == OF_HERE)
		want.ip = here;
	else if (outcome->ip_of == OF_HERE_LOW)
		want.ip = relative((uint32_t)(place(OF_CODE) + here), len);
	else
		want.ip = relative(resolve(attempt, outcome->ip,
					   outcome->ip_of), len);
	return want;
}

static bool same(const struct box_result *a, const struct box_result *b)
{
	return a->ret == b->ret && !strcmp(a->kind, b->kind) &&
	       a->vector == b->vector && a->error == b->error &&
	       a->addr == b->addr && a->ip == b->ip &&
	       !strcmp(a->level, b->level);
}

static bool holds(const struct attempt *attempt, const struct outcome *outcome)
{
	switch (outcome->when) {
	case ALWAYS:
		return has(attempt->need);
	case ON_TCG:
		return on_tcg();
	case NO_CPUID:
		return !has(attempt->need);
	}
	return false;
}

/* Is it said how the call ends on a CPU that has not what is needed? */
static bool knows_without(const struct attempt *attempt)
{
	const struct outcome *outcome;

	for (outcome = attempt->first; outcome < attempt->last; outcome++)
		if (outcome->when == NO_CPUID)
			return true;
	return false;
}

/* Run an attempt that is code, and fail unless it ends as it says. */
void judge(const struct attempt *attempt)
{
	const struct code code = { attempt->code, attempt->end };
	uint64_t arg = resolve(attempt, 0, OF_ARG);
	size_t prelude = attempt->has_arg ? PRELUDE_LEN : 0;
	const struct outcome *outcome;
	struct box_result got, want;
	int err;

	if (!has(attempt->need) && !knows_without(attempt)) {
		skip(need_reason(attempt->need));
		return;
	}
	if (attempt->has_arg)
		err = run_code_arg(&code, arg, &got);
	else
		err = run_code(&code, &got);
	if (err) {
		sbm_test_fail(__FILE__, __LINE__, "could not be run: %s",
			      strerror(-err));
		return;
	}
	for (outcome = attempt->first; outcome < attempt->last; outcome++) {
		want = expected(attempt, outcome, prelude);
		if (holds(attempt, outcome) && same(&got, &want))
			return;
	}

	print_result("got ", &got);
	for (outcome = attempt->first; outcome < attempt->last; outcome++) {
		want = expected(attempt, outcome, prelude);
		if (holds(attempt, outcome))
			print_result("want", &want);
	}
	sbm_test_fail(__FILE__, __LINE__, "not the record it should be");
}
