#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sbmtool, the policies, the bpftrace scripts, and the same by hand with bpftool,
# on a kernel with CONFIG_SBM_TEST. As root; prints TAP.
#
# Usage: guest-tools.sh OUTPUT-FOLDER-OF-MAKE BPFTOOL
#
# Functions are called by name and numbers stand without quotes:
# shellcheck disable=SC2317,SC2086,SC2015,SC2001,SC2034,SC2046,SC2116

set -u
export LC_ALL=C

out=$(realpath "$1")
bpftool=$(realpath "$2")
here=$(cd "$(dirname "$0")/.." && pwd)
sbmtool=$out/sbmtool
run=/sys/kernel/debug/sbm/run
quarantined=/sys/kernel/sbm/classes/sbm-test/quarantined
pins=/sys/fs/bpf/sbm
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# shellcheck source=tools/sbm/tests/document.sh
. "$here/tests/document.sh"

number=0
failed=0

# check NAME FUNCTION - one test; what it prints is its diagnosis
check()
{
	local output
	number=$((number + 1))
	if output=$("$2" 2>&1); then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' <<<"$output"
		failed=1
	fi
}

# equal WHAT EXPECTED ACTUAL
equal()
{
	[[ $2 == "$3" ]] && return
	printf '%s: expected\n%s\nbut got\n%s\n' "$1" "$2" "$3"
	return 1
}

# contains TEXT PART
contains()
{
	[[ $1 == *"$2"* ]] && return
	printf "no '%s' in\n%s\n" "$2" "$1"
	return 1
}

# fails_with PART COMMAND... - status 1, and a message with this part
fails_with()
{
	local part=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	equal "status of $*" 1 $status && contains "$output" "$part"
}

# raw CODE - run machine code in a sandbox; prints how it ended
raw()
{
	local line
	exec 3<>$run || return
	# shellcheck disable=SC2059 # the code is meant to be interpreted
	printf "$1" >&3 && read -r line <&3 && echo "$line"
	exec 3>&-
}

ret() { raw "$1" | sed -n 's/^ret=\([^ ]*\).*/\1/p'; }

readonly return_zero='\x31\xc0\xc3' halt='\xf4' loop='\xeb\xfe'

# A sandbox that stays: a loop in a process of its own.
start_loop()
{
	bash -c "printf '$loop' >$run" &
	loop_pid=$!
	local tries=100
	until [[ $("$sbmtool" -j sandbox list | jq "map(select(.pid == $loop_pid)) | length") == 1 ]]; do
		((tries--)) || return 1
		sleep 0.1
	done
}

loop_json() { "$sbmtool" -j sandbox list | jq -c ".[] | select(.pid == $loop_pid)"; }

event() { sed -n "s/^$1 //p" /sys/kernel/sbm/events; }

policies() { "$sbmtool" -j policy list | jq -c "map([.name, .class, .pinned, .attached])"; }

no_pins() { equal "pins" "" "$(find $pins -mindepth 1 2>/dev/null)"; }

# === sandbox ===

test_list_json()
{
	local json
	json=$(loop_json)
	equal keys '["id","class","level","state","pid","comm","calls","faults","mapped_pages","heap_pages","denied","gates","time_used","time_limit"]' \
		"$(jq -c keys_unsorted <<<"$json")" &&
	equal values '["sbm-test","strong","running","bash",0,0,0,0,0,0]' \
		"$(jq -c '[.class,.level,.state,.comm,.faults,.heap_pages,.denied,.gates,.time_used,.time_limit]' <<<"$json")" &&
	equal "mapped pages" true "$(jq '.mapped_pages > 0 and .mapped_pages < 100' <<<"$json")"
}

