// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: gates, the calls of a sandbox into the kernel.
 *
 * Whatever comes through a gate is untrusted. Numbers are looked up in the
 * table of the class; memory is reached through the regions of the sandbox,
 * never through the address that was given. A bad one of either ends the call,
 * whatever the gate makes of it.
 */
#define pr_fmt(fmt) "sbm: " fmt

#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sbm_gate.h>
#include <linux/uaccess.h>

#include "gate.h"
#include "weak.h"
#include <trace/events/sbm.h>

/* === Memory === */

/* Is the memory of this instance out of reach but through its regions? */
static bool sbm_gate_isolated(const struct sbm *sbm)
{
	return sbm && sbm->sandbox->info.level == SBM_LEVEL_STRONG;
}

static int sbm_gate_bad_pointer(struct sbm *sbm, unsigned long va)
{
	/* It may be a good one for which there is no memory. */
	if (!sbm->sandbox->gate_error)
		sbm->sandbox->gate_error = SBM_ERR_FAULT;
	sbm->sandbox->gate_addr = va;
	return -EFAULT;
}

/*
 * The region that has all of a range with these rights, or %NULL. Of the heap
 * only what was handed out: the rest is not the sandbox's, and may go any time.
 * Of the stack also what the sandbox has not touched yet.
 */
static struct sbm_region *sbm_region_find(struct sbm_sandbox *sandbox,
					  unsigned long va, size_t len,
					  unsigned int prot)
{
	struct sbm_region *region;
	size_t offset, size;

	if (sbm_stack_extend(sandbox, va) == -ENOMEM) {
		sandbox->gate_error = -ENOMEM;
		return NULL;
	}
	region = sbm_region_at(sandbox, va);
	if (!region || prot & ~region->prot)
		return NULL;

	offset = va - region->va;
	size = PAGE_SIZE * (region == sandbox->heap ? sandbox->info.heap_pages :
						      region->nr_pages);
	return offset < size && len <= size - offset ? region : NULL;
}

/**
 * sbm_gate_read() - copy from a sandbox, in a gate
 * @sbm: What the gate was given.
 * @dst: Kernel memory.
 * @src: What the gate was given, an address in the sandbox.
 * @len: Number of bytes.
 *
 * Return: Zero; or -EFAULT if the sandbox could not have read all of it
 * itself. Then its call ends when the gate returns. (In a call in place: if it
 * cannot be read. The call goes on.)
 * Context: In a gate.
 */
int sbm_gate_read(struct sbm *sbm, void *dst, const void *src, size_t len)
{
	unsigned long va = (unsigned long)src;
	struct sbm_region *region;
	const void *image;

	if (!sbm_gate_isolated(sbm))
		return copy_from_kernel_nofault(dst, src, len);
	if (!len)
		return 0;

	region = sbm_region_find(sbm->sandbox, va, len, 0);
	if (region) {
		if (sbm_region_read(region, va - region->va, dst, len))
			return sbm_gate_bad_pointer(sbm, va);
		return 0;
	}
	image = arch_sbm_image_at(va, len);
	if (image) {
		memcpy(dst, image, len);
		return 0;
	}
	return sbm_gate_bad_pointer(sbm, va);
}
EXPORT_SYMBOL_GPL(sbm_gate_read);

/**
 * sbm_gate_write() - copy into a sandbox, in a gate
 * @sbm: What the gate was given.
 * @dst: What the gate was given, an address in the sandbox.
 * @src: Kernel memory.
 * @len: Number of bytes.
 *
 * Return: Zero; or -EFAULT if the sandbox could not have written all of it
 * itself. Then its call ends when the gate returns. (In a call in place: if it
 * cannot be written. The call goes on.)
 * Context: In a gate.
 */
int sbm_gate_write(struct sbm *sbm, void *dst, const void *src, size_t len)
{
	unsigned long va = (unsigned long)dst;
	struct sbm_region *region;

	if (!sbm_gate_isolated(sbm))
		return copy_to_kernel_nofault(dst, src, len);
	if (!len)
		return 0;

	region = sbm_region_find(sbm->sandbox, va, len, SBM_PROT_WRITE);
	if (!region)
		return sbm_gate_bad_pointer(sbm, va);
	sbm_region_write(region, va - region->va, src, len);
	return 0;
}
EXPORT_SYMBOL_GPL(sbm_gate_write);

/* === Calling === */

static const struct sbm_gate *sbm_gate_find(const struct sbm_class *class,
					    u64 nr)
{
	if (nr >= class->nr_gates)
		return NULL;
	return class->gates[array_index_nospec(nr, class->nr_gates)];
}

static long sbm_gate_call(struct sbm *sbm, const struct sbm_gate *gate,
			  const unsigned long *args)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	long ret;

	sandbox->info.gates++;
	sbm_count(SBM_EV_GATE);
	ret = gate->fn(sbm, args);
	trace_sbm_gate(&sandbox->info, gate->name, ret);
	return ret;
}

