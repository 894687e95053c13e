// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where things are, in the kernel, in this process and in a sandbox, and what
 * the CPU can do.
 */
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "escape.h"

#define CPUS		"/sys/kernel/debug/sbm/selfhash/cpus"

static uint64_t places[NR_OF];
static bool pti;

/* === The kernel === */

static const struct {
	unsigned int of;
	const char *symbol;
} symbols[] = {
	{ OF_TEXT, "commit_creds" },
	{ OF_ENTRY, "entry_SYSCALL_64" },
	{ OF_RODATA, "linux_banner" },
	{ OF_DATA, "modprobe_path" },
	{ OF_BSS, "cred_jar" },
};

static int find_symbols(void)
{
	unsigned long long addr;
	char line[512], name[256];
	size_t i, found = 0;
	FILE *file;

	file = fopen("/proc/kallsyms", "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %*c %255s", &addr, name) != 2)
			continue;
		for (i = 0; i < ARRAY_SIZE(symbols); i++) {
			if (strcmp(name, symbols[i].symbol))
				continue;
			places[symbols[i].of] = addr;
			found++;
		}
	}
	fclose(file);
	return found == ARRAY_SIZE(symbols) ? 0 : -ENOENT;
}

/* What CPU 0 has in its registers. */
static int find_tables(void)
{
	unsigned long long value;
	char line[80], name[32];
	FILE *file;

	file = fopen(CPUS, "r");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file) &&
	       sscanf(line, "cpu0 %31s %llx", name, &value) == 2) {
		if (!strcmp(name, "idtr"))
			places[OF_IDT] = value;
		else if (!strcmp(name, "gdtr"))
			places[OF_GDT] = value;
		else if (!strcmp(name, "sp0"))
			places[OF_TSS_STACK] = value - sizeof(long);
		else if (!strcmp(name, "gs_base"))
			places[OF_PERCPU] = value;
	}
	fclose(file);
	return places[OF_IDT] && places[OF_GDT] && places[OF_TSS_STACK] &&
	       places[OF_PERCPU] ? 0 : -ENOENT;
}

/* Return: the value it had, or a negative errno. */
static int set_kptr_restrict(int value)
{
	FILE *file;
	int old;

	file = fopen("/proc/sys/kernel/kptr_restrict", "r+");
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &old) != 1)
		old = -EPROTO;
	rewind(file);
	if (old >= 0 && fprintf(file, "%d", value) < 0)
		old = -EIO;
	if (fclose(file))
		return -errno;
	return old;
}

static int find_kernel_stack(void)
{
	unsigned long long from = 0;
	int restricted, err;
	char line[512];
	FILE *file;

	/* With 1, root sees addresses; with 0, nobody does. */
	restricted = set_kptr_restrict(1);
	if (restricted < 0)
		return restricted;
	file = fopen("/proc/vmallocinfo", "r");
	/*
	 * The first stack there is, of a kernel thread that stays. Whose it is
	 * called depends on what the compiler makes one function of.
	 */
	while (file && fgets(line, sizeof(line), file)) {
		if ((strstr(line, " fork_idle+") || strstr(line, " copy_process+")) &&
		    sscanf(line, "0x%llx-", &from) == 1)
			break;
	}
	if (file)
		fclose(file);
	places[OF_KSTACK] = from;
	err = set_kptr_restrict(restricted);
	return err < 0 ? err : from ? 0 : -ENOENT;
}

static bool has_pti(void)
{
	char line[8192];
	bool found = false;
	FILE *file;

	file = fopen("/proc/cpuinfo", "r");
	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "flags", 5) && strstr(line, " pti ");
	if (file)
		fclose(file);
	return found;
}

/* === A sandbox: the same in each of this class === */

CODE(tell_code, "lea tell_code_begin(%rip), %rdi\n"
     "mov $2, %eax\n syscall\n");
CODE(tell_stack, "lea 8(%rsp), %rdi\n mov $2, %eax\n syscall\n");
CODE(tell_heap, "mov $1, %edi\n mov $1, %eax\n syscall\n"
     "mov %rax, %rdi\n mov $2, %eax\n syscall\n");
CODE(tell_image, "mov $0x1000, %eax\n jmp *%rax\n");