test_list_table()
{
	local table line
	table=$("$sbmtool" sandbox list)
	read -ra line < <(grep " $loop_pid " <<<"$table")
	equal header "ID CLASS LEVEL STATE PID COMM CALLS FAULTS MAPPED HEAP DENIED GATES TIME LIMIT" \
		"$(head -n 1 <<<"$table" | tr -s ' ' | sed 's/^ //')" &&
	equal "words of a row" 14 ${#line[@]} &&
	equal row "sbm-test strong running $loop_pid bash" "${line[*]:1:5}" &&
	equal "lines wider than 100" "" "$(grep -E '.{101}' <<<"$table")" &&
	equal "widths" 1 "$(awk '{ print length }' <<<"$table" | sort -u | wc -l)"
}

test_show()
{
	local id
	id=$(loop_json | jq .id)
	contains "$("$sbmtool" sandbox show "$id")" "sandbox $id, class sbm-test" &&
	contains "$("$sbmtool" sandbox show "$id")" "pid $loop_pid" &&
	contains "$("$sbmtool" sandbox show "$id")" "time of a call not limited" &&
	equal json "[$id,$loop_pid,1024,0,null]" \
		"$("$sbmtool" -j sandbox show "$id" | jq -c '[.id,.pid,.heap_limit,.error,.fault]')"
}

# A bzip2 stream that makes its decoder fault, from the tests of the kernel.
bad_bzip2()
{
	printf "$(sed -n '/sbm_vector_bzip2_selector\[/,/};/s/0x/\\x/gp' \
		"$here/../../kernel/sbm/tests/bzip2_selector.h" | tr -d ', \t\n')"
}

# What a fault was is seen after the sandbox was reset, as long as it lives.
test_show_fault()
{
	local id text json dump
	exec 4<>/sys/kernel/debug/sbm/codec/bzip2/sandboxed || return
	bad_bzip2 >&4
	fails_with "Bad address" head -c 1 <&4 || return
	id=$("$sbmtool" -j sandbox list | jq '.[] | select(.class == "sbm-test-codec") | .id')
	text=$("$sbmtool" sandbox show "$id")
	json=$("$sbmtool" -j sandbox show "$id")
	dump=$("$sbmtool" -j sandbox dump "$id")
	exec 4>&-
	echo "$text"
	equal json '[1,0,0,["exception",14,4,"heap","above"]]' \
		"$(jq -c '[.faults,.error,.gates,(.fault|[.kind,.vector,.error,.region,.side])]' <<<"$json")" &&
	equal dump "$(jq -c .fault <<<"$json")" "$(jq -c .fault <<<"$dump")" &&
	equal registers true "$(jq '.regs.ip > 0' <<<"$dump")" &&
	contains "$text" "$(jq -r '.fault | "last fault exception, vector 14, error 0x4, address 0x"' <<<"$json")" &&
	contains "$text" "$(jq -r '.fault | "at \(.region) \(.side) \(.distance)"' <<<"$json")"
}

test_show_unknown()
{
	fails_with "no sandbox 999999" "$sbmtool" sandbox show 999999 &&
	fails_with '{"error":"no sandbox 999999' "$sbmtool" -j sandbox show 999999
}

# The loop's sandbox: no fault, and what "sandbox list" says.
test_dump()
{
	local id json
	id=$(loop_json | jq .id)
	json=$("$sbmtool" -j sandbox dump "$id") || { echo "$json"; return 1; }
	equal "list and dump" "$(loop_json | jq -c '[.id,.class,.pid,.mapped_pages]')" \
		"$(jq -c '[.id,.class,.pid,.mapped_pages]' <<<"$json")" &&
	equal "no fault" '[null,null]' "$(jq -c '[.fault,.regs]' <<<"$json")" &&
	equal mappings '["data","rw-",false]
["other","r-x",false]
["heap","rw-",false]
["stack","rw-",false]' "$(jq -c '.mappings | sort_by(.kind == "stack", .kind == "heap", .kind == "other")[] | [.kind,.prot,.lent]' <<<"$json")" &&
	equal "pages" "$(jq .mapped_pages <<<"$json")" "$(jq '[.mappings[].nr_pages] | add' <<<"$json")" &&
	contains "$("$sbmtool" sandbox dump "$id")" "r-x 1 of 1 pages, other" &&
	fails_with "no sandbox 999999" "$sbmtool" sandbox dump 999999
}

# A sandbox whose class is quarantined, and that is asked to do something.
test_dump_denied()
{
	local class=/sys/kernel/sbm/classes/sbm-test-codec/quarantined id json text
	exec 4<>/sys/kernel/debug/sbm/codec/zlib/sandboxed || return
	echo 1 >$class
	echo x >&4
	fails_with "Operation not permitted" head -c 1 <&4
	echo 0 >$class
	id=$("$sbmtool" -j sandbox list | jq '.[] | select(.class == "sbm-test-codec") | .id')
	json=$("$sbmtool" -j sandbox dump "$id")
	text=$("$sbmtool" sandbox dump "$id")
	exec 4>&-
	equal json '[{"hook":"enter","verdict":-1,"policy":"(built-in)","mode":"enforce","calls":0}]' \
		"$(jq -c .denials <<<"$json")" &&
	contains "$text" "enter, verdict -1, by policy (built-in), mode enforce, after 0 calls"
}

test_prefixes()
{
	equal "s l" "$(loop_json | jq .id)" \
		"$("$sbmtool" -j s l | jq ".[] | select(.pid == $loop_pid) | .id")" &&
	fails_with "what is 'sx'" "$sbmtool" sx list &&
	fails_with "may mean" "$sbmtool" policy l
}

test_iter_by_hand()
{
	local table
	"$bpftool" iter pin "$out/sandboxes.bpf.o" /sys/fs/bpf/sandboxes || return
	table=$(cat /sys/fs/bpf/sandboxes)
	rm /sys/fs/bpf/sandboxes
	equal header "ID CLASS LEVEL STATE PID COMM CALLS FAULTS MAPPED HEAP DENIED GATES TIME LIMIT" \
		"$(head -n 1 <<<"$table" | tr -s ' ' | sed 's/^ //')" &&
	equal row "sbm-test strong running $loop_pid bash" \
		"$(grep " $loop_pid " <<<"$table" | tr -s ' ' | cut -d' ' -f3-7)"
}

test_kill()
{
	local killed faults status=0
	killed=$(event killed)
	faults=$(event fault)
	kill -KILL $loop_pid
	wait $loop_pid 2>/dev/null || status=$?
	equal status 137 $status &&
	equal "killed" $((killed + 1)) "$(event killed)" &&
	equal "faults" "$faults" "$(event fault)" &&
	equal "its sandbox" "" "$(loop_json)" && touch "$tmp/killed"
}

test_kill_said() { cat "$tmp/kill"; [[ -f $tmp/killed ]]; }

# === policy ===

test_audit()
{
	local i
	"$sbmtool" policy load "$out/audit.bpf.o" >/dev/null || return
	for i in 1 2 3; do ret "$return_zero"; done >"$tmp/ret"
	ret "$halt" >>"$tmp/ret"
	equal results "0 0 0 -14" "$(echo $(<"$tmp/ret"))" &&
	equal list "[[\"audit\",\"\",\"$pins/audit\",true]]" "$(policies)" &&
	equal counts '[["sbm-test",0,4],["sbm-test",1,1],["sbm-test",3,4]]' \
		"$("$bpftool" -j map dump pinned $pins/audit-maps/counts |
		   jq -c 'map([.formatted.key.class, .formatted.key.hook, (.formatted.values | map(.value) | add)]) | sort')"
}

