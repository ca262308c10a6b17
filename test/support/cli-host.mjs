// Runs command lines of the built `taskloom` in this process, one after the other, as cli-host.ts sends them. To load the
// program takes far longer than most commands. A command that leaves something behind which would have held a process of
// its own is a failure: so each is known to end.
import { isDeepStrictEqual } from 'node:util';
import { Readable } from 'node:stream';
import { runCli } from '../../dist/cli/index.js';

const HELD_MS = 5000;
const startServer = () => Promise.reject(new Error('a server needs a process of its own'));

let printed = { stdout: [], stderr: [] };
let exited;
for (const name of ['stdout', 'stderr']) {
  process[name].setMaxListeners(0);
  process[name].write = (chunk, encoding, done = encoding) => {
    printed[name].push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
}
process.exit = (code) => void (exited ??= code);

process.on('message', async ({ parameters, env, cwd, input }) => {
  printed = { stdout: [], stderr: [] };
  exited = undefined;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from(input === '' ? [] : [input]) });
  const before = held();
  const returned = await runCli(parameters, { startServer }).catch((error) => error);
  const until = performance.now() + HELD_MS;
  while (!isDeepStrictEqual(held(), before) && performance.now() < until) await new Promise(setImmediate);
  const text = (name) => Buffer.concat(printed[name]).toString();
  process.send({
    exitCode: exited ?? returned,
    out: text('stdout'),
    err: text('stderr'),
    failure:
      returned instanceof Error
        ? returned.stack
        : isDeepStrictEqual(held(), before)
          ? null
          : `it would not have ended: it holds ${held()}, and at its beginning that was ${before}`,
  });
});
process.on('disconnect', () => process.reallyExit(0));
process.send('ready');

function held() {
  return process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'Immediate')
    .sort();
}
