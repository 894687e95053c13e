# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # the variables are for those who source this
#
# Sourced, after lib.sh, by the scripts that build or boot a kernel: the lanes.
# A new one takes a line here and, if it differs in its options, a fragment in
# configs/.

# name     arch    compiler  memory  fragments
lanes='
main       x86_64  gcc       2G      base sbm
debug      x86_64  gcc       3G      base sbm debug
kcsan      x86_64  gcc       3G      base sbm kcsan
nopreempt  x86_64  gcc       2G      base sbm nopreempt
clang      x86_64  clang-19  2G      base sbm
bench      x86_64  gcc       2G      base sbm jump
off        x86_64  gcc       2G      base jump
plain      x86_64  gcc       2G      base
uml        um      gcc       -       uml
arm64      arm64   gcc       -       arm64
'

# lane_find NAME - set lane_arch and so on, lane_tree among them, or give up
lane_find()
{
	local name compiler words
	while read -r name words; do
		[[ $name != "$1" ]] || break
	done <<<"$lanes"
	[[ -n $name && $name == "$1" ]] ||
		die "no such lane: $1 ($(awk '{ print $1 }' <<<"$lanes" | xargs))"
	read -r lane_arch compiler lane_memory lane_fragments <<<"$words"

	# The kernel as it is without us, to compare with, has a tree of its own.
	lane_tree=$TREE
	[[ $name != plain ]] || lane_tree=$BUILD/linux-plain

	case $lane_arch in
	x86_64)	lane_image=arch/x86/boot/bzImage ;;
	um)	lane_image=linux ;;
	arm64)	lane_image=arch/arm64/boot/Image.gz ;;
	esac

	# What tells the kernel's make about the tools
	local cross=
	[[ $lane_arch != arm64 ]] || cross=aarch64-linux-gnu-
	case $compiler in
	gcc)	lane_make=(CROSS_COMPILE="$cross" CC="ccache ${cross}gcc") ;;
	clang-*) lane_make=(LLVM="-${compiler#clang-}" CC="ccache $compiler") ;;
	esac
	lane_make+=(ARCH="$lane_arch")

	# Where the options change every object, no other lane has it in the cache:
	# there is no need to preprocess a file to find out, it takes a fifth longer.
	case $lane_fragments in
	*debug|*kcsan)	export CCACHE_DEPEND=1 ;;
	*)		unset CCACHE_DEPEND ;;
	esac
}

# The same paths, names and times everywhere make the same objects: another
# checkout then finds them in the compiler cache.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 2026'
export KBUILD_BUILD_USER=sbm KBUILD_BUILD_HOST=sbm
