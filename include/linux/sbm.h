/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode (SBM): run kernel code without kernel privilege.
 *
 * A sandbox is called like a function. Where the architecture can
 * (HAVE_ARCH_SBM), the function runs in user mode in an address space of its
 * own; elsewhere it runs in place on copies of its buffers.
 *
 * See Documentation/security/sandbox-mode.rst.
 */
#ifndef _LINUX_SBM_H
#define _LINUX_SBM_H

#include <linux/args.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/ratelimit_types.h>
#include <linux/types.h>
#include <uapi/linux/sbm.h>

struct sbm_gate;
struct sbm_pool;
struct page;
struct sbm_sandbox;

/* Longest line of sbm_log(), in bytes. */
#define SBM_LOG_MAX	128
/* Longest text of sbm_report(), in bytes. */
#define SBM_REPORT_LEN	192

/**
 * struct sbm_class - one use of sandboxes
 * @name: What policies match and what users see, e.g. "squashfs-xz".
 * @heap_pages: Limit of the heap, in pages. No policy can raise it.
 * @time_us: CPU time a call may take inside, in microseconds; zero: any. No
 *	policy can raise it.
 * @flags: SBM_CLASS_* flags.
 * @quarantine_s: Seconds that a quarantine lasts, unless the administrator
 *	changes that; zero: until it is released.
 * @gates: What its sandboxes may ask of the kernel, made with SBM_GATE() of
 *	<linux/sbm_gate.h>. May have holes.
 * @nr_gates: Length of @gates.
 *
 * A class is static data of its user, registered before the first sandbox of
 * it is created and unregistered after the last one is gone.
 */
struct sbm_class {
	const char *name;
	unsigned int heap_pages;
	unsigned int time_us;
	unsigned int flags;
	unsigned int quarantine_s;
	const struct sbm_gate *const *gates;
	unsigned int nr_gates;
	/* private: */
	struct list_head node;		/* entry in the list of classes */
	atomic_t nr_sandboxes;		/* live sandboxes of the class */
	struct list_head pool_node;	/* entry in the list of pools */
	struct sbm_pool __percpu *pool;	/* ready sandboxes, or %NULL */
	bool quarantined;		/* further calls are refused ... */
	u64 quarantine_end;		/* ... until then, in jiffies; 0: ever */
	struct ratelimit_state log_limit; /* of sbm_log() */
};

/* Refuse to create a sandbox of this class below SBM_LEVEL_STRONG. */
#define SBM_CLASS_STRONG	BIT(0)
/* Flush branch predictors between this class and anything else (IBPB). */
#define SBM_CLASS_IBPB		BIT(1)
/* Make each sandbox of this class from scratch: none has had another life. */
#define SBM_CLASS_FRESH		BIT(2)

/**
 * enum sbm_dir - direction of a buffer
 * @SBM_IN: Copied in before the call; read-only in the sandbox.
 * @SBM_OUT: Zeroed before and copied out after a call that returned.
 * @SBM_INOUT: Copied in before and out after.
 */
enum sbm_dir { SBM_IN, SBM_OUT, SBM_INOUT };

/**
 * struct sbm_buf - a buffer of a sandbox
 * @node: private, entry in &sbm.bufs.
 * @kern_ptr: The caller's memory, or %NULL for a buffer filled by hand.
 * @sbm_ptr: Address inside the sandbox. Never dereferenced by the kernel.
 * @size: Size in bytes.
 * @dir: Direction.
 * @region: private, the memory behind it.
 */
struct sbm_buf {
	struct list_head node;
	void *kern_ptr;
	void *sbm_ptr;
	size_t size;
	enum sbm_dir dir;
	struct sbm_region *region;
};

/**
 * struct sbm_func - a function that can run inside
 * @name: Name of the function.
 * @fn: Its thunk in the kernel proper, for %SBM_LEVEL_WEAK and below.
 * @offset: Where the thunk is in the sandbox image; generated at build time.
 *
 * Made by SBM_DEFINE_FUNC() or SBM_DEFINE_THUNK(), never by hand.
 */
struct sbm_func {
	const char *name;
	int (*fn)(void *args);
	const u32 *offset;
};

/**
 * typedef sbm_pull_fn - supplies a sandbox with more input
 * @ctx: As given to sbm_set_pull().
 * @buf: Where to.
 * @size: How much is wanted, in bytes, not zero.
 *
 * Return: How much there is now, at most @size; zero at the end; or a negative
 * errno for the sandboxed code.
 * Context: Process context; may sleep.
 */
typedef ssize_t (*sbm_pull_fn)(void *ctx, void *buf, size_t size);

#ifdef CONFIG_SANDBOX_MODE

