// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: whatever the sandbox executes, the call ends in an error
 * that says exactly what it was.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/cpuid.h>

#include "../internal.h"
#include "raw.h"
#include "sandboxed.h"
#include "testlib.h"

#define CODE_MAX	24

/**
 * struct fault_case - code, and how the call must end
 * @name: What it does.
 * @code: Machine code; the rest of the page is zeroes.
 * @ret: What the call returns.
 * @want: The fault, with an ip relative to the code.
 * @tcg: What QEMU's TCG may make of it instead, if it is no real CPU here.
 */
struct fault_case {
	const char *name;
	u8 code[CODE_MAX];
	int ret;
	struct sbm_fault want;
	struct sbm_fault tcg;
};

#define EXCEPTION(v, e, a, i) {						\
	.kind = SBM_FAULT_EXCEPTION,					\
	.vector = (v), .error = (e), .addr = (a), .ip = (i),		\
}

/* A user-mode #PF where nothing is mapped: read, write, instruction fetch. */
#define PF_READ		SBM_TEST_PF_USER
#define PF_STORE	(SBM_TEST_PF_USER | SBM_TEST_PF_WRITE)
#define PF_FETCH	(SBM_TEST_PF_USER | SBM_TEST_PF_INSTR)

static const struct fault_case fault_cases[] = {
	{ "nop; ud2", { 0x90, 0x0f, 0x0b }, SBM_ERR_FAULT,
	  EXCEPTION(6, 0, 0, 1) },
	{ "nop; hlt", { 0x90, 0xf4 }, SBM_ERR_FAULT, EXCEPTION(13, 0, 0, 1) },
	{ "cli", { 0xfa }, SBM_ERR_FAULT, EXCEPTION(13, 0, 0, 0) },
	{ "sti", { 0xfb }, SBM_ERR_FAULT, EXCEPTION(13, 0, 0, 0) },
	{ "in al, dx", { 0xec }, SBM_ERR_FAULT, EXCEPTION(13, 0, 0, 0) },
	{ "wrmsr", { 0x0f, 0x30 }, SBM_ERR_FAULT, EXCEPTION(13, 0, 0, 0) },
	{ "swapgs", { 0x0f, 0x01, 0xf8 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0, 0, 0) },
	{ "mov cr3, rax", { 0x0f, 0x22, 0xd8 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0, 0, 0) },
	{ "mov dr7, rax", { 0x0f, 0x23, 0xf8 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0, 0, 0) },
	{ "lgdt [rsp]", { 0x0f, 0x01, 0x14, 0x24 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0, 0, 0) },
	{ "ltr ax", { 0x0f, 0x00, 0xd8 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0, 0, 0) },
	{ "mov ss, 0", { 0x31, 0xc0, 0x8e, 0xd0 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0, 0, 2) },
	{ "div by zero", { 0x31, 0xc9, 0xf7, 0xf1 }, SBM_ERR_FAULT,
	  EXCEPTION(0, 0, 0, 2) },
	/* Traps come after the instruction. */
	{ "int3", { 0xcc }, SBM_ERR_FAULT, EXCEPTION(3, 0, 0, 1) },
	/* QEMU 7.2 does not know this one. */
	{ "int1", { 0xf1 }, SBM_ERR_FAULT, EXCEPTION(1, 0, 0, 1),
	  EXCEPTION(6, 0, 0, 0) },
	/*
	 * A gate that is not open to CPL 3: the error code is its number times
	 * eight, plus two. QEMU 7.2 says times sixteen.
	 */
	{ "int 0x20", { 0xcd, 0x20 }, SBM_ERR_FAULT,
	  EXCEPTION(13, 0x102, 0, 0), EXCEPTION(13, 0x202, 0, 0) },
	{ "int 14", { 0xcd, 0x0e }, SBM_ERR_FAULT, EXCEPTION(13, 0x72, 0, 0),
	  EXCEPTION(13, 0xe2, 0, 0) },
	{ "single step: pushf; or [rsp], TF; popf; nop", {
		0x9c, 0x81, 0x0c, 0x24, 0x00, 0x01, 0x00, 0x00, 0x9d, 0x90 },
	  SBM_ERR_FAULT, EXCEPTION(1, 0, 0, 10) },
	{ "read of 0x1234", {
		0x8b, 0x04, 0x25, 0x34, 0x12, 0x00, 0x00 },
	  SBM_ERR_FAULT, EXCEPTION(14, PF_READ, 0x1234, 0) },
	{ "write to 0x1234", {
		0x89, 0x04, 0x25, 0x34, 0x12, 0x00, 0x00 },
	  SBM_ERR_FAULT, EXCEPTION(14, PF_STORE, 0x1234, 0) },
	{ "read of a non-canonical address", {
		0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0x00, 0x80, /* mov rax, 1 << 63 */
		0x8b, 0x00 },
	  SBM_ERR_FAULT, EXCEPTION(13, 0, 0, 10) },
	{ "push with a non-canonical stack", {
		0x48, 0xbc, 0, 0, 0, 0, 0, 0, 0x00, 0x80, /* mov rsp, 1 << 63 */
		0x50 },
	  SBM_ERR_FAULT, EXCEPTION(12, 0, 0, 10), EXCEPTION(13, 0, 0, 10) },
	{ "off the end of the code", { 0xe9, 0xfb, 0x0f, 0x00, 0x00 },
	  SBM_ERR_FAULT, { .kind = SBM_FAULT_EXCEPTION, .vector = 14,
			   .error = PF_FETCH, .ip = 0x1000 } },
	{ "unknown gate", {
		0xb8, 0x34, 0x12, 0x00, 0x00, 0x0f, 0x05 },
	  SBM_ERR_GATE, { .kind = SBM_FAULT_GATE, .addr = 0x1234, .ip = 7 } },
	{ "gate -1", { 0x48, 0x83, 0xc8, 0xff, 0x0f, 0x05 }, SBM_ERR_GATE,
	  { .kind = SBM_FAULT_GATE, .addr = ~0ULL, .ip = 6 } },
};

