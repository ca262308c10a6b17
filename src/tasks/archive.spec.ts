import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { unpackTar } from 'modern-tar';
import { file } from '../../test/support/file-histories.ts';
import { archiveName, archiveOf } from './archive.ts';

const long = `${'deep/'.repeat(60)}${'ü'.repeat(90)}.txt`;
const files = [file('src/b.js', 'ü\n'), file('a b.txt', ''), file(long, 'far down'), file('src/a.js', 'a')];
const time = Date.UTC(2026, 10, 24, 12);

describe('the archive of a version', () => {
  it('holds every file once below one directory, as a plain file of nobody [TK-11]', async () => {
    const entries = await unpackTar(gunzipSync(await archiveOf('slug-v2', files, time)), { strict: true });
    expect(entries.map(({ header, data }) => [header.name, header.type, Buffer.from(data ?? []).toString()])).toEqual([
      ['slug-v2/a b.txt', 'file', ''],
      [`slug-v2/${long}`, 'file', 'far down'],
      ['slug-v2/src/a.js', 'file', 'a'],
      ['slug-v2/src/b.js', 'file', 'ü\n'],
    ]);
    for (const { header } of entries) {
      expect(header).toMatchObject({ mode: 0o644, uid: 0, gid: 0, mtime: new Date(time) });
    }
  });

  it('is read by other programs', async () => {
    const input = await archiveOf('slug-v2', files, time);
    const { status, stdout, stderr } = spawnSync('tar', ['tzf', '-', '--quoting-style=literal'], { input });
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
    expect(String(stdout).trimEnd().split('\n')).toHaveLength(files.length);
  });

  it('has the same bytes for the same files, in whichever order they come [TK-11]', async () => {
    const one = await archiveOf('slug-v2', files, time);
    const other = await archiveOf('slug-v2', files.toReversed(), time);
    expect(Buffer.compare(one, other)).toBe(0);
  });

  it('refuses a path that leads outside', async () => {
    await expect(archiveOf('x', [file('../x', '')], time)).rejects.toThrow(/leave the workspace/);
  });

  it.each([
    ['slugify-1', 'slugify-1-v3'],
    ['../../etc/passwd', 'etc-passwd-v3'],
    ['a "b"\r\n; c', 'a-b-c-v3'],
    ['日本', 'task-v3'],
    ['x'.repeat(300), `${'x'.repeat(80)}-v3`],
  ])('of the task %j is called %s', (taskId, name) => {
    expect(archiveName(taskId, 3)).toBe(name);
  });
});
