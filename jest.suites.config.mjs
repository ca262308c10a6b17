// The whole test suite, for `npm test`: folders of spec files that share what they load, and the other files as they are.
import single from './jest.config.mjs';
import { specsInSuites } from './test/suites/suites.ts';

/** @type {import('jest').Config} */
export default {
  ...single,
  testMatch: ['**/*.spec.ts', '**/*.suite.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...specsInSuites().map((file) => `<rootDir>/${RegExp.escape(file)}$`)],
};
