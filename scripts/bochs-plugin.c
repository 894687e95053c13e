// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into Bochs: a TLB that honours PCIDs, and counters.
 *
 *   LD_PRELOAD=bochs-plugin.so [BOCHS_PCID=0] [BOCHS_COUNTS=FILE] bochs-bin ...
 *
 * Bochs has the instructions of PCID, but drops all translations that are not
 * global on each write of CR3 and on each INVPCID. This keeps those of other
 * PCIDs, as a processor may: when a PCID is left, its translations are put
 * aside, and they are put back when it is loaded with the "do not flush" bit.
 * So they are on SYSCALL, as the TLB is direct-mapped and the kernel would
 * replace them. Next to nothing ever goes by itself, so a flush that is missing
 * is noticed. With BOCHS_PCID=0
 * Bochs is left alone. Paging-structure caches there are none.
 *
 * Counted are writes of CR3, of MSRs that rule speculation, and VERW. CPUID with
 * MARK in EAX prints the counters to FILE.
 *
 * Bochs finds the code of an instruction in a table, which it exports; this
 * replaces entries. It also knows where things are in the structure of a CPU,
 * and therefore takes only the one binary it was written for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <inttypes.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* bochs 2.7+dfsg-4+deb12u1, amd64 */
static const uint8_t known_build[] = {
	0x6e, 0x89, 0xe0, 0xc0, 0x7c, 0x09, 0x6a, 0xb3, 0x05, 0xb6,
	0x8e, 0xb0, 0xbf, 0x69, 0xc4, 0xae, 0xb7, 0x88, 0xd1, 0x0d,
};

/* In BX_CPU_C */
#define CPU_ID		0x30
#define CPU_REGS	0x58
#define CPU_CR3		0x2a8
#define CPU_CR4		0x2b0
#define CPU_DTLB	0x94a0
#define CPU_DTLB_LARGE	0x1d4a0
#define CPU_ITLB	0x1d4c0
#define CPU_ITLB_LARGE	0x274c0

/* In bxInstruction_c */
#define INSN_DST	0x24
#define INSN_SRC	0x25
#define INSN_SEG	0x28
#define INSN_BASE	0x29
#define INSN_INDEX	0x2a
#define INSN_SCALE	0x2b
#define INSN_DISP	0x34
#define NO_INDEX	4

#define NR_DTLB		2048
#define NR_ITLB		1024
#define NR_PCIDS	4096
#define NR_CPUS		8

#define CR3_PCID	0xfffUL
#define CR3_NOFLUSH	(1UL << 63)
#define CR4_PCIDE	(1U << 17)
/* SMEP, PCIDE, PGE, PAE, PSE: who changes these flushes everything. */
#define CR4_FLUSHES	(1U << 20 | CR4_PCIDE | 1U << 7 | 1U << 5 | 1U << 4)

#define MSR_SPEC_CTRL	0x48
#define MSR_PRED_CMD	0x49
#define MARK		0x5b4d0000

typedef void (*handler_t)(uint8_t *cpu, uint8_t *insn);

static handler_t mov_cr3, mov_cr4, invlpg, invpcid, syscall_insn, wrmsr, verw, cpuid;
static uint64_t (*read_qword)(uint8_t *cpu, unsigned int seg, uint64_t addr);

static void die(const char *what)
{
	fprintf(stderr, "bochs-plugin: %s\n", what);
	exit(1);
}

#define FIELD(type, base, offset)	(*(type *)((base) + (offset)))

static uint64_t reg(uint8_t *cpu, unsigned int nr)
{
	return FIELD(uint64_t, cpu, CPU_REGS + 8 * nr);
}

/* === TLB === */

struct tlb_entry {
	uint64_t page;		/* linear; the low bits are flags */
	uint64_t frame;
	uint64_t host;
	uint32_t access;
	uint32_t pkey;
	uint32_t mask;		/* more than 0xfff for a large page */
	uint32_t unused;
};

_Static_assert(sizeof(struct tlb_entry) == 0x28, "layout of Bochs");

#define TLB_FREE	(~0UL)
#define TLB_GLOBAL	0x80000000U

#define NR_SLOTS	(NR_DTLB + NR_ITLB)

/* Translations of one PCID that nobody has invalidated, by their slot. */
struct shelf {
	struct tlb_entry kept[NR_SLOTS];
};

static struct shelf *shelves[NR_CPUS][NR_PCIDS];

static void clear(struct shelf *s)
{
	int i;

	for (i = 0; i < NR_SLOTS; i++)
		s->kept[i].page = TLB_FREE;
}

static struct shelf *shelf(uint8_t *cpu, unsigned int pcid)
{
	struct shelf **s = &shelves[FIELD(uint32_t, cpu, CPU_ID) % NR_CPUS][pcid];

