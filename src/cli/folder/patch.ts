import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import type { Change } from './changes.ts';

const CONTEXT_LINES = 3;
/** Texts that differ by more lines are shown as one replaced by the other: comparing them would take too long. */
const MAX_DIFFERENT_LINES = 2000;

/**
 * The changes as a patch that `git apply` and `patch -p1` take. `prefix` goes before every path. Paths are safe ones:
 * nothing in them needs quoting.
 */
export function unifiedPatch(changes: readonly Change[], prefix: string): string {
  return changes.map((change) => filePatch(change, `${prefix}${change.path}`)).join('');
}

function filePatch({ before, after }: Change, path: string): string {
  const header = [`diff --git a/${path} b/${path}`];
  if (before === null) header.push('new file mode 100644');
  if (after === (before ?? '')) return `${header.join('\n')}\n`;
  // A tab ends a name that has blanks in it.
  const end = path.includes(' ') ? '\t' : '';
  header.push(before === null ? '--- /dev/null' : `--- a/${path}${end}`, `+++ b/${path}${end}`);
  return `${header.join('\n')}\n${hunks(before ?? '', after)}`;
}

function hunks(before: string, after: string): string {
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_DIFFERENT_LINES };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  return patch ? formatPatch(patch, OMIT_HEADERS) : replacement(before, after);
}

function replacement(before: string, after: string): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const range = (lines: readonly string[]) => `${lines.length === 0 ? 0 : 1},${lines.length}`;
  const shown = (sign: string, lines: readonly string[]) =>
    lines.map((line) => `${sign}${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`).join('');
  return `@@ -${range(old)} +${range(now)} @@\n${shown('-', old)}${shown('+', now)}`;
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