test_load_twice()
{
	fails_with "sbmtool policy detach audit" "$sbmtool" policy load "$out/audit.bpf.o" &&
	fails_with "policy audit is attached" "$sbmtool" policy load "$out/audit.bpf.o" pin /sys/fs/bpf/other &&
	[[ ! -e /sys/fs/bpf/other ]] &&
	equal list '["audit"]' "$(policies | jq -c 'map(.[0])')"
}

test_list_policies()
{
	local id map
	read -r id map < <("$sbmtool" -j policy list | jq -r '.[] | "\(.link_id) \(.map_id)"')
	equal table "LINK NAME CLASS MODE PRIO CGROUP ASKED DENIED MAP PINNED
$id audit * enforce 0 * 9 0 $map $pins/audit" "$("$sbmtool" policy list | tr -s ' ')" &&
	equal "map by bpftool" audit "$("$bpftool" -j map show id "$map" | jq -r .name)" &&
	equal "link by bpftool" struct_ops "$("$bpftool" -j link show id "$id" | jq -r .type)"
}

test_mode()
{
	contains "$("$sbmtool" policy mode audit permissive)" "Policy audit is in mode permissive now" &&
	equal mode '["permissive",0,0,9,0,0,0]' \
		"$("$sbmtool" -j policy list | jq -c '.[0] | [.mode, .priority, .cgroup, .asked, .denied, .would_deny, .overran]')" &&
	equal json null "$("$sbmtool" -j policy mode audit enforce)" &&
	fails_with "A mode is" "$sbmtool" policy mode audit strict &&
	fails_with "A mode is" "$sbmtool" policy mode audit "" &&
	fails_with "no policy 'none'" "$sbmtool" policy mode none enforce
}

