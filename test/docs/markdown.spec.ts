import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { settings } from '../../src/kernel/settings.ts';
import { headingsOf, markdownPages, readMarkdown } from '../support/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

describe.each(markdownPages())('$path', ({ links, paths, scripts: named, commands, variables }) => {
  it('links only to what exists [PL-10]', () => {
    const broken = links.filter(({ path, heading }) => {
      if (!existsSync(join(root, path))) return true;
      return heading !== '' && !headingsOf(readFileSync(join(root, path), 'utf8')).includes(heading);
    });
    expect(broken).toEqual([]);
  });

  it('names only files and scripts that exist [PL-10]', () => {
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names only commands and settings that there are [PL-10]', () => {
    expect(commands.filter((name) => !existsSync(join(root, `src/cli/commands/${name}.ts`)))).toEqual([]);
    const ofTheTerminal = ['TASKLOOM_URL', 'TASKLOOM_KEY'];
    expect(variables.filter((name) => !(name in settings) && !ofTheTerminal.includes(name))).toEqual([]);
  });
});

describe('the reading of Markdown', () => {
  it('finds links, paths and scripts, and leaves out addresses, placeholders and code', () => {
    const page = readMarkdown(
      'docs/a.md',
      'See [b](b.md#the-end), [up](../README.md), [here](#top), [web](https://x.example) and `src/a.ts`, `src/<module>/x.ts`.\n' +
        'Run `npm run docs:errors`, `npm test`.\n\n```sh\nPORT=1 npm start # [no](link.md)\n```\n`npx taskloom show x`, taskloom is\n',
    );
    expect(page.links).toEqual([
      { path: 'docs/b.md', heading: 'the-end' },
      { path: 'README.md', heading: '' },
      { path: 'docs/a.md', heading: 'top' },
    ]);
    expect(page.paths).toEqual(['src/a.ts']);
    expect(page.scripts).toEqual(['docs:errors', 'test', 'start']);
    expect(page.commands).toEqual(['show']);
    expect(page.variables).toEqual(['PORT']);
    expect(headingsOf('# One `two`, three!\n## End')).toEqual(['one-two-three', 'end']);
  });
});
