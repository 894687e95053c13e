#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Refuse objects that cannot be part of the sandbox image because of a section
# in them: tables of what the kernel has to patch, catch or run.
#
#   check-objects.sh READELF OBJECT...
#
# The linker cannot do this: nothing refers to such a table, so --gc-sections
# drops it without a word, and the code that does not work without it stays.

readelf=$1
shift
status=0

for object; do
	"$readelf" -SW "$object" | awk -v object="$object" '
		function why(name) {
			if (name == "__jump_table")
				return "static key"
			if (name ~ /^\.static_call/)
				return "static call"
			if (name == "__bug_table")
				return "BUG() or WARN() of the kernel"
			if (name == "__ex_table")
				return "exception table"
			if (name ~ /percpu/)
				return "per-CPU data"
			if (name ~ /^\.(init|exit|fini)|^\.ctors/)
				return "code or data for boot"
			return "code to be patched, or a table for the kernel"
		}
		sub(/^ *\[ *[0-9]+\] /, "") {
			# Name, type, address, offset, size, entry size, flags.
			if (NF != 10 || $7 !~ /A/ ||
			    $1 ~ /^\.(note|eh_frame|discard)(\.|$)/)
				next
			if ($1 ~ /^\.(text|rodata|data|bss)(\.|$)/ &&
			    $1 !~ /percpu/)
				next
			print object ": sandbox image: " why($1) " (" $1 ")"
			bad = 1
		}
		END { exit bad }' >&2 || status=1
done
exit $status