# answering NAME VERDICT [MORE] - make NAMEVERDICT.bpf.o, whose enter hook says that;
# MORE members of the policy
answering()
{
	local file=$tmp/$1$2.bpf
	cat >"$file.c" <<-EOF
	#include "vmlinux.h"
	#include <bpf/bpf_helpers.h>
	#include <bpf/bpf_tracing.h>
	char LICENSE[] SEC("license") = "GPL";
	struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(max_entries, 1);
		__type(key, __u32);
		__type(value, __u64);
	} asked SEC(".maps");
	SEC("struct_ops/enter")
	int BPF_PROG(enter, const struct sbm_info *info, __u64 flags)
	{
		__u64 *nr = bpf_map_lookup_elem(&asked, &(__u32){ 0 });
		if (nr)
			__sync_fetch_and_add(nr, 1);
		return $2;
	}
	SEC(".struct_ops.link")
	struct sbm_policy_ops policy = { .enter = (void *)enter, .name = "$1", ${3-} };
	EOF
	clang-19 --target=bpf -mcpu=v3 -g -O2 -D__TARGET_ARCH_x86 -I"$out/gen" \
		-I"$out/libbpf/include" -c -o "$file.o" "$file.c"
}

# A policy that answers 7, which is no verdict.
test_ejected()
{
	answering bad 7 &&
	"$sbmtool" policy load "$tmp/bad7.bpf.o" >/dev/null &&
	equal denied -13 "$(ret "$return_zero")" || return
	local tries=100
	until [[ $(policies | jq -r '.[0][3]') == false ]]; do
		((tries--)) || return 1
		sleep 0.1
	done
	contains "$("$sbmtool" policy ejected | head -n 1)" " bad: hook enter returned 7" &&
	contains "$("$sbmtool" policy ejected | sed -n 2p)" ":enter:7" &&
	equal json '["bad","enter","verdict",7,"hook enter returned 7"]' \
		"$("$sbmtool" -j policy ejected | jq -c '.[0] | [.name, .hook, .kind, .code, .message]')" &&
	"$sbmtool" policy detach bad >/dev/null && no_pins
}

test_detach()
{
	contains "$("$sbmtool" policy detach audit)" "Detached policy audit" &&
	equal list "[]" "$(policies)" &&
	no_pins &&
	equal "a call" 0 "$(ret "$return_zero")" &&
	fails_with "no policy 'audit'" "$sbmtool" policy detach audit
}

test_quarantine()
{
	local results status
	"$sbmtool" -j policy load "$out/quarantine.bpf.o" class 'sbm-t*' >"$tmp/load" || return
	results=$(for i in 1 2 3 4; do ret "$halt"; done)
	status=$(<$quarantined)
	echo 0 >$quarantined
	equal "class in the report" 'sbm-t*' "$(jq -r .class "$tmp/load")" &&
	equal "class in the list" 'sbm-t*' "$(policies | jq -r '.[0][1]')" &&
	equal results "-14 -14 -14 -1" "$(echo $results)" &&
	equal "quarantined" 1 "$status" &&
	equal "after release" 0 "$(ret "$return_zero")" &&
	equal "faults counted" '["sbm-test",3]' \
		"$("$bpftool" -j map dump pinned $pins/quarantine-maps/faults |
		   jq -c '.[] | [.formatted.key.class, .formatted.value]')"
}

