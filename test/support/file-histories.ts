import fc from 'fast-check';
import type { EventDraft, FileRole, SourceFile, StoredEvent } from '../../src/events/index.ts';
import { created } from './coding-facts.ts';
import { storedEvents } from './stored-events.ts';

/** A history of a task's files, and for each code version the files as a plain model has them. */
export interface FileHistory {
  readonly events: readonly StoredEvent[];
  readonly versions: readonly ReadonlyMap<string, string>[];
}

const paths = ['src/a.js', 'src/b c.js', 'ä/ß.js', 'data/x.txt'] as const;

/** Texts that share lines, with and without a last line break, with other line ends, empty ones too. */
const text = fc
  .tuple(
    fc.array(fc.constantFrom('one', 'two', 'three', '', '+x', '-- y', 'ü\r', '\\'), { maxLength: 12 }),
    fc.boolean(),
  )
  .map(([lines, ends]) => (lines.length > 0 && ends ? `${lines.join('\n')}\n` : lines.join('\n')));

const change = fc.record({
  kind: fc.constantFrom('code', 'hand', 'correction', 'tests', 'noise', 'removal'),
  path: fc.constantFrom(...paths),
  content: text,
});

/** Random histories: given files, then code, corrections, code by hand, tests and removals, with other events between. */
export const fileHistories: fc.Arbitrary<FileHistory> = fc
  .tuple(fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), text), { selector: ([path]) => path }), fc.array(change))
  .map(([given, changes]) => {
    const drafts: EventDraft[] = [created({ files: given.map(([path, content]) => file(path, content)) })];
    const versions: Map<string, string>[] = [new Map(given)];
    for (const { kind, path, content } of changes) {
      let now = versions.at(-1) as Map<string, string>;
      if (kind === 'noise') {
        drafts.push({ eventType: 'TEST_OUTPUT', data: { module: path, text: content } });
        continue;
      }
      if (kind === 'removal') {
        if (!now.has(path)) continue;
        versions.push((now = new Map(now)));
        now.delete(path);
        const plan = { objective: '', language: 'javascript', modules: [] };
        const data = { plan, replaces: '', removed: [path], by: 'ada' };
        drafts.push({ eventType: 'PLAN_EDITED', data, codeVersion: versions.length - 1 });
        continue;
      }
      if (kind === 'tests') {
        const files = [file(path, content, 'test')];
        drafts.push({ eventType: 'TESTS_WRITTEN', data: { module: path, files, callId: 'c' } });
      } else {
        versions.push((now = new Map(now)));
        const data = {
          module: path,
          files: [file(path, content)],
          codeHash: '',
          callId: kind === 'hand' ? null : 'c',
        };
        const codeVersion = versions.length - 1;
        if (kind === 'correction') {
          drafts.push({ eventType: 'CORRECTION_COMPLETED', data: { ...data, iteration: 1 }, codeVersion });
        } else drafts.push({ eventType: 'CODE_GENERATED', data, codeVersion });
      }
      now.set(path, content);
    }
    return { events: storedEvents('task', drafts), versions };
  });

export function file(path: string, content: string, role: FileRole = 'source'): SourceFile {
  return { path, content, role };
}
