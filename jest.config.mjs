import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
delete swc.$schema;
delete swc.exclude;
// Jest resolves specifiers itself, as they stand in the sources.
swc.module = { type: 'es6' };
swc.jsc.rewriteRelativeImportExtensions = false;
// Decorator helpers come from @swc/helpers: inlined, coverage counts their branches as the file's own.
swc.jsc.externalHelpers = true;

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // Packages of others, which tests run as programs.
  modulePathIgnorePatterns: ['<rootDir>/test/mcp/tools/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json', 'node'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  transformIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  setupFiles: ['<rootDir>/test/support/environment.mjs'],
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.{spec,contract}.ts', '!src/main.ts'],
  coverageProvider: 'v8',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  // One more than the two cores of a small machine, as tests also wait. Each has less of them, so a hang shows later.
  maxWorkers: 3,
  // Modules of a test file that are loaded as ESM are never collected: a worker would grow by 50 MB a file, and spend its
  // time on collecting garbage.
  workerIdleMemoryLimit: '700MB',
  testTimeout: 40_000,
};
