import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it, jest } from '@jest/globals';
import { specsOf } from './suites.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Defines the tests of all spec files of the suite that a file is named for, each file as a block with hooks of its own. */
export function runSuite(url: string): void {
  const require = createRequire(url);
  for (const file of specsOf(basename(url, '.suite.ts'))) {
    describe(file, () => {
      try {
        // Not import(), as a block has to be defined at once: what awaits something at its top level has to run alone.
        require(root + file);
      } catch (error) {
        it('can be loaded', () => {
          throw error;
        });
      }
    });
  }
  // One holds for all: the longest that a file asks for.
  jest.setTimeout(90_000);
}
