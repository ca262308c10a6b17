import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begun, corrected, created, failed, generated, planned, source } from '../../test/support/coding-facts.ts';
import { file, fileHistories } from '../../test/support/file-histories.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import { codeVersions } from './code-versions.ts';
import { filesAtVersion, sha256 } from './task-files.ts';

const contentsOf = (files: ReadonlyMap<string, { readonly content: string }>) =>
  [...files].map(([path, { content }]) => [path, content]).sort();

describe('the versions of the code', () => {
  it('tell what made each, by which call, and which files it changed [TK-11]', () => {
    const written = file('src/a.test.js', 'test 1', 'test');
    const events = storedEvents('task', [
      created({ files: [source('lib.js', 'given')] }),
      planned({ path: 'src/a.js' }),
      begun('src/a.js'),
      { eventType: 'TESTS_WRITTEN', data: { module: 'src/a.js', files: [written], callId: 'tests' } },
      generated('src/a.js', 1, 'code'),
      failed('src/a.js', 'src/a.test.js'),
      corrected('src/a.js', 1, 2),
    ]);
    const versions = codeVersions(events);
    expect(
      versions.map(({ version, sequence, module, origin, callId }) => [version, sequence, module, origin, callId]),
    ).toEqual([
      [0, 1, null, 'given', null],
      [1, 5, 'src/a.js', 'generated', 'code'],
      [2, 7, 'src/a.js', 'byHand', null],
    ]);
    expect(
      versions.map(({ files }) =>
        files.map(({ path, change, origin, sequence, callId }) => [path, change, origin, sequence, callId]),
      ),
    ).toEqual([
      [
        ['lib.js', 'added', 'given', 1, null],
        ['src/a.test.js', 'added', 'testsWritten', 4, 'tests'],
      ],
      [['src/a.js', 'added', 'generated', 5, 'code']],
      [['src/a.js', 'changed', 'byHand', 7, null]],
    ]);
    expect(versions[2]?.files[0]?.sha256).toBe(sha256('code 2'));
  });

  it('are each restored from the log, whatever happened between [TK-11]', () => {
    fc.assert(
      fc.property(fileHistories, ({ events, versions: model }) => {
        model.forEach((files, version) => {
          expect(contentsOf(filesAtVersion(events, version))).toEqual([...files].sort());
        });
      }),
    );
  });

  it('are together all that the workspace holds: each names exactly what it changed [TK-11]', () => {
    fc.assert(
      fc.property(fileHistories, ({ events, versions: model }) => {
        const versions = codeVersions(events);
        expect(versions.map(({ version }) => version)).toEqual(model.map((_, index) => index));
        const hashes = new Map<string, string>();
        versions.forEach(({ files }, index) => {
          for (const { path, sha256: hash, change } of files) {
            if (change === 'removed') {
              expect(hashes.get(path)).toBe(hash);
              hashes.delete(path);
              continue;
            }
            expect(change).toBe(hashes.has(path) ? 'changed' : 'added');
            expect(hashes.get(path)).not.toBe(hash);
            hashes.set(path, hash);
          }
          expect([...hashes].sort()).toEqual(
            [...(model[index] ?? [])].map(([path, text]) => [path, sha256(text)]).sort(),
          );
        });
      }),
    );
  });
});
