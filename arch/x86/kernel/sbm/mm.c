// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode on x86-64: the address space of a sandbox.
 *
 * An ordinary mm_struct that no process owns. Everything in it is mapped when
 * the sandbox is set up or grows, never by a fault, with page table entries
 * that the rest of mm leaves alone (VM_PFNMAP): no reverse mapping, no
 * swapping, no copy on write, no get_user_pages(). The sandbox has a reference
 * of each page.
 *
 * There is one vm_area_struct for all of it. That mm finds the page tables by
 * it is all it is for: what may be done with a page is said in its entry, and
 * an access that no entry allows is a fault of the sandbox.
 *
 * Lock ordering: the mmap_lock of a sandbox is taken under file system locks
 * and under the mmap_lock of processes, never the other way round. It has a
 * lockdep class of its own, and is not taken on the way in or out. Reclaim only
 * tries it: its holder may be waiting for memory.
 */
#include <linux/cred.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#include "arch.h"

static struct lock_class_key sbm_mmap_lock_key;

static struct kmem_cache *arch_sbm_cache;

static vm_fault_t sbm_vma_fault(struct vm_fault *vmf)
{
	/* Nobody faults pages in; a fault of the sandbox never gets here. */
	return VM_FAULT_SIGBUS;
}

static const char *sbm_vma_name(struct vm_area_struct *vma)
{
	return "[sandbox]";
}

static const struct vm_operations_struct sbm_vm_ops = {
	.fault = sbm_vma_fault,
	.name = sbm_vma_name,
};

/*
 * Address space of a sandbox, from the image on: room for more than 200 of the
 * largest buffers. More would be more to walk when it is taken apart.
 */
#define SBM_SPACE	SZ_64G

/* What memory is that other processes may have mapped as well. */
static pgprot_t sbm_pgprot(unsigned int prot)
{
	vm_flags_t flags = VM_SHARED | VM_READ;

	if (prot & SBM_PROT_WRITE)
		flags |= VM_WRITE;
	if (prot & SBM_PROT_EXEC)
		flags |= VM_EXEC;
	return vm_get_page_prot(flags);
}

static struct mm_struct *sbm_mm_alloc(void)
{
	struct mm_struct *mm = mm_alloc();

	if (!mm)
		return NULL;

	lockdep_set_class(&mm->mmap_lock, &sbm_mmap_lock_key);

	/*
	 * A new mm takes after the process that made it. This one outlives it,
	 * and belongs to the kernel: pages are charged when they are allocated.
	 */
	mm->flags = MMF_DUMP_FILTER_DEFAULT;
	mm->def_flags = 0;
	put_user_ns(mm->user_ns);
	mm->user_ns = get_user_ns(&init_user_ns);
#ifdef CONFIG_MEMCG
	WRITE_ONCE(mm->owner, NULL);
#endif
	return mm;
}

static int sbm_mm_reserve(struct arch_sbm *arch)
{
	struct mm_struct *mm = arch->mm;
	struct vm_area_struct *vma;
	int err;

	vma = vm_area_alloc(mm);
	if (!vma)
		return -ENOMEM;

	vma->vm_start = sbm_image_base();
	vma->vm_end = vma->vm_start + SBM_SPACE;
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma->vm_ops = &sbm_vm_ops;
	vm_flags_init(vma, VM_SHARED | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP |
			   VM_DONTCOPY);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);

	mmap_write_lock(mm);
	/* Not _install_special_mapping(): that tells perf about the caller. */
	err = insert_vm_struct(mm, vma);
	mmap_write_unlock(mm);

	if (err)
		vm_area_free(vma);
	else
		arch->vma = vma;
	return err;
}

/**
 * arch_sbm_reserve() - set aside address space
 * @sandbox: The sandbox.
 * @va: First address, page-aligned.
 * @nr: Number of pages.
 *
 * Return: Zero, or -ENOMEM if the sandbox has used up its address space.
 */
int arch_sbm_reserve(struct sbm_sandbox *sandbox, unsigned long va,
		     unsigned int nr)
{
	const struct vm_area_struct *vma = sandbox->arch->vma;
	unsigned long size = (unsigned long)nr * PAGE_SIZE;

	return va >= vma->vm_start && va < vma->vm_end &&
	       size <= vma->vm_end - va ? 0 : -ENOMEM;
}

/*
 * set_memory_wc() and its like leave the cache attributes in these flags. A page
 * must not have others in a second mapping, so it is not mapped at all.
 */
static bool sbm_page_cached(const struct page *page)
{
#ifdef CONFIG_X86_PAT
	return !(page->flags & (BIT(PG_arch_1) | BIT(PG_arch_2)));
#else
	return true;
#endif
}

/* What sbm_set_pte() needs: the next page is the first of @pages, or @pfn. */
struct sbm_ptes {
	struct mm_struct *mm;
	struct page **pages;
	unsigned long pfn;
	pgprot_t prot;
};

