/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of the caller of a sandbox, before and after the call. */
#ifndef ESCAPE_CALLER_H
#define ESCAPE_CALLER_H

#define CALLER_XSAVE		0
#define CALLER_GPRS		8
#define CALLER_FLAGS		112
#define CALLER_FSBASE		120
#define CALLER_GSBASE		128
#define CALLER_SELECTORS	136

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#include "../box.h"

/* Laid out as above. */
struct caller {
	unsigned char *xsave;
	uint64_t gprs[13];	/* rbx rbp r8-r10 r12-r15 rdi rsi rdx rsp */
	uint64_t flags;
	uint64_t fsbase, gsbase;
	uint16_t selectors[5];	/* ds es fs gs ss */
};

void caller_syscall(void);
extern const char caller_syscall_end[];
void caller_do_syscall(void);
extern void (*caller_do)(void);

int caller_init(void);
int caller_run(const void *code, size_t len, struct box_result *result);
void caller_try(void);
const char *caller_changed(void);

#endif /* !__ASSEMBLER__ */
#endif /* ESCAPE_CALLER_H */
