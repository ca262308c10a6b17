import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeWithGit, hasPatch, writeFiles } from '../../../test/support/git-project.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { type Change, withLineEndsOf } from './changes.ts';
import { unifiedPatch } from './patch.ts';

type Tool = 'git apply' | 'patch -p1';

/** The files as a tool leaves them that is given the patch. */
function applied(tool: Tool, changes: readonly Change[], prefix = ''): readonly (string | null)[] {
  using directory = temporaryDirectory();
  const given = changes.flatMap(({ path, before }) => (before === null ? [] : [[prefix + path, before]]));
  writeFiles(directory.path, Object.fromEntries(given) as Record<string, string>);
  const [program = '', ...parameters] =
    tool === 'patch -p1' ? ['patch', '-p1', '--silent', '--force'] : tool.split(' ');
  const input = unifiedPatch(changes, prefix);
  execFileSync(program, parameters, { cwd: directory.path, input, stdio: ['pipe', 'ignore', 'pipe'] });
  return changes.map(({ path }) => {
    const target = join(directory.path, prefix + path);
    return existsSync(target) ? readFileSync(target, 'utf8') : null;
  });
}

const tools: readonly Tool[] = hasPatch ? ['git apply', 'patch -p1'] : ['git apply'];
const wanted = (changes: readonly Change[]) => changes.map(({ after }) => after);

describeWithGit('a patch', () => {
  it.each(tools)('is taken by %s: names, new files, missing line ends, CRLF [CLI-1]', (tool) => {
    const changes: readonly Change[] = [
      { path: 'a b/ü 日本.js', before: 'one\ntwo\n', after: 'one\n2\n' },
      { path: 'new dir/new file.txt', before: null, after: 'new\n' },
      { path: 'end.txt', before: 'no end', after: 'no end\n' },
      { path: 'no-end.txt', before: 'an end\n', after: 'an end' },
      { path: 'new-no-end.txt', before: null, after: '--- a/x\n+++ b/x' },
      { path: 'crlf.txt', before: 'a\r\nb\r\n', after: 'a\r\nc\r\n' },
      { path: 'was-empty.txt', before: '', after: 'x\n' },
    ];
    expect(applied(tool, changes)).toEqual(wanted(changes));
    expect(applied(tool, changes, 'packages/a/')).toEqual(wanted(changes));
  });

  it('makes an empty file too', () => {
    const changes = [{ path: '__init__.py', before: null, after: '' }];
    for (const tool of tools) expect(applied(tool, changes)).toEqual(['']);
  });

  it.each(tools)('is taken by %s whatever the texts are [CLI-1]', (tool) => {
    const line = fc.oneof(fc.constantFrom('', 'a', 'b', '\\', '@@ -1 +1 @@', 'diff --git a/x b/x'), fc.string());
    const text = fc.array(line.map((words) => words.replace(/\n/g, ''))).map((lines) => lines.join('\n'));
    const pairs = fc.array(
      fc.tuple(text, text).filter(([before, after]) => before !== after),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pairs, (texts) => {
        const changes = texts.map(([before, after], index) => ({ path: `f${index}`, before, after }));
        // A file that gets empty is removed by `patch`, as its notation of old has it.
        const kept = tool === 'patch -p1' ? changes.filter(({ after }) => after !== '') : changes;
        if (kept.length > 0) expect(applied(tool, kept)).toEqual(wanted(kept));
      }),
      { numRuns: 12 },
    );
  });

  it('is not of every line because models end them otherwise', () => {
    expect(withLineEndsOf('a\r\nb\r\n', 'a\nc\n')).toBe('a\r\nc\r\n');
    for (const before of [null, '', 'a\nb\r\n', 'a\n']) expect(withLineEndsOf(before, 'a\nc\n')).toBe('a\nc\n');
  });

  it('of texts that have nothing in common is made at once, as one for the other', () => {
    const numbered = (word: string) => Array.from({ length: 1500 }, (_, index) => `${word} ${index}\n`).join('');
    const changes = [{ path: 'large.txt', before: numbered('old'), after: numbered('new') }];
    expect(applied('git apply', changes)).toEqual(wanted(changes));
  });
});
