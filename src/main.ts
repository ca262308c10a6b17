#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  process.stderr.write(
    `Taskloom needs Node.js 24.9 or newer, this is ${process.version}. "npm start" brings its own.\n`,
  );
  process.exit(1);
}

// A second start compiles nothing. In the user's own directory: what lies in a shared one, another user could have written.
const { enableCompileCache } = await import('node:module');
const { homedir } = await import('node:os');
enableCompileCache(`${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/taskloom/compiled`);

// Imported only now: older versions cannot even load what follows. The server is loaded by the commands that start one.
const { runCli } = await import('./cli/index.ts');
process.exitCode = await runCli(process.argv.slice(2), {
  startServer: async (configuration) => (await import('./server.ts')).startServer(configuration),
});
