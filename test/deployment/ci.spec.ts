import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly 'timeout-minutes'?: number; readonly steps: readonly { uses?: string; run?: string }[] }>
  >;
}

describe('the CI workflow', () => {
  const workflow = load(read('.github/workflows/ci.yml')) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);
  const npmCommands = (lines: readonly string[]) => lines.filter((line) => line.startsWith('npm '));

  it('runs what the script for a fresh machine runs, in the same order', () => {
    const inScript = npmCommands(read('.ci/run').split('\n'));
    expect(npmCommands(steps.flatMap(({ run }) => run ?? []))).toEqual(inScript);
    for (const command of inScript) expect(Object.keys(scripts)).toContain(command.replace(/^npm (run )?/, ''));
  });

  it('pins every action to a major version, may only read, and never runs for ever', () => {
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
  });
});
