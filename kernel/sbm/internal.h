/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: what the parts of the core, and the architecture, share.
 *
 * Users of sandboxes include <linux/sbm.h> and nothing else.
 */
#ifndef _KERNEL_SBM_INTERNAL_H
#define _KERNEL_SBM_INTERNAL_H

#include <linux/hrtimer.h>
#include <linux/jump_label.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sbm.h>
#include <linux/sbm_abi.h>
#include <linux/sbm_policy.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/time64.h>
#include <linux/timex.h>

/* Access rights of a region. Writable and executable exclude each other. */
#define SBM_PROT_READ	0
#define SBM_PROT_WRITE	BIT(0)
#define SBM_PROT_EXEC	BIT(1)

/* Pages of a sandbox's stack, and those of them that are always mapped. */
#define SBM_STACK_PAGES	4
#define SBM_STACK_MIN	1

/*
 * Pages below the stack that are never mapped. A function whose frame is large
 * may step over one without touching it, and would go on in the image's data.
 */
#define SBM_STACK_GUARD	16

/**
 * struct sbm_region - a piece of memory of a sandbox
 * @node: Entry in &sbm_sandbox.regions.
 * @va: Address in the sandbox, page-aligned. Unmapped on both sides. That of
 *	the stack goes down as the stack does.
 * @pages: The pages behind it; the region holds a reference of each.
 * @nr_slots: How many @pages has room for. Only the owner makes it more, under
 *	&sbm_sandbox.lock.
 * @nr_pages: Pages mapped now.
 * @max_pages: Pages of address space set aside.
 * @area: The address space, at %SBM_LEVEL_WEAK.
 * @prot: SBM_PROT_* flags.
 * @failed: Growing it failed half way: part of @pages may not be mapped.
 * @lent: For pages of the caller, which it lends and gets back.
 * @buf_kind: For a buffer: %SBM_REGION_INPUT, OUTPUT or INOUT; else zero.
 * @buf_start: Where in the region the buffer begins, in bytes,
 * @buf_size: and its size.
 * @buf_used: How many bytes at its end have the input, see sbm_buf_place().
 *
 * Regions are only added, and only by the task that owns the sandbox. They go
 * away with the sandbox. One that is @lent is used again when its pages have
 * gone back; it is empty until then. Of the others, the heap alone may lose
 * pages before, see spare.c, and the stack when the sandbox has another life;
 * at the weak level the heap is made of regions that go away one by one.
 */
struct sbm_region {
	struct list_head node;
	unsigned long va;
	struct page **pages;
	unsigned int nr_slots;
	unsigned int nr_pages;
	unsigned int max_pages;
	struct vm_struct *area;
	unsigned int prot;
	bool failed;
	bool lent;
	enum sbm_fault_region buf_kind;
	size_t buf_start;
	size_t buf_size;
	size_t buf_used;
};

struct arch_sbm;
struct sbm_policy_slot;
struct sbm_weak;

/**
 * struct sbm_sandbox - a sandbox
 * @info: What BPF programs and iterators see. Written by the owner only;
 *	readers may see a call's values half updated.
 * @fault: The last fault there was: a reset does not forget it.
 * @regs: Registers at that fault.
 * @verdicts: What it was denied last.
 * @class: What it is for.
 * @ref: One reference for the owner, one for each reader outside RCU.
 * @rcu: For freeing after the last lockless reader.
 * @lock: Taken by the owner to add or take away memory. Spare pages are taken
 *	by others, from reclaim, who only ever try it. What is inside the owner
 *	reads without it.
 * @objcg: The memory cgroup that is charged for it, or %NULL.
 * @pooled: Entry in &sbm_pool.ready, while it has no owner.
 * @regions: All regions. Changed by the owner, under @lock; read by the owner,
 *	or under @lock. What is behind @heap was made by the owner.
 * @stack: The stack, one of @regions.
 * @heap: The heap, one of @regions.
 * @spare: Spare pages of the heap, as they are part of the sum of all; under
 *	@lock.
 * @next_va: Where the next region goes.
 * @arch: The address space; %NULL below %SBM_LEVEL_STRONG.
 * @time_start: When the present run began, by local_clock().
 * @time_freeze: Time that the call may take in all as its caller is asked to
 *	freeze, in ns; zero if it is not, or the run loop has not noticed yet.
 * @timer: Interrupts a call whose time is up where no tick would.
 * @gate_error: Why the gate that was called ends the call, a negative errno;
 *	or zero.
 * @gate_addr: The bad pointer it got, with %SBM_ERR_FAULT.
 * @weak: Calls and heap at %SBM_LEVEL_WEAK, else %NULL.
 * @asking: Who is being asked about this sandbox, by its owner; else %NULL.
 * @asking_hook: And what, of &enum sbm_hook.
 * @starved: How often memory was looked for in vain, in this call.
 * @refused: Permissive policies that would have refused the call,
 * @ended: or have ended it by now: bits of &sbm_policy.bit.
 */
