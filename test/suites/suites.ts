import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Folders whose spec files run as one: what they test is loaded once for all of them and not once for each, which takes
 * longer than most tests (the whole application: two seconds). Files that fit `alone` run by themselves: they are long, or
 * await something at their top level.
 */
export const suites: Readonly<Record<string, { readonly folders: readonly string[]; readonly alone?: RegExp }>> = {
  workspace: { folders: ['src/workspace'], alone: /sandbox|test-/ },
  ground: { folders: ['src/kernel', 'src/storage', 'src/policy'] },
  events: { folders: ['src/events'], alone: /event-store\.\w+\.spec/ },
  llm: { folders: ['src/llm'], alone: /token-counter/ },
  context: { folders: ['src/context'] },
  orchestrator: { folders: ['src/orchestrator', 'src/broker'] },
  tasks: { folders: ['src/tasks'] },
  jobs: { folders: ['src/jobs', 'src/webhooks'], alone: /intents\.spec|planner\.spec/ },
  doors: { folders: ['src/api', 'src/client', 'src/gateway', 'src/mcp', 'src/metrics'] },
  terminal: { folders: ['src/cli'] },
  rest: { folders: ['test/api'] },
  live: { folders: ['test/live'], alone: /worker-processes/ },
  mcp: { folders: ['test/mcp'], alone: /conformance|inspector|stdio/ },
  documents: { folders: ['test/docs'], alone: /readme/ },
  'end-to-end': { folders: ['test/e2e'], alone: /steering|misbehaving-models/ },
  house: {
    folders: ['test/deployment', 'test/golden', 'test/jobs', 'test/metrics', 'test/security', 'test/support'],
    alone: /crash/,
  },
};

/** The spec files of one suite, from the root of the project, in a fixed order. */
export function specsOf(name: string): readonly string[] {
  const { folders, alone } = suites[name] ?? { folders: [] };
  return folders.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .filter((file) => file.endsWith('.spec.ts') && !alone?.test(file))
      .sort(),
  );
}

/** The spec files that run in a suite. Throws where a suite has no file that runs it: its tests would be lost. */
export function specsInSuites(): readonly string[] {
  return Object.keys(suites).flatMap((name) => {
    if (!existsSync(`${root}test/suites/${name}.suite.ts`)) throw new Error(`test/suites/${name}.suite.ts is missing.`);
    return specsOf(name);
  });
}
