// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: gates, what a sandbox may ask of the kernel.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <trace/events/printk.h>
#include <trace/events/sbm.h>

#include "../internal.h"
#include "gated.h"
#include "sandboxed.h"
#include "testlib.h"

/* === The gates === */

/* For sbm_test_gate_nested(): the outer sandbox, and another one. */
static struct sbm *outer, *inner;

SBM_DEFINE_GATE(sbm_test_gate_sum, u8, a, s32, b, u64, c, const u32 *, d,
		bool, e)
{
	u32 value;

	if (sbm_gate_read(sbm, &value, d, sizeof(value)))
		return 0;	/* the call ends all the same */
	return a + b + c + value + e;
}

SBM_DEFINE_GATE(sbm_test_gate_fill, void *, buf, size_t, len)
{
	static const char fill[64] = { [0 ... 63] = 0x5a };

	return sbm_gate_write(sbm, buf, fill, min(len, sizeof(fill)));
}

SBM_DEFINE_GATE(sbm_test_gate_nested)
{
	if (sbm_call(outer, sbm_test_null) != SBM_ERR_NESTED ||
	    sbm_reset(outer) != SBM_ERR_NESTED)
		return -EINVAL;
	return sbm_call(inner, sbm_test_args2, 40, 2);
}

SBM_DEFINE_GATE(sbm_test_gate_hole)
{
	return 0;
}

SBM_DEFINE_GATE(sbm_test_gate_behind)
{
	return 0;
}

SBM_DEFINE_GATE(sbm_test_gate_null)
{
	return 0;
}

static const struct sbm_gate *const gates[] = {
	SBM_GATE(sbm_log_line),
	SBM_GATE(sbm_pull),
	SBM_GATE(sbm_test_gate_sum),
	SBM_GATE(sbm_test_gate_fill),
	SBM_GATE(sbm_test_gate_nested),
	SBM_GATE(sbm_test_gate_null),
};

static struct sbm_class sbm_gate_class = {
	.name = "sbm-kunit-gate",
	.heap_pages = 16,
	.gates = gates,
	.nr_gates = ARRAY_SIZE(gates),
};

/* === Arguments === */

/**
 * struct seen - what the tracepoint told
 * @id: The sandbox to watch.
 * @count: How often.
 * @gate: The last name.
 * @result: The last result.
 */
struct seen {
	u64 id;
	unsigned int count;
	const char *gate;
	long result;
};

static void see(void *data, const struct sbm_info *info, const char *gate,
		long result)
{
	struct seen *seen = data;

	if (info->id != seen->id)
		return;
	seen->count++;
	seen->gate = gate;
	seen->result = result;
}

static void sbm_gate_args(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	struct seen seen = { .id = sbm->sandbox->info.id };
	u64 events = sbm_events(SBM_EV_GATE);
	u32 value = 7, *inside;

	KUNIT_ASSERT_EQ(test, 0, register_trace_sbm_gate(see, &seen));
	inside = SBM_COPY_IN(sbm, &value, sizeof(value));
	/* Narrow ones arrive as they are, whatever is above them. */
	KUNIT_EXPECT_EQ(test, 255 - 5000 + 100000 + 7 + 1,
			sbm_call(sbm, sbm_test_gated_sum, 255, -5000, 100000,
				 inside, true));
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
	KUNIT_EXPECT_EQ(test, sbm->sandbox->info.gates, 1);
	KUNIT_EXPECT_EQ(test, sbm_events(SBM_EV_GATE) - events, 1);

	unregister_trace_sbm_gate(see, &seen);
	tracepoint_synchronize_unregister();
	KUNIT_EXPECT_EQ(test, seen.count, 1);
	KUNIT_EXPECT_STREQ(test, seen.gate, "sbm_test_gate_sum");
	KUNIT_EXPECT_EQ(test, seen.result, 255 - 5000 + 100000 + 7 + 1);
}

/* === Memory === */

