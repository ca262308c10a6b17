import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const dist = new URL('../../dist/jobs/index.js', import.meta.url).href;

/** Reads the intents that are shipped, in a process of its own that stands elsewhere. */
const program = `
  const { loadIntents, matchIntent } = await import(${JSON.stringify(dist)});
  console.log(JSON.stringify(matchIntent(await loadIntents(), 'what is 3 plus 4')));
`;

describe('the built server', () => {
  it('has its intents with it, wherever it is started [JB-3]', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: '/',
    });
    expect(JSON.parse(stdout)).toMatchObject({ intent: 'calculate', slots: { expression: '3 plus 4' } });
  });
});