struct sbm_sandbox {
	struct sbm_info info;
	struct sbm_fault fault;
	struct sbm_regs regs;
	struct sbm_last_verdicts verdicts;
	struct sbm_class *class;
	struct kref ref;
	struct rcu_head rcu;
	struct mutex lock;	/* memory comes or goes */
	struct obj_cgroup *objcg;
	struct list_head pooled;
	struct list_head regions;
	struct sbm_region *stack;
	struct sbm_region *heap;
	unsigned long spare;
	unsigned long next_va;
	struct arch_sbm *arch;
	u64 time_start;
	u64 time_freeze;
	struct hrtimer timer;
	int gate_error;
	unsigned long gate_addr;
	struct sbm_weak *weak;
	const struct sbm_policy_slot *asking;
	u32 asking_hook;
	unsigned int starved;
	u64 refused;
	u64 ended;
};

/* Why the CPU came back from a sandbox. */
enum sbm_exit_reason {
	SBM_EXIT_RETURN,	/* the function returned */
	SBM_EXIT_CALL,		/* it wants something: nr and args */
	SBM_EXIT_FAULT,		/* it raised an exception */
	SBM_EXIT_INTR,		/* the kernel has work to do; enter again */
};

/**
 * struct sbm_exit - what came out of a sandbox
 * @reason: Why.
 * @result: Result of the function, for %SBM_EXIT_RETURN.
 * @nr: Number of the call, for %SBM_EXIT_CALL.
 * @args: Its arguments.
 * @fault: The fault, for %SBM_EXIT_FAULT; its place in the code always.
 *
 * A private copy, made once: nothing in it changes any more.
 */
struct sbm_exit {
	enum sbm_exit_reason reason;
	int result;
	u64 nr;
	unsigned long args[SBM_GATE_ARGS];
	struct sbm_fault fault;
};

/* arch: the strong level. See arch/x86/kernel/sbm/. */
#ifdef CONFIG_HAVE_ARCH_SBM
bool arch_sbm_available(void);
int arch_sbm_create(struct sbm_sandbox *sandbox);
void arch_sbm_free(struct sbm_sandbox *sandbox);
int arch_sbm_reset(struct sbm_sandbox *sandbox);
void arch_sbm_trim(struct sbm_sandbox *sandbox, unsigned long va);
int arch_sbm_hand_over(struct sbm_sandbox *from, struct sbm_sandbox *to);
unsigned int arch_sbm_base_pages(void);
int arch_sbm_map(struct sbm_sandbox *sandbox, unsigned long va,
		 struct page **pages, unsigned int nr, unsigned int prot);
void arch_sbm_unmap(struct sbm_sandbox *sandbox, unsigned long va,
		    unsigned int nr);
int arch_sbm_try_unmap(struct sbm_sandbox *sandbox, unsigned long va,
		       unsigned int nr);
int arch_sbm_reserve(struct sbm_sandbox *sandbox, unsigned long va,
		     unsigned int nr);
unsigned long arch_sbm_image_va(u32 offset);
const void *arch_sbm_image_at(unsigned long va, size_t len);
unsigned long arch_sbm_image_size(void);
unsigned long arch_sbm_return_va(void);
bool arch_sbm_fault_has_addr(const struct sbm_fault *fault);
bool arch_sbm_fault_is_hole(const struct sbm_fault *fault);
int arch_sbm_begin(struct sbm_sandbox *sandbox, unsigned long ip,
		   unsigned long arg, unsigned long sp);
