/* SPDX-License-Identifier: GPL-2.0-only */
/* What C and assembly share of the changes that are made on purpose. */
#ifndef ESCAPE_SELFCHECK_H
#define ESCAPE_SELFCHECK_H

/* A data segment in the LDT. */
#define CHANGE_SELECTOR	7

/* Protection keys as no program has them by default. */
#define CHANGE_PKRU	0x15555554

#ifndef __ASSEMBLER__

#include <stdint.h>

/* A change of one register, made in place of a call. */
struct change {
	const char *name;
	void (*make)(void);
	uint64_t need;		/* one of NEED_* */
};

/* One that changes nothing. */
void change_nothing(void);

extern const struct change changes[], changes_end[];

#endif /* !__ASSEMBLER__ */
#endif /* ESCAPE_SELFCHECK_H */
