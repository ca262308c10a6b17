import { createHash } from 'node:crypto';
import { diffLines, formatPatch, OMIT_HEADERS, type StructuredPatch, structuredPatch } from 'diff';
import type { SourceFile } from '../events/index.ts';
import { byPath } from './code-versions.ts';

export interface FileDiff {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
  readonly linesAdded: number;
  readonly linesRemoved: number;
  /** In the form of Git, as `git apply` and `patch -p1` take it. */
  readonly patch: string;
}

/** Lines of a text that stayed, came or went, in order. */
export interface LineRun {
  readonly kind: 'same' | 'added' | 'removed';
  readonly count: number;
}

const CONTEXT_LINES = 3;
/** Texts that are further apart count as written anew: to find the shortest way takes the square of it. */
const MAX_EDITS = 1000;

type Files = ReadonlyMap<string, SourceFile>;

/** What is different between two sets of files, by path. Applied in order, the patches make the one of the other. */
export function diffFiles(before: Files, after: Files): readonly FileDiff[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].map((path) => ({ path })).sort(byPath);
  return paths.flatMap(({ path }): FileDiff[] => {
    const [old, now] = [before.get(path)?.content, after.get(path)?.content];
    return old === now ? [] : [diffFile(path, old, now)];
  });
}

function diffFile(path: string, old: string | undefined, now: string | undefined): FileDiff {
  const patch = patchOf(old ?? '', now ?? '');
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const hunks = patch.hunks.length > 0 ? formatPatch(patch, OMIT_HEADERS) : '';
  return {
    path,
    change: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed',
    linesAdded: lines.filter((line) => line.startsWith('+')).length,
    linesRemoved: lines.filter((line) => line.startsWith('-')).length,
    patch: headOf(path, old, now, hunks !== '') + hunks,
  };
}

/** The lines before the hunks, as Git writes them. No path that is kept has a character which would need quotes. */
function headOf(path: string, old: string | undefined, now: string | undefined, hasHunks: boolean): string {
  const mode = '100644';
  const isChange = old !== undefined && now !== undefined;
  // Where a name has blanks, a tab says where it ends: `patch` would take the first word.
  const end = path.includes(' ') ? '\t' : '';
  const names = [
    `--- ${old === undefined ? '/dev/null' : `a/${path}${end}`}`,
    `+++ ${now === undefined ? '/dev/null' : `b/${path}${end}`}`,
  ];
  const lines = [
    `diff --git a/${path} b/${path}`,
    ...(old === undefined ? [`new file mode ${mode}`] : []),
    ...(now === undefined ? [`deleted file mode ${mode}`] : []),
    `index ${blobId(old)}..${blobId(now)}${isChange ? ` ${mode}` : ''}`,
    ...(hasHunks ? names : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What Git calls this content, or that there is none: with it `git apply --3way` works. */
function blobId(content: string | undefined): string {
  if (content === undefined) return '0'.repeat(40);
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');
}

function patchOf(old: string, now: string): StructuredPatch {
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_EDITS };
  const found = structuredPatch('', '', old, now, '', '', options);
  if (found) return found;
  const [gone, come] = [structuredPatch('', '', old, ''), structuredPatch('', '', '', now)];
  const [removed, added] = [gone.hunks[0], come.hunks[0]];
  if (!removed || !added) throw new RangeError('Texts of which one is empty are never too far apart.');
  const lines = [...removed.lines, ...added.lines];
  return { ...gone, hunks: [{ ...removed, newStart: 1, newLines: added.newLines, lines }] };
}

/** Which lines of a text are in the next one too. A line ends with its line break. */
export function diffText(old: string, now: string): readonly LineRun[] {
  const runs = diffLines(old, now, { maxEditLength: MAX_EDITS });
  if (!runs) {
    return [
      { kind: 'removed', count: linesOf(old).length },
      { kind: 'added', count: linesOf(now).length },
    ];
  }
  return runs.map(({ added, removed, count }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', count }));
}

/** The lines of a text without their line breaks; a last line that ends with one is not followed by an empty line. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
