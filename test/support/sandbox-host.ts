// A server that runs one endless program in a sandbox and says when the program has started: made to be killed.
import { BwrapSandbox } from '../../src/workspace/sandbox.bwrap.ts';
import { LandlockSandbox } from '../../src/workspace/sandbox.landlock.ts';

const [tier, mark = '', directory = ''] = process.argv.slice(2);
const sandbox = tier === 'bwrap' ? new BwrapSandbox({ directory }) : new LandlockSandbox({ directory });

const program = `
  const { spawn } = require('node:child_process');
  process.on('SIGTERM', () => {});
  if (process.argv[3] === 'parent') {
    for (const detached of [false, true]) spawn(process.execPath, [__filename, process.argv[2], 'child'], { detached, stdio: 'ignore' });
    console.log('started');
  }
  setInterval(() => {}, 1000);
`;

await sandbox.run({
  files: [{ path: 'endless.cjs', content: program }],
  command: ['node', 'endless.cjs', mark, 'parent'],
  onOutput: (text) => process.stdout.write(text),
});