/**
 * struct sbm - a caller's handle of a sandbox
 * @error: Sticky error: zero, or what went wrong first.
 *
 * May live on the stack. Not safe for concurrent use; callers serialise.
 */
struct sbm {
	int error;
	/* private: */
	struct sbm_sandbox *sandbox;	/* the sandbox itself */
	struct list_head bufs;		/* in the order they were added */
	sbm_pull_fn pull;		/* see sbm_set_pull() */
	void *pull_ctx;			/* its argument */
};

int sbm_class_register(struct sbm_class *class);
void sbm_class_unregister(struct sbm_class *class);

int sbm_init(struct sbm *sbm);
int sbm_init_class(struct sbm *sbm, struct sbm_class *class);
void sbm_destroy(struct sbm *sbm);
int sbm_reset(struct sbm *sbm);
enum sbm_level sbm_level(const struct sbm *sbm);
bool sbm_strong_available(void);
int sbm_last_fault(const struct sbm *sbm, struct sbm_fault *fault);
const char *sbm_report(const struct sbm *sbm, char *buf, size_t size);
void sbm_set_pull(struct sbm *sbm, sbm_pull_fn pull, void *ctx);

struct sbm_buf *sbm_alloc_buf(struct sbm *sbm, size_t size, enum sbm_dir dir);
void *sbm_add_buf(struct sbm *sbm, enum sbm_dir dir, void *buf, size_t size);
void *sbm_buf_place(struct sbm_buf *buf, size_t len);
int sbm_buf_write(struct sbm_buf *buf, size_t offset, const void *src,
		  size_t len);
int sbm_buf_read(struct sbm_buf *buf, size_t offset, void *dst, size_t len);

void *sbm_map_readonly(struct sbm *sbm, const void *buf, size_t size);
void *sbm_map_writable(struct sbm *sbm, void *buf, size_t size);
void *sbm_map_pages(struct sbm *sbm, struct page **pages, unsigned int nr,
		    enum sbm_dir dir);
int sbm_unmap(struct sbm *sbm, const void *addr);

int sbm_exec(struct sbm *sbm, const struct sbm_func *func, void *data);
int __sbm_exec_args(struct sbm *sbm, const struct sbm_func *func,
		    const void *args, size_t size);

/**
 * sbm_error() - error status of a sandbox
 * @sbm: SBM instance.
 *
 * Tells an error of the mechanism (set-up failed, fault, denied) from an
 * error the sandboxed function returned.
 *
 * Return: Zero, or the first error, a negative errno of &enum sbm_errno or
 * -ENOMEM. Stays until sbm_reset() or sbm_destroy().
 * Context: Any.
 */
static inline int sbm_error(const struct sbm *sbm)
{
	return sbm->error;
}

#define __sbm_buf(sbm, dir, buf, size) \
	((typeof(&((buf)[0])))sbm_add_buf((sbm), (dir), (void *)(buf), (size)))

#else /* !CONFIG_SANDBOX_MODE */

struct sbm {
};

static inline int sbm_class_register(struct sbm_class *class)
{
	return 0;
}

static inline void sbm_class_unregister(struct sbm_class *class)
{
}

static inline int sbm_init(struct sbm *sbm)
{
	return 0;
}

static inline int sbm_init_class(struct sbm *sbm, struct sbm_class *class)
{
	return class->flags & SBM_CLASS_STRONG ? SBM_ERR_UNSUPPORTED : 0;
}

static inline void sbm_destroy(struct sbm *sbm)
{
}

static inline int sbm_reset(struct sbm *sbm)
{
	return 0;
}

static inline enum sbm_level sbm_level(const struct sbm *sbm)
{
	return SBM_LEVEL_NONE;
}

static inline bool sbm_strong_available(void)
{
	return false;
}

static inline int sbm_error(const struct sbm *sbm)
{
	return 0;
}

static inline void *sbm_map_readonly(struct sbm *sbm, const void *buf,
				     size_t size)
{
	return (void *)buf;
}

static inline void *sbm_map_writable(struct sbm *sbm, void *buf, size_t size)
{
	return buf;
}

static inline int sbm_unmap(struct sbm *sbm, const void *addr)
{
	return 0;
}

static inline int sbm_exec(struct sbm *sbm, const struct sbm_func *func,
			   void *data)
{
	return func->fn(data);
}

static inline int __sbm_exec_args(struct sbm *sbm, const struct sbm_func *func,
				  const void *args, size_t size)
{
	return func->fn((void *)args);
}

#define __sbm_buf(sbm, dir, buf, size) ((typeof(&((buf)[0])))(buf))

#endif /* CONFIG_SANDBOX_MODE */

