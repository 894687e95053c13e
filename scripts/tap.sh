# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2001
#
# Sourced by the suites in scripts/tests: print TAP.

# shellcheck source=scripts/help.sh
. "${BASH_SOURCE[0]%/*}/help.sh"

tap_number=0
tap_failed=0

# tap_plan N - begin, announcing N tests
tap_plan()
{
	printf 'TAP version 13\n1..%d\n' "$1"
}

# tap_result STATUS NAME - report a test by an exit status
tap_result()
{
	tap_number=$((tap_number + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $tap_number - $2"
	else
		tap_failed=1
		echo "not ok $tap_number - $2"
	fi
}

# tap_skip NAME REASON
tap_skip()
{
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $1 # SKIP $2"
}

# tap_try NAME COMMAND... - report whether a command succeeds; what it prints is
# shown only if it does not
tap_try()
{
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	if [[ $status != 0 ]]; then
		sed 's/^/# /' <<<"$output"
		echo "# status $status"
	fi
	tap_result "$status" "$name"
}

# tap_subtests NAME - read the TAP of a whole program and report it as one test
# with subtests; the caller looks at the program's status itself
tap_subtests()
{
	local name=$1 output status=0
	output=$(cat)
	# A program that died early has not even a plan.
	grep -q '^1\.\.[0-9]' <<<"$output" || status=1
	! grep -q '^[[:space:]]*not ok' <<<"$output" || status=1
	sed 's/^/    /' <<<"$output"
	tap_result "$status" "$name"
}