void arch_sbm_run(struct sbm_sandbox *sandbox, struct sbm_exit *exit);
void arch_sbm_set_result(struct sbm_sandbox *sandbox, unsigned long result);
void arch_sbm_end(struct sbm_sandbox *sandbox);
void arch_sbm_get_regs(const struct sbm_sandbox *sandbox,
		       struct sbm_regs *regs);
#else
static inline bool arch_sbm_available(void) { return false; }
static inline int arch_sbm_create(struct sbm_sandbox *s) { return -EOPNOTSUPP; }
static inline void arch_sbm_free(struct sbm_sandbox *s) { }
static inline int arch_sbm_reset(struct sbm_sandbox *s) { return 0; }
static inline void arch_sbm_trim(struct sbm_sandbox *s, unsigned long va) { }
static inline int arch_sbm_hand_over(struct sbm_sandbox *from,
				     struct sbm_sandbox *to)
{ return -EOPNOTSUPP; }
static inline unsigned int arch_sbm_base_pages(void) { return 0; }
static inline int arch_sbm_map(struct sbm_sandbox *s, unsigned long va,
			       struct page **pages, unsigned int nr,
			       unsigned int prot) { return -EOPNOTSUPP; }
static inline void arch_sbm_unmap(struct sbm_sandbox *s, unsigned long va,
				  unsigned int nr) { }
static inline int arch_sbm_try_unmap(struct sbm_sandbox *s, unsigned long va,
				     unsigned int nr) { return -EOPNOTSUPP; }
static inline int arch_sbm_reserve(struct sbm_sandbox *s, unsigned long va,
				   unsigned int nr)
{ return -EOPNOTSUPP; }
static inline unsigned long arch_sbm_image_va(u32 offset) { return 0; }
static inline const void *arch_sbm_image_at(unsigned long va, size_t len)
{ return NULL; }
static inline unsigned long arch_sbm_image_size(void) { return 0; }
static inline unsigned long arch_sbm_return_va(void) { return 0; }
static inline bool arch_sbm_fault_has_addr(const struct sbm_fault *fault)
{ return false; }
static inline bool arch_sbm_fault_is_hole(const struct sbm_fault *fault)
{ return false; }
static inline int arch_sbm_begin(struct sbm_sandbox *s, unsigned long ip,
				 unsigned long arg, unsigned long sp)
{ return -EOPNOTSUPP; }
static inline void arch_sbm_run(struct sbm_sandbox *s, struct sbm_exit *exit) { }
static inline void arch_sbm_set_result(struct sbm_sandbox *s, unsigned long r) { }
static inline void arch_sbm_end(struct sbm_sandbox *s) { }
static inline void arch_sbm_get_regs(const struct sbm_sandbox *s,
				     struct sbm_regs *regs) { }
#endif

/*
 * A clock to measure hooks with, on one CPU, and its ticks in a millisecond;
 * zero if nobody knows. It runs on every call, so it has to be cheap.
 */
#ifdef CONFIG_HAVE_ARCH_SBM
static inline u64 sbm_clock(void) { return get_cycles(); }
u64 arch_sbm_cycles_khz(void);
static inline u64 sbm_clock_khz(void) { return arch_sbm_cycles_khz(); }
#else
static inline u64 sbm_clock(void) { return local_clock(); }
static inline u64 sbm_clock_khz(void) { return USEC_PER_SEC; }
#endif

/* arch: the end of a call in place at a fault. See arch/um/kernel/sbm/. */
#ifdef CONFIG_HAVE_ARCH_SBM_CATCH
void arch_sbm_catch(int (*fn)(void *data), void *data, struct sbm_exit *exit);
void arch_sbm_catch_leave(void);
void *arch_sbm_catch_pause(void);
void arch_sbm_catch_resume(void *catcher);
#else
static inline void arch_sbm_catch(int (*fn)(void *data), void *data,
				  struct sbm_exit *exit)
{
	exit->reason = SBM_EXIT_RETURN;
	exit->result = fn(data);
}