/**
 * sbm_serve_gate() - serve a gate
 * @sbm: SBM instance whose sandbox has called it.
 * @nr: Its number.
 * @args: Its arguments, %SBM_GATE_ARGS of them.
 * @fault: Filled in if the call has to end.
 *
 * Return: Zero, with the sandbox ready to go on; or the negative errno that the
 * call ends with.
 * Context: Process context, in the run loop.
 */
int sbm_serve_gate(struct sbm *sbm, u64 nr, const unsigned long *args,
		   struct sbm_fault *fault)
{
	struct sbm_sandbox *sandbox = sbm->sandbox;
	const struct sbm_gate *gate = sbm_gate_find(sandbox->class, nr);
	long ret;

	if (!gate) {
		fault->kind = SBM_FAULT_GATE;
		fault->addr = SBM_CALL_GATE + nr;
		return SBM_ERR_GATE;
	}

	sandbox->gate_error = 0;
	ret = sbm_gate_call(sbm, gate, args);
	if (sandbox->gate_error) {
		fault->kind = SBM_FAULT_POINTER;
		fault->addr = sandbox->gate_addr;
		return sandbox->gate_error;
	}

	arch_sbm_set_result(sandbox, ret);
	return 0;
}

/**
 * sbm_gate_in_place() - a gate, called by code that runs in the kernel
 * @gate: The gate.
 * @args: Its arguments, %SBM_GATE_ARGS of them.
 *
 * For SBM_DEFINE_GATE(). In a call in place it is that of the sandbox's class
 * which has the same number, as in the image. Outside of a sandbox it is @gate.
 *
 * Return: What the gate returns.
 * Context: That of the gate.
 */
long sbm_gate_in_place(const struct sbm_gate *gate, const unsigned long *args)
{
	struct sbm_sandbox *sandbox = sbm_weak_current();
	void *catcher;
	long ret;

	if (!sandbox)
		return gate->fn(NULL, args);

	if (!sbm_gate_find(sandbox->class, gate->nr)) {
		sbm_weak_end(sandbox, SBM_CALL_GATE + gate->nr, 0);
		return SBM_ERR_GATE;
	}

	/* What faults from here on is the kernel's. */
	catcher = arch_sbm_catch_pause();
	ret = sbm_gate_call(sandbox->weak->sbm,
			    sbm_gate_find(sandbox->class, gate->nr), args);
	arch_sbm_catch_resume(catcher);
	return ret;
}
EXPORT_SYMBOL_GPL(sbm_gate_in_place);

/* === Gates for everyone === */

SBM_DEFINE_GATE(sbm_log_line, const char *, text, size_t, len)
{
	char line[SBM_LOG_MAX];
	struct sbm_class *class;

	len = min(len, sizeof(line));
	if (sbm_gate_read(sbm, line, text, len))
		return -EFAULT;
	if (!sbm) {
		pr_info_ratelimited("%*pE\n", (int)len, line);
		return 0;
	}

	class = sbm->sandbox->class;
	if (!__ratelimit(&class->log_limit))
		return -EAGAIN;
	pr_info("%s says: %*pE\n", class->name, (int)len, line);
	return 0;
}

/**
 * sbm_set_pull() - say where more input comes from
 * @sbm: SBM instance. Its class needs SBM_GATE(sbm_pull).
 * @pull: Supplies it; or %NULL, and then there is none.
 * @ctx: Passed to @pull.
 *
 * The sandboxed code gets it with sbm_pull(), as if it were reading a file:
 * the number of bytes, zero at the end, or the error of @pull. It may get less
 * than it asked for.
 *
 * @pull writes straight into memory of the sandbox, and must not read there. It
 * may sleep.
 *
 * Context: Any; not during a call.
 */
void sbm_set_pull(struct sbm *sbm, sbm_pull_fn pull, void *ctx)
{
	sbm->pull = pull;
	sbm->pull_ctx = ctx;
}
EXPORT_SYMBOL_GPL(sbm_set_pull);

/* One page at a time: those of a sandbox are not contiguous for the kernel. */
static ssize_t sbm_pull_page(struct sbm *sbm, unsigned long va, size_t size)
{
	size_t offset = offset_in_page(va);
	struct sbm_region *region;
	struct page *page;
	ssize_t ret;
	void *kaddr;

	region = sbm_region_find(sbm->sandbox, va, 1, SBM_PROT_WRITE);
	if (!region)
		return sbm_gate_bad_pointer(sbm, va);

	size = min(size, PAGE_SIZE - offset);
	page = region->pages[(va - region->va) >> PAGE_SHIFT];
	kaddr = kmap_local_page(page);
	ret = sbm->pull(sbm->pull_ctx, kaddr + offset, size);
	kunmap_local(kaddr);

	return WARN_ON_ONCE(ret > (ssize_t)size) ? -EIO : ret;
}

SBM_DEFINE_GATE(sbm_pull, void *, buf, size_t, size)
{
	if (!sbm || !sbm->pull || !size)
		return 0;
	if (!sbm_gate_isolated(sbm))
		return sbm->pull(sbm->pull_ctx, buf, size);
	return sbm_pull_page(sbm, (unsigned long)buf, size);
}
