import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function project(directory: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries({ 'src/a.ts': '', 'test/a.ts': '', ...files })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  mkdirSync(join(directory, 'scripts'));
  cpSync(join(root, 'scripts/requirements.mjs'), join(directory, 'scripts/requirements.mjs'));
  writeFileSync(join(directory, 'scripts/requirements.json'), '{"AA letters": "1-3 5", "BB": "1"}');
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  return join(directory, 'scripts/requirements.mjs');
}

describe('npm run requirements', () => {
  it('finds the ids in titles of every form and leaves out tests that are skipped', () => {
    using directory = temporaryDirectory();
    const script = project(directory.path, {
      'src/one.spec.ts': `it('plain [AA-1]', () => {}); it('no end [AA-5] here', () => {}); it.skip('skipped [BB-1]', () => {});`,
      'src/one.contract.ts': "it.each([\n  ['x'],\n])('table of %s [AA-1, AA-2]', () => {});",
      'test/two.spec.ts': "itOnLinux(`made of ${part} [AA-3]`, async () => {}); // it('comment [BB-1]')",
      'test/support/other.ts': "it('no test file [BB-1]', () => {});",
    });
    const output = execFileSync(process.execPath, [script], { encoding: 'utf8' });
    expect(output).toContain('AA-1    src/one.contract.ts: table of %s\n        src/one.spec.ts: plain\n');
    expect(output).toContain('AA-2    src/one.contract.ts: table of %s\n');
    expect(output).toContain('AA-3    test/two.spec.ts: made of ${part}\n');
    expect(output).toMatch(/^AA-5 +-$/m);
    expect(output).toMatch(/^BB-1 +-$/m);
    expect(output).toContain('3 of 5 requirements are named by a test.');
  });

  it('fails on an id that is no requirement and says where it stands', () => {
    using directory = temporaryDirectory();
    const script = project(directory.path, { 'test/two.spec.ts': "it('wrong [AA-4]', () => {});" });
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('AA-4 in test/two.spec.ts: wrong');
  });

  it('knows every id that the tests of this project name', () => {
    execFileSync(process.execPath, [join(root, 'scripts/requirements.mjs')], { encoding: 'utf8' });
  });
});
