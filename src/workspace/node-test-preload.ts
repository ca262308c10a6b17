// Runs inside the sandbox before the test file: has Node's test runner take our reporter before any other code can.
import { before } from 'node:test';
import { extname } from 'node:path';

const reporter = new URL(`./node-test-reporter${extname(import.meta.url)}`, import.meta.url).href;
const { reporting } = (await import(reporter)) as { reporting: Promise<void> };
before(() => undefined);
await reporting;
