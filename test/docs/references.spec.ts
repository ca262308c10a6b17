import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { references } from '../../scripts/docs/references.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the references made from the code', () => {
  for (const [name, made] of Object.entries(references)) {
    it.each(made)(`$path is what "npm run docs:${name}" makes of the code`, async ({ path, make }) => {
      expect(readFileSync(`${root}/${path}`, 'utf8')).toBe(await make());
    });
  }
});
