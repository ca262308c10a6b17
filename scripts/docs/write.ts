// Writes the references that are made from the code: all of them, or those named as arguments.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import './decorators.ts';
import { references } from './references.ts';

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(references);
for (const name of names) {
  const made = references[name];
  if (!made) throw new Error(`No reference ${name}; there are: ${Object.keys(references).join(', ')}.`);
  for (const { path, make } of made) {
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await make());
    console.log(`wrote ${path}`);
  }
}
