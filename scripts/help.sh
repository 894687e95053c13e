# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the others: with --help they print the comment at their top, and end.

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
	sed -n '2,/^$/{ /^# SPDX/d; /^# shellcheck/d; s/^# \{0,1\}//p }' "$0" | sed '1{ /^$/d }'
	exit
fi
