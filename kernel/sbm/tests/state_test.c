// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode tests: what a sandbox can see of the machine it runs on.
 */
#include <kunit/test.h>
#include <linux/highmem.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/sbm_codec.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/cpu_entry_area.h>
#include <asm/cpufeature.h>
#include <asm/fixmap.h>
#include <asm/segment.h>
#include <asm/sections.h>

#include "arch.h"
#include "codec_vectors.h"
#include "dump.h"
#include "raw.h"
#include "sandboxed.h"
#include "testlib.h"

/* === Registers === */

static void check_entry_state(struct kunit *test, const struct sbm_dump *regs,
			      const struct sbm_raw *raw, unsigned long arg)
{
	static const u64 zero[16][2];
	struct sbm_region *stack = raw->sbm.sandbox->stack;
	u16 fcw, fsw, ftw;
	int i;

	for (i = 0; i < 16; i++) {
		u64 want = 0;

		if (i == 4)	/* RSP: the return address is on the stack */
			want = stack->va + stack->nr_pages * PAGE_SIZE - 8;
		if (i == 7)	/* RDI */
			want = arg;
		KUNIT_EXPECT_EQ_MSG(test, regs->gpr[i], want, "register %d", i);
	}
	KUNIT_EXPECT_EQ(test, regs->flags, X86_EFLAGS_IF | X86_EFLAGS_FIXED);

	KUNIT_EXPECT_EQ(test, regs->sel[0], __USER_CS);
	KUNIT_EXPECT_EQ(test, regs->sel[1], __USER_DS);
	for (i = 2; i < 6; i++)
		KUNIT_EXPECT_EQ_MSG(test, regs->sel[i], 0, "selector %d", i);
	KUNIT_EXPECT_EQ(test, regs->fsbase, 0);
	KUNIT_EXPECT_EQ(test, regs->gsbase, 0);

	KUNIT_EXPECT_MEMEQ(test, regs->xmm, zero, sizeof(zero));
	KUNIT_EXPECT_EQ(test, (u32)regs->mxcsr, 0x1f80);
	memcpy(&fcw, regs->fpu, 2);
	memcpy(&fsw, regs->fpu + 4, 2);
	memcpy(&ftw, regs->fpu + 8, 2);
	KUNIT_EXPECT_EQ(test, fcw, 0x37f);
	KUNIT_EXPECT_EQ(test, fsw, 0);
	KUNIT_EXPECT_EQ(test, ftw, 0xffff);
}

/* Every register is clean on entry, whatever the call before has left. */
static void sbm_registers(struct kunit *test)
{
	struct sbm_dump *regs;
	struct sbm_buf *buf;
	struct sbm_raw raw;
	unsigned long arg;
	int i;

	sbm_test_need_strong(test);
	regs = kunit_kzalloc(test, sizeof(*regs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, regs);
	KUNIT_ASSERT_EQ(test, 0, sbm_raw_init(&raw, sbm_dump_start,
					      sbm_dump_end - sbm_dump_start));
	buf = sbm_alloc_buf(&raw.sbm, sizeof(*regs), SBM_OUT);
	KUNIT_EXPECT_NOT_NULL(test, buf);
	if (!buf)
		goto out;
	arg = (unsigned long)buf->sbm_ptr;

	for (i = 0; i < 3; i++) {
		memset(regs, 0xff, sizeof(*regs));
		regs->fsbase = 0;
		regs->gsbase = 0;
		regs->base = boot_cpu_has(X86_FEATURE_FSGSBASE);
		regs->spoil = i == 1;
		sbm_buf_write(buf, 0, regs, sizeof(*regs));
		KUNIT_EXPECT_EQ(test, sbm_raw_run(&raw, arg), 0);
		sbm_buf_read(buf, 0, regs, sizeof(*regs));
		check_entry_state(test, regs, &raw, arg);
	}
out:
	sbm_raw_destroy(&raw);
}

/* The sandbox is in user mode, in its 64-bit code segment. */
static void sbm_cpl(struct kunit *test)
{
	struct sbm *sbm;
	int cs;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	cs = sbm_call(sbm, sbm_test_cs);
	KUNIT_EXPECT_EQ(test, cs & 3, 3);
	KUNIT_EXPECT_EQ(test, cs, __USER_CS);
}

/* === Memory === */

static bool within(u64 word, unsigned long start, unsigned long end)
{
	return word >= start && word < end;
}

/*
 * The upper half is addresses of the kernel. Of its last 4 GiB only those that
 * are in use: the rest are small negative numbers, or a small one and -1.
 */
static bool is_kernel_address(u64 word)
{
	if (within(word, __PAGE_OFFSET_BASE_L4, -(unsigned long)SZ_4G))
		return true;
	return within(word, (unsigned long)_text, (unsigned long)_end) ||
	       within(word, MODULES_VADDR, MODULES_END) ||
	       within(word, FIXADDR_START, FIXADDR_TOP);
}

static bool is_cpu_entry_area(u64 word)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unsigned long area = (unsigned long)get_cpu_entry_area(cpu);

		if (within(word, area, area + CPU_ENTRY_AREA_SIZE))
			return true;
	}
	return false;
}

