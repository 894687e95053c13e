// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: has anything of the kernel been changed?
 *
 *   /sys/kernel/debug/sbm/selfhash/text	code and read-only data
 *   /sys/kernel/debug/sbm/selfhash/cpus	what rules each CPU
 *
 * To be read before and after an attempt to break out: the same text says that
 * nothing was changed. The kernel itself changes its code, with static keys
 * and tracing, so nothing may be switched on or off in between.
 */
#include <linux/cpu.h>
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/xxhash.h>
#include <asm/desc.h>
#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

/* Bits that follow the task: prctl(PR_SET_TSC), and RDPMC for perf users. */
#define SBM_CR4_OF_TASK	(X86_CR4_TSD | X86_CR4_PCE)

/* === Code and read-only data === */

/*
 * In copies: KASAN does not let anybody read between two variables, unless it
 * is __memcpy() that does.
 */
static u64 sbm_hash_range(void *page, const void *start, const void *end)
{
	struct xxh64_state state;

	xxh64_reset(&state, 0);
	for (; start < end; start += PAGE_SIZE) {
		size_t len = min_t(size_t, PAGE_SIZE, end - start);

		__memcpy(page, start, len);
		xxh64_update(&state, page, len);
		cond_resched();
	}
	return xxh64_digest(&state);
}

static int text_show(struct seq_file *m, void *unused)
{
	void *page = (void *)__get_free_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	seq_printf(m, "text %016llx\n", sbm_hash_range(page, _stext, _etext));
	seq_printf(m, "rodata %016llx\n",
		   sbm_hash_range(page, __start_rodata, __end_rodata));
	free_page((unsigned long)page);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(text);

/* === CPUs === */

static const struct {
	const char *name;
	u32 nr;
} sbm_msrs[] = {
	{ "efer", MSR_EFER },
	{ "star", MSR_STAR },
	{ "lstar", MSR_LSTAR },
	{ "cstar", MSR_CSTAR },
	{ "fmask", MSR_SYSCALL_MASK },
	{ "sysenter_cs", MSR_IA32_SYSENTER_CS },
	{ "sysenter_esp", MSR_IA32_SYSENTER_ESP },
	{ "sysenter_eip", MSR_IA32_SYSENTER_EIP },
	{ "gs_base", MSR_GS_BASE },
};

struct sbm_cpu {
	struct desc_ptr idtr, gdtr;
	gate_desc idt[IDT_ENTRIES];
	struct desc_struct gdt[GDT_ENTRIES];
	u64 sp0, ist[ARRAY_SIZE(((struct x86_hw_tss *)NULL)->ist)];
	u64 cr0, cr4, xcr0;
	u64 msr[ARRAY_SIZE(sbm_msrs)];
};

static void sbm_read_cpu(void *info)
{
	const struct x86_hw_tss *tss = this_cpu_ptr(&cpu_tss_rw.x86_tss);
	struct sbm_cpu *cpu = info;
	int i;

	store_idt(&cpu->idtr);
	store_gdt(&cpu->gdtr);
	__memcpy(cpu->idt, (void *)cpu->idtr.address, sizeof(cpu->idt));
	__memcpy(cpu->gdt, (void *)cpu->gdtr.address, sizeof(cpu->gdt));

	/* These follow the task. */
	memset(cpu->gdt + GDT_ENTRY_LDT, 0, 2 * sizeof(*cpu->gdt));
	memset(cpu->gdt + GDT_ENTRY_TLS_MIN, 0,
	       GDT_ENTRY_TLS_ENTRIES * sizeof(*cpu->gdt));

	cpu->sp0 = tss->sp0;
	__memcpy(cpu->ist, tss->ist, sizeof(cpu->ist));
	cpu->cr0 = read_cr0();
	cpu->cr4 = __read_cr4() & ~SBM_CR4_OF_TASK;
	if (cpu->cr4 & X86_CR4_OSXSAVE)
		cpu->xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	for (i = 0; i < ARRAY_SIZE(sbm_msrs); i++)
		rdmsrl(sbm_msrs[i].nr, cpu->msr[i]);
}

static void sbm_show_cpu(struct seq_file *m, int nr, const struct sbm_cpu *cpu)
{
	int i;

	seq_printf(m, "cpu%d idtr %016lx %x\n", nr, cpu->idtr.address,
		   cpu->idtr.size);
	seq_printf(m, "cpu%d gdtr %016lx %x\n", nr, cpu->gdtr.address,
		   cpu->gdtr.size);
	seq_printf(m, "cpu%d idt %016llx\n", nr,
		   xxh64(cpu->idt, sizeof(cpu->idt), 0));
	seq_printf(m, "cpu%d gdt %016llx\n", nr,
		   xxh64(cpu->gdt, sizeof(cpu->gdt), 0));
	seq_printf(m, "cpu%d sp0 %016llx\n", nr, cpu->sp0);
	seq_printf(m, "cpu%d ist %016llx\n", nr,
		   xxh64(cpu->ist, sizeof(cpu->ist), 0));
	seq_printf(m, "cpu%d cr0 %016llx\n", nr, cpu->cr0);
	seq_printf(m, "cpu%d cr4 %016llx\n", nr, cpu->cr4);
	seq_printf(m, "cpu%d xcr0 %016llx\n", nr, cpu->xcr0);
	for (i = 0; i < ARRAY_SIZE(sbm_msrs); i++)
		seq_printf(m, "cpu%d %s %016llx\n", nr, sbm_msrs[i].name,
			   cpu->msr[i]);
}

static int cpus_show(struct seq_file *m, void *unused)
{
	struct sbm_cpu *cpu = kzalloc(sizeof(*cpu), GFP_KERNEL);
	int nr, err = 0;

	if (!cpu)
		return -ENOMEM;
	cpus_read_lock();
	for_each_online_cpu(nr) {
		err = smp_call_function_single(nr, sbm_read_cpu, cpu, 1);
		if (err)
			break;
		sbm_show_cpu(m, nr, cpu);
	}
	cpus_read_unlock();
	kfree(cpu);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(cpus);

/* Linked behind debugfs.c, so the folder is there. */
static int __init sbm_selfhash_init(void)
{
	struct dentry *root = debugfs_lookup("sbm", NULL);
	struct dentry *dir = debugfs_create_dir("selfhash", root);

	debugfs_create_file("text", 0400, dir, NULL, &text_fops);
	debugfs_create_file("cpus", 0400, dir, NULL, &cpus_fops);
	dput(root);
	return 0;
}
late_initcall(sbm_selfhash_init);
