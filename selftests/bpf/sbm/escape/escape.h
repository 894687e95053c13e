/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the escape suite share. */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../box.h"
#include "../sbm_test.h"
#include "attempt.h"

/* The memory of all sandboxes is below, that of this process above. */
#define SANDBOX_END	(1UL << 46)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

/* Define an attempt that is a function; a body follows. */
#define ATTEMPT(_family, _name, _what, ...)				\
static void attempt_##_name(void);					\
__attribute__((section("attempts"), used))				\
static struct attempt *const attempt_ptr_##_name = &(struct attempt){	\
	.name = #_name,							\
	.what = _what,							\
	.family = _family,						\
	.run = attempt_##_name,						\
	##__VA_ARGS__							\
};									\
static void attempt_##_name(void)

/*
 * Code for a sandbox, assembled here. It runs there, so it must not depend on
 * where it is.
 */
#define CODE(name, text)						\
	extern const unsigned char name##_begin[], name##_end[];	\
	asm(".pushsection .rodata\n"					\
	    #name "_begin:\n" text #name "_end:\n"			\
	    ".popsection\n");						\
	static const struct code name = { name##_begin, name##_end }

struct code {
	const unsigned char *begin, *end;
};

/* main.c */
void skip(const char *reason);
void check_signals(void);
void check_next_call(void);

/* selfcheck.c */
_Noreturn void selfcheck(void);

/* held.c: what the caller holds all the time */
#define HELD_TLS_LIMIT	0x12345
int held_init(void);
int held_set_tls(unsigned int limit);
int held_set_port(bool other, bool allowed);
int held_set_breakpoint(bool set);
void held_touch(void);
const char *held_changed(void);

/* places.c: addresses, OF_* of attempt.h */
int places_init(void);
uint64_t place(unsigned int of);
bool place_present(unsigned int of);
bool has(unsigned int need);
const char *need_reason(unsigned int need);
bool on_tcg(void);

/* machine.c: what must never change */
int machine_init(void);
int machine_reset_policies(void);
const char *machine_text_changed(void);
const char *machine_cpus_changed(void);
const char *machine_forge(unsigned int number);

/* verdict.c */
int run_code(const struct code *code, struct box_result *result);
int run_code_arg(const struct code *code, uint64_t arg,
		 struct box_result *result);
int run_code_boxed(const struct code *code, uint64_t arg,
		   struct box_result *result);
pid_t start_code(const struct code *code);
void judge(const struct attempt *attempt);
bool is_fault(const struct box_result *result, unsigned int vector,
	      uint64_t error);
void print_result(const char *what, const struct box_result *result);

/* helpers.c */
extern const struct code *const loop_for_ever;
extern const struct code *const take_time;
void wait_ms(long ms);
void wait_calls(long long calls);
int write_text(const char *path, const char *text);
struct user_desc;
int set_tls(struct user_desc *tls);
pid_t start_process(int (*fn)(void));
int takes_time(void);

/* Fail, and leave the attempt, unless a process ends by itself, with this. */
#define CHECK_EXITS(pid, value)						\
do {									\
	int __status = -1;						\
									\
	CHECK_EQ(waitpid(pid, &__status, 0), pid);			\
	CHECK(WIFEXITED(__status));					\
	CHECK_EQ(WEXITSTATUS(__status), value);				\
} while (0)

/* Fail, and leave the attempt, unless a call ended in this exception. */
#define CHECK_FAULT(result, vector, error)				\
do {									\
	if (!is_fault(result, vector, error)) {				\
		print_result("got", result);				\
		sbm_test_fail(__FILE__, __LINE__,			\
			      "not exception %u with error code %#llx",	\
			      (unsigned int)(vector),			\
			      (unsigned long long)(error));		\
		return;							\
	}								\
} while (0)

/* Fail, and leave the attempt, unless a call ended well with this result. */
#define CHECK_RETURNED(result, value)					\
do {									\
	CHECK_STR((result)->kind, "none");				\
	CHECK_EQ((result)->ret, value);					\
} while (0)

#endif /* ESCAPE_H */