/* The page behind the code is where the fetch at its end must fault. */
static bool fault_is_fetch(const struct sbm_fault *fault)
{
	return fault->kind == SBM_FAULT_EXCEPTION && fault->vector == 14 &&
	       (fault->error & SBM_TEST_PF_INSTR);
}

/* Is this CPU QEMU's emulation, which differs in places? */
static bool on_tcg(void)
{
	return boot_cpu_has(X86_FEATURE_HYPERVISOR) &&
	       hypervisor_cpuid_base("TCGTCGTCGTCG", 0);
}

static bool fault_matches(const struct sbm_fault *got,
			  const struct sbm_fault *want)
{
	return got->kind == want->kind && got->vector == want->vector &&
	       got->error == want->error && got->addr == want->addr &&
	       got->ip == want->ip;
}

/* Each of the above ends as it says, and leaves a kernel that goes on. */
static void sbm_faults_exactly(struct kunit *test)
{
	const struct fault_case *c = test->param_value;
	struct sbm_fault want = c->want;
	struct sbm_raw raw;
	int ret;

	sbm_test_need_strong(test);
	KUNIT_ASSERT_EQ(test, sbm_raw_init(&raw, c->code, sizeof(c->code)), 0);
	ret = sbm_raw_run(&raw, 0);
	if (fault_is_fetch(&want))
		want.addr = raw.code->va + PAGE_SIZE;
	if (on_tcg() && fault_matches(&raw.fault, &c->tcg))
		want = c->tcg;

	KUNIT_EXPECT_EQ(test, ret, c->ret);
	KUNIT_EXPECT_EQ(test, sbm_error(&raw.sbm), c->ret);
	KUNIT_EXPECT_EQ(test, raw.fault.kind, want.kind);
	KUNIT_EXPECT_EQ(test, raw.fault.vector, want.vector);
	KUNIT_EXPECT_EQ(test, raw.fault.error, want.error);
	KUNIT_EXPECT_EQ(test, raw.fault.addr, want.addr);
	KUNIT_EXPECT_EQ(test, raw.fault.ip, want.ip);

	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT, sbm_raw_run(&raw, 0));
	sbm_raw_destroy(&raw);
}