static int sbm_set_pte(pte_t *pte, unsigned long va, void *data)
{
	struct sbm_ptes *ptes = data;
	unsigned long pfn;

	if (ptes->pages) {
		struct page *page = *ptes->pages++;

		if (!sbm_page_cached(page))
			return -EINVAL;
		pfn = page_to_pfn(page);
	} else {
		pfn = ptes->pfn++;
	}
	if (WARN_ON_ONCE(!pte_none(ptep_get(pte))))
		return -EBUSY;

	set_pte_at(ptes->mm, va, pte, pte_mkspecial(pfn_pte(pfn, ptes->prot)));
	return 0;
}

/*
 * Nothing was mapped there before, so no TLB entry has to go. The entries are
 * set as vmf_insert_pfn_prot() would, but that looks up each page in the memory
 * map to learn its cache attributes.
 */
static int sbm_set_ptes(struct sbm_sandbox *sandbox, unsigned long va,
			unsigned int nr, struct sbm_ptes *ptes)
{
	struct mm_struct *mm = sandbox->arch->mm;
	int err;

	if (WARN_ON_ONCE(arch_sbm_reserve(sandbox, va, nr)))
		return -EINVAL;

	ptes->mm = mm;
	mmap_write_lock(mm);
	err = apply_to_page_range(mm, va, (unsigned long)nr * PAGE_SIZE,
				  sbm_set_pte, ptes);
	mmap_write_unlock(mm);
	return err;
}

/**
 * arch_sbm_map() - map pages where address space was set aside
 * @sandbox: The sandbox.
 * @va: First address, page-aligned.
 * @pages: The pages; the caller keeps its references while they are mapped.
 * @nr: Number of pages.
 * @prot: SBM_PROT_* flags.
 *
 * Return: Zero; or -ENOMEM, or -EINVAL for pages that are not cached as usual:
 * then part of them may be mapped.
 * Context: Process context; may sleep.
 */
int arch_sbm_map(struct sbm_sandbox *sandbox, unsigned long va,
		 struct page **pages, unsigned int nr, unsigned int prot)
{
	struct sbm_ptes ptes = { .pages = pages, .prot = sbm_pgprot(prot) };

	return sbm_set_ptes(sandbox, va, nr, &ptes);
}

/**
 * sbm_mm_map_pfn() - map memory that belongs to the kernel image
 * @sandbox: The sandbox.
 * @va: First address, page-aligned.
 * @pfn: First page frame.
 * @nr: Number of pages.
 * @prot: SBM_PROT_* flags; not writable.
 *
 * Return: Zero or a negative errno.
 * Context: Process context; may sleep.
 */
int sbm_mm_map_pfn(struct sbm_sandbox *sandbox, unsigned long va,
		   unsigned long pfn, unsigned int nr, unsigned int prot)
{
	struct sbm_ptes ptes = { .pfn = pfn, .prot = sbm_pgprot(prot) };

	return sbm_set_ptes(sandbox, va, nr, &ptes);
}

static void sbm_zap(struct sbm_sandbox *sandbox, unsigned long va,
		    unsigned int nr)
{
	/* zap_vma_ptes() says nothing if it has done nothing. */
	if (!WARN_ON_ONCE(arch_sbm_reserve(sandbox, va, nr)))
		zap_vma_ptes(sandbox->arch->vma, va,
			     (unsigned long)nr * PAGE_SIZE);
}

/**
 * arch_sbm_unmap() - take pages away that were mapped
 * @sandbox: Sandbox that is not in a call.
 * @va: First address, page-aligned.
 * @nr: Number of pages; not all need be mapped.
 *
 * When this returns, no CPU reaches the pages through the sandbox any more.
 * zap_vma_ptes() clears the entries and ends in flush_tlb_mm_range(), which
 * raises the TLB generation of the address space and then interrupts each CPU
 * that has it loaded, and waits. All others have to load it before they can use
 * what their TLB may still hold of it, be it under another PCID or because a
 * kernel thread has kept it lazily: switch_mm_irqs_off() sees the generation
 * and flushes first. The page tables stay, for the next pages, and the address
 * space stays set aside.
 *
 * Context: Process context; may sleep.
 */
void arch_sbm_unmap(struct sbm_sandbox *sandbox, unsigned long va,
		    unsigned int nr)
{
	struct mm_struct *mm = sandbox->arch->mm;

	mmap_read_lock(mm);
	sbm_zap(sandbox, va, nr);
	mmap_read_unlock(mm);
}

/**
 * arch_sbm_try_unmap() - take pages away, without waiting
 * @sandbox: The sandbox; it may be running, on another CPU.
 * @va: First address, page-aligned, of pages of one region.
 * @nr: Number of pages.
 *
 * As arch_sbm_unmap(). A CPU that is inside hears of it by interrupt.
 *
 * Return: Zero, or -EAGAIN: the address space is locked. The holder may be
 * waiting for memory, and be this very task.
 * Context: Process context; also from reclaim.
 */
