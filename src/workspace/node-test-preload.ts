// Runs inside the sandbox before the test file: has Node's test runner take our reporter before any other code can.
import assert from 'node:assert';
import { before } from 'node:test';
import { extname } from 'node:path';

const reporter = new URL(`./node-test-reporter${extname(import.meta.url)}`, import.meta.url).href;
const { reporting } = (await import(reporter)) as { reporting: Promise<void> };
// What decides over passing stays as it is, whatever the code under test does.
Object.freeze(assert.strict);
Object.freeze(assert);
before(() => undefined);
await reporting;
