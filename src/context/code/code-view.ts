import type { LinkedCode } from './link-code.ts';
import { isTestPath } from './test-path.ts';

/** A version of a repository as seen from one of its files. */
export interface CodeView {
  readonly code: LinkedCode;
  /** The number of the file that is looked from. */
  readonly current: number;
  /** By file. */
  readonly isTest: readonly boolean[];
  /** By file: steps along imports in either direction, `farSteps` where there are more. */
  readonly distance: Uint8Array;
}

export const farSteps = 9;
const MOST_STEPS = 4;

export function viewFrom(code: LinkedCode, current: number): CodeView {
  const { files } = code;
  const importers = files.map((): number[] => []);
  files.forEach(({ imports }, file) => imports.forEach((imported) => importers[imported]?.push(file)));
  const distance = new Uint8Array(files.length).fill(farSteps);
  distance[current] = 0;
  let reached = [current];
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    const next: number[] = [];
    for (const file of reached) {
      for (const neighbour of [...(files[file]?.imports ?? []), ...(importers[file] ?? [])]) {
        if (distance[neighbour] !== farSteps) continue;
        distance[neighbour] = steps;
        next.push(neighbour);
      }
    }
    reached = next;
  }
  return { code, current, isTest: files.map(({ path }) => isTestPath(path)), distance };
}

/** The numbers whose score is above 0, best first; of equals the lower one. */
export function bestFirst(
  scores: ArrayLike<number>,
  isWanted: (number: number) => boolean = () => true,
): readonly number[] {
  return Array.from({ length: scores.length }, (_, number) => number)
    .filter((number) => (scores[number] ?? 0) > 0 && isWanted(number))
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}