static inline void arch_sbm_catch_leave(void) { }
static inline void *arch_sbm_catch_pause(void) { return NULL; }
static inline void arch_sbm_catch_resume(void *catcher) { }
#endif

/* sandbox.c: sandboxes and their registry */
void sbm_sandbox_put(struct sbm_sandbox *sandbox);
struct sbm_sandbox *sbm_sandbox_get(u64 id);
struct sbm_sandbox *sbm_sandbox_get_next(u64 id);
struct sbm_sandbox *sbm_sandbox_next_rcu(u64 id);
unsigned int sbm_nr_sandboxes(void);
struct sbm_sandbox *sbm_sandbox_alloc(struct sbm_class *class);
void sbm_sandbox_free(struct sbm_sandbox *sandbox);

/* class.c */
bool sbm_name_valid(const char *name);
void sbm_class_quarantine(struct sbm_class *class, bool quarantined,
			  const char *by);
bool sbm_class_get_next(const char *name, struct sbm_class_info *info);
bool sbm_class_quarantined(struct sbm_class *class);
extern struct sbm_class sbm_default_class;

/* sysfs.c */
#ifdef CONFIG_SYSFS
int sbm_sysfs_add_class(struct sbm_class *class);
void sbm_sysfs_remove_class(struct sbm_class *class);
#else
static inline int sbm_sysfs_add_class(struct sbm_class *class) { return 0; }
static inline void sbm_sysfs_remove_class(struct sbm_class *class) { }
#endif

/* region.c: memory */
struct sbm_region *sbm_region_create(struct sbm_sandbox *sandbox,
				     unsigned int nr_pages,
				     unsigned int max_pages, unsigned int prot);
struct sbm_region *sbm_region_create_at(struct sbm_sandbox *sandbox,
					unsigned long va, unsigned int nr_pages,
					unsigned int max_pages,
					unsigned int prot);
int sbm_region_grow(struct sbm_sandbox *sandbox, struct sbm_region *region,
		    unsigned int nr_pages);
struct sbm_region *sbm_region_lend(struct sbm_sandbox *sandbox,
				   unsigned int nr_pages, unsigned int prot);
int sbm_region_map(struct sbm_sandbox *sandbox, struct sbm_region *region,
		   unsigned int nr_pages);
void sbm_region_return(struct sbm_sandbox *sandbox, struct sbm_region *region);
int sbm_region_shrink(struct sbm_sandbox *sandbox, struct sbm_region *region,
		      unsigned int nr_pages);
struct sbm_region *sbm_region_at(struct sbm_sandbox *sandbox, unsigned long va);
void sbm_region_destroy(struct sbm_sandbox *sandbox, struct sbm_region *region);
void sbm_region_free_all(struct sbm_sandbox *sandbox);
void sbm_region_trim(struct sbm_sandbox *sandbox);

/* pages.c: the sum of all pages */
unsigned long sbm_nr_pages(void);
void sbm_add_pages(long nr);

/* copy.c: copying into memory and out of it */
void sbm_region_write(struct sbm_region *region, size_t offset,
		      const void *src, size_t len);
int sbm_region_read(struct sbm_region *region, size_t offset, void *dst,
		    size_t len);
void sbm_region_zero(struct sbm_region *region, size_t offset, size_t len);

/* stack.c: the stack, at SBM_LEVEL_STRONG */
int sbm_stack_create(struct sbm_sandbox *sandbox);
unsigned long sbm_stack_limit(const struct sbm_sandbox *sandbox);
int sbm_stack_extend(struct sbm_sandbox *sandbox, unsigned long va);
void sbm_stack_trim(struct sbm_sandbox *sandbox);
void sbm_stack_clear(struct sbm_sandbox *sandbox);
unsigned long sbm_stack_build(struct sbm_sandbox *sandbox, const void *args,
			      size_t size);

/* time.c: the time a call may take; start and stop for the architecture */
void sbm_time_init(struct sbm_sandbox *sandbox);
void sbm_time_begin(struct sbm_sandbox *sandbox, u64 limit);
void sbm_time_start(struct sbm_sandbox *sandbox);
void sbm_time_stop(struct sbm_sandbox *sandbox);
bool sbm_time_is_up(struct sbm_sandbox *sandbox);
bool sbm_time_is_running_out(const struct sbm_sandbox *sandbox);