test_detach_by_id()
{
	local id
	id=$("$sbmtool" -j policy list | jq '.[0].link_id')
	equal output null "$("$sbmtool" -j policy detach "$id")" &&
	equal list "[]" "$(policies)" && no_pins
}

test_other_class()
{
	local results
	"$sbmtool" policy load "$out/quarantine.bpf.o" class 'other-*' >/dev/null || return
	results=$(for i in 1 2 3 4; do ret "$halt"; done)
	"$sbmtool" policy detach quarantine >/dev/null &&
	equal results "-14 -14 -14 -14" "$(echo $results)"
}

test_pin_elsewhere()
{
	"$sbmtool" policy load "$out/audit.bpf.o" pin /sys/fs/bpf/other >/dev/null &&
	equal list '[["audit","","/sys/fs/bpf/other/audit",true]]' "$(policies)" &&
	"$sbmtool" policy detach audit >/dev/null &&
	equal pins "" "$(find /sys/fs/bpf/other -mindepth 1)"
	rmdir /sys/fs/bpf/other
}

test_failed_load()
{
	mkdir -p /sys/fs/bpf/other/audit-maps
	fails_with "cannot make /sys/fs/bpf/other/audit-maps" \
		"$sbmtool" policy load "$out/audit.bpf.o" pin /sys/fs/bpf/other &&
	equal list "[]" "$(policies)" &&
	equal pins "/sys/fs/bpf/other/audit-maps" "$(find /sys/fs/bpf/other -mindepth 1)" &&
	fails_with "holds 0 struct_ops maps" "$sbmtool" policy load "$out/sandboxes.bpf.o" &&
	fails_with "No such file" "$sbmtool" policy load "$tmp/none.o" &&
	answering first 0 ".priority = 7" && answering second 0 ".priority = 7" &&
	"$sbmtool" policy load "$tmp/first0.bpf.o" >/dev/null &&
	fails_with "another policy has the name second or its priority" \
		"$sbmtool" policy load "$tmp/second0.bpf.o" &&
	"$sbmtool" policy detach first >/dev/null &&
	fails_with "what is 'colour'?" "$sbmtool" policy load "$out/audit.bpf.o" colour red &&
	no_pins
	local status=$?
	rmdir /sys/fs/bpf/other/audit-maps /sys/fs/bpf/other
	return $status
}

test_register_by_hand()
{
	local id
	"$bpftool" struct_ops register "$out/quarantine.bpf.o" $pins >/dev/null || return
	equal list "[[\"quarantine\",\"\",\"$pins/quarantine\",true]]" "$(policies)" &&
	id=$("$sbmtool" -j policy list | jq '.[0].link_id') &&
	"$bpftool" link detach id "$id" &&
	equal "list after detaching" "[[\"quarantine\",null,\"$pins/quarantine\",false]]" "$(policies)" &&
	contains "$("$sbmtool" policy list)" "no longer attached" &&
	"$sbmtool" policy detach quarantine >/dev/null && no_pins
}

