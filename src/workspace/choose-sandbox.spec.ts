import { chmodSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import { BwrapSandbox } from './sandbox.bwrap.ts';
import type { PreparedRun } from './sandbox.local.ts';
import { ProcessSandbox } from './sandbox.process.ts';
import { RefusingSandbox } from './sandbox.refusing.ts';
import { describeTiers } from './sandbox-tiers.contract.ts';
import { selfTest } from './self-test.ts';
import { SandboxUnavailableError } from './workspace.errors.ts';

const isLinux = process.platform === 'linux';

/** Bubblewrap as it is where user namespaces are closed: it is there, and does not start. */
class BrokenBwrap extends BwrapSandbox {
  protected override async launch(run: PreparedRun) {
    const { launch, ended } = await super.launch(run);
    return { launch: { ...launch, parameters: ['--userns', '77', ...launch.parameters] }, ended };
  }
}

describeTiers(['bwrap', 'landlock'], ({ name, make }) => {
  it('passes the self-test, which leaves nothing behind [WS-2]', async () => {
    using secrets = temporaryDirectory();
    const sandbox = make();
    expect(await selfTest(sandbox, secrets.path)).toBeNull();
    await sandbox.close();
    expect(readdirSync(secrets.path)).toEqual([]);
  });

  it('is taken when it is asked for by name, and says what it is [WS-2]', async () => {
    const said: string[] = [];
    const sandbox = await chooseSandbox(name === 'bwrap' ? 'bwrap' : 'landlock', (message) => said.push(message));
    expect(sandbox.describe().isolation).toBe(name);
    expect(said).toEqual([`code runs isolated by ${sandbox.describe().detail}`]);
    await sandbox.close();
  });
});

describeTiers(['process'], ({ make }) => {
  it('fails the self-test, which names what got out, also where the data is closed to other users [WS-2]', async () => {
    using secrets = temporaryDirectory();
    chmodSync(secrets.path, 0o700);
    const sandbox = make();
    expect(await selfTest(sandbox, secrets.path)).toMatch(
      /read a file outside, wrote a file outside.*connected to a local/,
    );
    await sandbox.close();
    expect(readdirSync(secrets.path)).toEqual([]);
  });

  it('is taken only when it is asked for, and then says so loudly [WS-3]', async () => {
    const said: string[] = [];
    const sandbox = await chooseSandbox('process', (message) => said.push(message));
    expect(sandbox).toBeInstanceOf(ProcessSandbox);
    expect(said).toEqual([expect.stringContaining('without isolation')]);
    await sandbox.close();
  });
});

describe('chooseSandbox', () => {
  it('refuses to run code where nothing works, naming why and what helps, and never takes less [WS-3]', async () => {
    const said: string[] = [];
    const broken = { bwrap: () => new BrokenBwrap(), landlock: () => new BrokenBwrap() };
    for (const setting of ['auto', 'bwrap', 'landlock'] as const) {
      const sandbox = await chooseSandbox(setting, (message) => said.push(message), { tiers: broken });
      expect(sandbox).toBeInstanceOf(RefusingSandbox);
      expect(sandbox.describe().isolation).toBe('none');
      const run = sandbox.run({ files: [], command: ['node', '-e', '0'] });
      await expect(run).rejects.toThrow(SandboxUnavailableError);
      await expect(run).rejects.toThrow(/No code is run.*Install bubblewrap.*SANDBOX=process/s);
      if (isLinux) await expect(run).rejects.toThrow(/an ordinary program does not run in it|not installed/);
    }
    expect(said.length).toBeGreaterThanOrEqual(3);
  });

  (isLinux ? it : it.skip)('falls back to the next isolation, never to none at all [WS-2]', async () => {
    const said: string[] = [];
    const sandbox = await chooseSandbox('auto', (message) => said.push(message), {
      tiers: { bwrap: () => new BrokenBwrap() },
    });
    expect(['landlock', 'none']).toContain(sandbox.isolation);
    expect(said[0]).toMatch(/^the isolation bwrap does not work here: /);
    await sandbox.close();
  });
});
