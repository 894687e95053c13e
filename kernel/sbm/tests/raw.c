// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: machine code, written at run time, in a sandbox.
 *
 * What an attacker can run after taking over a parser is not what a compiler
 * makes of C. This runs anything.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/mm.h>

#include "../internal.h"
#include "raw.h"

static struct sbm_class sbm_raw_class = {
	.name = "sbm-test",
	.heap_pages = 1024,
	.flags = SBM_CLASS_STRONG,
};

/**
 * sbm_raw_init() - create a sandbox with code in it
 * @raw: To be initialised.
 * @code: Machine code; starts at its first byte.
 * @len: Its length in bytes, not zero.
 *
 * Return: Zero or a negative errno; %SBM_ERR_UNSUPPORTED where nothing can
 * hold the code. sbm_raw_destroy() is due only after success.
 * Context: Process context; may sleep.
 */
int sbm_raw_init(struct sbm_raw *raw, const void *code, size_t len)
{
	unsigned int nr_pages = DIV_ROUND_UP(len, PAGE_SIZE);
	int err;

	*raw = (struct sbm_raw) { };
	err = sbm_init_class(&raw->sbm, &sbm_raw_class);
	if (err)
		return err;

	raw->code = sbm_region_create(raw->sbm.sandbox, nr_pages, nr_pages,
				      SBM_PROT_EXEC);
	if (IS_ERR(raw->code)) {
		sbm_destroy(&raw->sbm);
		return PTR_ERR(raw->code);
	}
	sbm_region_write(raw->code, 0, code, len);
	return 0;
}

/**
 * sbm_raw_run() - run the code
 * @raw: From sbm_raw_init().
 * @arg: What the code finds in its first argument register.
 *
 * Return: What the code returned, or as sbm_exec().
 * Context: Process or kthread context; may sleep.
 */
int sbm_raw_run(struct sbm_raw *raw, unsigned long arg)
{
	unsigned long ip, base = raw->code->va;
	int ret;

	ret = sbm_run_at(&raw->sbm, base, arg);

	sbm_last_fault(&raw->sbm, &raw->fault);
	ip = arch_sbm_image_va(0) + raw->fault.ip;
	if (raw->fault.kind != SBM_FAULT_NONE && ip >= base &&
	    ip - base <= raw->code->nr_pages * PAGE_SIZE)
		raw->fault.ip = ip - base;
	return ret;
}

/**
 * sbm_raw_destroy() - destroy the sandbox
 * @raw: From sbm_raw_init().
 *
 * Context: Process context; may sleep.
 */
void sbm_raw_destroy(struct sbm_raw *raw)
{
	sbm_destroy(&raw->sbm);
}

static int __init sbm_raw_class_init(void)
{
	return sbm_class_register(&sbm_raw_class);
}
subsys_initcall(sbm_raw_class_init);
