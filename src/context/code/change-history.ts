import type { CodeView } from './code-view.ts';

/** A change of the past: when it was made, in any unit that grows, and what it touched. */
export interface Change {
  readonly time: number;
  readonly paths: readonly string[];
}

/** Older changes say little of what is done now. */
const MOST_CHANGES = 300;
/** Changes that touched more say nothing about what belongs together. */
const MOST_PATHS = 12;
/** After so many changes one counts a third. */
const MEMORY = 150;

export interface FileHistory {
  /** By file: the higher the later it was changed last, 0 if not known. */
  readonly recent: Float64Array;
  /** By file: how often and how lately it was changed together with the current one. */
  readonly together: Float64Array;
}

/** What past changes, in any order, say of files. */
export function historyOf({ code, current }: CodeView, changes: readonly Change[]): FileHistory {
  const numbers = new Map(code.files.map(({ path }, file) => [path, file]));
  const recent = new Float64Array(code.files.length);
  const together = new Float64Array(code.files.length);
  const path = code.files[current]?.path ?? '';
  const latest = [...changes].sort((a, b) => b.time - a.time).slice(0, MOST_CHANGES);
  latest.forEach(({ paths }, age) => {
    const belongs = paths.length <= MOST_PATHS && paths.includes(path);
    for (const touched of paths) {
      const file = numbers.get(touched);
      if (file === undefined || file === current) continue;
      if (recent[file] === 0) recent[file] = 1 / (1 + age);
      if (belongs) together[file] = (together[file] ?? 0) + Math.exp(-age / MEMORY) / Math.log2(1 + paths.length);
    }
  });
  return { recent, together };
}
