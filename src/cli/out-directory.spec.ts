import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { OutDirectory } from './out-directory.ts';

describe('OutDirectory', () => {
  it('writes files with their directories [CLI-1]', async () => {
    using temporary = temporaryDirectory();
    const out = await OutDirectory.open(join(temporary.path, 'result'), false);
    const written = await out.write('src/deep/words.js', 'export {};\n');
    expect(readFileSync(written, 'utf8')).toBe('export {};\n');
  });

  it.each(['../escape.js', '/etc/escape.js', 'src/../../escape.js', '.', 'a\0b'])(
    'refuses the path %j before anything is written',
    async (path) => {
      using temporary = temporaryDirectory();
      const out = await OutDirectory.open(join(temporary.path, 'result'), true);
      await expect(out.check(['fine.js', path])).rejects.toThrow('leads outside');
      await expect(out.write(path, '')).rejects.toThrow('leads outside');
    },
  );

  it('follows no link out of the directory', async () => {
    using temporary = temporaryDirectory();
    const root = join(temporary.path, 'result');
    mkdirSync(join(temporary.path, 'elsewhere'));
    mkdirSync(root);
    writeFileSync(join(temporary.path, 'precious'), 'kept');
    symlinkSync(join(temporary.path, 'elsewhere'), join(root, 'src'));
    symlinkSync(join(temporary.path, 'precious'), join(root, 'words.js'));
    const out = await OutDirectory.open(root, true);
    await expect(out.write('src/words.js', 'x')).rejects.toThrow('leads outside');
    await expect(out.write('words.js', 'x')).rejects.toThrow('leads outside');
    expect(readFileSync(join(temporary.path, 'precious'), 'utf8')).toBe('kept');
  });

  it('overwrites only when it is told to', async () => {
    using temporary = temporaryDirectory();
    writeFileSync(join(temporary.path, 'a.js'), 'old and longer');
    const careful = await OutDirectory.open(temporary.path, false);
    await expect(careful.check(['a.js', 'b.js'])).rejects.toThrow('a.js exist');
    await expect(careful.write('a.js', 'new')).rejects.toThrow('EEXIST');
    const bold = await OutDirectory.open(temporary.path, true);
    await bold.check(['a.js']);
    expect(readFileSync(await bold.write('a.js', 'new'), 'utf8')).toBe('new');
  });
});