/**
 * SBM_COPY_IN() - give a call a copy of a buffer to read
 * @sbm: SBM instance.
 * @buf: The caller's buffer, pointer or array.
 * @size: Its size in bytes.
 *
 * The content is copied when the call is made, so the buffer may still be
 * changed after this. The byte behind it is not mapped in the sandbox.
 *
 * Return: Address inside the sandbox, with the type of @buf; %NULL with
 * sbm_error() set when out of memory.
 * Context: Process context; may sleep.
 */
#define SBM_COPY_IN(sbm, buf, size)	__sbm_buf(sbm, SBM_IN, buf, size)

/**
 * SBM_COPY_OUT() - give a call a buffer to fill
 * @sbm: SBM instance.
 * @buf: The caller's buffer, pointer or array.
 * @size: Its size in bytes.
 *
 * The sandbox sees zeroes. @buf is written only if the call returned.
 *
 * Return: As SBM_COPY_IN(). Context: Process context; may sleep.
 */
#define SBM_COPY_OUT(sbm, buf, size)	__sbm_buf(sbm, SBM_OUT, buf, size)

/**
 * SBM_COPY_INOUT() - give a call a buffer to read and change
 * @sbm: SBM instance.
 * @buf: The caller's buffer, pointer or array.
 * @size: Its size in bytes.
 *
 * Return: As SBM_COPY_IN(). Context: Process context; may sleep.
 */
#define SBM_COPY_INOUT(sbm, buf, size)	__sbm_buf(sbm, SBM_INOUT, buf, size)

/**
 * SBM_MAP_READONLY() - let calls read the caller's memory itself
 * @sbm: SBM instance.
 * @buf: The caller's buffer, pointer or array; begins on a page.
 * @size: Its size in bytes, whole pages.
 *
 * Nothing is copied: calls see what is in the buffer at that moment. The bytes
 * before and behind it are not mapped in the sandbox. It stays mapped, also
 * over sbm_reset(), until sbm_unmap() or sbm_destroy().
 *
 * Return: Address inside the sandbox, with the type of @buf; %NULL with
 * sbm_error() set as for sbm_map_readonly().
 * Context: Process context; may sleep. Not during a call.
 */
#define SBM_MAP_READONLY(sbm, buf, size) \
	((typeof(&((buf)[0])))sbm_map_readonly((sbm), (buf), (size)))

/**
 * SBM_MAP_WRITABLE() - let calls read and write the caller's memory itself
 * @sbm: SBM instance.
 * @buf: The caller's buffer, pointer or array; begins on a page.
 * @size: Its size in bytes, whole pages.
 *
 * As SBM_MAP_READONLY(). A call writes what the attacker wants, when it wants,
 * also if it ends in a fault: until sbm_unmap(), copy what is to be checked
 * before checking it.
 *
 * Return: As SBM_MAP_READONLY().
 * Context: Process context; may sleep. Not during a call.
 */
#define SBM_MAP_WRITABLE(sbm, buf, size) \
	((typeof(&((buf)[0])))sbm_map_writable((sbm), (buf), (size)))

/*
 * Typed calls. Parameters are given as type, identifier pairs, as for
 * SYSCALL_DEFINEn(): zero to six of them, counted by the preprocessor.
 */