/* The kernel is linked to where small negative numbers are: -1 and an opcode. */
static bool is_kernel_symbol(u64 word)
{
	unsigned long size, offset;

	return within(word, (unsigned long)_text, (unsigned long)_end) &&
	       kallsyms_lookup_size_offset(word, &size, &offset) && !offset;
}

/*
 * The code of the image is full of words that look like it: negative
 * displacements with an opcode behind. So there only what is in use counts,
 * which is a small part of the upper half.
 */
static bool is_kernel_address_in_code(u64 word)
{
	return within(word, PAGE_OFFSET, (unsigned long)high_memory) ||
	       is_kernel_symbol(word) ||
	       within(word, VMEMMAP_START,
		      VMEMMAP_START + max_pfn * sizeof(struct page)) ||
	       is_cpu_entry_area(word) || find_vm_area((void *)word);
}

/**
 * struct scan - what a look at all memory of a sandbox has found
 * @pages: Pages mapped.
 * @found: Kernel addresses in them.
 * @word: The last one,
 * @va: and where it was.
 * @wx: Pages that are both writable and executable.
 * @foreign: Pages that are not user mode's alone.
 */
struct scan {
	unsigned int pages;
	unsigned int found;
	u64 word;
	unsigned long va;
	unsigned int wx;
	unsigned int foreign;
};

static int scan_page(pte_t *ptep, unsigned long va, void *data)
{
	pte_t pte = ptep_get(ptep);
	const u64 *words = kmap_local_page(pte_page(pte));
	pteval_t prot = pte_flags(pte);
	bool code = !(prot & _PAGE_NX);
	struct scan *scan = data;
	unsigned int i;

	scan->pages++;
	scan->wx += pte_write(pte) && code;
	scan->foreign += !(prot & _PAGE_USER) || (prot & _PAGE_GLOBAL);

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
		if (code ? !is_kernel_address_in_code(words[i]) :
			   !is_kernel_address(words[i]))
			continue;
		scan->found++;
		scan->word = words[i];
		scan->va = va + i * sizeof(*words);
	}
	kunmap_local(words);
	return 0;
}

/* Looks at everything that is mapped, by the page tables the CPU uses. */
static struct scan scan_sandbox(struct kunit *test, struct sbm *sbm)
{
	struct mm_struct *mm = sbm->sandbox->arch->mm;
	struct vm_area_struct *vma;
	struct vma_iterator vmi;
	struct scan scan = { };
	int err;

	vma_iter_init(&vmi, mm, 0);
	mmap_read_lock(mm);
	for_each_vma(vmi, vma) {
		err = apply_to_existing_page_range(mm, vma->vm_start,
						   vma->vm_end - vma->vm_start,
						   scan_page, &scan);
		KUNIT_EXPECT_EQ(test, err, 0);
	}
	mmap_read_unlock(mm);

	if (scan.found)
		kunit_info(test, "%u kernel addresses, the last is %#llx at %#lx\n",
			   scan.found, scan.word,
			   scan.va - arch_sbm_image_va(0));
	return scan;
}