# One policy takes the place of another, and each call is denied by one of them.
test_update()
{
	local before after json results pid
	answering deny -7 && answering deny -8 &&
	"$sbmtool" policy load "$tmp/deny-7.bpf.o" class sbm-test >/dev/null || return
	before=$("$sbmtool" -j policy list | jq -c '.[0] | [.link_id, .map_id]')
	(while [[ ! -e $tmp/enough ]]; do ret "$return_zero"; done >"$tmp/ret") &
	pid=$!
	until [[ -s $tmp/ret ]]; do sleep 0.1; done
	json=$("$sbmtool" -j policy update "$tmp/deny-8.bpf.o" class 'sbm-t*') || { echo "$json"; return 1; }
	until grep -q -e -8 "$tmp/ret"; do sleep 0.1; done
	touch "$tmp/enough"
	wait $pid
	results=$(uniq "$tmp/ret" | xargs)
	after=$("$sbmtool" -j policy list | jq -c '.[0] | [.link_id, .map_id]')
	equal results "-7 -8" "$results" &&
	equal list "[[\"deny\",\"sbm-t*\",\"$pins/deny\",true]]" "$(policies)" &&
	equal link "$(jq '.[0]' <<<"$before")" "$(jq '.[0]' <<<"$after")" &&
	equal json "$(jq -c '[.[0], "deny", "sbm-t*"]' <<<"$after")" "$(jq -c '[.link_id, .name, .class]' <<<"$json")" &&
	equal maps "$(jq -c '.[1]' <<<"$after") $(jq -c '.[1]' <<<"$before")" \
		"$(jq -r '"\(.map_id) \(.old_map_id)"' <<<"$json")" &&
	equal "what is pinned" "$pins/deny $pins/deny-maps $pins/deny-maps/asked" \
		"$(find $pins -mindepth 1 | sort | xargs)" &&
	equal "asked" "$(grep -c -e -8 "$tmp/ret")" \
		"$("$bpftool" -j map dump pinned $pins/deny-maps/asked | jq '.[0].formatted.value')" &&
	contains "$("$sbmtool" policy update "$tmp/deny-7.bpf.o")" "Updated policy deny for class *: link $(jq '.[0]' <<<"$after"), map " &&
	equal "after another" -7 "$(ret "$return_zero")"
}

# What cannot take its place leaves it as it is.
test_update_fails()
{
	local before after
	before=$("$sbmtool" -j policy list | jq -c '.[0] | [.link_id, .map_id, .class]')
	fails_with "policy audit is not attached: 'sbmtool policy load" \
		"$sbmtool" policy update "$out/audit.bpf.o" &&
	fails_with "what is 'pin'? After the file" "$sbmtool" policy update "$tmp/deny-8.bpf.o" pin /sys/fs/bpf/other &&
	fails_with "its log ('dmesg') may say why" "$sbmtool" policy update "$tmp/deny-8.bpf.o" class 'a b' &&
	mkdir $pins/deny-maps-new &&
	fails_with "cannot make $pins/deny-maps-new" "$sbmtool" policy update "$tmp/deny-8.bpf.o" &&
	rmdir $pins/deny-maps-new || return
	after=$("$sbmtool" -j policy list | jq -c '.[0] | [.link_id, .map_id, .class]')
	equal "after errors" "$before" "$after" &&
	equal "a call" -7 "$(ret "$return_zero")" &&
	"$sbmtool" policy detach deny >/dev/null && no_pins
}

# === event ===

test_events()
{
	local events
	"$sbmtool" policy load "$out/stream.bpf.o" class sbm-test >/dev/null || return
	ret "$return_zero" >/dev/null
	ret "$halt" >/dev/null
	# mov $1,%eax; mov $3,%edi; syscall: three pages; xor %eax,%eax; ret
	ret '\xb8\x01\x00\x00\x00\xbf\x03\x00\x00\x00\x0f\x05\x31\xc0\xc3' >/dev/null
	events=$("$sbmtool" -j event monitor count 8) || { echo "$events"; return 1; }
	equal hooks "enter exit enter fault exit enter grow exit" "$(jq -r .hook <<<"$events" | xargs)" &&
	equal results "0 -14 0" "$(jq -r 'select(.hook == "exit").result' <<<"$events" | xargs)" &&
	equal fault '[1,13,0]' "$(jq -c 'select(.hook == "fault") | [.kind,.vector,.addr]' <<<"$events")" &&
	equal grow '[3,0]' "$(jq -c 'select(.hook == "grow") | [.nr_pages,.heap_pages]' <<<"$events")" &&
	equal classes sbm-test "$(jq -r .class <<<"$events" | sort -u)" &&
	equal sandboxes 3 "$(jq .id <<<"$events" | sort -u | wc -l)" &&
	equal "times grow" "" "$(jq .time <<<"$events" | sort -nc 2>&1)" &&
	equal counts '{"written":8,"lost":0}' "$("$sbmtool" -j event counts)"
}

