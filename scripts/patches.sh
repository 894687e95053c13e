# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the scripts that read patches/, after lib.sh.

PATCHES=$ROOT/patches

# series - the names of the series, in order
series()
{
	[[ ! -f $PATCHES/series ]] ||
		sed 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "$PATCHES/series"
}

# series_before NAME - the names before NAME, in order
series_before()
{
	series | awk -v stop="$1" '$0 == stop { stopped = 1 } !stopped { print }'
}

# series_after NAME - the names after NAME, in order
series_after()
{
	series | awk -v start="$1" 'found { print } $0 == start { found = 1 }'
}

# patched_files PATCH... - every file that these patches change
patched_files()
{
	local patch
	for patch; do
		[[ -f $PATCHES/$patch ]] || die "patches/series names $patch, which is missing"
		if grep -q '^--- /dev/null' "$PATCHES/$patch"; then
			die "patches/$patch creates a file; new files belong to the overlay"
		fi
		sed -n 's,^+++ [^/]*/\([^[:space:]]*\).*,\1,p' "$PATCHES/$patch"
	done | sort -u
}

# fetch_pristine FILE... - have the originals of these files in BUILD/pristine
fetch_pristine()
{
	local file missing=()
	for file; do
		[[ -f $BUILD/pristine/$file ]] || missing+=("$file")
	done
	[[ ${#missing[@]} -gt 0 ]] || return 0
	"$ROOT/scripts/unpack-source" --only "${missing[@]}" 2>/dev/null || true
	for file in "${missing[@]}"; do
		[[ -f $BUILD/pristine/$file ]] ||
			die "this kernel has no $file, which is patched by" \
			    "$(cd "$PATCHES" && grep -lF "+++ b/$file" -- *.patch | xargs)"
	done
}

# apply PATCH DIR [OPTION...] - apply one patch in DIR, or say what went wrong.
# No fuzz: a context that changed wants a look.
apply()
{
	local patch=$1 dir=$2 output
	shift 2
	output=$(patch -p1 -F0 -d "$dir" --force --no-backup-if-mismatch \
		--reject-file=- "$@" <"$PATCHES/$patch" 2>&1) && return 0
	{
		echo "patches/$patch does not apply:"
		awk '/^patching file/ { file = $3 }
		     /FAILED at|^can.t find|malformed/ { sub(/ -- .*/, ""); print "  " file ": " $0 }
		     ' <<<"$output"
	} >&2
	exit 1
}