/* spare.c: heap pages that are mapped and not in use */
void sbm_spare_update(struct sbm_sandbox *sandbox);
unsigned long sbm_spare_free(unsigned long nr_pages);

/* pool.c: sandboxes that are ready, but nobody's */
int sbm_pool_create(struct sbm_class *class);
void sbm_pool_destroy(struct sbm_class *class);
struct sbm_sandbox *sbm_pool_get(struct sbm_class *class);
bool sbm_pool_put(struct sbm_sandbox *sandbox);
unsigned long sbm_pool_size(void);
unsigned long sbm_pool_limit(void);
void sbm_pool_set_limit(unsigned long kib);
void sbm_pool_wait(void);

/* charge.c: who pays for a sandbox */
#ifdef CONFIG_MEMCG
struct mem_cgroup *sbm_charge_nobody(void);
int sbm_charge(struct sbm_sandbox *sandbox);
void sbm_uncharge(struct sbm_sandbox *sandbox);
#else
static inline struct mem_cgroup *sbm_charge_nobody(void) { return NULL; }
static inline int sbm_charge(struct sbm_sandbox *sandbox) { return 0; }
static inline void sbm_uncharge(struct sbm_sandbox *sandbox) { }
#endif

/* place.c: what a faulting address belongs to */
void sbm_fault_place(const struct sbm *sbm, struct sbm_fault *fault);
enum sbm_fault_region sbm_region_kind(const struct sbm_sandbox *sandbox,
				      const struct sbm_region *region);

/* inspect.c: looking into a sandbox */
int sbm_read(struct sbm_sandbox *sandbox, enum sbm_fault_region kind,
	     s64 offset, void *dst, size_t len);
bool sbm_mapping_get_next(struct sbm_sandbox *sandbox, unsigned long *va,
			  struct sbm_mapping_info *info);

/* names.c: names by number */
#define SBM_NR_MODES	(SBM_MODE_PERMISSIVE + 1)

extern const char * const sbm_level_names[];
extern const char * const sbm_state_names[];
extern const char * const sbm_fault_names[];
extern const char * const sbm_region_names[];
extern const char * const sbm_side_names[];
extern const char * const sbm_hook_names[];
extern const char * const sbm_eject_names[];
extern const char * const sbm_mode_names[SBM_NR_MODES];

/* report.c: how a call ended, in words */
int sbm_print_fault(const struct sbm_fault *fault, char *buf, size_t size);
int sbm_print_place(const struct sbm_fault *fault, char *buf, size_t size);

/* exec.c: the run loop */
int sbm_run_at(struct sbm *sbm, unsigned long ip, unsigned long arg);

/*
 * verdict.c: asking the policies. Never called in atomic context. With no
 * policy attached each of these is a nop, and a hook that no policy has is one
 * in any case.
 */
DECLARE_STATIC_KEY_FALSE(sbm_policy_key);
extern struct static_key_false sbm_hook_keys[SBM_NR_HOOKS];
int __sbm_policy_quarantined(struct sbm_sandbox *sandbox);
int __sbm_policy_enter(struct sbm_sandbox *sandbox, u64 flags);
void __sbm_policy_fault(struct sbm_sandbox *sandbox);
int __sbm_policy_grow(struct sbm_sandbox *sandbox, u64 nr_pages);
void __sbm_policy_exit(struct sbm_sandbox *sandbox, int result);
bool __sbm_policy_recursion(const struct sbm_sandbox *called);

/* May a call enter? Zero, or the negative errno it returns. */
static inline int sbm_policy_enter(struct sbm_sandbox *sandbox, u64 flags)
{
	if (unlikely(READ_ONCE(sandbox->class->quarantined)) &&
	    sbm_class_quarantined(sandbox->class))
		return __sbm_policy_quarantined(sandbox);
	if (static_branch_unlikely(&sbm_policy_key)) {
		sandbox->refused = 0;
		sandbox->ended = 0;
		if (static_branch_unlikely(&sbm_hook_keys[SBM_HOOK_ENTER]))
			return __sbm_policy_enter(sandbox, flags);
	}
	return 0;
}

