// SPDX-License-Identifier: GPL-2.0-only
/* Programs that must not load: each for the reason it has with it. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>

#include "refused_kfunc.skel.h"
#include "sbm_test.h"

static char verifier_log[1 << 18];

/* What the verifier said last, which is why it refused. */
static const char *log_end(void)
{
	size_t len = strlen(verifier_log);

	return verifier_log + (len > 300 ? len - 300 : 0);
}

/* What a program has as __msg(), or NULL. */
static const char *expected_msg(const struct bpf_object *obj, const char *name)
{
	const struct btf *btf = bpf_object__btf(obj);
	int func = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	__u32 id;

	for (id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *tag = btf__name_by_offset(btf, type->name_off);

		if (btf_is_decl_tag(type) && (int)type->type == func &&
		    !strncmp(tag, "msg=", 4))
			return tag + 4;
	}
	return NULL;
}

/* Leave only one program and, if it is of struct_ops, its map. */
static int select_program(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	char ops[64];
	int err = 0;

	snprintf(ops, sizeof(ops), "%s_ops", name);
	bpf_object__for_each_program(prog, obj)
		err = err ?: bpf_program__set_autoload(prog,
				!strcmp(bpf_program__name(prog), name));
	bpf_object__for_each_map(map, obj) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			err = err ?: bpf_map__set_autocreate(map,
					!strcmp(bpf_map__name(map), ops));
	}
	return err;
}

/* Load one program alone. Its messages are in verifier_log. */
static int load_alone(const char *name, char *msg, size_t size)
{
	struct refused_kfunc_bpf *skel = refused_kfunc_bpf__open();
	struct bpf_program *prog;
	const char *expected;
	int err;

	if (!skel)
		return -errno;
	expected = expected_msg(skel->obj, name);
	snprintf(msg, size, "%s", expected ?: "");
	err = select_program(skel->obj, name);
	if (!err) {
		verifier_log[0] = 0;
		prog = bpf_object__find_program_by_name(skel->obj, name);
		bpf_program__set_log_buf(prog, verifier_log,
					 sizeof(verifier_log));
		err = refused_kfunc_bpf__load(skel);
	}
	refused_kfunc_bpf__destroy(skel);
	return err;
}

SBM_TEST_PARALLEL(refuse_kfunc, "programs that misuse our functions do not load, and are told why")
{
	struct refused_kfunc_bpf *skel = refused_kfunc_bpf__open();
	struct bpf_program *prog;
	char msg[128];
	int nr = 0;

	CHECK(skel);
	bpf_object__for_each_program(prog, skel->obj) {
		const char *name = bpf_program__name(prog);
		int err;

		if (!expected_msg(skel->obj, name))
			continue;
		err = load_alone(name, msg, sizeof(msg));
		if (!err || !strstr(verifier_log, msg)) {
			sbm_test_fail(__FILE__, __LINE__,
				      "%s: load is %d, no \"%s\" in: ...%s",
				      name, err, msg, log_end());
			return;
		}
		nr++;
	}
	CHECK_EQ(nr, 12);
	refused_kfunc_bpf__destroy(skel);
}
