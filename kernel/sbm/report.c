// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: how a call ended, in words, for the log and for debugfs.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include "internal.h"

/**
 * sbm_print_fault() - what happened, as in "kind=exception vector=14 ..."
 * @fault: The fault.
 * @buf: Where to.
 * @size: Its size in bytes.
 *
 * Return: The length of the text, without its end.
 * Context: Any.
 */
int sbm_print_fault(const struct sbm_fault *fault, char *buf, size_t size)
{
	return scnprintf(buf, size,
			 "kind=%s vector=%u error=0x%llx addr=0x%llx ip=0x%llx",
			 sbm_fault_names[fault->kind], fault->vector,
			 fault->error, fault->addr, fault->ip);
}

/**
 * sbm_print_place() - where it happened, as in " region=heap side=above ..."
 * @fault: The fault.
 * @buf: Where to.
 * @size: Its size in bytes.
 *
 * Return: The length of the text, without its end; zero if the fault is not
 * about an address of any memory that is known.
 * Context: Any.
 */
int sbm_print_place(const struct sbm_fault *fault, char *buf, size_t size)
{
	if (fault->region == SBM_REGION_NONE)
		return 0;
	return scnprintf(buf, size, " region=%s side=%s distance=%llu",
			 sbm_region_names[fault->region],
			 sbm_side_names[fault->side], fault->distance);
}

/* Is its error that of a fault? A policy may refuse a call with the same. */
static bool sbm_faulted(const struct sbm *sbm)
{
	return sbm->sandbox && sbm->sandbox->info.state == SBM_STATE_FAULTED &&
	       (sbm->error == SBM_ERR_FAULT || sbm->error == SBM_ERR_GATE);
}

/**
 * sbm_report() - how a call ended that did not end well
 * @sbm: SBM instance, with sbm_error() set.
 * @buf: Where to.
 * @size: Its size in bytes; %SBM_REPORT_LEN is enough.
 *
 * A part of a sentence for the log, without a newline: "faulted: " and the
 * record, "ran out of its time of 1000 us", or "was refused: " and the error.
 *
 * Return: @buf.
 * Context: Any; not during a call.
 */
const char *sbm_report(const struct sbm *sbm, char *buf, size_t size)
{
	const struct sbm_fault *fault;
	int len;

	if (sbm_faulted(sbm)) {
		fault = &sbm->sandbox->fault;
		len = scnprintf(buf, size, "faulted: ");
		len += sbm_print_fault(fault, buf + len, size - len);
		sbm_print_place(fault, buf + len, size - len);
	} else if (sbm_error(sbm) == SBM_ERR_TIME) {
		scnprintf(buf, size, "ran out of its time of %llu us",
			  div_u64(sbm->sandbox->info.time_limit,
				  NSEC_PER_USEC));
	} else {
		scnprintf(buf, size, "was refused: %d", sbm_error(sbm));
	}
	return buf;
}
EXPORT_SYMBOL_GPL(sbm_report);