/* A call that entered ends in the fault recorded in @sandbox. */
static inline void sbm_policy_fault(struct sbm_sandbox *sandbox)
{
	if (static_branch_unlikely(&sbm_hook_keys[SBM_HOOK_FAULT]))
		__sbm_policy_fault(sandbox);
}

/* May the heap grow? A value of enum sbm_grow_verdict. */
static inline int sbm_policy_grow(struct sbm_sandbox *sandbox, u64 nr_pages)
{
	if (static_branch_unlikely(&sbm_hook_keys[SBM_HOOK_GROW]))
		return __sbm_policy_grow(sandbox, nr_pages);
	return SBM_GROW_ALLOW;
}

/* A call that entered has ended; @result is what the caller will see. */
static inline void sbm_policy_exit(struct sbm_sandbox *sandbox, int result)
{
	if (static_branch_unlikely(&sbm_hook_keys[SBM_HOOK_EXIT]))
		__sbm_policy_exit(sandbox, result);
}

/* Is a call of this sandbox made by a hook? Then it is refused. */
static inline bool sbm_policy_recursion(const struct sbm_sandbox *called)
{
	if (!static_branch_unlikely(&sbm_policy_key))
		return false;
	if (IS_ENABLED(CONFIG_PREEMPT_RCU) && likely(!rcu_preempt_depth()))
		return false;
	return __sbm_policy_recursion(called);
}

/* policy.c: the attached policies */
bool sbm_policy_get_next(u64 id, struct sbm_policy_info *info);
unsigned int sbm_nr_policies(void);
u64 sbm_policies_attached(void);
u64 sbm_policies_rejected(void);

/* eject.c: those that were ejected */
int sbm_eject_show(char *buf);

/* denied.c: what was refused */
void sbm_count_denied(struct sbm_sandbox *sandbox);
void sbm_note_denied(struct sbm_sandbox *sandbox, enum sbm_hook hook,
		     int verdict, const char *policy, u32 mode);
void sbm_deny_builtin(struct sbm_sandbox *sandbox, enum sbm_hook hook,
		      int verdict);

/* builtin.c: the switch that turns all policies off */
extern bool sbm_builtin_only;
void sbm_set_builtin_only(bool on, const char *by);

/* stats.c: event counters, one set per CPU */
enum sbm_event {
	SBM_EV_CREATE,		/* sandboxes created */
	SBM_EV_DESTROY,		/* sandboxes destroyed */
	SBM_EV_CALL,		/* calls that entered */
	SBM_EV_FAULT,		/* calls that ended in a fault */
	SBM_EV_KILLED,		/* calls ended by a fatal signal */
	SBM_EV_DENIED,		/* calls and growths refused */
	SBM_EV_GROW,		/* growths granted */
	SBM_EV_SHRINK,		/* times spare pages were taken away */
	SBM_EV_STACK,		/* times a stack got deeper than ever */
	SBM_EV_INTR,		/* times a call left for the kernel's work */
	SBM_EV_PREEMPT,		/* ... and was preempted */
	SBM_EV_MIGRATE,		/* ... and came back on another CPU */
	SBM_EV_EJECT,		/* policies ejected */
	SBM_EV_GATE,		/* gates called */
	SBM_EV_TIME,		/* calls whose time was up */
	SBM_EV_FREEZE,		/* ... as their caller had to freeze */
	SBM_EV_MAP,		/* pieces of a caller's memory mapped */
	SBM_EV_UNMAP,		/* ... and unmapped */
	SBM_EV_KEEP,		/* sandboxes destroyed, but kept in a pool */
	SBM_EV_REUSE,		/* ... and created again from there */
	SBM_EV_DROP,		/* ... or freed there */
	SBM_EV_WOULD_DENY,	/* verdicts of permissive policies */
	SBM_NR_EVENTS,
};

void sbm_count(enum sbm_event event);
u64 sbm_events(enum sbm_event event);
const char *sbm_event_name(enum sbm_event event);

#endif /* _KERNEL_SBM_INTERNAL_H */
