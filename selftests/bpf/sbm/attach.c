// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbm_attach: attach policies to be measured, for scripts/bench.
 *
 *   sbm_attach MAP N [CLASS]
 *
 * MAP is a struct_ops map of progs/bench.bpf.c: empty_ or update_, and a hook.
 * N policies of it are attached, for the classes that match CLASS (all). Then
 * "ready" is printed, and they stay until standard input ends.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.skel.h"
#include "policy.h"

/* Attach one of its name. Never given back: the process holds it. */
static int attach(const char *map_name, const char *class, int nr)
{
	struct bench_bpf *skel = bench_bpf__open();
	struct bpf_map *map, *wanted;
	char name[SBM_NAME_LEN];
	int err = 0;

	if (!skel)
		return -1;
	wanted = bpf_object__find_map_by_name(skel->obj, map_name);
	if (!wanted)
		return -1;
	bpf_object__for_each_map(map, skel->obj)
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			err |= bpf_map__set_autocreate(map, map == wanted);
	snprintf(name, sizeof(name), "bench-%d", nr);
	err |= policy_set_string(skel->obj, wanted, "name", name);
	err |= policy_set_string(skel->obj, wanted, "class", class);
	if (err || bench_bpf__load(skel))
		return -1;
	return bpf_map__attach_struct_ops(wanted) ? 0 : -1;
}

int main(int argc, char **argv)
{
	char c;
	int i;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: %s MAP N [CLASS]\n", argv[0]);
		return 1;
	}
	for (i = 0; i < atoi(argv[2]); i++) {
		if (attach(argv[1], argc > 3 ? argv[3] : "", i)) {
			perror(argv[1]);
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}
