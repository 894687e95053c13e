/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SandBox Mode: gates, the calls of a sandbox into the kernel.
 *
 * A gate is declared in a header next to the sandboxed code, which calls it
 * like a function, and defined once in the kernel proper. Which gates a sandbox
 * may use is up to its class: what is not in &sbm_class.gates ends the call.
 */
#ifndef _LINUX_SBM_GATE_H
#define _LINUX_SBM_GATE_H

#include <linux/sbm.h>
#include <linux/sbm_abi.h>
#include <linux/string.h>

/**
 * struct sbm_gate - a gate
 * @name: Its name, for the tracepoint.
 * @nr: Its number.
 * @fn: Its thunk.
 *
 * Made by SBM_DEFINE_GATE(), never by hand.
 */
struct sbm_gate {
	const char *name;
	unsigned int nr;
	long (*fn)(struct sbm *sbm, const unsigned long *args);
};

#define __SBM_GATE_PACK(t, a)	(unsigned long)(a),
#define __SBM_GATE_FIELD(t, a)	unsigned long a;
#define __SBM_GATE_UNPACK(t, a)	, (t)__args->a

#ifdef __SBM_IMAGE__

long __sbm_gate(unsigned long nr, unsigned long a, unsigned long b,
		unsigned long c, unsigned long d, unsigned long e);

#define SBM_DECLARE_GATE(nr, g, ...)					\
static inline long __maybe_unused g(__SBM_LIST(__SBM_PROTO, ##__VA_ARGS__)) \
{									\
	const unsigned long __v[SBM_GATE_ARGS] = {			\
		__SBM_MAP(__SBM_GATE_PACK, ##__VA_ARGS__)		\
	};								\
	return __sbm_gate(SBM_CALL_GATE + (nr), __v[0], __v[1], __v[2],	\
			  __v[3], __v[4]);				\
}

#else /* !__SBM_IMAGE__ */

/**
 * SBM_DECLARE_GATE() - declare a gate
 * @nr: Its number, an index into &sbm_class.gates: from %SBM_GATE_FIRST to
 *	%SBM_GATE_MAX. Gates that no class has in common may share one.
 * @g: Name of the function the sandboxed code calls; it returns long.
 *
 * Followed by zero to five pairs "type, name": integers, and pointers to
 * memory of the sandbox.
 */
#define SBM_DECLARE_GATE(nr, g, ...)					\
static_assert((nr) >= 0 && (nr) <= SBM_GATE_MAX);			\
enum { __sbm_gate_nr_##g = (nr) };					\
extern const struct sbm_gate sbm_gate_##g;				\
long g(__SBM_LIST(__SBM_PROTO, ##__VA_ARGS__));

/**
 * SBM_DEFINE_GATE() - define what a gate does
 * @g: Name of the gate, declared with SBM_DECLARE_GATE() and the same
 *	parameters.
 *
 * Followed by the parameters as there, and by the body, which finds the
 * instance in a parameter ``struct sbm *sbm`` before them; it is %NULL when the
 * code was called directly. What the body returns is what the sandboxed code
 * gets.
 *
 * The parameters are whatever an attacker wants them to be. Pointers are used
 * with sbm_gate_read() and sbm_gate_write() only, and everything is read once.
 *
 * The body runs in process context, in the middle of a call, and may sleep. It
 * may make calls in other sandboxes, and none in this one.
 */
#define SBM_DEFINE_GATE(g, ...)						\
struct __sbm_gate_args_##g {						\
	__SBM_MAP(__SBM_GATE_FIELD, ##__VA_ARGS__)			\
};									\
static_assert(sizeof(struct __sbm_gate_args_##g) <=			\
	      SBM_GATE_ARGS * sizeof(unsigned long));			\
static long __sbm_gate_do_##g(struct sbm *sbm				\
			      __SBM_MAP(__SBM_PARAM, ##__VA_ARGS__));	\
static long __sbm_gate_thunk_##g(struct sbm *sbm,			\
				 const unsigned long *args)		\
{									\
	const struct __sbm_gate_args_##g *__args __maybe_unused =	\
		(const void *)args;					\
	return __sbm_gate_do_##g(sbm					\
				 __SBM_MAP(__SBM_GATE_UNPACK,		\
					   ##__VA_ARGS__));		\
}									\
const struct sbm_gate sbm_gate_##g = {					\
	.name = #g,							\
	.nr = __sbm_gate_nr_##g,					\
	.fn = __sbm_gate_thunk_##g,					\
};									\
long g(__SBM_LIST(__SBM_PROTO, ##__VA_ARGS__))				\
{									\
	const unsigned long __v[SBM_GATE_ARGS] = {			\
		__SBM_MAP(__SBM_GATE_PACK, ##__VA_ARGS__)		\
	};								\
	return sbm_gate_in_place(&sbm_gate_##g, __v);			\
}									\
static long __sbm_gate_do_##g(struct sbm *sbm				\
			      __SBM_MAP(__SBM_PARAM, ##__VA_ARGS__))

/**
 * SBM_GATE() - an entry of &sbm_class.gates
 * @g: Name of the gate.
 */
#define SBM_GATE(g)	[__sbm_gate_nr_##g] = &sbm_gate_##g

#ifdef CONFIG_SANDBOX_MODE
long sbm_gate_in_place(const struct sbm_gate *gate, const unsigned long *args);
int sbm_gate_read(struct sbm *sbm, void *dst, const void *src, size_t len);
int sbm_gate_write(struct sbm *sbm, void *dst, const void *src, size_t len);
#else
static inline long sbm_gate_in_place(const struct sbm_gate *gate,
				     const unsigned long *args)
{
	return gate->fn(NULL, args);
}

static inline int sbm_gate_read(struct sbm *sbm, void *dst, const void *src,
				size_t len)
{
	memcpy(dst, src, len);
	return 0;
}

static inline int sbm_gate_write(struct sbm *sbm, void *dst, const void *src,
				 size_t len)
{
	memcpy(dst, src, len);
	return 0;
}
#endif

#endif /* !__SBM_IMAGE__ */

/*
 * Gates for everyone. Their numbers are below SBM_GATE_FIRST.
 */

/* A line for the log. See sbm_log(). */
SBM_DECLARE_GATE(0, sbm_log_line, const char *, text, size_t, len)
/* More input. See sbm_set_pull(). */
SBM_DECLARE_GATE(1, sbm_pull, void *, buf, size_t, size)

/**
 * sbm_log() - say something, from inside a sandbox
 * @text: The text, without a newline.
 *
 * A line in the kernel's log, at most %SBM_LOG_MAX bytes of it and not more
 * than ten every five seconds for all sandboxes of a class. The class needs
 * SBM_GATE(sbm_log_line).
 *
 * Return: Zero, or -EAGAIN if there was too much of it.
 */
static inline long sbm_log(const char *text)
{
	return sbm_log_line(text, strlen(text));
}

#endif /* _LINUX_SBM_GATE_H */