static void expect_pointer(struct kunit *test, struct sbm *sbm, int ret,
			   const void *ptr)
{
	struct sbm_fault fault;

	KUNIT_EXPECT_EQ(test, ret, SBM_ERR_FAULT);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), SBM_ERR_FAULT);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_POINTER);
	KUNIT_EXPECT_EQ(test, fault.addr, (unsigned long)ptr);
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
}

/* A gate reads what the sandbox could have read, and nothing else. */
static void sbm_gate_reads(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	u32 value = 7, *inside;
	const void *bad[7];
	int i;

	sbm_test_need_strong(test);
	inside = SBM_COPY_IN(sbm, &value, sizeof(value));
	bad[0] = NULL;
	bad[1] = &value;			/* the kernel's stack */
	bad[2] = test->name;			/* its data */
	bad[3] = (void *)inside + 1;		/* one byte too many */
	bad[4] = (void *)inside + sizeof(value);
	bad[5] = (void *)-1UL;			/* wraps around */
	bad[6] = (void *)(sbm_stack_limit(sbm->sandbox) - 1);

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect_pointer(test, sbm,
			       sbm_call(sbm, sbm_test_gated_sum, 0, 0, 0,
					bad[i], false), bad[i]);

	KUNIT_EXPECT_EQ(test, 7, sbm_call(sbm, sbm_test_gated_sum, 0, 0, 0,
					  inside, false));
}

/* A gate writes what the sandbox could have written, and nothing else. */
static void sbm_gate_writes(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	char in[64] = "not to be written", out[64];
	char kernel[64] = "nor is this";
	char *sbm_in, *sbm_out;
	const void *bad[5];
	int i;

	sbm_test_need_strong(test);
	sbm_in = SBM_COPY_IN(sbm, in, sizeof(in));
	sbm_out = SBM_COPY_OUT(sbm, out, sizeof(out));
	bad[0] = kernel;
	bad[1] = sbm_in;				/* read-only */
	bad[2] = (void *)arch_sbm_image_va(0);		/* text */
	bad[3] = sbm_out + PAGE_SIZE - 1;		/* crosses the end */
	bad[4] = sbm_out - 1;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect_pointer(test, sbm,
			       sbm_call(sbm, sbm_test_gated_fill,
					(void *)bad[i], 64), bad[i]);
	KUNIT_EXPECT_STREQ(test, kernel, "nor is this");

	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_gated_fill, sbm_out,
					  sizeof(out)));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(out, 0x5a, sizeof(out)), NULL);
	/* Nothing is not too much, wherever it is. */
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_gated_fill, NULL, 0));
}

/* === Numbers === */

static void expect_no_gate(struct kunit *test, struct sbm *sbm, int ret,
			   u64 nr)
{
	struct sbm_fault fault;

	KUNIT_EXPECT_EQ(test, ret, SBM_ERR_GATE);
	KUNIT_ASSERT_EQ(test, sbm_last_fault(sbm, &fault), 0);
	KUNIT_EXPECT_EQ(test, fault.kind, SBM_FAULT_GATE);
	KUNIT_EXPECT_EQ(test, fault.addr, nr);
	KUNIT_EXPECT_EQ(test, sbm_reset(sbm), 0);
}

/* Numbers that no gate can have, asked for without the code of one. */
static void expect_no_numbers(struct kunit *test, struct sbm *sbm)
{
#ifdef CONFIG_X86_64
	unsigned long nr;

	expect_no_gate(test, sbm, sbm_call(sbm, sbm_test_syscall, -1UL), -1UL);
	for (nr = SBM_CALL_ABORT + 1; nr < SBM_CALL_GATE; nr++)
		expect_no_gate(test, sbm, sbm_call(sbm, sbm_test_syscall, nr),
			       nr);
#endif
}