int arch_sbm_try_unmap(struct sbm_sandbox *sandbox, unsigned long va,
		       unsigned int nr)
{
	struct mm_struct *mm = sandbox->arch->mm;

	if (!mmap_read_trylock(mm))
		return -EAGAIN;
	sbm_zap(sandbox, va, nr);
	mmap_read_unlock(mm);
	return 0;
}

/**
 * arch_sbm_create() - give a sandbox an address space, with the image in it
 * @sandbox: New sandbox without regions.
 *
 * Return: Zero or a negative errno, with nothing left behind.
 * Context: Process context; may sleep.
 */
int arch_sbm_create(struct sbm_sandbox *sandbox)
{
	struct arch_sbm *arch;
	int err;

	arch = kmem_cache_zalloc(arch_sbm_cache, GFP_KERNEL);
	if (!arch)
		return -ENOMEM;

	arch->mm = sbm_mm_alloc();
	if (!arch->mm) {
		kmem_cache_free(arch_sbm_cache, arch);
		return -ENOMEM;
	}

	arch->sandbox = sandbox;
	sandbox->arch = arch;
	sandbox->next_va = sbm_image_end() + PAGE_SIZE;
	err = sbm_mm_reserve(arch);
	if (!err)
		err = sbm_image_map(sandbox);
	if (err)
		arch_sbm_free(sandbox);
	return err;
}

/**
 * arch_sbm_free() - take the address space away
 * @sandbox: Sandbox that is not in a call.
 *
 * Comes before the pages are freed. The page tables may stay for a while where
 * a CPU uses them lazily, as those of any process do.
 *
 * Context: Process context; may sleep.
 */
void arch_sbm_free(struct sbm_sandbox *sandbox)
{
	struct arch_sbm *arch = sandbox->arch;

	if (!arch)
		return;
	sandbox->arch = NULL;
	mmput(arch->mm);
	kmem_cache_free(arch_sbm_cache, arch);
}

/**
 * arch_sbm_reset() - make the image's data pristine
 * @sandbox: Sandbox that is not in a call.
 *
 * Return: Zero, or %SBM_ERR_FAULT if its memory is bad.
 * Context: Process context.
 */
int arch_sbm_reset(struct sbm_sandbox *sandbox)
{
	if (sandbox->arch->poisoned)
		return SBM_ERR_FAULT;
	return sbm_image_reset(sandbox);
}

/**
 * arch_sbm_trim() - take everything away that is not part of a new sandbox
 * @sandbox: Sandbox that is not in a call.
 * @va: Address from which on nothing is left mapped; what is below has been
 *	there from the beginning.
 *
 * As arch_sbm_unmap(), and the page tables go as well: they are charged to who
 * made them necessary.
 *
 * Context: Process context; may sleep.
 */
void arch_sbm_trim(struct sbm_sandbox *sandbox, unsigned long va)
{
	struct mm_struct *mm = sandbox->arch->mm;
	unsigned long end = sandbox->next_va;
	struct mmu_gather tlb;

	mmap_write_lock(mm);
	sbm_zap(sandbox, va, (end - va) / PAGE_SIZE);
	tlb_gather_mmu(&tlb, mm);
	free_pgd_range(&tlb, va, end, va, USER_PGTABLES_CEILING);
	tlb_finish_mmu(&tlb);
	mmap_write_unlock(mm);
}

/**
 * arch_sbm_hand_over() - give the address space of a sandbox to another one
 * @from: Sandbox after arch_sbm_reset() and arch_sbm_trim(); has none then.
 * @to: Sandbox that has none yet.
 *
 * What is known of the calls of @from is forgotten: registers above all.
 *
 * Return: Zero, or %SBM_ERR_FAULT if its memory is bad; then it stays.
 */
int arch_sbm_hand_over(struct sbm_sandbox *from, struct sbm_sandbox *to)
{
	struct arch_sbm *arch = from->arch;

	if (arch->poisoned)
		return SBM_ERR_FAULT;

	*arch = (struct arch_sbm) {
		.sandbox = to,
		.mm = arch->mm,
		.vma = arch->vma,
		.data = arch->data,
	};
	to->arch = arch;
	from->arch = NULL;
	return 0;
}

/**
 * arch_sbm_base_pages() - memory of a sandbox that is set up and no more
 *
 * Return: Pages of its stack, its static data and its page tables, and one for
 * the objects of the kernel that it takes.
 */
unsigned int arch_sbm_base_pages(void)
{
	return SBM_STACK_MIN + sbm_image_data_pages() +
	       (1 << PGD_ALLOCATION_ORDER) + (pgtable_l5_enabled() ? 4 : 3) + 1;
}

static int __init sbm_mm_init(void)
{
	arch_sbm_cache = KMEM_CACHE(arch_sbm, SLAB_ACCOUNT | SLAB_PANIC);
	return 0;
}
core_initcall(sbm_mm_init);