	if (!*s) {
		*s = malloc(sizeof(**s));
		if (!*s)
			die("out of memory");
		clear(*s);
	}
	return *s;
}

static struct shelf *current_shelf(uint8_t *cpu)
{
	return shelf(cpu, FIELD(uint64_t, cpu, CPU_CR3) & CR3_PCID);
}

static void clear_shelves(uint8_t *cpu)
{
	struct shelf **s = shelves[FIELD(uint32_t, cpu, CPU_ID) % NR_CPUS];
	int i;

	for (i = 0; i < NR_PCIDS; i++)
		if (s[i])
			clear(s[i]);
}

static struct tlb_entry *slot(uint8_t *cpu, unsigned int nr)
{
	if (nr < NR_DTLB)
		return &FIELD(struct tlb_entry, cpu, CPU_DTLB + nr * 0x28);
	return &FIELD(struct tlb_entry, cpu, CPU_ITLB + (nr - NR_DTLB) * 0x28);
}

/*
 * What is there now, and not global. Where the kernel's own translation has
 * taken the slot, the one put aside before stays.
 */
static void put_aside(uint8_t *cpu, struct shelf *s)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		struct tlb_entry *e = slot(cpu, i);

		if (e->page != TLB_FREE && !(e->access & TLB_GLOBAL))
			s->kept[i] = *e;
	}
}

static void put_back(uint8_t *cpu, const struct shelf *s)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		if (s->kept[i].page == TLB_FREE)
			continue;
		*slot(cpu, i) = s->kept[i];
		if (s->kept[i].mask > 0xfff)
			FIELD(bool, cpu, i < NR_DTLB ? CPU_DTLB_LARGE :
						       CPU_ITLB_LARGE) = true;
	}
}

static void forget_page(struct shelf *s, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		struct tlb_entry *e = &s->kept[i];

		if (e->page != TLB_FREE &&
		    ((e->page ^ addr) & ~(uint64_t)(e->mask | 0xfff)) == 0)
			e->page = TLB_FREE;
	}
}

/* === Counters === */

static struct {
	uint64_t cr3, cr3_kept, spec_ctrl, pred_cmd, verw;
} count;

static FILE *counts;

static void hook_wrmsr(uint8_t *cpu, uint8_t *insn)
{
	uint32_t msr = reg(cpu, 1);

	wrmsr(cpu, insn);
	if (msr == MSR_SPEC_CTRL)
		count.spec_ctrl++;
	if (msr == MSR_PRED_CMD)
		count.pred_cmd++;
}

static void hook_verw(uint8_t *cpu, uint8_t *insn)
{
	verw(cpu, insn);
	count.verw++;
}

static void hook_cpuid(uint8_t *cpu, uint8_t *insn)
{
	uint32_t leaf = reg(cpu, 0);

	cpuid(cpu, insn);
	if (leaf == MARK && counts) {
		fprintf(counts, "mark cr3=%" PRIu64 " cr3-kept=%" PRIu64
			" spec-ctrl=%" PRIu64 " ibpb=%" PRIu64 " verw=%" PRIu64 "\n",
			count.cr3, count.cr3_kept, count.spec_ctrl,
			count.pred_cmd, count.verw);
		fflush(counts);
	}
}

/* === Instructions that rule the TLB === */

/* The original may raise an exception: then it does not return. */
static void hook_mov_cr3(uint8_t *cpu, uint8_t *insn)
{
	uint64_t val = reg(cpu, insn[INSN_SRC]);
	bool pcide = FIELD(uint32_t, cpu, CPU_CR4) & CR4_PCIDE;

	if (pcide)
		put_aside(cpu, current_shelf(cpu));
	mov_cr3(cpu, insn);

	count.cr3++;
	if (!pcide)
		return;
	if (val & CR3_NOFLUSH) {
		count.cr3_kept++;
		put_back(cpu, current_shelf(cpu));
	} else {
		clear(current_shelf(cpu));
	}
}

static void hook_mov_cr4(uint8_t *cpu, uint8_t *insn)
{
	uint32_t old = FIELD(uint32_t, cpu, CPU_CR4);

	mov_cr4(cpu, insn);
	if ((old ^ FIELD(uint32_t, cpu, CPU_CR4)) & CR4_FLUSHES)
		clear_shelves(cpu);
}

static uint64_t operand(uint8_t *cpu, uint8_t *insn)
{
	uint64_t at = reg(cpu, insn[INSN_BASE]) + FIELD(int32_t, insn, INSN_DISP);

	if (insn[INSN_INDEX] != NO_INDEX)
		at += reg(cpu, insn[INSN_INDEX]) << insn[INSN_SCALE];
	return at;
}