#define __SBM_MAP0(m, ...)
#define __SBM_MAP2(m, t, a, ...)	m(t, a)
#define __SBM_MAP4(m, t, a, ...)	m(t, a) __SBM_MAP2(m, __VA_ARGS__)
#define __SBM_MAP6(m, t, a, ...)	m(t, a) __SBM_MAP4(m, __VA_ARGS__)
#define __SBM_MAP8(m, t, a, ...)	m(t, a) __SBM_MAP6(m, __VA_ARGS__)
#define __SBM_MAP10(m, t, a, ...)	m(t, a) __SBM_MAP8(m, __VA_ARGS__)
#define __SBM_MAP12(m, t, a, ...)	m(t, a) __SBM_MAP10(m, __VA_ARGS__)
#define __SBM_MAP(m, ...) \
	CONCATENATE(__SBM_MAP, COUNT_ARGS(__VA_ARGS__))(m, ##__VA_ARGS__)

#define __SBM_LIST0(m, ...)		m##_NONE
#define __SBM_LIST2(m, t, a)		m(t, a)
#define __SBM_LIST4(m, t, a, ...)	m(t, a), __SBM_LIST2(m, __VA_ARGS__)
#define __SBM_LIST6(m, t, a, ...)	m(t, a), __SBM_LIST4(m, __VA_ARGS__)
#define __SBM_LIST8(m, t, a, ...)	m(t, a), __SBM_LIST6(m, __VA_ARGS__)
#define __SBM_LIST10(m, t, a, ...)	m(t, a), __SBM_LIST8(m, __VA_ARGS__)
#define __SBM_LIST12(m, t, a, ...)	m(t, a), __SBM_LIST10(m, __VA_ARGS__)
#define __SBM_LIST(m, ...) \
	CONCATENATE(__SBM_LIST, COUNT_ARGS(__VA_ARGS__))(m, ##__VA_ARGS__)

#define __SBM_FIELD(t, a)	t a;
#define __SBM_PARAM(t, a)	, t a
#define __SBM_PROTO(t, a)	t a
#define __SBM_PROTO_NONE	void
#define __SBM_PACK(t, a)	.a = a,
#define __SBM_UNPACK(t, a)	__sbm_args->a
#define __SBM_UNPACK_NONE

/*
 * The image is a second compilation of the same source: there a thunk is an
 * entry point, here it is what &struct sbm_func points to.
 */
#ifdef __SBM_IMAGE__
#define __SBM_THUNK_ATTR	__used __section(".text.sbm_entry")
#define __SBM_FUNC(f)
#define __SBM_CALL_HELPER(f, ...)
#else
#define __SBM_THUNK_ATTR
#if defined(CONFIG_SANDBOX_MODE) && defined(CONFIG_HAVE_ARCH_SBM)
#define __SBM_OFFSET(f)		(&sbm_image_offset_##f)
#else
#define __SBM_OFFSET(f)		NULL
#endif
#define __SBM_FUNC(f)							\
	extern const u32 sbm_image_offset_##f;				\
	const struct sbm_func sbm_func_##f = {				\
		.name = #f,						\
		.fn = __sbm_thunk_##f,					\
		.offset = __SBM_OFFSET(f),				\
	};
#define __SBM_CALL_HELPER(f, ...)					\
static inline int __maybe_unused					\
__sbm_call_##f(struct sbm *__sbm __SBM_MAP(__SBM_PARAM, ##__VA_ARGS__))	\
{									\
	struct __sbm_args_##f __args = {				\
		__SBM_MAP(__SBM_PACK, ##__VA_ARGS__)			\
	};								\
	return __sbm_exec_args(__sbm, &sbm_func_##f, &__args,		\
			       sizeof(__args));				\
}
#endif

/**
 * SBM_DEFINE_CALL() - declare a sandboxed function for its callers
 * @f: Name of the function; it returns int.
 *
 * For headers: declares @f, its argument block and the helper that
 * sbm_call() uses. Followed by zero to six pairs "type, name".
 */
#define SBM_DEFINE_CALL(f, ...)						\
int f(__SBM_LIST(__SBM_PROTO, ##__VA_ARGS__));				\
struct __sbm_args_##f {							\
	__SBM_MAP(__SBM_FIELD, ##__VA_ARGS__)				\
};									\
extern const struct sbm_func sbm_func_##f;				\
__SBM_CALL_HELPER(f, ##__VA_ARGS__)

/**
 * SBM_DEFINE_THUNK() - define the sandbox side of a call
 * @f: Name of the function, declared with SBM_DEFINE_CALL() and the same
 *     parameters.
 *
 * Belongs into a source file that is part of the sandbox image.
 */
#define SBM_DEFINE_THUNK(f, ...)					\
int __sbm_thunk_##f(void *data);					\
__SBM_THUNK_ATTR int __sbm_thunk_##f(void *data)			\
{									\
	struct __sbm_args_##f *__sbm_args __maybe_unused = data;	\
	return f(__SBM_LIST(__SBM_UNPACK, ##__VA_ARGS__));		\
}									\
__SBM_FUNC(f)

/**
 * SBM_DEFINE_FUNC() - define a function that can be called in a sandbox
 * @f: Name of the function.
 *
 * SBM_DEFINE_CALL() and SBM_DEFINE_THUNK() in one, followed by the body.
 */
#define SBM_DEFINE_FUNC(f, ...)						\
SBM_DEFINE_CALL(f, ##__VA_ARGS__)					\
SBM_DEFINE_THUNK(f, ##__VA_ARGS__)					\
int f(__SBM_LIST(__SBM_PROTO, ##__VA_ARGS__))

/**
 * sbm_call() - call a function in a sandbox
 * @sbm: SBM instance.
 * @func: Function declared with SBM_DEFINE_CALL() or SBM_DEFINE_FUNC().
 *
 * Followed by the arguments of @func; they are type-checked. Pointers must be
 * addresses inside the sandbox, as SBM_COPY_IN() and its like return them.
 *
 * Return: What @func returned, or a negative errno of &enum sbm_errno with
 * sbm_error() set. Output buffers are written in the first case only.
 * Context: Process or kthread context; may sleep. No RCU read-side section.
 */
#define sbm_call(sbm, func, ...)	__sbm_call_##func((sbm), ##__VA_ARGS__)

#endif /* _LINUX_SBM_H */
