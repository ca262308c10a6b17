import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { Interpreters } from './interpreters.ts';

describe('Interpreters', () => {
  it('finds the Node.js that runs the server [TK-5]', async () => {
    using copies = temporaryDirectory();
    const { path } = await new Interpreters(null, copies.path).find('node');
    expect(readFileSync(path).length).toBe(readFileSync(process.execPath).length);
  });

  it('says what is missing and how to get it, and finds it once it is there [TK-5]', async () => {
    using directory = temporaryDirectory();
    const interpreters = new Interpreters(null, directory.path, directory.path);
    const missing = interpreters.find('python3');
    await expect(missing).rejects.toMatchObject({ code: 'WORKSPACE_INTERPRETER_MISSING', kind: 'unavailable' });
    await expect(missing).rejects.toThrow(/python3 cannot be run.*apt-get install python3/);
    const python = join(directory.path, 'python3');
    writeFileSync(python, `#!/bin/sh\necho '["/opt/py/bin/python3", "/opt/venv", "/opt/py"]'\n`);
    chmodSync(python, 0o755);
    expect(await interpreters.find('python3')).toEqual({
      path: '/opt/py/bin/python3',
      roots: ['/opt/venv', '/opt/py'],
    });
  });

  it('refuses programs it does not know [TK-5]', async () => {
    const interpreters = new Interpreters(null, '/nowhere');
    await expect(interpreters.find('bash')).rejects.toThrow('bash cannot be run: it is no interpreter');
  });
});