test_events_text()
{
	local text
	ret "$halt" >/dev/null
	text=$("$sbmtool" event monitor count 3) &&
	equal lines 3 "$(wc -l <<<"$text")" &&
	equal fault 1 "$(grep -cE "^[0-9]+\.[0-9]{6} fault [0-9]+ sbm-test [^ ]+/[0-9]+ kind=1 vector=13 error=0x0 addr=0x0 ip=0x[0-9a-f]+\$" <<<"$text")" &&
	equal exit 1 "$(grep -cE "^[0-9.]+ exit  [0-9]+ sbm-test [^ ]+/[0-9]+ result=-14\$" <<<"$text")"
}

# The buffer has room for 5461 events of 184 + 8 bytes; two a call.
test_events_lost()
{
	local written lost shown calls=3000
	echo $calls >/sys/kernel/debug/sbm/cycle || return
	"$sbmtool" policy detach stream >/dev/null
	"$sbmtool" policy load "$out/stream.bpf.o" class sbm-test-codec >/dev/null || return
	echo $calls >/sys/kernel/debug/sbm/cycle
	read -r written lost < <("$sbmtool" -j event counts | jq -r '"\(.written) \(.lost)"')
	shown=$("$sbmtool" -j event monitor count "$written" | jq -r 'select(.hook) | 1' | wc -l)
	equal "all events" $((2 * calls)) $((written + lost)) &&
	equal "what fits" 5461 "$written" &&
	equal "shown" "$written" "$shown" &&
	echo 1 >/sys/kernel/debug/sbm/cycle &&
	contains "$("$sbmtool" event monitor count 1)" "lost $lost events"
}

test_no_events()
{
	"$sbmtool" policy detach stream >/dev/null &&
	fails_with "policy stream is not attached" "$sbmtool" event monitor &&
	fails_with "takes 'count' and a number" "$sbmtool" event monitor count 0 && no_pins
}

# === errors that say what to do ===

test_not_root()
{
	local as=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all)
	fails_with "needs root" "${as[@]}" "$sbmtool" policy list &&
	fails_with "needs root" "${as[@]}" "$sbmtool" sandbox list
}

# As the kernel's types would look without ours.
without_sbm()
{
	sed 's/sbm_/sbX_/g' /sys/kernel/btf/vmlinux >"$tmp/btf"
	unshare -m bash -c "mount --bind $tmp/btf /sys/kernel/btf/vmlinux && exec \"\$@\"" - "$@"
}

test_no_sbm()
{
	fails_with "CONFIG_SANDBOX_MODE=y" without_sbm "$sbmtool" policy list &&
	fails_with "CONFIG_SANDBOX_MODE=y" without_sbm "$sbmtool" sandbox list
}

test_no_bpffs()
{
	fails_with "mount -t bpf bpf" unshare -m bash -c "umount /sys/fs/bpf && exec \"\$@\"" - \
		"$sbmtool" policy load "$out/audit.bpf.o" &&
	equal list "[]" "$(policies)"
}

# === bpftrace ===

# trace SCRIPT CODE... - run these in sandboxes while the script looks on; prints
# what it said, one space between words
trace()
{
	local script=$1 pid code tries=600
	shift
	bpftrace -B line "$here/bpftrace/$script" >"$tmp/trace" 2>&1 &
	pid=$!
	until grep -q '^TIME' "$tmp/trace"; do
		((tries--)) && kill -0 $pid 2>/dev/null || { cat "$tmp/trace"; return 1; }
		sleep 0.1
	done
	# The header comes from BEGIN, which runs before the rest is attached.
	sleep 2
	for code; do raw "$code"; done >"$tmp/results"
	# Events wait in a buffer, and those still there at the end are lost.
	sleep 2
	kill -INT $pid
	wait $pid
	tr -s ' ' <"$tmp/trace"
}

