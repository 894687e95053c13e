/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KERNEL_SBM_GATE_H
#define _KERNEL_SBM_GATE_H

#include "internal.h"

int sbm_serve_gate(struct sbm *sbm, u64 nr, const unsigned long *args,
		   struct sbm_fault *fault);

#endif /* _KERNEL_SBM_GATE_H */
