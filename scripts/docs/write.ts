// Writes the references that are made from the code: all of them, or those named as arguments.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { references } from './references.ts';

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(references);
for (const name of names) {
  const made = references[name];
  if (!made) throw new Error(`No reference ${name}; there are: ${Object.keys(references).join(', ')}.`);
  for (const { path, make } of made) {
    writeFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), await make());
    console.log(`wrote ${path}`);
  }
}
