# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the scripts that look for memory which is gone, in the guest.

# free_kib - free memory in KiB, with the free pages that CPUs keep at hand
#
# Those may be many, as the lists of the CPUs grow with use, and are not in MemFree.
free_kib()
{
	awk '$1 == "MemFree:" { kib += $2 } $1 == "count:" { kib += 4 * $2 }
	     END { print kib }' /proc/meminfo /proc/zoneinfo
}
