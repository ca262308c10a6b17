import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { checkDataDirectory, checkDisk, checkNode, checkPort } from './machine.ts';

async function listening(): Promise<{ server: Server; PORT: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return { server, PORT: address.port };
}

describe('what doctor looks at on the machine', () => {
  it.each([
    ['24.9.0', 'ok'],
    ['25.0.0', 'ok'],
    ['24.8.9', 'fault'],
    ['22.20.0', 'fault'],
  ])('takes Node.js %s as %s [CLI-4]', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });

  it('tells a free port, our server and another program apart [CLI-4]', async () => {
    const { server, PORT } = await listening();
    const at = { HOST: '127.0.0.1', PORT };
    expect(await checkPort(at, () => Promise.resolve(true))).toMatchObject({ status: 'ok' });
    expect(await checkPort(at, () => Promise.resolve(false))).toMatchObject({ status: 'fault' });
    await new Promise((resolve) => server.close(resolve));
    const free = await checkPort(at, () => Promise.reject(new Error('nobody to ask')));
    expect(free).toMatchObject({ status: 'ok', detail: `http://127.0.0.1:${PORT} is free` });
  });

  it('tries to write where the data is to be, and leaves nothing behind [CLI-4]', async () => {
    using directory = temporaryDirectory();
    const dataDir = join(directory.path, 'deep/data');
    expect(await checkDataDirectory(dataDir)).toMatchObject({ status: 'ok', cure: null });
    expect(existsSync(dataDir)).toBe(false);
    expect(readdirSync(directory.path)).toEqual([]);

    writeFileSync(join(directory.path, 'deep'), 'a file');
    const finding = await checkDataDirectory(dataDir);
    expect(finding.status).toBe('fault');
    expect(finding.detail).toContain('is a file');
  });

  it('says how much room there is [CLI-4]', async () => {
    using directory = temporaryDirectory();
    expect((await checkDisk(directory.path)).detail).toMatch(/^[\d.]+ \wi?B free for /);
  });
});
