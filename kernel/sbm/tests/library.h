/* SPDX-License-Identifier: GPL-2.0-only */
/* SandBox Mode tests: the library functions of the sandbox image. */
#ifndef _KERNEL_SBM_TESTS_LIBRARY_H
#define _KERNEL_SBM_TESTS_LIBRARY_H

#include <linux/sbm.h>
#include <linux/types.h>

/* The functions of lib/string.c, lib/crc32.c and lib/xxhash.c. */
#define SBM_TEST_LIBRARY(F)						\
	F(memcpy) F(memmove) F(memset) F(memset16) F(memset32)		\
	F(memset64) F(memcmp) F(bcmp) F(memchr) F(memchr_inv)		\
	F(memscan) F(strlen) F(strnlen) F(strcpy) F(strncpy)		\
	F(strscpy) F(strcat) F(strncat) F(strlcat) F(strcmp)		\
	F(strncmp) F(strcasecmp) F(strncasecmp) F(strchr)		\
	F(strchrnul) F(strnchr) F(strnchrnul) F(strrchr) F(strstr)	\
	F(strnstr) F(strspn) F(strcspn) F(strpbrk) F(strsep)		\
	F(crc32_le) F(crc32_be) F(__crc32c_le) F(crc32_le_shift)	\
	F(__crc32c_le_shift) F(xxh32) F(xxh64) F(xxh32_update)		\
	F(xxh64_update)

enum sbm_test_library {
#define SBM_TEST_LIBRARY_ENUM(name)	SBM_TEST_LIBRARY_##name,
	SBM_TEST_LIBRARY(SBM_TEST_LIBRARY_ENUM)
};

/* Of the memory a call works on, in bytes. Its half is for each operand. */
#define SBM_TEST_LIBRARY_MEM	512

/**
 * struct sbm_test_library_args - what a function is called with
 * @a: Offset in @mem of the first buffer or string.
 * @b: Offset of the second.
 * @n: Length in bytes.
 * @c: Character, value or seed.
 * @result: What it returned: pointers as offsets in @mem or -1, comparisons as
 *	a sign.
 * @mem: The memory.
 */
struct sbm_test_library_args {
	u32 a;
	u32 b;
	u32 n;
	u32 c;
	u64 result;
	u8 mem[SBM_TEST_LIBRARY_MEM];
};

SBM_DEFINE_CALL(sbm_test_library, enum sbm_test_library, function,
		struct sbm_test_library_args *, args)

#endif /* _KERNEL_SBM_TESTS_LIBRARY_H */
