/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox image: configuration, included before everything else.
 *
 * Nothing patches the image, nobody hears it, and there is no exception table
 * for it. WARN_ON() becomes its condition, BUG() an invalid instruction, which
 * ends the call; printk() becomes nothing.
 */
#undef CONFIG_BUG
#undef CONFIG_GENERIC_BUG
#undef CONFIG_DEBUG_BUGVERBOSE
#undef CONFIG_PRINTK
#undef CONFIG_JUMP_LABEL
#undef CONFIG_TRACEPOINTS
#undef CONFIG_DYNAMIC_DEBUG
#undef CONFIG_DYNAMIC_DEBUG_CORE
#undef CONFIG_FORTIFY_SOURCE
#undef CONFIG_DCACHE_WORD_ACCESS
#undef CONFIG_KASAN
#undef CONFIG_KASAN_GENERIC
#undef CONFIG_KASAN_VMALLOC
#undef CONFIG_KMSAN
#undef CONFIG_KCSAN
#undef CONFIG_PROVE_LOCKING
#undef CONFIG_LOCKDEP
#undef CONFIG_DEBUG_PREEMPT
#undef CONFIG_PARAVIRT_XXL
