import { tmpdir } from 'node:os';
import type { Configuration } from '../kernel/configuration.ts';
import type { Sandbox } from './sandbox.ts';
import { BwrapSandbox } from './sandbox.bwrap.ts';
import { LandlockSandbox } from './sandbox.landlock.ts';
import type { LocalSandboxOptions } from './sandbox.local.ts';
import { ProcessSandbox } from './sandbox.process.ts';
import { RefusingSandbox } from './sandbox.refusing.ts';
import { selfTest } from './self-test.ts';

export interface ChooseOptions extends LocalSandboxOptions {
  /** A directory whose content no code may see: where the server keeps its data. */
  readonly secrets?: string;
  /** Other makers of the tiers. */
  readonly tiers?: Partial<Tiers>;
}

type Tier = 'bwrap' | 'landlock';
type Tiers = Readonly<Record<Tier, (options: LocalSandboxOptions) => Sandbox>>;

const ownTiers: Tiers = {
  bwrap: (options) => new BwrapSandbox(options),
  landlock: (options) => new LandlockSandbox(options),
};

const wanted: Readonly<Record<Exclude<Configuration['SANDBOX'], 'process'>, readonly Tier[]>> = {
  auto: ['bwrap', 'landlock'],
  bwrap: ['bwrap'],
  landlock: ['landlock'],
};

const CURE =
  'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap) where user namespaces are allowed, or run on Linux ' +
  '6.12 or later with Landlock; then start again. SANDBOX=process runs code without any isolation, with the rights of ' +
  'the server.';

/**
 * The best isolation that works here, proven by its self-test. A tier that is asked for by name is never replaced by
 * another; where none works, the sandbox refuses to run code. `report` is told each finding.
 */
export async function chooseSandbox(
  setting: Configuration['SANDBOX'],
  report: (message: string) => void,
  { secrets = tmpdir(), tiers, ...options }: ChooseOptions = {},
): Promise<Sandbox> {
  if (setting === 'process') {
    report('SANDBOX=process: generated code runs without isolation, with the rights of the server');
    return new ProcessSandbox(options);
  }
  if (process.platform !== 'linux') {
    return refuse([`there is no isolation for ${process.platform} yet`], report);
  }
  const problems: string[] = [];
  for (const tier of wanted[setting]) {
    const sandbox = (tiers?.[tier] ?? ownTiers[tier])(options);
    const problem = await selfTest(sandbox, secrets);
    if (problem === null) {
      report(`code runs isolated by ${sandbox.describe().detail}`);
      return sandbox;
    }
    await sandbox.close();
    problems.push(`${tier}: ${problem}`);
    report(`the isolation ${tier} does not work here: ${problem}`);
  }
  return refuse(problems, report);
}

function refuse(problems: readonly string[], report: (message: string) => void): Sandbox {
  const sandbox = new RefusingSandbox(`no isolation works on this machine (${problems.join('; ')})`, CURE);
  report(sandbox.describe().detail);
  return sandbox;
}