test_sbmfault()
{
	local said
	# ... and mov $1, %edi; mov $2, %eax; syscall: a block that is not of the heap
	said=$(trace sbmfault.bt $halt $halt $halt $halt $halt $return_zero '\x0f\x0b' '\x31\xff\x8b\x07\xc3' \
		'\xbf\x01\x00\x00\x00\xb8\x02\x00\x00\x00\x0f\x05')
	equal "#GP" 5 "$(grep -cE "^[0-9:]{8} [0-9]+ [^ ]+ [0-9]+ sbm-test #GP 0x0 0x0 0x[0-9a-f]*000 -\$" <<<"$said")" &&
	equal "#UD" 1 "$(grep -cE ' sbm-test #UD 0x0 0x0 0x[0-9a-f]*000 -$' <<<"$said")" &&
	equal "#PF" 1 "$(grep -cE ' sbm-test #PF 0x4 0x0 0x[0-9a-f]*002 null inside 0$' <<<"$said")" &&
	equal "abort" 1 "$(grep -cE ' sbm-test abort 0x0 0x1 0x[0-9a-f]*00c -$' <<<"$said")" &&
	equal "lines" 8 "$(grep -c sbm-test <<<"$said")" || { echo "$said"; return 1; }
}

test_sbmsnoop()
{
	local said
	said=$(trace sbmsnoop.bt $return_zero $return_zero $return_zero $halt '\xb8\x2a\x00\x00\x00\xc3')
	equal "returned 0" 3 "$(grep -cE "^[0-9:]{8} [0-9]+ [^ ]+ [0-9]+ sbm-test [^ ]+ 0\$" <<<"$said")" &&
	equal "returned 42" 1 "$(grep -cE ' sbm-test [^ ]+ 42$' <<<"$said")" &&
	equal "faulted" 1 "$(grep -cE ' sbm-test [^ ]+ -14$' <<<"$said")" &&
	equal "lines" 5 "$(grep -c sbm-test <<<"$said")" || { echo "$said"; return 1; }
}

echo "TAP version 13"
echo "1..37"

if ! start_loop; then
	echo "Bail out! no sandbox to look at"
	exit 1
fi
check "sandbox list as JSON" test_list_json
check "sandbox list as a table" test_list_table
check "sandbox show" test_show
check "sandbox show after a fault" test_show_fault
check "sandbox show of none" test_show_unknown
check "sandbox dump" test_dump
check "sandbox dump of what was denied" test_dump_denied
check "prefixes of commands" test_prefixes
check "bpftool iter pin" test_iter_by_hand
# Not in a subshell: only the parent can wait for the loop. Bash has to say
# something about its end.
test_kill >"$tmp/kill" 2>/dev/null
check "a killed call is no fault" test_kill_said
check "audit counts" test_audit
check "policy load of one that is there" test_load_twice
check "policy list" test_list_policies
check "policy mode" test_mode
check "policy detach by name" test_detach
check "policy ejected" test_ejected
check "quarantine after three faults" test_quarantine
check "policy detach by link" test_detach_by_id
check "quarantine of another class" test_other_class
check "policy load with another folder" test_pin_elsewhere
check "policy load that fails leaves nothing" test_failed_load
check "bpftool struct_ops register and link detach" test_register_by_hand
check "policy update" test_update
check "policy update that fails leaves what there was" test_update_fails
check "event monitor, as JSON" test_events
check "event monitor, as text" test_events_text
check "events that are lost are counted" test_events_lost
check "event monitor without the policy" test_no_events
mkdir "$tmp/bin"
ln -s "$sbmtool" "$bpftool" "$tmp/bin"
ln -s "$(type -P clang-19)" "$tmp/bin/clang"
check "what the document says to try" test_trying
check "its other commands" test_commands
check "its bpftrace program" test_bpftrace
check "its pieces of programs" test_pieces
check "not root" test_not_root
check "a kernel without SandBox Mode" test_no_sbm
check "no BPF file system" test_no_bpffs
check "sbmfault.bt" test_sbmfault
check "sbmsnoop.bt" test_sbmsnoop

exit $failed
