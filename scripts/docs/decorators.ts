// Node strips types but knows no decorators: the sources of the server go through the compiler that builds them.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Options, transformSync } from '@swc/core';

const { jsc: built } = JSON.parse(readFileSync(new URL('../../.swcrc', import.meta.url), 'utf8')) as Options;
// Node finds the files by the names that stand in them.
const jsc = { ...built, rewriteRelativeImportExtensions: false };
const sources = new URL('../../src/', import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith(sources) || !url.endsWith('.ts')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      swcrc: false,
      module: { type: 'es6' },
      jsc,
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