static void fault_case_name(const struct fault_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(fault, fault_cases, fault_case_name);

/* INT 0x80 leads nowhere, whether the kernel serves 32-bit programs or not. */
static void sbm_int80(struct kunit *test)
{
	static const u8 code[] = { 0xcd, 0x80 };
	bool compat = IS_ENABLED(CONFIG_IA32_EMULATION);
	struct sbm_raw raw;

	sbm_test_need_strong(test);
	KUNIT_ASSERT_EQ(test, sbm_raw_init(&raw, code, sizeof(code)), 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT, sbm_raw_run(&raw, 0));
	KUNIT_EXPECT_EQ(test, raw.fault.kind,
			compat ? SBM_FAULT_DOOR : SBM_FAULT_EXCEPTION);
	KUNIT_EXPECT_EQ(test, raw.fault.vector, compat ? 0x80 : 13);
	KUNIT_EXPECT_EQ(test, raw.fault.error, compat ? 0 : 0x402);
	KUNIT_EXPECT_EQ(test, raw.fault.ip, compat ? 2 : 0);
	sbm_raw_destroy(&raw);
}

/* SYSENTER is another door that is shut, or an invalid instruction. */
static void sbm_sysenter(struct kunit *test)
{
	static const u8 code[] = { 0x0f, 0x34 };
	struct sbm_raw raw;

	sbm_test_need_strong(test);
	KUNIT_ASSERT_EQ(test, sbm_raw_init(&raw, code, sizeof(code)), 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT, sbm_raw_run(&raw, 0));
	if (raw.fault.kind == SBM_FAULT_EXCEPTION)
		KUNIT_EXPECT_EQ(test, raw.fault.vector, 6);
	else
		KUNIT_EXPECT_EQ(test, raw.fault.kind, SBM_FAULT_DOOR);
	sbm_raw_destroy(&raw);
}

/* A sandbox that gets itself into 32-bit mode does not come back to life. */
static void sbm_compat_mode(struct kunit *test)
{
	static const u8 code[] = {
		0x48, 0xb8, 0x00, 0x10, 0x00, 0x00, 0x23, 0x00, 0x00, 0x00,
		0x50,			/* push 0x23:0x1000 */
		0xff, 0x2c, 0x24,	/* ljmp *(%rsp) */
	};
	struct sbm_raw raw;

	sbm_test_need_strong(test);
	KUNIT_ASSERT_EQ(test, sbm_raw_init(&raw, code, sizeof(code)), 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT, sbm_raw_run(&raw, 0));
	KUNIT_EXPECT_EQ(test, raw.fault.kind, SBM_FAULT_DOOR);
	KUNIT_EXPECT_EQ(test, arch_sbm_image_va(0) + raw.fault.ip, 0x1000);
	sbm_raw_destroy(&raw);
}

/* IRET does not lead to CPL 0. */
static void sbm_iret_to_kernel(struct kunit *test)
{
	static const u8 code[] = {
		0x6a, 0x00,	/* push 0 (ss) */
		0x54,		/* push rsp */
		0x6a, 0x02,	/* push 2 (flags) */
		0x6a, 0x10,	/* push 0x10 (cs) */
		0x6a, 0x00,	/* push 0 (rip) */
		0x48, 0xcf,	/* iretq */
	};
	struct sbm_raw raw;

	sbm_test_need_strong(test);
	KUNIT_ASSERT_EQ(test, sbm_raw_init(&raw, code, sizeof(code)), 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT, sbm_raw_run(&raw, 0));
	KUNIT_EXPECT_EQ(test, raw.fault.kind, SBM_FAULT_EXCEPTION);
	KUNIT_EXPECT_EQ(test, raw.fault.ip, 9);
	if (on_tcg() && raw.fault.vector == 14) {
		/* QEMU 7.2 reads the frame as CPL 0 and trips over SMAP. */
		KUNIT_EXPECT_EQ(test, raw.fault.error, SBM_TEST_PF_PROT);
	} else {
		KUNIT_EXPECT_EQ(test, raw.fault.vector, 13);
		KUNIT_EXPECT_EQ(test, raw.fault.error, 0x10);
	}
	sbm_raw_destroy(&raw);
}

/* A misaligned access with the AC flag set is a fault, no SIGBUS. */
static void sbm_alignment_check(struct kunit *test)
{
	static const u8 code[] = {
		0x9c,						/* pushf */
		0x81, 0x0c, 0x24, 0x00, 0x00, 0x04, 0x00,	/* or AC */
		0x9d,						/* popf */
		0x8b, 0x44, 0x24, 0x01,		/* mov eax, [rsp + 1] */
		0xc3,						/* ret */
	};
	struct sbm_raw raw;

	sbm_test_need_strong(test);
	if (on_tcg())
		kunit_skip(test, "QEMU TCG has no alignment check");
	KUNIT_ASSERT_EQ(test, sbm_raw_init(&raw, code, sizeof(code)), 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_FAULT, sbm_raw_run(&raw, 0));
	KUNIT_EXPECT_EQ(test, raw.fault.kind, SBM_FAULT_EXCEPTION);
	KUNIT_EXPECT_EQ(test, raw.fault.vector, 17);
	KUNIT_EXPECT_EQ(test, raw.fault.error, 0);
	KUNIT_EXPECT_EQ(test, raw.fault.ip, 9);
	sbm_raw_destroy(&raw);
}

/* What an image function executes is found by its place in the image. */
static void sbm_fault_in_image(struct kunit *test)
{
	static const struct {
		enum sbm_test_insn insn;
		u32 vector;
		u32 len;	/* of the instruction, if it is a trap */
	} cases[] = {
		{ SBM_TEST_UD2, 6 },
		{ SBM_TEST_HLT, 13 },
		{ SBM_TEST_DIV0, 0 },
		{ SBM_TEST_INT3, 3, 1 },
	};
	int i, ret;

	sbm_test_need_strong(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sbm *sbm = sbm_test_init(test);
		struct sbm_buf *buf = sbm_alloc_buf(sbm, 8, SBM_OUT);
		struct sbm_fault want = {
			.kind = SBM_FAULT_EXCEPTION,
			.vector = cases[i].vector,
		};
		u64 where;

		KUNIT_ASSERT_NOT_NULL(test, buf);
		ret = sbm_call(sbm, sbm_test_fault, cases[i].insn,
			       buf->sbm_ptr);
		sbm_buf_read(buf, 0, &where, sizeof(where));
		want.ip = where - arch_sbm_image_va(0) + cases[i].len;
		sbm_test_expect_fault(test, sbm, ret, &want);
	}
}

/* The numbers of system calls of the real user mode mean nothing here. */
static void sbm_no_system_calls(struct kunit *test)
{
	struct sbm_fault fault;
	struct sbm *sbm;
	unsigned long nr;

	sbm_test_need_strong(test);
	for (nr = SBM_CALL_ABORT + 1; nr < 600; nr++) {
		sbm = sbm_test_init(test);
		KUNIT_EXPECT_EQ(test, SBM_ERR_GATE,
				sbm_call(sbm, sbm_test_syscall, nr));
		KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
		KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_GATE);
		KUNIT_EXPECT_EQ(test, fault.addr, nr);
		nr += nr > 20 ? 60 : 0;
	}
}

static struct kunit_case sbm_fault_test_cases[] = {
	KUNIT_CASE_PARAM(sbm_faults_exactly, fault_gen_params),
	KUNIT_CASE(sbm_int80),
	KUNIT_CASE(sbm_sysenter),
	KUNIT_CASE(sbm_compat_mode),
	KUNIT_CASE(sbm_iret_to_kernel),
	KUNIT_CASE(sbm_alignment_check),
	KUNIT_CASE(sbm_fault_in_image),
	KUNIT_CASE(sbm_no_system_calls),
	{}
};

static struct kunit_suite sbm_fault_suite = {
	.name = "sandbox_mode_fault",
	.test_cases = sbm_fault_test_cases,
};

kunit_test_suite(sbm_fault_suite);
