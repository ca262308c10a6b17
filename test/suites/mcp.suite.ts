import { runSuite } from './run-suite.ts';

runSuite(import.meta.url);