static unsigned int pages_of_regions(struct sbm *sbm)
{
	struct sbm_region *region;
	unsigned int pages = 0;

	list_for_each_entry(region, &sbm->sandbox->regions, node)
		pages += region->nr_pages;
	return pages;
}

static struct sbm_class sbm_state_class = {
	.name = "sbm-kunit-state",
	.heap_pages = 1024,
};

/* After real work, nothing the sandbox can read is an address of the kernel. */
static void sbm_no_kernel_address(struct kunit *test)
{
	static const struct {
		enum sbm_codec codec;
		const u8 *data;
		size_t len;
	} work[] = {
		{ SBM_CODEC_ZLIB, sbm_vector_zlib, sizeof(sbm_vector_zlib) },
		{ SBM_CODEC_XZ, sbm_vector_xz, sizeof(sbm_vector_xz) },
		{ SBM_CODEC_ZSTD, sbm_vector_zstd, sizeof(sbm_vector_zstd) },
	};
	struct sbm_buf *buf;
	struct scan scan;
	struct sbm *sbm;
	unsigned int i;
	const u8 *in;
	u64 planted;
	u8 *out;

	sbm_test_need_strong(test);
	sbm = sbm_test_init_class(test, &sbm_state_class);
	buf = sbm_alloc_buf(sbm, PAGE_SIZE, SBM_OUT);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	out = buf->sbm_ptr;

	for (i = 0; i < ARRAY_SIZE(work); i++) {
		in = SBM_COPY_IN(sbm, work[i].data, work[i].len);
		KUNIT_EXPECT_GT(test,
				sbm_decompress(sbm, work[i].codec, in,
					       work[i].len, out, PAGE_SIZE),
				0);
		scan = scan_sandbox(test, sbm);
		KUNIT_EXPECT_EQ(test, scan.found, 0);
		/* More than the regions: the code of the image is there too. */
		KUNIT_EXPECT_GT(test, scan.pages, pages_of_regions(sbm));
	}

	/* It would have been noticed. */
	planted = (unsigned long)test;
	sbm_buf_write(buf, 64, &planted, sizeof(planted));
	KUNIT_EXPECT_EQ(test, scan_sandbox(test, sbm).found, 1);
	planted = (unsigned long)scan_sandbox;
	sbm_buf_write(buf, 64, &planted, sizeof(planted));
	KUNIT_EXPECT_EQ(test, scan_sandbox(test, sbm).found, 1);
	/* In code as well: of data, of functions, of stacks. */
	KUNIT_EXPECT_TRUE(test, is_kernel_address_in_code((u64)sbm->sandbox));
	KUNIT_EXPECT_TRUE(test, is_kernel_address_in_code(planted));
	KUNIT_EXPECT_TRUE(test, is_kernel_address_in_code((u64)&planted));
}

/* Nothing is both writable and executable, or mapped for the kernel. */
static void sbm_write_xor_execute(struct kunit *test)
{
	struct scan scan;
	struct sbm *sbm;

	sbm_test_need_strong(test);
	sbm = sbm_test_init(test);
	scan = scan_sandbox(test, sbm);
	KUNIT_EXPECT_GT(test, scan.pages, 0);
	KUNIT_EXPECT_EQ(test, scan.wx, 0);
	KUNIT_EXPECT_EQ(test, scan.foreign, 0);
}

static struct kunit_case sbm_state_cases[] = {
	KUNIT_CASE(sbm_cpl),
	KUNIT_CASE(sbm_registers),
	KUNIT_CASE(sbm_no_kernel_address),
	KUNIT_CASE(sbm_write_xor_execute),
	{}
};

static int sbm_state_suite_init(struct kunit_suite *suite)
{
	return sbm_class_register(&sbm_state_class);
}

static void sbm_state_suite_exit(struct kunit_suite *suite)
{
	sbm_class_unregister(&sbm_state_class);
}

static struct kunit_suite sbm_state_suite = {
	.name = "sandbox_mode_state",
	.suite_init = sbm_state_suite_init,
	.suite_exit = sbm_state_suite_exit,
	.test_cases = sbm_state_cases,
};

kunit_test_suite(sbm_state_suite);
