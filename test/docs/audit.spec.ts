import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { auditActions, auditColumns } from '../../src/audit/index.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/audit.md', import.meta.url)), 'utf8');

/** What stands as code in the first cells of the table of a section. */
function named(heading: string): readonly string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

it('docs/audit.md lists exactly the actions that are told, each once [PL-5, PL-10]', () => {
  expect(named('What is told').toSorted()).toEqual([...auditActions].sort());
});

it('docs/audit.md names every field of an entry [PL-5, PL-10]', () => {
  const section = page.split('\n## An entry\n')[1]?.split('\n## ')[0] ?? '';
  for (const column of auditColumns) expect(section).toContain(`\`${column}\``);
});