/* What the class does not have ends the call. */
static void sbm_gate_unknown(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	u64 first = SBM_CALL_GATE + SBM_GATE_FIRST;

	sbm_test_need_strong(test);
	expect_no_gate(test, sbm, sbm_call(sbm, sbm_test_gated_hole),
		       first + 3);
	expect_no_gate(test, sbm, sbm_call(sbm, sbm_test_gated_behind),
		       first + 5);
	expect_no_numbers(test, sbm);

	/* The default class has none at all. */
	sbm = sbm_test_init(test);
	expect_no_gate(test, sbm, sbm_call(sbm, sbm_test_gated_log_literal),
		       SBM_CALL_GATE);
}

/* === Log === */

static char logged[SBM_LOG_MAX + 64];
static unsigned int lines;

static void catch_line(void *ignore, const char *text, size_t len)
{
	if (!strnstr(text, "sbm-kunit-gate says", len))
		return;
	strscpy(logged, text, min(len + 1, sizeof(logged)));
	lines++;
}

static void sbm_gate_logs(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	char text[2 * SBM_LOG_MAX], *inside;
	int i, ret;

	lines = 0;
	inside = SBM_COPY_IN(sbm, text, sizeof(text));
	strscpy(text, "\033[2J\nsbm: a lie");
	KUNIT_ASSERT_EQ(test, 0, register_trace_console(catch_line, NULL));
	ret = sbm_call(sbm, sbm_test_gated_log, inside);
	KUNIT_EXPECT_EQ(test, ret, 0);
	/* Whatever it is, it stays one line, and says who says so. */
	KUNIT_EXPECT_NOT_NULL(test, strstr(logged,
					   "says: \\e[2J\\nsbm: a lie"));

	ret = sbm_call(sbm, sbm_test_gated_log_literal);
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(logged, "says: a literal"));

	/* Longer than a line may be, and more than there may be. */
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	for (i = 0; i < 50; i++)
		ret = sbm_call(sbm, sbm_test_gated_log, inside);
	KUNIT_EXPECT_EQ(test, ret, -EAGAIN);
	KUNIT_EXPECT_EQ(test, lines, 10);
	KUNIT_EXPECT_NOT_NULL(test, strstr(logged, "xxx"));
	KUNIT_EXPECT_LT(test, strlen(logged), SBM_LOG_MAX + 40);

	unregister_trace_console(catch_line, NULL);
	tracepoint_synchronize_unregister();
}

/* === Pull === */

/**
 * struct source - what is to be pulled
 * @data: All of it.
 * @len: Its length in bytes.
 * @pos: How much is gone.
 * @most: Most that was asked for at once.
 * @error: Error at the end, or zero.
 */
struct source {
	char *data;
	size_t len;
	size_t pos;
	size_t most;
	int error;
};

/* A file, a pipe: less than was asked for, now and then. */
static ssize_t supply(void *ctx, void *buf, size_t size)
{
	struct source *source = ctx;
	size_t len = min(size, source->len - source->pos);

	source->most = max(source->most, size);
	if (len > 100 && source->pos % 3)
		len -= 13;
	if (!len)
		return source->error;
	memcpy(buf, source->data + source->pos, len);
	source->pos += len;
	return len;
}

static void sbm_gate_pull(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	const size_t size = 3 * PAGE_SIZE + 100;
	struct source source = { .len = size };
	char *out, *sbm_out;
	unsigned int i;

	source.data = kunit_kmalloc(test, size, GFP_KERNEL);
	out = kunit_kzalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, source.data);
	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < size; i++)
		source.data[i] = i * 7 + i / 256;
	sbm_out = SBM_COPY_OUT(sbm, out, size);

	/* Nobody supplies anything: that is the end. */
	KUNIT_EXPECT_EQ(test, 0, sbm_call(sbm, sbm_test_gated_pull, sbm_out,
					  size, size));

	sbm_set_pull(sbm, supply, &source);
	KUNIT_EXPECT_EQ(test, size, sbm_call(sbm, sbm_test_gated_pull, sbm_out,
					     size, size));
	KUNIT_EXPECT_MEMEQ(test, out, source.data, size);
	if (sbm_level(sbm) == SBM_LEVEL_STRONG)
		KUNIT_EXPECT_LE(test, source.most, PAGE_SIZE);

	/* In pieces that cross pages, and with an error at the end. */
	source.pos = 0;
	source.len -= 200;
	source.error = -ENODATA;
	KUNIT_EXPECT_EQ(test, -ENODATA,
			sbm_call(sbm, sbm_test_gated_pull, sbm_out, size, 999));
	KUNIT_EXPECT_EQ(test, source.pos, source.len);
	KUNIT_EXPECT_EQ(test, sbm_error(sbm), 0);
}

