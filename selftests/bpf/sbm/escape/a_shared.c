// SPDX-License-Identifier: GPL-2.0-only
/* A: addresses that mean something to others, too. */
#include <sys/mman.h>
#include <unistd.h>

#include "escape.h"

#define PAGE_SIZE	4096
#define STACK_SIZE	(4 * PAGE_SIZE)

/* Map a page of this process at an address of a sandbox, with its own data. */
static unsigned char *map_at(uint64_t addr, size_t len, unsigned char fill)
{
	unsigned char *at;

	at = mmap((void *)addr, len, PROT_READ | PROT_WRITE | PROT_EXEC,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE |
		  MAP_POPULATE, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	memset(at, fill, len);
	return at;
}

static bool all(const unsigned char *at, size_t len, unsigned char value)
{
	size_t i;

	for (i = 0; i < len && at[i] == value; i++)
		;
	return i == len;
}

CODE(dirty_stack, "lea -8192(%rsp), %rdi\n mov $8192, %ecx\n"
     "mov $0x77, %al\n rep stosb\n xor %eax, %eax\n ret\n");
CODE(read_byte, "movzbl (%rdi), %eax\n ret\n");
CODE(call_it, "call *%rdi\n ret\n");

ATTEMPT('A', M4_stack_of_caller,
	"writes its stack, where the caller has memory, too")
{
	uint64_t addr = place(OF_STACK) - STACK_SIZE;
	unsigned char *at = map_at(addr, STACK_SIZE, 0x11);
	struct box_result result;

	CHECK(at);
	CHECK_EQ(run_code(&dirty_stack, &result), 0);
	CHECK_RETURNED(&result, 0);
	CHECK(all(at, STACK_SIZE, 0x11));
	munmap(at, STACK_SIZE);
}

ATTEMPT('A', M4_code_of_caller, "runs where the caller has other code")
{
	/* ret, at the place of the sandbox's code: not what is executed. */
	unsigned char *at = map_at(place(OF_CODE), PAGE_SIZE, 0xc3);
	const struct code good = {
		box_return_42.bytes, box_return_42.bytes + box_return_42.len
	};
	struct box_result result;

	CHECK(at);
	CHECK_EQ(run_code(&good, &result), 0);
	CHECK_RETURNED(&result, 42);
	CHECK(all(at, PAGE_SIZE, 0xc3));
	munmap(at, PAGE_SIZE);
}

ATTEMPT('A', M4_guards_of_caller,
	"reads and calls next to its memory, where the caller has some")
{
	const uint64_t guards[] = {
		place(OF_CODE) - PAGE_SIZE,
		place(OF_CODE) + PAGE_SIZE,
		place(OF_STACK),
		place(OF_STACK) - STACK_SIZE - PAGE_SIZE,
		place(OF_HEAP),
		place(OF_IMAGE) - PAGE_SIZE,
	};
	struct box_result result;
	unsigned char *at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(guards); i++) {
		at = map_at(guards[i], PAGE_SIZE, 0xc3);
		CHECK(at);
		/* The caller's translation is in the TLB. */
		CHECK_EQ(*(volatile unsigned char *)at, 0xc3);
		CHECK_EQ(run_code_arg(&read_byte, guards[i], &result), 0);
		CHECK_FAULT(&result, 14, PF_READ);
		CHECK_EQ(result.addr, guards[i]);
		CHECK_EQ(run_code_arg(&call_it, guards[i], &result), 0);
		CHECK_FAULT(&result, 14, PF_FETCH);
		CHECK_EQ(result.addr, guards[i]);
		CHECK(all(at, PAGE_SIZE, 0xc3));
		munmap(at, PAGE_SIZE);
	}
}

ATTEMPT('A', caller_after_sandbox,
	"leaves translations behind: the caller reads its own memory")
{
	uint64_t addr = place(OF_HEAP);
	struct box_result result;
	unsigned char *at;
	int i;

	for (i = 0; i < 4; i++) {
		CHECK_EQ(box_run(&box_grow_3, &result), 0);
		CHECK_RETURNED(&result, 1);
		at = map_at(addr, 3 * PAGE_SIZE, 0x20 + i);
		CHECK(at);
		CHECK_EQ(box_run(&box_grow_3, &result), 0);
		CHECK_RETURNED(&result, 1);
		CHECK(all(at, 3 * PAGE_SIZE, 0x20 + i));
		munmap(at, 3 * PAGE_SIZE);
	}
}

CODE(dirty_and_loop, "lea -8192(%rsp), %rdi\n mov $8192, %ecx\n"
     "mov $0x77, %al\n rep stosb\n mov $1, %eax\n mov $16, %edi\n syscall\n"
     "mov %rax, %rdi\n mov $65536, %ecx\n mov $0x77, %al\n rep stosb\n"
     "1: jmp 1b\n");
CODE(look_around, "lea -8192(%rsp), %rsi\n mov $1024, %ecx\n xor %edi, %edi\n"
     "1: lodsq\n or %rax, %rdi\n loop 1b\n mov %rdi, %rbx\n"
     "mov $1, %eax\n mov $16, %edi\n syscall\n"
     "mov %rax, %rsi\n mov $8192, %ecx\n"
     "2: lodsq\n or %rax, %rbx\n loop 2b\n"
     "mov %rbx, %rdi\n mov $2, %eax\n syscall\n");

ATTEMPT('A', another_sandbox,
	"looks for the memory of one that runs at the same addresses")
{
	struct box_result result;
	pid_t pid;
	int i;

	pid = start_code(&dirty_and_loop);
	CHECK(pid > 0);
	wait_ms(100);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(run_code(&look_around, &result), 0);
		CHECK_STR(result.kind, "abort");
		CHECK_EQ(result.addr, 0);
	}
	box_kill(pid);
}
