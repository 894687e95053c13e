// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbmtool sandbox dump: all there is to know about one sandbox.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "main.h"
#include "dump.skel.h"

#define DUMP_ITER	"bpf_iter_sbm_mapping"

/* The members of struct sbm_regs, which are all of one type. */
static const char * const reg_names[] = {
	"ax", "bx", "cx", "dx", "si", "di", "bp", "sp",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"ip", "flags",
};

_Static_assert(sizeof(struct sbm_regs) == ARRAY_SIZE(reg_names) * sizeof(__u64),
	       "as many names as registers");

static void prot_string(char *text, __u32 flags)
{
	sprintf(text, "r%c%c", flags & SBM_MAPPING_WRITE ? 'w' : '-',
		flags & SBM_MAPPING_EXEC ? 'x' : '-');
}

/* Calls @fn for each denial that is remembered, the latest first. */
static void visit_denials(const struct sbm_last_verdicts *verdicts,
			  void (*fn)(const struct sbm_last_verdict *last,
				     void *arg), void *arg)
{
	__u64 nr;

	for (nr = verdicts->nr;
	     nr && verdicts->nr - nr < SBM_LAST_VERDICTS; nr--)
		fn(&verdicts->last[(nr - 1) % SBM_LAST_VERDICTS], arg);
}

/* === Reading === */

/* Calls @fn for each mapping of the sandbox. */
static int visit_mappings(struct dump_bpf *skel,
			  void (*fn)(const struct sbm_mapping_info *map,
				     void *arg), void *arg)
{
	struct sbm_mapping_info map;
	struct bpf_link *link;
	ssize_t len = -1;
	int fd = -1;

	link = bpf_program__attach_iter(skel->progs.read_mappings, NULL);
	if (link)
		fd = bpf_iter_create(bpf_link__fd(link));
	while (fd >= 0 && (len = read(fd, &map, sizeof(map))) == sizeof(map))
		fn(&map, arg);
	if (len)
		p_err("cannot read the mappings: %s",
		      len < 0 ? strerror(errno) : "half a record");
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return len ? -1 : 0;
}

static struct dump_bpf *read_sandbox(__u64 id)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct dump_bpf *skel;
	int fd, err = -1;

	if (check_privilege() || check_kernel(DUMP_ITER, BTF_KIND_FUNC))
		return NULL;
	skel = dump_bpf__open_and_load();
	if (skel) {
		skel->bss->wanted = id;
		fd = bpf_program__fd(skel->progs.read_sandbox);
		err = bpf_prog_test_run_opts(fd, &opts);
	}
	if (err) {
		p_err("the kernel does not run the program: %s; -d shows more",
		      strerror(errno));
	} else if (!skel->bss->found) {
		p_err("no sandbox %llu: see 'sbmtool sandbox list'", id);
		err = -1;
	}
	if (!err)
		return skel;
	dump_bpf__destroy(skel);
	return NULL;
}

/* === Printing === */

static void print_mapping(const struct sbm_mapping_info *map, void *arg)
{
	char prot[4];

	prot_string(prot, map->flags);
	printf("\t0x%08llx %s %llu of %llu pages, %s%s\n", map->start, prot,
	       map->nr_pages, map->max_pages, region_name(map->kind),
	       map->flags & SBM_MAPPING_LENT ? ", lent" : "");
}

static void print_denial(const struct sbm_last_verdict *last, void *arg)
{
	printf("\t%s, verdict %d, by policy %s, mode %s, after %llu calls\n",
	       hook_name(last->hook), last->verdict, last->policy,
	       mode_name(last->mode), last->calls);
}

static int print_text(struct dump_bpf *skel)
{
	const struct sbm_fault *fault = &skel->bss->fault;
	const __u64 *regs = (const __u64 *)&skel->bss->regs;
	unsigned int i;

	print_sandbox(&skel->bss->info, fault);
	if (fault->kind != SBM_FAULT_NONE) {
		printf("registers:\n");
		for (i = 0; i < ARRAY_SIZE(reg_names); i++)
			printf("%s%-5s %016llx%s", i % 4 ? " " : "\t",
			       reg_names[i], regs[i], i % 4 == 3 ? "\n" : "");
		putchar('\n');
	}
	if (skel->bss->verdicts.nr)
		printf("last denied:\n");
	visit_denials(&skel->bss->verdicts, print_denial, NULL);
	printf("mappings, from the start of the image:\n");
	return visit_mappings(skel, print_mapping, NULL);
}

static void add_mapping(const struct sbm_mapping_info *map, void *arg)
{
	struct json_object *object = json_object_new_object();
	char prot[4];

	prot_string(prot, map->flags);
	json_add_u64(object, "start", map->start);
	json_add_string(object, "prot", prot);
	json_add_u64(object, "nr_pages", map->nr_pages);
	json_add_u64(object, "max_pages", map->max_pages);
	json_add_string(object, "kind", region_name(map->kind));
	json_object_object_add(object, "lent",
			       json_object_new_boolean(map->flags &
						       SBM_MAPPING_LENT));
	json_object_array_add(arg, object);
}

static void add_denial(const struct sbm_last_verdict *last, void *arg)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "hook", hook_name(last->hook));
	json_object_object_add(object, "verdict",
			       json_object_new_int(last->verdict));
	json_add_string(object, "policy", last->policy);
	json_add_string(object, "mode", mode_name(last->mode));
	json_add_u64(object, "calls", last->calls);
	json_object_array_add(arg, object);
}

static int print_as_json(struct dump_bpf *skel)
{
	const struct sbm_fault *fault = &skel->bss->fault;
	const __u64 *regs = (const __u64 *)&skel->bss->regs;
	struct json_object *object, *part, *maps;
	unsigned int i;
	int err;

	object = sandbox_json(&skel->bss->info, fault);
	if (fault->kind != SBM_FAULT_NONE) {
		part = json_object_new_object();
		for (i = 0; i < ARRAY_SIZE(reg_names); i++)
			json_add_u64(part, reg_names[i], regs[i]);
		json_object_object_add(object, "regs", part);
	}
	part = json_object_new_array();
	visit_denials(&skel->bss->verdicts, add_denial, part);
	json_object_object_add(object, "denials", part);
	maps = json_object_new_array();
	err = visit_mappings(skel, add_mapping, maps);
	json_object_object_add(object, "mappings", maps);
	if (err)
		json_object_put(object);
	else
		print_json(object);
	return err;
}

/**
 * do_sandbox_dump() - print all there is to know about a sandbox
 * @id: Its id.
 *
 * Return: Zero, or -1 with a report.
 */
int do_sandbox_dump(__u64 id)
{
	struct dump_bpf *skel = read_sandbox(id);
	int err;

	if (!skel)
		return -1;
	err = json_output ? print_as_json(skel) : print_text(skel);
	dump_bpf__destroy(skel);
	return err;
}
