// SPDX-License-Identifier: GPL-2.0-only
/* C: gates and transfers, all there are of each kind. */
#include <asm/ldt.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "escape.h"

/* Selectors of all descriptors of the GDT, and as many of an LDT. */
#define NR_SELECTORS	128

#define SEL_RPL		3
#define SEL_LDT		4

#define USER32_CS	0x23
#define USER_DS		0x2b
#define USER_CS		0x33
#define CPU_NUMBER	0x7b

static unsigned int without_rpl(unsigned int selector)
{
	return selector & ~SEL_RPL;
}

/* Fail unless the last call ended as it should; say for which number. */
#define CHECK_FOR(number, cond)						\
do {									\
	if (!(cond)) {							\
		print_result("got", &result);				\
		sbm_test_fail(__FILE__, __LINE__, "for %#llx: %s",	\
			      (unsigned long long)(number), #cond);	\
		return;							\
	}								\
} while (0)

/* === SYSCALL === */

CODE(make_syscall,
     "mov %rdi, %rax\n xor %edi, %edi\n syscall\n xor %eax, %eax\n ret\n");

ATTEMPT('C', M5_all_system_calls, "makes each system call of 0 to 1023")
{
	struct box_result result;
	unsigned int nr;

	for (nr = 0; nr < 1024; nr++) {
		CHECK_EQ(run_code_arg(&make_syscall, nr, &result), 0);
		if (nr < 2) {			/* return, grow */
			CHECK_FOR(nr, !result.ret);
			CHECK_FOR(nr, !strcmp(result.kind, "none"));
		} else if (nr == 2) {
			CHECK_FOR(nr, !strcmp(result.kind, "abort"));
		} else {
			CHECK_FOR(nr, result.ret == ENOSYS_RET);
			CHECK_FOR(nr, !strcmp(result.kind, "gate"));
			CHECK_FOR(nr, result.addr == nr);
		}
	}
}

ATTEMPT('C', M5_odd_system_calls,
	"makes system calls of negative and huge numbers")
{
	struct box_result result;
	unsigned int bit, i;
	uint64_t nr;

	for (bit = 2; bit < 64; bit++) {
		for (i = 0; i < 4; i++) {
			nr = (i & 1 ? -1ULL : 0) + ((1ULL << bit) | i);
			if (nr <= 2)
				continue;
			nr = i & 2 ? nr : -nr;
			CHECK_EQ(run_code_arg(&make_syscall, nr, &result), 0);
			CHECK_FOR(nr, result.ret == ENOSYS_RET);
			CHECK_FOR(nr, !strcmp(result.kind, "gate"));
			CHECK_FOR(nr, result.addr == nr);
		}
	}
}

/* === INT === */

ATTEMPT('C', all_int_vectors, "executes int with each of 256 vectors")
{
	unsigned char bytes[] = { 0xcd, 0, 0xc3 };
	struct code code = { bytes, bytes + sizeof(bytes) };
	struct box_result result;
	unsigned int nr;

	for (nr = 0; nr < 256; nr++) {
		bytes[1] = nr;
		CHECK_EQ(run_code(&code, &result), 0);
		switch (nr) {
		case 3:
		case 4:
			CHECK_FOR(nr, is_fault(&result, nr, 0));
			CHECK_FOR(nr, result.ip == 2);
			break;
		case 0x80:
			CHECK_FOR(nr, !strcmp(result.kind, "door"));
			CHECK_FOR(nr, result.ret == EFAULT_RET);
			break;
		default:
			/* QEMU 7.2 says times sixteen. */
			CHECK_FOR(nr, is_fault(&result, 13, nr * 8 + 2) ||
				  (on_tcg() &&
				   is_fault(&result, 13, nr * 16 + 2)));
			CHECK_FOR(nr, result.ip == 0);
		}
	}
}

/* === Code segments === */

CODE(jump_far, "movl $0x1000, -16(%rsp)\n mov %edi, -12(%rsp)\n"
     "ljmp *-16(%rsp)\n");
CODE(call_far, "movl $0x1000, -16(%rsp)\n mov %edi, -12(%rsp)\n"
     "lcall *-16(%rsp)\n");

/* What a transfer to 0x1000 in each segment must end in. */
static void sweep_code_segments(const struct code *code)
{
	struct box_result result;
	unsigned int sel;

	for (sel = 0; sel < NR_SELECTORS; sel++) {
		CHECK_EQ(run_code_arg(code, sel, &result), 0);
		/* QEMU 7.2 cuts the stack pointer of a call off, if it goes. */
		if (on_tcg() && code == &call_far && sel >= (USER32_CS & ~3) &&
		    is_fault(&result, 14, 2))
			continue;
		switch (sel | SEL_RPL) {
		case USER_CS:
			CHECK_FOR(sel, is_fault(&result, 14, PF_FETCH));
			CHECK_FOR(sel, result.addr == 0x1000);
			break;
		case USER32_CS:
			CHECK_FOR(sel, !strcmp(result.kind, "door"));
			CHECK_FOR(sel, result.ip == 0x1000 - place(OF_IMAGE));
			break;
		default:
			CHECK_FOR(sel, is_fault(&result, 13,
						without_rpl(sel)));
		}
	}
}

ATTEMPT('C', all_far_jumps, "jumps to each selector there is")
{
	sweep_code_segments(&jump_far);
}

ATTEMPT('C', all_far_calls, "calls each selector there is: no call gate")
{
	sweep_code_segments(&call_far);
}

/* === Data segments === */

CODE(load_ds, "mov %edi, %ds\n xor %eax, %eax\n ret\n");
CODE(load_es, "mov %edi, %es\n xor %eax, %eax\n ret\n");
CODE(load_fs, "mov %edi, %fs\n xor %eax, %eax\n ret\n");
CODE(load_gs, "mov %edi, %gs\n xor %eax, %eax\n ret\n");
CODE(load_ss, "mov %edi, %ss\n xor %eax, %eax\n ret\n");

static bool may_load(unsigned int selector)
{
	switch (selector | SEL_RPL) {
	case SEL_RPL:
	case USER32_CS:
	case USER_DS:
	case USER_CS:
	case CPU_NUMBER:
		return true;
	default:
		return false;
	}
}

ATTEMPT('C', all_data_segments, "loads each selector into DS, ES, FS and GS")
{
	const struct code *codes[] = { &load_ds, &load_es, &load_fs, &load_gs };
	struct box_result result;
	unsigned int i, sel;

	for (i = 0; i < 4; i++) {
		for (sel = 0; sel < NR_SELECTORS; sel++) {
			CHECK_EQ(run_code_arg(codes[i], sel, &result), 0);
			if (may_load(sel))
				CHECK_FOR(sel, !result.ret &&
					  !strcmp(result.kind, "none"));
			else
				CHECK_FOR(sel, is_fault(&result, 13,
							without_rpl(sel)));
		}
	}
}

ATTEMPT('C', all_stack_segments, "loads each selector into SS")
{
	struct box_result result;
	unsigned int sel;

	for (sel = 0; sel < NR_SELECTORS; sel++) {
		CHECK_EQ(run_code_arg(&load_ss, sel, &result), 0);
		if (sel == USER_DS)
			CHECK_FOR(sel, !result.ret &&
				  !strcmp(result.kind, "none"));
		else
			CHECK_FOR(sel, is_fault(&result, 13, without_rpl(sel)));
	}
}

/* === Descriptors of the caller === */

static unsigned int limit_of(unsigned int selector)
{
	unsigned int limit = 0;

	asm volatile("lsl %1, %0" : "+r"(limit) : "r"(selector) : "cc");
	return limit;
}

ATTEMPT('C', M8_ldt_of_caller,
	"uses the LDT of its caller: 32-bit code, and data")
{
	struct user_desc code = {
		.entry_number = 0,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.contents = MODIFY_LDT_CONTENTS_CODE,
		.limit_in_pages = 1,
	};
	struct user_desc data = {
		.entry_number = 1,
		.base_addr = 0x10000,
		.limit = 0xabcde,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
	struct user_desc none = { .read_exec_only = 1, .seg_not_present = 1 };
	const unsigned int code_sel = 0 << 3 | SEL_LDT | 3;
	const unsigned int data_sel = 1 << 3 | SEL_LDT | 3;
	struct box_result result;

	CHECK_EQ(syscall(SYS_modify_ldt, 1, &code, sizeof(code)), 0);
	CHECK_EQ(syscall(SYS_modify_ldt, 1, &data, sizeof(data)), 0);
	CHECK_EQ(limit_of(data_sel), 0xabcdefff);

	CHECK_EQ(run_code_arg(&jump_far, code_sel, &result), 0);
	CHECK_FAULT(&result, 13, SEL_LDT);
	CHECK_EQ(run_code_arg(&load_ds, data_sel, &result), 0);
	CHECK_FAULT(&result, 13, 1 << 3 | SEL_LDT);
	CHECK_EQ(run_code_arg(&load_fs, data_sel, &result), 0);
	CHECK_FAULT(&result, 13, 1 << 3 | SEL_LDT);

	/* It is still the caller's. */
	CHECK_EQ(limit_of(data_sel), 0xabcdefff);
	CHECK_EQ(limit_of(code_sel), 0xffffffff);

	CHECK_EQ(syscall(SYS_modify_ldt, 1, &none, sizeof(none)), 0);
	none.entry_number = 1;
	CHECK_EQ(syscall(SYS_modify_ldt, 1, &none, sizeof(none)), 0);
}

ATTEMPT('C', M8_tls_of_caller, "uses a TLS descriptor of its caller")
{
	struct box_result result;
	unsigned int sel;
	struct user_desc desc = {
		.entry_number = -1,
		.base_addr = 0x10000,
		.limit = 0xabcde,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};

	CHECK_EQ(set_tls(&desc), 0);
	sel = desc.entry_number << 3 | 3;
	CHECK_EQ(limit_of(sel), 0xabcdefff);

	CHECK_EQ(run_code_arg(&load_fs, sel, &result), 0);
	CHECK_FAULT(&result, 13, without_rpl(sel));
	CHECK_EQ(run_code_arg(&load_ds, sel, &result), 0);
	CHECK_FAULT(&result, 13, without_rpl(sel));
	CHECK_EQ(limit_of(sel), 0xabcdefff);

	/* Empty again. */
	desc = (struct user_desc){
		.entry_number = sel >> 3,
		.read_exec_only = 1,
		.seg_not_present = 1,
	};
	CHECK_EQ(set_tls(&desc), 0);
}

CODE(probe_kernel_segments,
     /* How many of LAR, LSL, VERR and VERW work for descriptors of CPL 0? */
     "xor %edi, %edi\n mov $8, %ecx\n"
     "1: lar %ecx, %eax\n jnz 2f\n inc %edi\n"
     "2: lsl %ecx, %eax\n jnz 3f\n inc %edi\n"
     "3: verr %cx\n jnz 4f\n inc %edi\n"
     "4: verw %cx\n jnz 5f\n inc %edi\n"
     "5: add $8, %ecx\n cmp $0x20, %ecx\n jne 1b\n"
     "mov $0x40, %ecx\n lsl %ecx, %eax\n jnz 6f\n inc %edi\n"
     "6: mov %edi, %eax\n ret\n");

ATTEMPT('C', probe_segments,
	"asks LAR, LSL, VERR and VERW about the kernel's segments")
{
	struct box_result result;

	CHECK_EQ(run_code(&probe_kernel_segments, &result), 0);
	CHECK_RETURNED(&result, 0);
}
