import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe } from '@jest/globals';
import { BwrapSandbox } from './sandbox.bwrap.ts';
import { LandlockSandbox } from './sandbox.landlock.ts';
import type { LocalSandbox, LocalSandboxOptions } from './sandbox.local.ts';
import { ProcessSandbox } from './sandbox.process.ts';
import { hasPython } from '../../test/support/coding-samples.ts';

export interface Tier {
  readonly name: 'bwrap' | 'landlock' | 'process';
  readonly make: (options?: LocalSandboxOptions) => LocalSandbox;
}

const isLinux = process.platform === 'linux';

/** Why a tier cannot run on this machine, or null. Only what is missing: a tier that is there has to work. */
const missing: Readonly<Record<Tier['name'], string | null>> = {
  bwrap: !isLinux ? 'not Linux' : existsSync('/usr/bin/bwrap') ? null : 'bubblewrap is not installed',
  landlock: !isLinux ? 'not Linux' : kernelIsOlderThan(6, 12) ? 'Landlock of this kernel is too old' : null,
  process: isLinux ? null : 'not Linux',
};

const all: readonly Tier[] = [
  { name: 'bwrap', make: (options) => new BwrapSandbox(options) },
  { name: 'landlock', make: (options) => new LandlockSandbox(options) },
  { name: 'process', make: (options) => new ProcessSandbox(options) },
];

/** Runs a suite once for each of the tiers; one that cannot run here is shown as skipped, with the reason. */
export function describeTiers(names: readonly Tier['name'][], suite: (tier: Tier) => void): void {
  for (const tier of all.filter(({ name }) => names.includes(name))) {
    const reason = missing[tier.name];
    if (reason === null) describe(`the sandbox ${tier.name}`, () => suite(tier));
    else describe.skip(`the sandbox ${tier.name} (skipped: ${reason})`, () => suite(tier));
  }
}

function kernelIsOlderThan(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

/** Whether the tests that need Python can run: where they cannot, they are shown as skipped. */
export { hasPython };

const systemPath = { env: { PATH: '/usr/bin:/usr/local/bin' } };

/** Whether the Python that a sandbox would take has pytest. */
export const hasPytest = hasPython && spawnSync('python3', ['-I', '-c', 'import pytest'], systemPath).status === 0;
