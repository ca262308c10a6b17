import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { CliProcess, jsonLines } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(90_000);

it('keys are made at the first start, remembered by connect, made, listed and revoked at the terminal [PL-3, CLI-1]', async () => {
  using directory = temporaryDirectory();
  const dataDir = join(directory.path, 'data');
  const home = { XDG_CONFIG_HOME: join(directory.path, 'config') };
  const settings = { LOG_LEVEL: 'trace', PORT: '0', LLM_PROVIDER: 'delegated', SANDBOX: 'process', REQUIRE_KEYS: 'on' };
  await using server = new CliProcess(['serve', '--json'], { env: { ...settings, DATA_DIR: dataDir } });
  const [, url = ''] = await server.printed(/"url":"(http[^"]+)"/);
  const file = join(dataDir, 'first-admin-key');
  const first = readFileSync(file, 'utf8').trim();
  expect(first).toMatch(/^tlk_[0-9a-f]{16}_[\w-]{43}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const keyless = await taskloom(['tasks', '--server', url, '--json'], { env: home });
  expect([keyless.exitCode, keyless.err]).toEqual([1, expect.stringContaining('ACCESS_KEY_MISSING')]);
  const wrong = await taskloom(['connect', url, '--key', 'guess'], { env: home });
  expect([wrong.exitCode, wrong.err]).toEqual([1, expect.stringContaining('not known here')]);
  const connected = await taskloom(['connect', url, '--json'], { env: { ...home, TASKLOOM_KEY: first } });
  expect(connected.exitCode).toBe(0);
  expect(connected.out + connected.err).not.toContain(first);
  expect(statSync(join(home.XDG_CONFIG_HOME, 'taskloom', 'server.json')).mode & 0o777).toBe(0o600);

  const made = await taskloom(['keys', 'create', 'nightly', '--role', 'viewer', '--days', '90', '--json'], {
    env: home,
  });
  expect(made.exitCode).toBe(0);
  const [key] = jsonLines<{ id: string; key: string }>(made.out);
  const asViewer = { ...home, TASKLOOM_KEY: key?.key ?? '' };
  expect((await taskloom(['tasks', '--json'], { env: asViewer })).exitCode).toBe(0);
  const denied = await taskloom(['run', 'x', '--no-watch', '--json'], { env: asViewer });
  expect(denied.exitCode).not.toBe(0);
  const listed = await taskloom(['keys', 'list'], { env: home });
  expect(listed.out).toMatch(/viewer +until .*nightly/);
  expect(listed.out).toContain('first-admin');
  expect(listed.out).not.toContain(key?.key);
  expect((await taskloom(['keys', 'revoke', key?.id ?? ''], { env: home })).exitCode).toBe(0);
  const revoked = await taskloom(['tasks', '--json'], { env: asViewer });
  expect([revoked.exitCode, revoked.err]).toEqual([1, expect.stringContaining('ACCESS_KEY_REFUSED')]);
  // What is remembered for one server is shown to no other.
  const other = await taskloom(['tasks', '--server', url.replace('127.0.0.1', 'localhost'), '--json'], { env: home });
  expect(other.err).toContain('ACCESS_KEY_MISSING');

  server.kill('SIGTERM');
  const { out, err } = await server.ended;
  for (const secret of [first, key?.key ?? '']) expect(out + err).not.toContain(secret);
});
