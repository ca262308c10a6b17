// Jest's order of the test files: those that take longest first, so that no worker is left with one of them at the end.
// Jest learns that by itself, but a fresh machine has no record yet, and the size of a file says little.
import { createRequire } from 'node:module';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

const longest = [
  'test/suites/rest.suite.ts',
  'test/suites/house.suite.ts',
  'test/suites/live.suite.ts',
  'test/suites/end-to-end.suite.ts',
  'src/events/event-store.postgres.spec.ts',
  'src/events/event-store.sqlite.spec.ts',
  'test/e2e/',
  'test/scripts/bench.spec.ts',
  'test/suites/context.suite.ts',
  'test/suites/documents.suite.ts',
  'test/cli/demo.spec.ts',
  'test/crash/',
  'src/workspace/sandbox-limits.spec.ts',
  'test/limits/long-log.spec.ts',
  'src/workspace/test-runner.spec.ts',
  'src/workspace/sandbox.spec.ts',
  'test/live/worker-processes.spec.ts',
  'test/cli/commands.spec.ts',
  'test/cli/folder.spec.ts',
  'test/suites/',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = longest.findIndex((part) => path.includes(part));
      return found < 0 ? longest.length : found;
    };
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}
