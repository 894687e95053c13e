# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by guest-tools.sh: all that Documentation/bpf/sbm.rst prints is tried.
#
# Numbers stand without quotes; the functions and variables are those of
# guest-tools.sh, and what is called by name there:
# shellcheck disable=SC2154,SC2015,SC2086,SC2317

# section NAME - the lines of a section of the document, up to the next one
section()
{
	awk -v name="$1" '/^==+$/ { if (last == name) on = 1; else if (on) exit }
		on && seen { print last } on { seen = 1 } { last = $0 }' \
		"$here/../../Documentation/bpf/sbm.rst"
}

# commands NAME - the commands of a section; a quotation may go on in the next line
commands()
{
	section "$1" | awk -v quote="'" '/^   # / { on = 1 }
		on { print substr($0, 6); quotes += gsub(quote, ""); on = quotes % 2 }'
}

# program NAME - the whole program in a section
program()
{
	section "$1" | sed -n '/^        #include/,/^[^ ]/s/^        //p'
}

# piece NAME NUMBER - one piece of code in a section, of those that begin with 1
piece()
{
	section "$1" | awk -v want=$2 '/^\.\. code-block:: c/ { nr++ }
		nr == want && /^        / { print substr($0, 9) }'
}

# try - run commands in the folder with the programs
try()
{
	(cd "$tmp/try" && PATH="$tmp/bin:$PATH" C_INCLUDE_PATH=$out/libbpf/include bash -e 2>&1)
}

# compile NAME - as the document compiles its policy
compile()
{
	commands "Trying it" | grep '^clang ' | sed "s/strict/$1/; s|-I\.|-I. -I$here/include|" | try
}

# What "Trying it" prints is what its commands print here, but for ids.
test_trying()
{
	local want ids='s/(link|map|instead of) [0-9]+/\1 ID/g'
	mkdir "$tmp/try"
	program "A policy" >"$tmp/try/strict.bpf.c"
	want=$(section "Trying it" | sed -n 's/^   \([^ #]\)/\1/p' | sed -E "$ids")
	equal "what it prints" "$want" "$(commands "Trying it" | try | sed -E "$ids")" && no_pins
}

# They say nothing that could be compared, but they all work. (bpftool of 6.12 shows
# a link and exits with 255.)
test_commands()
{
	local name commands output
	program Iterators >"$tmp/try/sandboxes.bpf.c"
	compile sandboxes && cp "$out/stream.bpf.o" "$tmp/try/" || return
	for name in "By hand" Lifetime Iterators Events "When something is wrong"; do
		commands=$(commands "$name" |
			   sed 's/^sbmtool event monitor$/timeout --preserve-status -s INT 2 &/
				s/^bpftool link show .*/& || [[ $? == 255 ]]/')
		[[ -n $commands ]] || { echo "$name: no commands"; return 1; }
		output=$(try <<<"$commands") || { echo "$name: $output"; return 1; }
	done
	equal state builtin_only "$(</sys/kernel/sbm/state)" &&
	echo 0 >/sys/kernel/sbm/builtin_only && rm /sys/fs/bpf/sandboxes &&
	"$sbmtool" policy detach stream >/dev/null && no_pins
}

test_bpftrace()
{
	local pid output
	(while sleep 0.2; do raw "$halt"; done >/dev/null) &
	pid=$!
	output=$(commands Tracepoints | sed '1s/^/timeout --preserve-status -s INT 30 /' | try)
	kill $pid
	contains "$output" "sbm-test vector 13 ip 0x"
}

# decompress TEXT - how the zlib codec ends, in a sandbox
decompress()
{
	exec 3<>/sys/kernel/debug/sbm/codec/zlib/sandboxed
	printf '%s' "$1" >&3
	cat <&3 2>&1
	exec 3>&-
}

test_pieces()
{
	{
		program "A policy" | sed -n '/^#include/p; /LICENSE/p'
		echo '#include "sbm.bpf.h"'
		piece "Reading a sandbox" 1
		echo 'SEC(".struct_ops.link") struct sbm_policy_ops magic = {'
		echo '	.enter = (void *)on_enter, .name = "magic", };'
		echo '__u64 calls; SEC("syscall") int walk(void *ctx) {'
		piece "Reading a sandbox" 2
		echo 'return 0; }'
	} >"$tmp/try/magic.bpf.c"
	compile magic && "$sbmtool" policy load "$tmp/try/magic.bpf.o" class sbm-test-codec >/dev/null || return
	contains "$(decompress no)" "Permission denied" &&
	contains "$(decompress x)" "Permission denied" &&
	contains "$(decompress xyz)" "error" &&
	"$sbmtool" policy detach magic >/dev/null && no_pins
}
