# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # the variables are for those who source this
#
# Sourced by the other scripts: where things are, and how they talk.

# shellcheck source=scripts/help.sh
. "${BASH_SOURCE[0]%/*}/help.sh"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
KERNEL_PACKAGE=linux-source-6.12
KERNEL_VERSION=6.12

# Everything generated lives under BUILD. Another source tree gets a build
# folder of its own, so switching between trees rebuilds nothing.
KERNEL_SRC=${KERNEL_SRC:-}
BUILD=$ROOT/build
if [[ -n $KERNEL_SRC ]]; then
	KERNEL_SRC=$(realpath -m "$KERNEL_SRC")
	BUILD=$ROOT/build/with-$(basename "$KERNEL_SRC")
fi
# One lane is built from a tree of its own.
TREE=${SBM_TREE:-$BUILD/linux}

# QEMU 7.2 leaves garbage in the flags after cmpxchg16b, all but ZF. An interrupt
# that comes before the next flags are set saves them, and the return from it
# dies if VM is among them. Without cx16 the kernel's allocator does without.
GUEST_CPU=max,-cx16

# What the kernel is told of the clock of any x86 guest
GUEST_CLOCK='tsc=reliable no_timer_check'

# clock_params - the same, for a guest whose clock is not that of -icount
#
# It counts the ticks of the host's TSC. On a busy host the guest's calibration
# finds out wrong, by a factor of 70 once, and all its timers go mad.
clock_params()
{
	local tool=$BUILD/tsc-khz
	if [[ ! $tool -nt $ROOT/scripts/tsc-khz.c ]]; then
		mkdir -p "$BUILD"
		gcc -O2 -Wall -o "$tool.$$" "$ROOT/scripts/tsc-khz.c"
		mv "$tool.$$" "$tool"
	fi
	echo "$GUEST_CLOCK tsc_early_khz=$("$tool")"
}

START=$SECONDS

# say TEXT... - one line of progress, with the time since the script began
say()
{
	printf '[%4ds] %s\n' $((SECONDS - START)) "$*" >&2
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# The kernel's build system and command line know no quoting.
[[ $ROOT != *[[:space:]:]* ]] ||
	die "the checkout's path must not contain spaces or colons: $ROOT"
