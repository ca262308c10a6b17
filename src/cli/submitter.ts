import { UsageError } from './usage-error.ts';

/** On whose behalf a command makes a task, as `--as` says. Throws UsageError for what a header cannot carry. */
export function submitterOf({ as: submitter }: { readonly as?: string }): { readonly submitter?: string } {
  if (submitter === undefined) return {};
  if (/^[\x21-\x7e]{1,100}$/.test(submitter)) return { submitter };
  throw new UsageError(`--as ${submitter}: give 1 to 100 visible ASCII characters without spaces.`);
}
