import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { applyPatch, parsePatch } from 'diff';
import fc from 'fast-check';
import { file, fileHistories } from '../../test/support/file-histories.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { diffFiles, diffText, linesOf } from './diff-files.ts';
import { filesAtVersion } from './task-files.ts';

const filesOf = (contents: Readonly<Record<string, string>>) =>
  new Map(Object.entries(contents).map(([path, content]) => [path, file(path, content)]));

const numbered = (count: number, word: string) =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('');

/** Two states between which a patch can be anything: new, gone and emptied files, names with blanks and of other scripts. */
const before: Readonly<Record<string, string>> = {
  'src/a.js': `${numbered(40, 'line')}last`,
  'with blank.txt': 'x\n',
  'gone.txt': 'gone\n',
  'ä ö/日本.txt': 'old\r\nsame\r\n',
  'emptied.txt': 'much\n',
  'same.txt': 'same',
  'anew.txt': numbered(600, 'before'),
};
const after: Readonly<Record<string, string>> = {
  'src/a.js': `${numbered(40, 'line').replace('line 7\n', 'seven\n--- x\n')}last\n`,
  'with blank.txt': 'y\n',
  'ä ö/日本.txt': 'new\r\nsame\r\n',
  'emptied.txt': '',
  'same.txt': 'same',
  'anew.txt': numbered(600, 'after'),
  'new/deep/empty.txt': '',
  'new/deep/file name.txt': 'no end',
};

function treeOf(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(directory.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

describe('the difference between two versions', () => {
  it.each([
    ['git', ['apply', '-']],
    ['patch', ['-p1', '--quiet']],
  ] as const)('is a patch that %s applies, forwards and backwards [TK-11]', (program, parameters) => {
    if (spawnSync(program, ['--version']).status !== 0) return;
    for (const [from, to] of [
      [before, after],
      [after, before],
    ] as const) {
      using directory = temporaryDirectory();
      for (const [path, content] of Object.entries(from)) {
        mkdirSync(join(directory.path, dirname(path)), { recursive: true });
        writeFileSync(join(directory.path, path), content);
      }
      const input = diffFiles(filesOf(from), filesOf(to))
        .map(({ patch }) => patch)
        .join('');
      const env = { PATH: process.env.PATH, GIT_CEILING_DIRECTORIES: dirname(directory.path) };
      const { status, stderr, stdout } = spawnSync(program, parameters, { cwd: directory.path, input, env });
      expect({ status, stderr: String(stderr) + String(stdout) }).toEqual({ status: 0, stderr: '' });
      expect(treeOf(directory.path)).toEqual(to);
    }
  });

  it('makes the one of the other, for any two versions of any history [TK-11]', () => {
    fc.assert(
      fc.property(fileHistories, fc.nat(), fc.nat(), ({ events, versions }, one, other) => {
        const [from, to] = [one % versions.length, other % versions.length];
        const start = new Map([...(versions[from] ?? [])]);
        for (const { path, patch, linesAdded, linesRemoved, change } of diffFiles(
          filesAtVersion(events, from),
          filesAtVersion(events, to),
        )) {
          const parsed = parsePatch(patch)[0];
          const old = start.get(path);
          expect(change).toBe(old === undefined ? 'added' : versions[to]?.has(path) ? 'changed' : 'removed');
          const now = parsed?.hunks.length ? applyPatch(old ?? '', parsed) : (old ?? '');
          expect(now).not.toBe(false);
          expect(linesOf(String(now)).length - linesOf(old ?? '').length).toBe(linesAdded - linesRemoved);
          if (change === 'removed') start.delete(path);
          else start.set(path, String(now));
        }
        expect([...start].sort()).toEqual([...(versions[to] ?? [])].sort());
      }),
    );
  });

  it('names what was added, changed and removed, and nothing that is the same', () => {
    expect(
      diffFiles(filesOf(before), filesOf(after)).map(({ path, change, linesAdded, linesRemoved }) => [
        path,
        change,
        linesAdded,
        linesRemoved,
      ]),
    ).toEqual([
      ['anew.txt', 'changed', 600, 600],
      ['emptied.txt', 'changed', 0, 1],
      ['gone.txt', 'removed', 0, 1],
      ['new/deep/empty.txt', 'added', 0, 0],
      ['new/deep/file name.txt', 'added', 1, 0],
      ['src/a.js', 'changed', 3, 2],
      ['with blank.txt', 'changed', 1, 1],
      ['ä ö/日本.txt', 'changed', 1, 1],
    ]);
  });

  it('counts texts that have nothing in common as written anew', () => {
    expect(diffText(numbered(700, 'a'), numbered(600, 'b'))).toEqual([
      { kind: 'removed', count: 700 },
      { kind: 'added', count: 600 },
    ]);
  });
});