static int find_sandbox(void)
{
	static const struct {
		unsigned int of;
		const struct code *code;
	} tell[] = {
		{ OF_CODE, &tell_code },
		{ OF_STACK, &tell_stack },
		{ OF_HEAP, &tell_heap },
	};
	struct box_result result;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tell); i++) {
		if (run_code_boxed(tell[i].code, 0, &result) ||
		    strcmp(result.kind, "abort"))
			return -EPROTO;
		places[tell[i].of] = result.addr;
	}

	/* What lies outside the code is counted from the image. */
	if (run_code_boxed(&tell_image, 0, &result) ||
	    !is_fault(&result, 14, PF_FETCH))
		return -EPROTO;
	places[OF_IMAGE] = 0x1000 - result.ip;
	return 0;
}

/* === This process === */

static int function_of_caller(void)
{
	return 42;
}

static int find_caller(void)
{
	unsigned char *page;

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	memset(page, 0x5a, 4096);
	places[OF_CALLER] = (uint64_t)page;
	places[OF_CALLER_CODE] = (uint64_t)function_of_caller;
	places[OF_CALLER_STACK] = (uint64_t)__builtin_frame_address(0);
	places[OF_VDSO] = getauxval(AT_SYSINFO_EHDR);
	return 0;
}

/* To be called once. Return: zero or a negative errno. */
int places_init(void)
{
	int err;

	pti = has_pti();
	err = find_symbols();
	err = err ?: find_tables();
	err = err ?: find_kernel_stack();
	err = err ?: find_caller();
	return err ?: find_sandbox();
}

/* The address that OF_* stands for. */
uint64_t place(unsigned int of)
{
	return places[of];
}

/*
 * Is there a translation for a kernel address while a sandbox runs? Then an
 * access is a violation, and else there is nothing.
 */
bool place_present(unsigned int of)
{
	switch (of) {
	case OF_ENTRY:
	case OF_IDT:
	case OF_GDT:
	case OF_TSS_STACK:
		return true;
	default:
		return !pti;
	}
}

/* === The CPU === */

/* Is this CPU QEMU's emulation, which differs in places? */
bool on_tcg(void)
{
	unsigned int a, b, c, d;

	__cpuid(0x40000000, a, b, c, d);
	return b == 0x54474354 && c == 0x43544743 && d == 0x47435447;
}

static bool cpuid_bit(unsigned int leaf, unsigned int subleaf, char reg,
		      unsigned int bit)
{
	unsigned int a = 0, b = 0, c = 0, d = 0;

	__get_cpuid_count(leaf, subleaf, &a, &b, &c, &d);
	switch (reg) {
	case 'a': return a >> bit & 1;
	case 'b': return b >> bit & 1;
	case 'c': return c >> bit & 1;
	default: return d >> bit & 1;
	}
}

/* Does the CPU have what an attempt needs, one of NEED_*? */
bool has(unsigned int need)
{
	switch (need) {
	case NEED_AC:
	case NEED_SIMD_XF:
		return !on_tcg();
	case NEED_AVX:
		return cpuid_bit(1, 0, 'c', 28);
	case NEED_AVX2:
		return cpuid_bit(7, 0, 'b', 5);
	case NEED_AVX512:
		return cpuid_bit(7, 0, 'b', 16);
	case NEED_PKU:
		return cpuid_bit(7, 0, 'c', 4);
	case NEED_WAITPKG:
		return cpuid_bit(7, 0, 'c', 5);
	case NEED_INVPCID:
		return cpuid_bit(7, 0, 'b', 10);
	case NEED_XSAVES:
		return cpuid_bit(0xd, 1, 'a', 3);
	case NEED_RDPID:
		return cpuid_bit(7, 0, 'c', 22);
	case NEED_TSX:
		return cpuid_bit(7, 0, 'b', 11);
	case NEED_CX16:
		return cpuid_bit(1, 0, 'c', 13);
	default:
		return true;
	}
}

/* Why an attempt is skipped that needs it. */
const char *need_reason(unsigned int need)
{
	switch (need) {
	case NEED_AC:
		return "the CPU has no alignment checks";
	case NEED_SIMD_XF:
		return "the CPU has no SIMD exceptions";
	case NEED_WAITPKG:
		return "the CPU has no UMWAIT and TPAUSE";
	case NEED_TSX:
		return "the CPU has no transactions";
	default:
		return "the CPU has not what it needs";
	}
}
