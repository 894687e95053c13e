// SPDX-License-Identifier: GPL-2.0-only
/*
 * SandBox Mode: what sandboxes were refused, counted, and the last of it kept.
 *
 * Only the owner of a sandbox writes, and only when something is denied. Who
 * reads may see a denial half written, with names that end all the same.
 */
#include <linux/compiler.h>
#include <linux/string.h>

#include "internal.h"

/* Who denies what no policy was asked about; not a name that one could have. */
#define SBM_BUILTIN_NAME	"(built-in)"

/**
 * sbm_count_denied() - account for something that a sandbox was refused
 * @sandbox: The sandbox.
 *
 * Context: Process context, in the task that owns @sandbox.
 */
void sbm_count_denied(struct sbm_sandbox *sandbox)
{
	sandbox->info.denied++;
	sbm_count(SBM_EV_DENIED);
}

/**
 * sbm_note_denied() - remember a denial
 * @sandbox: Whom it is about.
 * @hook: What was asked.
 * @verdict: What was answered, valid or not.
 * @policy: Name of who answered that.
 * @mode: Its mode, of &enum sbm_policy_mode.
 *
 * Context: As sbm_count_denied().
 */
void sbm_note_denied(struct sbm_sandbox *sandbox, enum sbm_hook hook,
		     int verdict, const char *policy, u32 mode)
{
	struct sbm_last_verdicts *verdicts = &sandbox->verdicts;
	struct sbm_last_verdict *last;

	last = &verdicts->last[verdicts->nr % SBM_LAST_VERDICTS];
	last->calls = sandbox->info.calls;
	last->hook = hook;
	last->verdict = verdict;
	last->mode = mode;
	strscpy(last->policy, policy);
	WRITE_ONCE(verdicts->nr, verdicts->nr + 1);
}

/**
 * sbm_deny_builtin() - the built-in policy refuses something
 * @sandbox: To whom.
 * @hook: What.
 * @verdict: How, as a verdict of @hook.
 *
 * Context: As sbm_count_denied().
 */
void sbm_deny_builtin(struct sbm_sandbox *sandbox, enum sbm_hook hook,
		      int verdict)
{
	sbm_count_denied(sandbox);
	sbm_note_denied(sandbox, hook, verdict, SBM_BUILTIN_NAME,
			SBM_MODE_ENFORCE);
}