static void hook_invlpg(uint8_t *cpu, uint8_t *insn)
{
	uint64_t addr = operand(cpu, insn);

	invlpg(cpu, insn);
	forget_page(current_shelf(cpu), addr);
}

static void hook_invpcid(uint8_t *cpu, uint8_t *insn)
{
	uint64_t type = reg(cpu, insn[INSN_DST]);
	uint64_t at = operand(cpu, insn);
	struct shelf *s;
	uint64_t addr;

	if (type > 1) {
		invpcid(cpu, insn);
		clear_shelves(cpu);
		return;
	}

	s = shelf(cpu, read_qword(cpu, insn[INSN_SEG], at) & CR3_PCID);
	addr = read_qword(cpu, insn[INSN_SEG], at + 8);
	put_aside(cpu, current_shelf(cpu));
	invpcid(cpu, insn);

	/* The original has dropped all. */
	if (type == 0)
		forget_page(s, addr);
	else
		clear(s);
	put_back(cpu, current_shelf(cpu));
}

/* The kernel is about to use slots that user mode has filled. */
static void hook_syscall(uint8_t *cpu, uint8_t *insn)
{
	if (FIELD(uint32_t, cpu, CPU_CR4) & CR4_PCIDE)
		put_aside(cpu, current_shelf(cpu));
	syscall_insn(cpu, insn);
}

/* === Loading === */

static int check_build(struct dl_phdr_info *info, size_t size, void *data)
{
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		const char *p = (const char *)info->dlpi_addr + ph->p_vaddr;
		const char *end = p + ph->p_memsz;

		while (ph->p_type == PT_NOTE && p < end) {
			const ElfW(Nhdr) *note = (const void *)p;
			const char *name = p + sizeof(*note);
			const char *desc = name + ((note->n_namesz + 3) & ~3U);

			if (note->n_type == NT_GNU_BUILD_ID &&
			    note->n_descsz == sizeof(known_build) &&
			    !memcmp(desc, known_build, sizeof(known_build)))
				*(bool *)data = true;
			p = desc + ((note->n_descsz + 3) & ~3U);
		}
	}
	return 1;	/* the first one is the program */
}

static void *symbol(const char *name)
{
	void *addr = dlsym(RTLD_DEFAULT, name);

	if (!addr)
		die(name);
	return addr;
}

/* Replace an instruction. Return: the original. */
static handler_t hook(const char *name, handler_t new)
{
	handler_t old = symbol(name);
	handler_t *table = symbol("BxOpcodesTable");
	unsigned int found = 0;
	const ElfW(Sym) *sym;
	size_t i, size;
	Dl_info info;

	dladdr1(table, &info, (void **)&sym, RTLD_DL_SYMENT);
	size = sym->st_size / sizeof(*table);
	for (i = 0; i < size; i++) {
		if (table[i] == old) {
			table[i] = new;
			found++;
		}
	}
	if (!found)
		die(name);
	return old;
}

__attribute__((constructor))
static void load(void)
{
	const char *pcid = getenv("BOCHS_PCID"), *file = getenv("BOCHS_COUNTS");
	bool known = false;

	/* Whatever Bochs starts is not Bochs. */
	unsetenv("LD_PRELOAD");
	dl_iterate_phdr(check_build, &known);
	if (!known)
		die("not the Bochs of Debian 12, and no other is known");

	read_qword = symbol("_ZN8BX_CPU_C17read_linear_qwordEjm");
	if (!pcid || strcmp(pcid, "0")) {
		mov_cr3 = hook("_ZN8BX_CPU_C9MOV_CR3RqEP15bxInstruction_c", hook_mov_cr3);
		mov_cr4 = hook("_ZN8BX_CPU_C9MOV_CR4RqEP15bxInstruction_c", hook_mov_cr4);
		invlpg = hook("_ZN8BX_CPU_C6INVLPGEP15bxInstruction_c", hook_invlpg);
		syscall_insn = hook("_ZN8BX_CPU_C7SYSCALLEP15bxInstruction_c", hook_syscall);
		invpcid = hook("_ZN8BX_CPU_C7INVPCIDEP15bxInstruction_c", hook_invpcid);
	}
	if (file) {
		counts = fopen(file, "w");
		if (!counts)
			die(file);
		wrmsr = hook("_ZN8BX_CPU_C5WRMSREP15bxInstruction_c", hook_wrmsr);
		verw = hook("_ZN8BX_CPU_C7VERW_EwEP15bxInstruction_c", hook_verw);
		cpuid = hook("_ZN8BX_CPU_C5CPUIDEP15bxInstruction_c", hook_cpuid);
	}
}
