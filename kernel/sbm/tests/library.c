// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: calls of library functions. Compiled into the kernel
 * proper and into the sandbox image, each of which has its own.
 */
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/xxhash.h>

#include "library.h"

static u64 offset(const struct sbm_test_library_args *args, const void *p)
{
	return p ? (u8 *)p - args->mem : -1;
}

static u64 sign(int order)
{
	return (order > 0) - (order < 0);
}

static u64 separate(const struct sbm_test_library_args *args, char *s,
		    const char *ct)
{
	char *token = strsep(&s, ct);

	return offset(args, token) << 32 | (u32)offset(args, s);
}

/* In two pieces, as that is what the state is for. */
static u32 hash32(const u8 *data, size_t len, u32 seed)
{
	struct xxh32_state state, copy;

	xxh32_reset(&state, seed);
	xxh32_update(&state, data, len / 3);
	xxh32_copy_state(&copy, &state);
	xxh32_update(&copy, data + len / 3, len - len / 3);
	return xxh32_digest(&copy);
}

static u64 hash64(const u8 *data, size_t len, u64 seed)
{
	struct xxh64_state state, copy;

	xxh64_reset(&state, seed);
	xxh64_update(&state, data, len / 3);
	xxh64_copy_state(&copy, &state);
	xxh64_update(&copy, data + len / 3, len - len / 3);
	return xxh64_digest(&copy);
}

/* The name of a function may be a macro, so it goes no further than here. */
#define CALL(name, expression)						\
	case SBM_TEST_LIBRARY_##name:					\
		r = (expression);					\
		break
#define POINTER(name, expression)					\
	case SBM_TEST_LIBRARY_##name:					\
		r = offset(args, expression);				\
		break
#define ORDER(name, expression)						\
	case SBM_TEST_LIBRARY_##name:					\
		r = sign(expression);					\
		break

SBM_DEFINE_THUNK(sbm_test_library, enum sbm_test_library, function,
		 struct sbm_test_library_args *, args)
int sbm_test_library(enum sbm_test_library function,
		     struct sbm_test_library_args *args)
{
	void *aligned = args->mem + ALIGN_DOWN(args->a, sizeof(u64));
	void *a = args->mem + args->a;
	void *b = args->mem + args->b;
	u32 n = args->n, c = args->c;
	u64 r;

	/* Or the compiler warns of operands in one piece of memory. */
	OPTIMIZER_HIDE_VAR(a);
	OPTIMIZER_HIDE_VAR(b);

	switch (function) {
	POINTER(memcpy, memcpy(a, b, n));
	POINTER(memmove, memmove(a, args->mem + c % 64, n));
	POINTER(memset, memset(a, c, n));
	POINTER(memset16, memset16(aligned, c, n / sizeof(u16)));
	POINTER(memset32, memset32(aligned, c, n / sizeof(u32)));
	POINTER(memset64, memset64(aligned, ~(u64)c, n / sizeof(u64)));
	ORDER(memcmp, memcmp(a, b, n));
	CALL(bcmp, !!bcmp(a, b, n));
	POINTER(memchr, memchr(a, c, n));
	POINTER(memchr_inv, memchr_inv(a, c, n));
	POINTER(memscan, memscan(a, c, n));
	CALL(strlen, strlen(a));
	CALL(strnlen, strnlen(a, n));
	POINTER(strcpy, strcpy(a, b));
	POINTER(strncpy, strncpy(a, b, n));
	CALL(strscpy, strscpy((char *)a, (char *)b, n));
	POINTER(strcat, strcat(a, b));
	POINTER(strncat, strncat(a, b, n));
	CALL(strlcat, strlcat(a, b, strlen(a) + 1 + n));
	ORDER(strcmp, strcmp(a, b));
	ORDER(strncmp, strncmp(a, b, n));
	ORDER(strcasecmp, strcasecmp(a, b));
	ORDER(strncasecmp, strncasecmp(a, b, n));
	POINTER(strchr, strchr(a, c));
	POINTER(strchrnul, strchrnul(a, c));
	POINTER(strnchr, strnchr(a, n, c));
	POINTER(strnchrnul, strnchrnul(a, n, c));
	POINTER(strrchr, strrchr(a, c));
	POINTER(strstr, strstr(a, b));
	POINTER(strnstr, strnstr(a, b, n));
	CALL(strspn, strspn(a, b));
	CALL(strcspn, strcspn(a, b));
	POINTER(strpbrk, strpbrk(a, b));
	CALL(strsep, separate(args, a, b));
	CALL(crc32_le, crc32_le(c, a, n));
	CALL(crc32_be, crc32_be(c, a, n));
	CALL(__crc32c_le, __crc32c_le(c, a, n));
	CALL(crc32_le_shift, crc32_le_shift(c, n));
	CALL(__crc32c_le_shift, __crc32c_le_shift(c, n));
	CALL(xxh32, xxh32(a, n, c));
	CALL(xxh64, xxh64(a, n, c));
	CALL(xxh32_update, hash32(a, n, c));
	CALL(xxh64_update, hash64(a, n, c));
	default:
		return -EINVAL;
	}
	args->result = r;
	return 0;
}
