// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin for QEMU's TCG: count what the guest executes, between marks.
 *
 *   -plugin bench-plugin.so,first=ADDR,... -d plugin -D LOG
 *
 * Counts instructions, moves to CR3, WRMSRs and exceptions: the latter by the
 * first instruction of their entry points, whose addresses are the arguments. At
 * each mark, a no-op that no compiler makes, it prints the four counters.
 *
 * Debian has no package with qemu-plugin.h. These are the declarations needed of
 * version 1 of that interface.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { QEMU_PLUGIN_CB_NO_REGS };
enum { QEMU_PLUGIN_INLINE_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
	void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
	void (*fn)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
	int op, void *ptr, uint64_t imm);
void qemu_plugin_outs(const char *text);

EXPORT int qemu_plugin_version = 1;

static uint64_t insns, cr3, msr, exceptions;
static uint64_t entries[64];
static int nr_entries;

static void mark(unsigned int cpu, void *data)
{
	char line[128];

	snprintf(line, sizeof(line),
		 "mark %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", insns,
		 cr3, msr, exceptions);
	qemu_plugin_outs(line);
}

static bool is_entry(uint64_t addr)
{
	int i;

	for (i = 0; i < nr_entries; i++)
		if (entries[i] == addr)
			return true;
	return false;
}

static void count(struct qemu_plugin_insn *insn, uint64_t *counter)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn,
			QEMU_PLUGIN_INLINE_ADD_U64, counter, 1);
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	/* nopw 0x5b4d(%rax) */
	static const uint8_t magic[] = { 0x66, 0x0f, 0x1f, 0x80, 0x4d, 0x5b, 0, 0 };
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *code = qemu_plugin_insn_data(insn);
		size_t size = qemu_plugin_insn_size(insn);

		count(insn, &insns);
		if (size >= 3 && code[size - 3] == 0x0f &&
		    code[size - 2] == 0x22 && (code[size - 1] & 0xf8) == 0xd8)
			count(insn, &cr3);
		if (size == 2 && code[0] == 0x0f && code[1] == 0x30)
			count(insn, &msr);
		if (is_entry(qemu_plugin_insn_vaddr(insn)))
			count(insn, &exceptions);
		if (size == sizeof(magic) && !memcmp(code, magic, size))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark,
					QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv)
{
	int i;

	for (i = 0; i < argc && nr_entries < 64; i++) {
		char *value = strchr(argv[i], '=');

		if (value)
			entries[nr_entries++] = strtoull(value + 1, NULL, 16);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
