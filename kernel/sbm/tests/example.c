// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: a small conversion, complete.
 *
 * The documentation includes what is between the two marks.
 */
#include <linux/errno.h>
#include <linux/sbm.h>
#include <linux/string.h>

#include "example.h"

/* begin */
/* Finds a record (tag, length, value) and returns the length of its value. */
SBM_DEFINE_FUNC(tlv_find, const u8 *, blob, size_t, len, u8, tag, u8 *, value)
{
	size_t at = 0;

	while (at < len && blob[at] != tag)
		at += 2 + blob[at + 1];
	if (at >= len)
		return -ENOENT;
	/* The length is not checked. In a sandbox, that is not the end. */
	memcpy(value, blob + at + 2, blob[at + 1]);
	return blob[at + 1];
}

#ifndef __SBM_IMAGE__
/* What the rest of the kernel calls. */
int tlv_find_sandboxed(const u8 *blob, size_t len, u8 tag, u8 value[256])
{
	struct sbm sbm;
	int ret;

	sbm_init(&sbm);
	ret = sbm_call(&sbm, tlv_find, SBM_COPY_IN(&sbm, blob, len), len, tag,
		       SBM_COPY_OUT(&sbm, value, 256));
	sbm_destroy(&sbm);
	return ret;
}
#endif
/* end */
