import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const cli = new URL('../../dist/cli/index.js', import.meta.url).href;

/** The packages that a process has loaded once it knows all commands. */
function loadedPackages(): readonly string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const seen = new Set();
    registerHooks({ load: (url, context, next) => (seen.add(url), next(url, context)) });
    await import(${JSON.stringify(cli)});
    console.log(JSON.stringify([...seen]));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  });
  const urls = JSON.parse(printed) as readonly string[];
  return [...new Set(urls.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []))].sort();
}

it('a command waits for nothing that only the server or another command needs [CLI-1]', () => {
  const loaded = loadedPackages();
  expect(loaded).toEqual(expect.arrayContaining(['commander', 'socket.io-client']));
  const heavy = [
    '@nestjs/common',
    'rxjs',
    'kysely',
    'pg',
    'zod',
    'diff',
    'ink',
    'react',
    'typescript',
    'ai',
    '@huggingface/tokenizers',
    'mistral-tokenizer-js',
  ];
  expect(loaded.filter((name) => heavy.includes(name))).toEqual([]);
});