static void sbm_gate_pull_pointer(struct kunit *test)
{
	struct sbm *sbm = sbm_test_init_class(test, &sbm_gate_class);
	char data[64] = { }, kernel[64] = "not to be written";
	struct source source = { .data = data, .len = sizeof(data) };
	char *sbm_in;

	sbm_test_need_strong(test);
	sbm_in = SBM_COPY_IN(sbm, data, sizeof(data));
	sbm_set_pull(sbm, supply, &source);
	expect_pointer(test, sbm, sbm_call(sbm, sbm_test_gated_pull, sbm_in,
					   64, 64), sbm_in);
	expect_pointer(test, sbm, sbm_call(sbm, sbm_test_gated_pull, kernel,
					   64, 64), kernel);
	KUNIT_EXPECT_EQ(test, source.pos, 0);
	KUNIT_EXPECT_STREQ(test, kernel, "not to be written");
}

/* === Nesting === */

/* A gate may use another sandbox, and not its own. */
static void sbm_gate_nests(struct kunit *test)
{
	u64 state = 0x123456789abcdef0;

	outer = sbm_test_init_class(test, &sbm_gate_class);
	inner = sbm_test_init(test);

	KUNIT_EXPECT_EQ(test, 42,
			sbm_call(outer, sbm_test_gated_nested, state));
	KUNIT_EXPECT_EQ(test, sbm_error(outer), 0);
	KUNIT_EXPECT_EQ(test, sbm_error(inner), 0);
	/* And again: nothing was left behind. */
	KUNIT_EXPECT_EQ(test, 42,
			sbm_call(outer, sbm_test_gated_nested, state));
	KUNIT_EXPECT_EQ(test, sbm_call(inner, sbm_test_null), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(outer, sbm_test_null), 0);
}

/* The inner call fails; the outer one is told and goes on. */
static void sbm_gate_nested_fault(struct kunit *test)
{
	sbm_test_need_strong(test);
	outer = sbm_test_init_class(test, &sbm_gate_class);
	inner = sbm_test_init(test);

	sbm_call(inner, sbm_test_write, NULL, 0);
	KUNIT_EXPECT_EQ(test, SBM_ERR_AFTER_FAULT,
			sbm_call(outer, sbm_test_gated_nested, 1));
	KUNIT_EXPECT_EQ(test, sbm_error(outer), 0);
	KUNIT_EXPECT_EQ(test, sbm_call(outer, sbm_test_null), 0);
}

static int sbm_gate_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_gate_class);
}

static void sbm_gate_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_gate_class);
}

static struct kunit_case sbm_gate_cases[] = {
	KUNIT_CASE(sbm_gate_args),
	KUNIT_CASE(sbm_gate_reads),
	KUNIT_CASE(sbm_gate_writes),
	KUNIT_CASE(sbm_gate_unknown),
	KUNIT_CASE(sbm_gate_logs),
	KUNIT_CASE(sbm_gate_pull),
	KUNIT_CASE(sbm_gate_pull_pointer),
	KUNIT_CASE(sbm_gate_nests),
	KUNIT_CASE(sbm_gate_nested_fault),
	{ }
};

static struct kunit_suite sbm_gate_suite = {
	.name = "sandbox_mode_gate",
	.suite_init = sbm_gate_suite_init,
	.suite_exit = sbm_gate_suite_exit,
	.test_cases = sbm_gate_cases,
};

kunit_test_suite(sbm_gate_suite);
