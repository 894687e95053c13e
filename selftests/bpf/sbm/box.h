/* SPDX-License-Identifier: GPL-2.0-only */
/* Running code in a sandbox, through debugfs. */
#ifndef BOX_H
#define BOX_H

#include <stddef.h>
#include <sys/types.h>

#define BOX_DEBUGFS_RUN	"/sys/kernel/debug/sbm/run"

/* The class of the sandboxes that debugfs makes, and the limit of its heap. */
#define BOX_CLASS	"sbm-test"
#define BOX_HEAP_PAGES	1024

/* Machine code to run. */
struct box_code {
	const unsigned char *bytes;
	size_t len;
};

/* How it ended, as the kernel reports it. */
struct box_result {
	int ret;
	char kind[16];
	unsigned int vector;
	unsigned long long error;
	unsigned long long addr;
	unsigned long long ip;
	char level[16];
};

extern const struct box_code box_return_42;	/* returns 42 */
extern const struct box_code box_hlt;		/* #GP at ip 0 */
extern const struct box_code box_wild_write;	/* #PF writing address 0x1234 */
extern const struct box_code box_spin;		/* never returns */
extern const struct box_code box_grow_3;	/* writes to 3 new pages: 1, or 0 */
extern const struct box_code box_grow_too_much;	/* as above, above the limit */

int box_read_result(int fd, struct box_result *result);
int box_run(const struct box_code *code, struct box_result *result);
pid_t box_start(const struct box_code *code);
int box_kill(pid_t pid);
void box_kill_all(void);

int box_class_quarantined(void);
int box_quarantine_class(void);
int box_release_class(void);
long long box_event(const char *name);

#endif /* BOX_H */
